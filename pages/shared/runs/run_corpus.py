"""The sentences that a run learns from and those that it never sees, as its corpus was frozen."""

from __future__ import annotations

import streamlit as st

from pages.shared.frame import session
from seq2seq_core import store
from seq2seq_core.data.corpus import tokenize
from seq2seq_core.store import Run

OFFERED_SENTENCES = 200  # sentences in the list; any other can be typed


@st.cache_data(show_spinner=False, max_entries=64)
def _held_out_sources(run_id: int) -> set[tuple[str, ...]]:
    corpus = store.load_run_corpus(session.engine(), run_id)
    return {tokenize(source, corpus["tokenizer"]) for source, *_rest in corpus["held_out"]}


def held_out_sources(run: Run) -> set[tuple[str, ...]]:
    """The tokenised source sentences that this run never learns from."""
    return _held_out_sources(run.id)


@st.cache_data(show_spinner=False, max_entries=64)
def _targets_by_source(run_id: int) -> dict[str, str]:
    corpus = store.load_run_corpus(session.engine(), run_id)
    rows = [*corpus["rows"], *corpus["held_out"]]
    targets = {source: target for source, target, *_rest in rows}
    watched_pairs = {source: targets[source] for source in corpus["watched"]}
    held_out = {source: target for source, target, *_rest in corpus["held_out"]}
    return watched_pairs | held_out | targets  # in the order in which they are offered


def offered_sentences(run: Run) -> list[str]:
    """Source sentences of the run's corpus, in the order in which they are offered."""
    return list(_targets_by_source(run.id))[:OFFERED_SENTENCES]


def reference_translation(run: Run, text: str) -> str | None:
    """The translation that the run's corpus gives for a source sentence, if it has it."""
    return _targets_by_source(run.id).get(text)


@st.cache_data(show_spinner=False, max_entries=64)
def _held_out_pairs(run_id: int) -> list[tuple[str, tuple[str, ...]]]:
    held_out = store.load_run_corpus(session.engine(), run_id)["held_out"]
    return [(source, tuple(target.split())) for source, target, *_rest in held_out]


def unseen_sentences(run: Run, word: str | None = None) -> list[str]:
    """Source sentences that this run never learns from, with this word in their translation."""
    return [text for text, target in _held_out_pairs(run.id) if word is None or word in target]
