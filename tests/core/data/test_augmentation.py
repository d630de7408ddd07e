"""A new word comes into sentences of its class: shown on the corpus that comes with the lesson."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.data import bundled
from seq2seq_core.data.augmentation import (
    MIN_ROWS_PER_WORD,
    AugmentationOffer,
    LexiconEntry,
    UnclearWords,
    WordHint,
    align_unseen_words,
    augment,
    collect_words,
    find_word_hints,
    rank_substitutes,
    unseen_words,
)
from seq2seq_core.data.corpus import Corpus, Pair, Row, build_corpus
from seq2seq_core.data.word_classes import WordClasses

FIRST = bundled.load_bundled("first")
XIAOXUE = Row("小雪 昨天 买 了 两 件 红色 的 毛衣", "XiaoXue bought two red sweaters yesterday")


@pytest.fixture(scope="module")
def first() -> Corpus:
    return build_corpus(FIRST.rows, "space")


@pytest.fixture(scope="module")
def classes(first: Corpus) -> WordClasses:
    return WordClasses.from_pairs(first.pairs)


def pair_of(source: str, target: str) -> Pair:
    return build_corpus([Row(source, target)], "space").pairs[0]


def test_new_words_of_a_pair_belong_together(first: Corpus, classes: WordClasses) -> None:
    other_words = collect_words(first.pairs)
    pair = build_corpus([XIAOXUE], "space").pairs[0]
    assert align_unseen_words(pair, other_words, classes) == [LexiconEntry("小雪", "XiaoXue")]
    old_translation = pair_of("姐姐 每天 喝 一 杯 茶", "she drinks a cup of tea every day")
    assert align_unseen_words(old_translation, other_words, classes) == [
        LexiconEntry("姐姐", "she")
    ]
    assert align_unseen_words(first.pairs[0], other_words, classes) == []
    two_new = pair_of("我 爱 披萨", "I love pizza")
    assert align_unseen_words(two_new, other_words, classes) == [
        LexiconEntry("爱", "love"),
        LexiconEntry("披萨", "pizza"),
    ]
    # nobody knows which belongs to which
    assert align_unseen_words(pair_of("我 很 爱 披萨", "I love pizza"), other_words, classes) == []
    assert unseen_words(pair_of("我 爱 茶", "I adore some tea"), other_words) == (
        ["爱"],
        ["adore", "some"],
    )


@pytest.mark.parametrize(
    ("source", "target", "new", "likes"),
    [
        (*(XIAOXUE.source, XIAOXUE.target), ("小雪", "XiaoXue"), {"小冰", "咖哥"}),
        ("小冰 买 了 三 件 裙子", "XiaoBing bought three skirts", ("裙子", "skirts"), {"毛衣"}),
        ("他 吃 了 两 个 香蕉", "he ate two bananas", ("香蕉", "bananas"), {"苹果", "鸡蛋"}),
        ("他 昨天 卖 了 一 本 书", "he sold a book yesterday", ("卖", "sold"), {"买", "看", "写"}),
    ],
)
def test_a_word_of_the_same_class_comes_first(
    classes: WordClasses, source: str, target: str, new: tuple[str, str], likes: set[str]
) -> None:
    best = rank_substitutes(pair_of(source, target), LexiconEntry(*new), classes)[0]
    assert best.source in likes
    if best.target.endswith("s"):
        assert new[1].endswith("s")  # a plural stands in the place of a plural


@pytest.mark.parametrize("new", [("书包", "bags"), ("blorp", "blorps"), ("x", "z")])
def test_the_word_that_gave_way_is_the_first_substitute(
    first: Corpus, classes: WordClasses, new: tuple[str, str]
) -> None:
    row = first.rows[0]
    changed = pair_of(row.source.replace("毛衣", new[0]), row.target.replace("sweaters", new[1]))
    assert rank_substitutes(changed, LexiconEntry(*new), classes, first.pairs)[0] == LexiconEntry(
        "毛衣", "sweaters"
    )


def test_a_row_with_other_neighbours_is_not_what_a_pair_was_made_of(
    first: Corpus, classes: WordClasses
) -> None:
    skirts = pair_of(
        "小冰 买 了 三 件 裙子", "XiaoBing bought three skirts"
    )  # tickets are 三 张 票
    best = rank_substitutes(skirts, LexiconEntry("裙子", "skirts"), classes, first.pairs)
    assert best[0] == LexiconEntry("毛衣", "sweaters")


def test_ten_rows_with_the_new_word_and_none_that_was_held_out(
    first: Corpus, classes: WordClasses
) -> None:
    new_entry = LexiconEntry("小雪", "XiaoXue")
    pair = build_corpus([XIAOXUE], "space").pairs[0]
    known_entry = rank_substitutes(pair, new_entry, classes)[0]
    rows = augment(first, "space", new_entry, known_entry, FIRST.held_out)
    assert len({row.source for row in rows}) == 10
    for row in rows:
        assert row.source.split().count("小雪") == row.target.split().count("XiaoXue") == 1
        assert known_entry.source not in row.source.split()
    corpus = build_corpus(rows, "space")
    assert not corpus.problems
    position = corpus.pairs[0].source.index("小雪"), corpus.pairs[0].target.index("XiaoXue")
    assert position in corpus.pairs[0].sure  # links are still where they were


def test_a_known_word_brings_no_held_out_sentence_into_training(first: Corpus) -> None:
    new_entry, known_entry = LexiconEntry("咖哥", "KaGe"), LexiconEntry("小冰", "XiaoBing")
    existing = {row.source for row in (*FIRST.rows, *FIRST.held_out)}
    rows = augment(first, "space", new_entry, known_entry, FIRST.held_out, count=100)
    assert rows and not existing & {row.source for row in rows}
    unfiltered = augment(first, "space", new_entry, known_entry, count=100)
    assert {row.source for row in FIRST.held_out} & {row.source for row in unfiltered}


def test_fewer_rows_where_there_are_no_more() -> None:
    rows = [Row("我 爱 茶", "I love tea"), Row("你 爱 茶", "you love tea"), Row("茶 茶", "tea tea")]
    new_rows = augment(
        build_corpus(rows, "space"), "space", LexiconEntry("奶", "milk"), LexiconEntry("茶", "tea")
    )
    assert new_rows == [Row("我 爱 奶", "I love milk"), Row("你 爱 奶", "you love milk")]


def test_an_article_keeps_its_word() -> None:
    rows = [Row("一 个 苹果", "an apple"), Row("这 个 苹果", "this apple")]
    new_entry, known_entry = LexiconEntry("梨", "pear"), LexiconEntry("苹果", "apple")
    assert augment(build_corpus(rows, "space"), "space", new_entry, known_entry) == [
        Row("这 个 梨", "this pear")
    ]


def test_a_sentence_that_would_be_cut_elsewhere_is_left_out() -> None:
    rows = [Row("我喜欢书", "I like books")]
    corpus = build_corpus(rows, "zh-word")
    assert augment(corpus, "zh-word", LexiconEntry("小雪", "XiaoXue"), LexiconEntry("我", "I")) == [
        Row("小雪喜欢书", "XiaoXue like books")
    ]
    assert (
        augment(corpus, "zh-word", LexiconEntry("爱 茶", "tea"), LexiconEntry("书", "books")) == []
    )


SENTENCES = st.lists(st.sampled_from("abcd"), min_size=1, max_size=5)


@given(st.lists(st.tuples(SENTENCES, SENTENCES), min_size=1, max_size=12))
def test_an_exchange_moves_no_word_and_repeats_no_sentence(
    sentences: list[tuple[list[str], list[str]]],
) -> None:
    rows = [Row(" ".join(source), " ".join(target)) for source, target in sentences]
    new_rows = augment(
        build_corpus(rows, "space"), "space", LexiconEntry("new", "NEW"), LexiconEntry("a", "b")
    )
    assert len({row.source for row in new_rows}) == len(new_rows) <= 10
    old = {(row.source, row.target) for row in rows}
    for row in new_rows:
        assert (row.source.replace("new", "a"), row.target.replace("NEW", "b")) in old


def hints_above_first(*own: Row) -> dict[int, WordHint]:
    """What is said of the new words of these rows, on top of the lesson's corpus."""
    corpus = build_corpus([*own, *FIRST.rows], "space")
    own_rows = {(row.source, row.target): i for i, row in enumerate(own)}
    classes = WordClasses.from_pairs(corpus.pairs)
    return find_word_hints(own_rows, classes, corpus, "space", FIRST.held_out)


