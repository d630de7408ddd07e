"""A bad row is named by row, column, reason and way out, and the good ones go on working."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.corpus import (
    Row,
    read_file,
    read_rows,
    rows_of_tsv,
    split_held_out,
    tsv_of_rows,
)
from seq2seq_core.errors import MESSAGES, CorpusError

GOOD = Row("我 爱 书", "I love books", "0-0 1-1 2-2")


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
    corpus = read_rows([GOOD, row, GOOD], "space")
    (problem,) = corpus.problems
    assert (problem.row, problem.column, problem.error.code) == (2, column, code)
    assert "row 2" in str(problem)
    assert corpus.rows == (GOOD, GOOD)


def test_both_columns_of_a_row_can_have_a_problem() -> None:
    corpus = read_rows([Row("", "")], "space")
    assert [problem.column for problem in corpus.problems] == ["source", "target"]


def test_the_alignment_is_read_as_sure_and_possible_links() -> None:
    (pair,) = read_rows([Row("买 了", "bought", "0-0 1?0")], "space").pairs
    assert (pair.sure, pair.possible) == ({(0, 0)}, {(1, 0)})


def test_too_many_rows_are_refused_with_both_numbers() -> None:
    with pytest.raises(CorpusError, match="2001.*2000"):
        read_rows([GOOD] * 2001, "space")


def test_exported_sentence_pairs_bring_no_attribution_with_them() -> None:
    text = "嗨。\tHi.\tCC-BY 2.0 (France) Attribution: tatoeba.org\n你 好\tHi\t0-0\n"
    assert rows_of_tsv(text) == [Row("嗨。", "Hi.", ""), Row("你 好", "Hi", "0-0")]


def test_line_ends_byte_order_mark_and_header_do_not_matter() -> None:
    text = "\ufeffsource\ttarget\talignment\r\n你 好\thi\r\n再见\tbye\r"
    assert rows_of_tsv(text) == [Row("你 好", "hi"), Row("再见", "bye")]


FIELD = st.text(st.characters(codec="utf-8"), max_size=30).map(lambda t: " ".join(t.split()))
ROWS = st.builds(Row, FIELD.filter(bool), FIELD, st.sampled_from(["", "0-0", "0-0 1?2"]))


@given(st.lists(ROWS, max_size=8))
def test_rows_come_back_from_tsv_as_they_were(rows: list[Row]) -> None:
    assert rows_of_tsv(tsv_of_rows(rows)) == rows


@given(st.lists(st.builds(Row, *[st.text(st.characters(codec=None), max_size=40)] * 3), max_size=5))
def test_any_text_becomes_pairs_or_problems(rows: list[Row]) -> None:
    corpus = read_rows(rows, "space")
    bad = {problem.row for problem in corpus.problems}
    assert len(corpus.pairs) + len(bad) == len(rows)
    for problem in corpus.problems:
        assert str(problem) and problem.error.code in MESSAGES
    assert read_rows(corpus.rows, "space").pairs == corpus.pairs


@given(st.binary(max_size=300))
def test_any_file_becomes_rows_or_one_sentence(tmp_path_factory: object, data: bytes) -> None:
    path = tmp_path_factory.mktemp("corpus") / "corpus.tsv"  # type: ignore[attr-defined]
    path.write_bytes(data)
    try:
        rows = read_file(path)
    except CorpusError as error:
        assert error.code == "not_utf8"
    else:
        assert all(isinstance(row, Row) for row in rows)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="nowhere.tsv"):
        read_file(tmp_path / "nowhere.tsv")


def test_held_out_sentences_are_a_tenth_and_new_to_the_model() -> None:
    rows = [Row(f"s{i % 90}", f"t{i}") for i in range(100)]
    train, held_out = split_held_out(rows, seed=1)
    assert len(train) == 90 and 0 < len(held_out) <= 10
    assert not {row.source for row in train} & {row.source for row in held_out}
    assert split_held_out(rows, seed=1) == (train, held_out)
    assert split_held_out(rows[:5], seed=1) == (rows[:5], [])
