"""Starting a run: on the corpus as it is, or like another run."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import streamlit as st

from pages.shared.frame import session
from pages.shared.frame.i18n import _
from pages.shared.runs.selection import refresh_run, select_run
from seq2seq_core import store
from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data import bundled
from seq2seq_core.store import Run

WAIT_SECONDS = 0.15  # at most: a click waits for the run's next update


def wait_for_update(run: Run, update: int) -> None:
    """Wait a moment for a run to reach an update, so that a click shows at once what it did."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        latest_run = refresh_run(run)
        if latest_run is None or latest_run.update >= update:
            return
        time.sleep(0.01)


def show_replaced_note(run: Run | None) -> None:
    if run is not None:
        note = _(
            "Run {number} was stopped for this one; it is kept and can go on.", number=run.number
        )
        st.toast(note)


def start_and_select_run(
    model: ModelConfig,
    training: TrainingConfig,
    pace: float | None = None,
    goal: int | None = None,
) -> Run:
    """Start a run on the corpus as it is now, and look at it from now on.

    Waits a moment for its first update, so that it shows at once. pace and goal as in store.Run.
    Raises CorpusError or ConfigError where something is empty or too large.
    """
    from seq2seq_core.training import dataset

    view = session.current_corpus()
    own_sources = session.changed_sources(view)
    corpus = dataset.freeze_dataset(
        view.rows, view.held_out, view.tokenizer, model, training, own_sources
    )
    if view.revision is None:
        view = session.save_corpus(view, view.rows, view.held_out)
    revision = view.revision
    assert revision is not None
    is_swapped = bundled.is_swapped(view.name, view.rows)
    name = view.name + (bundled.SWAPPED_SUFFIX if is_swapped else "")
    run, replaced_run = store.start_run(
        session.engine(), revision.workspace_id, revision.id, model, training, corpus, name,
        pace, goal,
    )  # fmt: skip
    select_run(run)
    show_replaced_note(replaced_run)
    wait_for_update(run, 1)
    return run


def repeat_run(run: Run, **overrides: Any) -> None:
    """Start a run like another one, on the same corpus, with some settings of the model changed."""
    model = replace(run.model, **overrides)
    corpus = store.load_run_corpus(session.engine(), run.id)
    _run, replaced_run = store.start_run(
        session.engine(), run.workspace_id, run.revision_id, model, run.training, corpus, run.name
    )
    show_replaced_note(replaced_run)
