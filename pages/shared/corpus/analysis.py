"""What the corpus says about its words, worked out once for each version of it."""

from __future__ import annotations

import streamlit as st

from pages.shared.frame.session import CorpusView
from seq2seq_core.data import augmentation, bundled
from seq2seq_core.data.augmentation import WordHint
from seq2seq_core.data.corpus import Corpus, build_corpus
from seq2seq_core.data.word_classes import WordClasses

MAX_CACHED_VERSIONS = 16  # kept, of all learners together; nobody changes them
MAX_TOP_ROWS = 5  # rows shown as one's own where nothing says who wrote them


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
    if view.name in bundled.CORPUS_NAMES:
        return bundled.find_changed_rows(view.name, view.rows)
    return list(range(min(MAX_TOP_ROWS, len(view.rows))))


@st.cache_resource(show_spinner=False, max_entries=MAX_CACHED_VERSIONS)
def _cached_hints(version: object, _view: CorpusView) -> dict[int, WordHint]:
    # nobody knows which rows of a corpus of one's own are new: the one on top at most
    positions = own_rows(_view)[: None if _view.name in bundled.CORPUS_NAMES else 1]
    return augmentation.find_word_hints(
        {(_view.rows[i].source, _view.rows[i].target): i for i in reversed(positions)},
        corpus_classes(_view),
        usable_corpus(_view),
        _view.tokenizer,
        _view.held_out,
    )


def word_hints(view: CorpusView) -> dict[int, WordHint]:
    """Position of a row -> what is to be said of the new words in it."""
    return _cached_hints(version_key(view), view)