def test_a_new_word_is_offered_slots_that_have_room_for_it(first: Corpus) -> None:
    (hint,) = hints_above_first(XIAOXUE).values()
    assert isinstance(hint, AugmentationOffer)
    assert hint.new_entry == LexiconEntry("小雪", "XiaoXue")
    assert hint.row_count == 1
    assert hint.substitutes[0] == LexiconEntry("小冰", "XiaoBing")
    for known_entry in hint.substitutes:
        assert augment(first, "space", hint.new_entry, known_entry, FIRST.held_out)


def test_a_word_in_enough_rows_is_offered_no_more(first: Corpus) -> None:
    new, known_entry = LexiconEntry("小雪", "XiaoXue"), LexiconEntry("小冰", "XiaoBing")
    rows = augment(first, "space", new, known_entry, FIRST.held_out)
    assert len(rows) == MIN_ROWS_PER_WORD
    assert hints_above_first(*rows) == {}
    (hint,) = hints_above_first(*rows[:-1]).values()  # nine are not enough; said once
    assert isinstance(hint, AugmentationOffer) and hint.row_count == MIN_ROWS_PER_WORD - 1


def test_words_that_nobody_can_match_are_named_once() -> None:
    unclear = Row("我 很 爱 披萨", "I love pizza")
    later = Row("披萨 很", "love pizza")  # no word in it that was not named above
    assert hints_above_first(unclear, later) == {
        0: UnclearWords(["很", "爱", "披萨"], ["love", "pizza"])
    }
    assert hints_above_first(Row("小冰 买 了 茶", "XiaoBing bought some tea")) == {
        0: UnclearWords([], ["some"])
    }


def test_there_is_no_hint_on_words_that_other_rows_have() -> None:
    assert hints_above_first(Row(FIRST.rows[0].source, FIRST.rows[1].target)) == {}
    assert hints_above_first() == {}
