"""The sentences that a run learns from and those that it never sees, as its corpus was frozen."""

from __future__ import annotations

import streamlit as st

from pages.shared.frame import session
from pages.shared.runs.caching import cache_by_identity
from seq2seq_core import store
from seq2seq_core.data.corpus import tokenize
from seq2seq_core.store import Run

MAX_OFFERED_SENTENCES = 200  # in the list; any other can be typed


@cache_by_identity(max_entries=64, kind=st.cache_data)
def held_out_sources(run: Run) -> set[tuple[str, ...]]:
    """The tokenised source sentences that this run never learns from."""
    corpus = store.load_run_corpus(session.engine(), run.id)
    return {tokenize(source, corpus["tokenizer"]) for source, *_rest in corpus["held_out"]}


@cache_by_identity(max_entries=64, kind=st.cache_data)
def targets_by_source(run: Run) -> dict[str, str]:
    """The run's sentences with their translations, in the order in which they are offered."""
    corpus = store.load_run_corpus(session.engine(), run.id)
    rows = [*corpus["rows"], *corpus["held_out"]]
    targets = {source: target for source, target, *_rest in rows}
    watched_pairs = {source: targets[source] for source in corpus["watched"]}
    held_out = {source: target for source, target, *_rest in corpus["held_out"]}
    return watched_pairs | held_out | targets


def offered_sentences(run: Run) -> list[str]:
    """Source sentences of the run's corpus, in the order in which they are offered."""
    return list(targets_by_source(run))[:MAX_OFFERED_SENTENCES]


def reference_translation(run: Run, text: str) -> str | None:
    """The translation that the run's corpus gives for a source sentence, if it has it."""
    return targets_by_source(run).get(text)


@cache_by_identity(max_entries=64, kind=st.cache_data)
def held_out_pairs(run: Run) -> list[tuple[str, tuple[str, ...]]]:
    """The sentences that this run never learns from, with the words of their translations."""
    held_out = store.load_run_corpus(session.engine(), run.id)["held_out"]
    return [(source, tuple(target.split())) for source, target, *_rest in held_out]


def unseen_sentences(run: Run, word: str | None = None) -> list[str]:
    """Source sentences that this run never learns from; word: that their translation contains."""
    return [text for text, target in held_out_pairs(run) if word is None or word in target]
