"""What a page looks at: a run at its latest snapshot, and a sentence that it translates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared.frame import session
from pages.shared.runs import actions
from pages.shared.runs.trained import load_trained_run
from seq2seq_core import store
from seq2seq_core.decoding.translator import Translation
from seq2seq_core.store import Run

if TYPE_CHECKING:
    from seq2seq_core.training.dataset import TrainedRun


@dataclass(frozen=True)
class Selection:
    run: Run
    trained: TrainedRun
    text: str
    translation: Translation


def choose_trained_run(page: str, choices: Sequence[Run]) -> tuple[Run, TrainedRun]:
    """The run that the address names, as far as it has come; with the control to change it."""
    with st.columns([1, 2])[0]:
        run = actions.draw_run_choice(page, list(choices))
    trained = load_trained_run(run)
    actions.show_progress_note(run, trained.update)
    return run, trained


def choose_run_and_sentence(page: str, choices: Sequence[Run]) -> Selection:
    """The run and the sentence that the address names, with the controls to change both."""
    left, right = st.columns([1, 2])
    with left:
        run = actions.draw_run_choice(page, list(choices))
    with right:
        text = actions.choose_sentence(page, run)
    trained = load_trained_run(run)
    actions.show_progress_note(run, trained.update)
    translation = trained.translator.translate(text)
    actions.show_unknown_words(translation.unknown)
    return Selection(run, trained, text, translation)


def rerun_on_progress(*followed_runs: Run | None) -> None:
    """Draw the page again when a run that still learns has come further, once a second at most."""
    active_runs = [run for run in followed_runs if run is not None and run.is_active]
    if not active_runs:
        return
    updates = [store.latest_snapshot_update(session.engine(), run.id) for run in active_runs]

    @st.fragment(run_every=1.0)
    def check_progress() -> None:
        current_runs = [actions.refresh(run) for run in active_runs]
        has_ended = any(run is None or not run.is_active for run in current_runs)
        if has_ended or updates != [
            store.latest_snapshot_update(session.engine(), run.id) for run in active_runs
        ]:
            st.rerun()

    check_progress()
