"""What a model is and writes: before it has learnt anything, and as far as its run has come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.shared.frame import session
from pages.shared.runs.caching import cache_by_identity
from seq2seq_core import store
from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data.corpus import build_corpus
from seq2seq_core.data.vocabulary import SPECIAL_TOKENS
from seq2seq_core.store import Run

if TYPE_CHECKING:
    from seq2seq_core.training.restore import TrainedRun  # imports torch


@cache_by_identity(max_entries=32, kind=st.cache_data)
def _untrained_preview(view: session.CorpusView, model: ModelConfig, seed: int) -> list[dict]:
    from seq2seq_core.workers.preview import preview_untrained

    return preview_untrained(
        view.rows, view.held_out, view.tokenizer, model, TrainingConfig(seed=seed),
        session.changed_sources(view),
    )  # fmt: skip


def untrained_preview(view: session.CorpusView, model: ModelConfig, seed: int) -> list[dict]:
    """What a model writes before it has learnt anything, in the form of a run's preview.

    Raises CorpusError where nothing in the corpus can be used.
    """
    if not session.is_warm():
        return []  # there in a moment, when torch is imported
    return _untrained_preview(view, model, seed)


@cache_by_identity(max_entries=64, kind=st.cache_data)
def corpus_sizes(view: session.CorpusView) -> tuple[int, int, int]:
    """How many usable pairs, source words and target words a corpus has, in this order."""
    corpus = build_corpus(view.rows, view.tokenizer)
    source, target = corpus.build_vocabularies()
    return len(corpus.pairs), len(source) - len(SPECIAL_TOKENS), len(target) - len(SPECIAL_TOKENS)


# by the sizes of the corpus, not its version: an edit hardly changes them
@st.cache_data(show_spinner=False, max_entries=64)
def _count_weights(_view: session.CorpusView, sizes: object, model: ModelConfig) -> int:
    from seq2seq_core.training.restore import count_parameters

    return count_parameters(_view.rows, _view.tokenizer, model)


def count_weights(view: session.CorpusView, model: ModelConfig) -> int:
    """How many weights a model for this corpus has."""
    return _count_weights(view, corpus_sizes(view), model)


@cache_by_identity(max_entries=24)  # a large model takes 8 MB
def _load_trained_run(run: Run, update: int) -> TrainedRun:
    from seq2seq_core.training.restore import restore_run  # imports torch

    snapshot = store.load_latest_snapshot(session.engine(), run.id)
    description = store.load_run_corpus(session.engine(), run.id)
    weights = snapshot[1] if snapshot else None
    return restore_run(description, run.model, weights, run.training.seed)


def load_trained_run(run: Run) -> TrainedRun:
    """The model of a run at its latest snapshot. Raises CheckpointError for a damaged one."""
    return _load_trained_run(run, store.latest_snapshot_update(session.engine(), run.id) or 0)


@cache_by_identity(max_entries=64, kind=st.cache_data)
def _run_preview(run: Run, update: int, texts: Sequence[str]) -> list[dict[str, Any]]:
    from seq2seq_core.workers.preview import preview_run

    description = store.load_run_corpus(session.engine(), run.id)
    return preview_run(description, load_trained_run(run), texts)


def run_preview(run: Run) -> list[dict[str, Any]]:
    """The watched sentences as the run last wrote them.

    Sentences chosen after a run came to rest are translated by its last snapshot.
    """
    is_idle = run.status not in ("queued", "running")
    if run.watched and is_idle and run.update and session.is_warm():
        return _run_preview(run, run.update, run.watched)
    return (run.live or {}).get("sentences", [])
