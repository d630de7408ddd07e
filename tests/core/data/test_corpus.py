"""A bad row is named by row, column, reason and way out, and the good ones go on working."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.data.cleaning import clean_text
from seq2seq_core.data.corpus import (
    Pair,
    Row,
    build_corpus,
    count_duplicates,
    find_pair,
    sanitize_rows,
    segment_known,
    split_held_out,
    swap_sides,
    tokenize,
)
from seq2seq_core.data.vocabulary import SPECIAL_TOKENS
from seq2seq_core.errors import MESSAGES, CorpusError

GOOD_ROW = Row("我 爱 书", "I love books", "0-0 1-1 2-2")


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (Row("", "hello"), "source", "empty"),
        (Row("你 好", " \u3000"), "target", "empty"),
        (Row("你 <eos>", "hello"), "source", "reserved_token"),
        (Row("a " * 65, "hello"), "source", "too_many_tokens"),
        (Row("你", "l" * 65), "target", "token_too_long"),
        (Row("你", "\ud800"), "target", "not_unicode"),
        (Row("你", "hi", "1-0"), "alignment", "bad_alignment"),
        (Row("你", "hi", "0-0 nonsense"), "alignment", "bad_alignment"),
    ],
)
def test_a_bad_row_is_named_and_the_others_work(row: Row, column: str, code: str) -> None:
    corpus = build_corpus([GOOD_ROW, row, GOOD_ROW], "space")
    (problem,) = corpus.problems
    assert (problem.row, problem.column, problem.error.code) == (2, column, code)
    assert "row 2" in str(problem)
    assert corpus.rows == (GOOD_ROW, GOOD_ROW)


def test_both_columns_of_a_row_can_have_a_problem() -> None:
    corpus = build_corpus([Row("", "")], "space")
    assert [problem.column for problem in corpus.problems] == ["source", "target"]


def test_the_alignment_is_read_as_sure_and_possible_links() -> None:
    (pair,) = build_corpus([Row("买 了", "bought", "0-0 1?0")], "space").pairs
    assert (pair.sure, pair.possible) == ({(0, 0)}, {(1, 0)})


def test_too_many_rows_are_refused_with_both_numbers() -> None:
    with pytest.raises(CorpusError, match="2001.*2000"):
        build_corpus([GOOD_ROW] * 2001, "space")


ANY_ROWS = st.lists(
    st.builds(Row, *[st.text(st.characters(codec=None), max_size=90)] * 3), max_size=5
)


@given(ANY_ROWS)
def test_any_text_becomes_pairs_or_problems(rows: list[Row]) -> None:
    corpus = build_corpus(rows, "space")
    bad_rows = {problem.row for problem in corpus.problems}
    assert len(corpus.pairs) + len(bad_rows) == len(rows)
    for problem in corpus.problems:
        assert str(problem) and problem.error.code in MESSAGES
    assert build_corpus(corpus.rows, "space").pairs == corpus.pairs


def test_sanitized_rows_are_clean_and_an_unfinished_one_stays() -> None:
    sanitized = sanitize_rows(
        [Row("你\u3000好", "cafe\u0301"), Row("", "hi"), Row("你", "hi", "7-7")], "space"
    )
    assert sanitized.rows == (Row("你 好", "café"), Row("", "hi"), Row("你", "hi", "7-7"))
    assert not sanitized.problems and not sanitized.altered_rows


def test_what_must_not_be_stored_is_a_problem_of_its_row() -> None:
    bad_rows = [
        Row("<eos>", "hi"),
        Row("a " * 65, "\0"),
        Row("l" * 65, "hi"),
        Row("你", "\ud800"),
        Row("你", "hi", "0-0 " * 2000),
    ]
    sanitized = sanitize_rows([GOOD_ROW, *bad_rows, GOOD_ROW], "space")
    assert sanitized.rows == (GOOD_ROW, GOOD_ROW)
    assert [(p.row, p.column, p.error.code) for p in sanitized.problems] == [
        (2, "source", "reserved_token"),
        (3, "source", "too_many_tokens"),
        (3, "target", "control_character"),
        (4, "source", "token_too_long"),
        (5, "target", "not_unicode"),
        (6, "alignment", "too_long"),
    ]


def test_a_row_that_lost_invisible_characters_is_noticed() -> None:
    sanitized = sanitize_rows(
        [GOOD_ROW, Row("你\u200b好", "hi"), Row("abc\u202egnp", "x")], "space"
    )
    assert sanitized.altered_rows == (2, 3)
    assert sanitized.rows[1:] == (Row("你好", "hi"), Row("abcgnp", "x"))


@given(ANY_ROWS, st.sampled_from(["space", "zh-word", "character"]))
def test_sanitized_rows_stay_as_they_are_and_nothing_else_is_stored(
    rows: list[Row], tokenizer: str
) -> None:
    sanitized = sanitize_rows(rows, tokenizer)
    assert len(sanitized.rows) + len({problem.row for problem in sanitized.problems}) == len(rows)
    sanitized_again = sanitize_rows(sanitized.rows, tokenizer)
    assert sanitized_again.rows == sanitized.rows
    assert not sanitized_again.problems and not sanitized_again.altered_rows
    codes = {problem.error.code for problem in build_corpus(sanitized.rows, tokenizer).problems}
    assert codes <= {"empty", "bad_alignment"}


def test_swapping_the_sides_reverses_the_links() -> None:
    assert swap_sides([Row("买 了", "bought", "0-0 1?0 x")]) == [
        Row("bought", "买 了", "0-0 0?1 x")
    ]
    rows = [GOOD_ROW, Row("买 了", "bought", "0-0 1?0")]
    assert swap_sides(swap_sides(rows)) == rows


def test_repeated_pairs_are_counted() -> None:
    assert count_duplicates([GOOD_ROW, GOOD_ROW, Row("你", "hi"), GOOD_ROW]) == 2
    assert count_duplicates([]) == 0


def test_held_out_sentences_are_a_tenth_and_new_to_the_model() -> None:
    rows = [Row(f"s{i % 90}", f"t{i}") for i in range(100)]
    train, held_out = split_held_out(rows, seed=1)
    assert len(train) == 90 and 0 < len(held_out) <= 10
    assert not {row.source for row in train} & {row.source for row in held_out}
    assert split_held_out(rows, seed=1) == (train, held_out)
    assert split_held_out(rows[:5], seed=1) == (rows[:5], [])


WORDS = {*SPECIAL_TOKENS, "我", "喜欢", "书"}


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("我喜欢看书", ["我", "喜欢", "看", "书"]),  # no space: longest match all over
        ("我 喜欢书", ["我", "喜欢", "书"]),  # two known words, run together
        ("我 喜欢看书", ["我", "喜欢看书"]),  # an unknown word, as it would be in the corpus
        ("我 看", ["我", "看"]),
        ("我<eos>", ["我<eos>"]),  # a special token is no word to cut at, and never left over
        ("我 喜欢<unk>", ["我", "喜欢<unk>"]),
    ],
)
def test_a_sentence_is_cut_where_the_model_knows_its_words(text: str, pieces: list[str]) -> None:
    assert segment_known(text, "space", WORDS) == tuple(pieces)


def test_only_where_spaces_separate_words_are_unknown_ones_cut() -> None:
    for tokenizer in ("zh-word", "character"):
        assert segment_known("我喜欢看书", tokenizer, WORDS) == tokenize("我喜欢看书", tokenizer)


@given(st.lists(st.sampled_from([*WORDS, "看", "<", "eos>", " "])).map("".join).map(clean_text))
def test_cutting_loses_nothing_and_refuses_what_cannot_be_tokens(text: str) -> None:
    try:
        tokenize(text, "space")
    except CorpusError as error:
        with pytest.raises(CorpusError) as caught:
            segment_known(text, "space", WORDS)
        assert caught.value.code == error.code
    else:
        pieces = segment_known(text, "space", WORDS)
        assert "".join(pieces) == text.replace(" ", "")
        assert not set(pieces) & set(SPECIAL_TOKENS)


def test_a_pair_is_found_by_its_source() -> None:
    pairs = (Pair(("a", "b"), ("x",)), Pair(("a",), ("y",)), Pair(("a", "b"), ("z",)))
    assert find_pair(pairs, ["a", "b"]) is pairs[0]
    assert find_pair(pairs, ("b",)) is None and find_pair((), ("a",)) is None
