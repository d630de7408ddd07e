"""A pair stays a sentence and its translation, whatever word is chosen next."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.data import bundled, suggestions
from seq2seq_core.data.corpus import Pair, build_corpus
from seq2seq_core.data.suggestions import (
    Draft,
    agree_forms,
    choose_word,
    exchange_translation,
    insert_translation,
    match_companions,
    rank_words,
)
from seq2seq_core.data.word_classes import WordClasses

PAIRS = build_corpus(bundled.load_bundled("first").rows, "space").pairs
FIRST = WordClasses.from_pairs(PAIRS)


def draft_of(source: str, target: str) -> Draft:
    return Draft(tuple(source.split()), tuple(target.split()))


def choose(draft: Draft, old: str | None, word: str) -> Draft:
    """A source word in the place of another one; at the end where that is None."""
    index = None if old is None else draft.source.index(old)
    return choose_word(draft, "source", index, word, FIRST)


SWEATERS = draft_of(
    "小冰 昨天 买 了 两 件 红色 的 毛衣", "XiaoBing bought two red sweaters yesterday"
)


# --- on the lesson's corpus -----------------------------------------------------------------


def test_translation_measure_word_number_and_article_go_along() -> None:
    apples = choose(SWEATERS, "毛衣", "苹果")
    assert apples == draft_of(
        "小冰 昨天 买 了 两 个 红色 的 苹果", "XiaoBing bought two red apples yesterday"
    )
    assert choose(apples, "两", "一") == draft_of(
        "小冰 昨天 买 了 一 个 红色 的 苹果", "XiaoBing bought a red apple yesterday"
    )


@pytest.mark.parametrize(
    ("old", "word", "target"),
    [
        ("小冰", "咖哥", "KaGe bought two red sweaters yesterday"),
        ("昨天", "每天", "XiaoBing bought two red sweaters every day"),  # one word becomes two
        ("买", "看", "XiaoBing read two red sweaters yesterday"),
        ("了", "吃", "XiaoBing bought two red sweaters yesterday"),  # 了 had no translation
    ],
)
def test_the_translation_of_the_word_that_went_gives_way(old: str, word: str, target: str) -> None:
    assert choose(SWEATERS, old, word).target == tuple(target.split())


def test_a_word_at_the_end_brings_its_translation_where_that_fits() -> None:
    draft = draft_of("小冰 喝", "XiaoBing drinks")
    assert choose(draft, None, "茶") == draft_of("小冰 喝 茶", "XiaoBing drinks tea")
    assert choose(draft_of("", ""), None, "茶") == draft_of("茶", "tea")


def test_a_target_word_changes_nothing_else() -> None:
    draft = choose_word(SWEATERS, "target", 4, "apples", FIRST)
    assert draft == draft_of(
        "小冰 昨天 买 了 两 件 红色 的 毛衣", "XiaoBing bought two red apples yesterday"
    )
    assert choose_word(SWEATERS, "target", None, "tea", FIRST).target[-1] == "tea"


def test_an_article_agrees_with_the_word_behind_it() -> None:
    pairs = [
        Pair(("一", noun), (article, word), frozenset({(0, 0), (1, 1)}))
        for noun, article, word in (
            ("苹果", "an", "apple"),
            ("梨", "a", "pear"),
            ("蛋", "an", "egg"),
        )
    ]
    classes = WordClasses.from_pairs(pairs)
    draft = choose_word(draft_of("一 苹果", "an apple"), "source", 1, "梨", classes)
    assert draft == draft_of("一 梨", "a pear")
    assert choose_word(draft, "source", 1, "蛋", classes) == draft_of("一 蛋", "an egg")


def test_words_that_fit_on_both_sides_come_first() -> None:
    words, fitting_count = rank_words(SWEATERS, "source", SWEATERS.source.index("小冰"), FIRST)
    assert {"咖哥", "老师"} <= set(words[:fitting_count])
    assert "小冰" not in words
    assert "毛衣" in words[fitting_count:]


def test_a_word_that_nobody_has_met_is_given_way_to_no_translation() -> None:
    unknown = draft_of("blorp 买 了 茶", "XiaoBing bought tea")
    assert choose(unknown, "blorp", "咖哥").target == unknown.target
    assert rank_words(unknown, "source", 0, FIRST)[0]  # but there is something to choose from


def test_an_article_follows_a_noun_that_changed_after_it() -> None:
    target = agree_forms(
        ("she", "ate", "a", "apples"), ("她", "吃", "了", "一", "个", "苹果"), FIRST
    )
    assert " ".join(target) == "she ate an apple"


# --- whatever the draft ---------------------------------------------------------------------

SOURCE_WORDS, TARGET_WORDS = FIRST.source.words, FIRST.target.words
SOURCES = st.lists(st.sampled_from([*SOURCE_WORDS, "blorp"]), max_size=8).map(tuple)
TARGETS = st.lists(st.sampled_from([*TARGET_WORDS, "blorp"]), max_size=8).map(tuple)
DRAFTS = st.one_of(
    st.builds(Draft, SOURCES, TARGETS),
    st.sampled_from([Draft(pair.source, pair.target) for pair in PAIRS]),
)


@given(TARGETS, st.sampled_from(SOURCE_WORDS))
def test_an_insertion_loses_no_word_and_moves_none(target: tuple[str, ...], word: str) -> None:
    inserted = insert_translation(target, word, FIRST)
    phrases = FIRST.translations[word]
    added = phrases[0] if phrases else ()
    starts = range(len(target) + 1)
    assert inserted in [(*target[:i], *added, *target[i:]) for i in starts]


@given(TARGETS, st.sampled_from(SOURCE_WORDS), st.sampled_from(SOURCE_WORDS))
def test_an_exchange_touches_one_phrase_alone(
    target: tuple[str, ...], old_word: str, new_word: str
) -> None:
    exchanged = exchange_translation(target, old_word, new_word, FIRST)
    olds, news = FIRST.translations[old_word], FIRST.translations[new_word]
    assert exchanged == target or exchanged in [
        (*target[:i], *new, *target[i + len(old) :])
        for old in olds
        for new in news
        for i in range(len(target))
        if target[i : i + len(old)] == old
    ]


@given(DRAFTS)
def test_agreement_changes_forms_alone(draft: Draft) -> None:
    agreed = agree_forms(draft.target, draft.source, FIRST)
    assert len(agreed) == len(draft.target)
    forms = [set(phrases) for phrases in FIRST.translations.values()]
    for before, after in zip(draft.target, agreed, strict=True):
        assert before == after or any({(before,), (after,)} <= both for both in forms)


@given(st.sampled_from(PAIRS), st.sampled_from(SOURCE_WORDS), st.data())
def test_agreement_once_is_enough(pair: Pair, word: str, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(pair.source) - 1))
    chosen = choose_word(Draft(pair.source, pair.target), "source", index, word, FIRST)
    assert agree_forms(chosen.target, chosen.source, FIRST) == chosen.target


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: " ".join(pair.target))
def test_a_sentence_of_the_corpus_agrees_already(pair: Pair) -> None:
    assert agree_forms(pair.target, pair.source, FIRST) == pair.target


@given(DRAFTS, st.data())
def test_a_choice_keeps_every_source_word_that_has_a_translation(
    draft: Draft, data: st.DataObject
) -> None:
    index = data.draw(st.one_of(st.none(), st.integers(0, max(len(draft.source) - 1, 0))))
    index = index if draft.source else None
    word = data.draw(st.sampled_from(SOURCE_WORDS))
    chosen = choose_word(draft, "source", index, word, FIRST)
    position = len(draft.source) if index is None else index
    expected = (*draft.source[:position], word, *draft.source[position + 1 :])
    assert chosen.source[position] == word
    assert len(chosen.source) == len(expected)
    for old, new in zip(expected, chosen.source, strict=True):
        assert old == new or not FIRST.translations[old] and not FIRST.translations[new]
    # a word that is new by the learner's own hand stays; nothing else new comes in
    assert Counter(chosen.target)["blorp"] == Counter(draft.target)["blorp"]
    assert set(chosen.target) <= {*draft.target, *TARGET_WORDS}


@given(DRAFTS, st.sampled_from(["source", "target"]), st.data())
def test_every_other_known_word_is_offered_once(
    draft: Draft, side: suggestions.Side, data: st.DataObject
) -> None:
    tokens = getattr(draft, side)
    if not tokens:
        return
    index = data.draw(st.integers(0, len(tokens) - 1))
    words, fitting_count = rank_words(draft, side, index, FIRST)
    assert 0 <= fitting_count <= len(words)
    vocabulary = SOURCE_WORDS if side == "source" else TARGET_WORDS
    assert Counter(words) == Counter({*vocabulary} - {tokens[index]})


def test_rare_words_come_last_and_unranked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggestions, "MAX_RANKED_WORDS", 5)
    words, fitting_count = rank_words(SWEATERS, "target", 4, FIRST)
    others = [word for word in TARGET_WORDS if word != "sweaters"]
    assert sorted(words[:5]) == sorted(others[:5]) and words[5:] == others[5:]
    assert fitting_count <= 5


@given(SOURCES.filter(bool))
def test_a_measure_word_gives_way_to_a_companion_alone(source: tuple[str, ...]) -> None:
    matched = match_companions(source, 0, FIRST)
    assert matched[0] == source[0]
    companions = FIRST.source.cooccurring_words.get(source[0], set())
    assert all(new == old or new in companions for old, new in zip(source, matched, strict=True))
