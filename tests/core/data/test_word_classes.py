"""Words of one class stand in the same slot: shown on the corpus that comes with the lesson."""

from __future__ import annotations

import pytest

from seq2seq_core.data import bundled
from seq2seq_core.data.corpus import Corpus, Pair, build_corpus
from seq2seq_core.data.word_classes import (
    ContextProfile,
    WordClasses,
    extract_translations,
)

FIRST = bundled.load_bundled("first")


@pytest.fixture(scope="module")
def first() -> Corpus:
    return build_corpus(FIRST.rows, "space")


@pytest.fixture(scope="module")
def classes(first: Corpus) -> WordClasses:
    return WordClasses.from_pairs(first.pairs)


def test_a_word_fits_where_it_stood_before() -> None:
    profile = ContextProfile.from_sentences([("a", "b", "c"), ("a", "d")])
    tokens = ("a", "x", "c")
    assert profile.context_score(("b",), tokens, 1) == 3  # both neighbours, and all the others
    assert profile.context_score(("d",), tokens, 1) == 1.5  # the left one, and half of the others
    # the edge of a sentence is a neighbour too
    assert profile.context_score(("c",), ("b", "x"), 1) == 3
    assert profile.context_score(("x",), ("a", "b"), 1) == 0  # nobody has met it


def test_a_phrase_fits_by_its_two_ends() -> None:
    profile = ContextProfile.from_sentences([("a", "b", "c", "d"), ("a", "d")])
    assert profile.neighbour_score(("b", "c"), ("a", "d"), 1, 0) == 2  # between the two
    assert profile.neighbour_score(("b", "c"), ("a", "x", "y", "d"), 1, 2) == 2  # in their place
    assert profile.neighbour_score(("b", "c"), ("a", "d"), 0, 0) == 0
    assert profile.context_score(("b", "c"), ("a", "d"), 1, 0) == 3


def test_words_come_by_frequency() -> None:
    assert ContextProfile.from_sentences([("a", "b"), ("b", "c")]).words == ("b", "a", "c")


def test_a_translation_follows_the_sure_links(classes: WordClasses) -> None:
    assert classes.translations["小冰"] == [("XiaoBing",)]
    assert classes.translations["每天"] == [("every", "day")]
    assert classes.translations["老师"] == [("the", "teacher")]
    assert set(classes.translations["毛衣"]) == {("sweaters",), ("sweater",)}
    assert classes.translations["了"] == []  # no English word must look at it


def test_without_links_common_rows_tell_the_translation(first: Corpus) -> None:
    unlinked = [Pair(pair.source, pair.target) for pair in first.pairs]
    translations = extract_translations(unlinked)
    for word, target in (
        ("小冰", "XiaoBing"),
        ("昨天", "yesterday"),
        ("红色", "red"),
        ("茶", "tea"),
    ):
        assert translations[word][0] == (target,)
