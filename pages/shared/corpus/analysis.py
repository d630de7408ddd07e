"""What the corpus says about its words, worked out once for each version of it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pages.shared.frame.session import CorpusView
from seq2seq_core.data import bundled
from seq2seq_core.data.corpus import Corpus, Pair, build_corpus, swap_sides
from seq2seq_core.data.word_classes import (
    MIN_ROWS_PER_WORD,
    WordClasses,
    LexiconEntry,
    unseen_words,
    align_unseen_words,
    rank_substitutes,
    augment,
    collect_words,
)

VERSIONS = 16  # kept, of all learners together; nobody changes them
TOP = 5  # rows shown as one's own where nothing says who wrote them


@dataclass(frozen=True)
class Offer:
    """A word that stands in too few rows, and the known words whose place it could take."""

    new: LexiconEntry
    rows: int  # that hold it now
    places: tuple[tuple[LexiconEntry, int], ...]  # with the number of rows that it would come into


@dataclass(frozen=True)
class Unclear:
    """New words of a row of which nobody can say which translates which."""

    source: list[str]
    target: list[str]


def version(view: CorpusView) -> object:
    """What tells these rows from all others."""
    return view.revision.id if view.revision else view.name


@st.cache_resource(show_spinner=False, max_entries=VERSIONS)
def _corpus(version: object, _view: CorpusView) -> Corpus:
    return build_corpus(_view.rows, _view.tokenizer)


def corpus(view: CorpusView) -> Corpus:
    """The usable pairs, cut into tokens, and the problems of the others."""
    return _corpus(version(view), view)


@st.cache_resource(show_spinner=False, max_entries=VERSIONS)
def _classes(version: object, _view: CorpusView) -> WordClasses:
    return WordClasses.from_pairs(corpus(_view).pairs)


def classes(view: CorpusView) -> WordClasses:
    return _classes(version(view), view)


def own(view: CorpusView) -> list[int]:
    """Positions of the rows that the learner wrote or changed; else of those on top."""
    if view.name not in bundled.CORPUS_NAMES:
        return list(range(min(TOP, len(view.rows))))
    rows = bundled.load_bundled(view.name).rows
    known = {(row.source, row.target) for row in (*rows, *swap_sides(rows))}
    return [i for i, row in enumerate(view.rows) if (row.source, row.target) not in known]


@st.cache_resource(show_spinner=False, max_entries=VERSIONS)
def _hints(version: object, _view: CorpusView) -> dict[int, Offer | Unclear]:
    mine = own(_view)[: None if _view.name in bundled.CORPUS_NAMES else 1]
    texts = {(_view.rows[i].source, _view.rows[i].target): i for i in reversed(mine)}
    whole = corpus(_view)
    rows = [(row.source, row.target) for row in whole.rows]
    both = list(zip(rows, whole.pairs, strict=True))
    others, known = collect_words(pair for row, pair in both if row not in texts), classes(_view)
    found: dict[int, Offer | Unclear] = {}
    seen: set[str] = set()
    for row, pair in both:
        words = unseen_words(pair, others) if row in texts else ([], [])
        entries = align_unseen_words(pair, others, known) if row in texts else []
        for new in entries:
            made = None if new.source in seen else offer(_view, pair, new)
            seen.add(new.source)
            if made is not None:
                found.setdefault(texts[row], made)
        if not entries and {*words[0], *words[1]} - seen:
            seen.update(*words)
            found[texts[row]] = Unclear(*words)
    return found


def offer(view: CorpusView, pair: Pair, new: LexiconEntry) -> Offer | None:
    """None where the word stands in enough rows, or where it has no place in others."""
    whole, known = corpus(view), classes(view)
    holding = sum(new.source in other.source for other in whole.pairs)
    possible = [
        (like, len(augment(whole, view.tokenizer, new, like, view.held_out)))
        for like in rank_substitutes(pair, new, known, whole.pairs)
    ]
    usable = tuple((like, count) for like, count in possible if count)
    return Offer(new, holding, usable) if usable and holding < MIN_ROWS_PER_WORD else None


def hints(view: CorpusView) -> dict[int, Offer | Unclear]:
    """Position of a row -> what is to be said of the new words in it."""
    return _hints(version(view), view)
