"""What the corpus says about its words, worked out once for each version of it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pages.shared.frame.session import CorpusView
from seq2seq_core.data import bundled
from seq2seq_core.data.corpus import Corpus, Pair, build_corpus, swap_sides
from seq2seq_core.data.word_classes import (
    MIN_ROWS_PER_WORD,
    LexiconEntry,
    WordClasses,
    align_unseen_words,
    augment,
    collect_words,
    rank_substitutes,
    unseen_words,
)

MAX_CACHED_VERSIONS = 16  # kept, of all learners together; nobody changes them
MAX_TOP_ROWS = 5  # rows shown as one's own where nothing says who wrote them


@dataclass(frozen=True)
class Offer:
    """A word that stands in too few rows, and the known words whose place it could take."""

    new_entry: LexiconEntry
    row_count: int  # that hold it now
    substitutions: tuple[
        tuple[LexiconEntry, int], ...
    ]  # with the number of rows that it would come into


@dataclass(frozen=True)
class UnclearWords:
    """New words of a row of which nobody can say which translates which."""

    source: list[str]
    target: list[str]


def version_key(view: CorpusView) -> object:
    """What tells these rows from all others."""
    return view.revision.id if view.revision else view.name


@st.cache_resource(show_spinner=False, max_entries=MAX_CACHED_VERSIONS)
def _cached_corpus(version: object, _view: CorpusView) -> Corpus:
    return build_corpus(_view.rows, _view.tokenizer)


def usable_corpus(view: CorpusView) -> Corpus:
    """The usable pairs, cut into tokens, and the problems of the others."""
    return _cached_corpus(version_key(view), view)


@st.cache_resource(show_spinner=False, max_entries=MAX_CACHED_VERSIONS)
def _cached_classes(version: object, _view: CorpusView) -> WordClasses:
    return WordClasses.from_pairs(usable_corpus(_view).pairs)


def corpus_classes(view: CorpusView) -> WordClasses:
    return _cached_classes(version_key(view), view)


def own_rows(view: CorpusView) -> list[int]:
    """Positions of the rows that the learner wrote or changed; else of those on top."""
    if view.name not in bundled.CORPUS_NAMES:
        return list(range(min(MAX_TOP_ROWS, len(view.rows))))
    rows = bundled.load_bundled(view.name).rows
    bundled_rows = {(row.source, row.target) for row in (*rows, *swap_sides(rows))}
    return [i for i, row in enumerate(view.rows) if (row.source, row.target) not in bundled_rows]


@st.cache_resource(show_spinner=False, max_entries=MAX_CACHED_VERSIONS)
def _cached_hints(version: object, _view: CorpusView) -> dict[int, Offer | UnclearWords]:
    own_positions = own_rows(_view)[: None if _view.name in bundled.CORPUS_NAMES else 1]
    texts = {(_view.rows[i].source, _view.rows[i].target): i for i in reversed(own_positions)}
    parsed_corpus = usable_corpus(_view)
    rows = [(row.source, row.target) for row in parsed_corpus.rows]
    row_pairs = list(zip(rows, parsed_corpus.pairs, strict=True))
    other_words, word_classes = (
        collect_words(pair for row, pair in row_pairs if row not in texts),
        corpus_classes(_view),
    )
    hints_by_row: dict[int, Offer | UnclearWords] = {}
    handled_words: set[str] = set()
    for row, pair in row_pairs:
        words = unseen_words(pair, other_words) if row in texts else ([], [])
        entries = align_unseen_words(pair, other_words, word_classes) if row in texts else []
        for new in entries:
            new_offer = (
                None if new.source in handled_words else offer_augmentation(_view, pair, new)
            )
            handled_words.add(new.source)
            if new_offer is not None:
                hints_by_row.setdefault(texts[row], new_offer)
        if not entries and {*words[0], *words[1]} - handled_words:
            handled_words.update(*words)
            hints_by_row[texts[row]] = UnclearWords(*words)
    return hints_by_row


def offer_augmentation(view: CorpusView, pair: Pair, new: LexiconEntry) -> Offer | None:
    """None where the word stands in enough rows, or where it has no place in others."""
    parsed_corpus, word_classes = usable_corpus(view), corpus_classes(view)
    row_count = sum(new.source in other.source for other in parsed_corpus.pairs)
    candidates = [
        (known_entry, len(augment(parsed_corpus, view.tokenizer, new, known_entry, view.held_out)))
        for known_entry in rank_substitutes(pair, new, word_classes, parsed_corpus.pairs)
    ]
    usable_entries = tuple((like, count) for like, count in candidates if count)
    return (
        Offer(new, row_count, usable_entries)
        if usable_entries and row_count < MIN_ROWS_PER_WORD
        else None
    )


def word_hints(view: CorpusView) -> dict[int, Offer | UnclearWords]:
    """Position of a row -> what is to be said of the new words in it."""
    return _cached_hints(version_key(view), view)
