"""What became of an edit is said once: kept, refused, or made clean."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import streamlit as st

from pages.shared.corpus import edits
from seq2seq_core.data.corpus import Row


@pytest.fixture(autouse=True)
def no_notices(english: None) -> Iterator[None]:
    edits.pop_notices()
    yield
    st.session_state.pop("corpus_said", None)


def test_a_notice_is_read_once() -> None:
    edits.queue_notice("kept")
    edits.queue_notice("refused", refused=True)
    assert edits.pop_notices() == [("kept", False), ("refused", True)]
    assert edits.pop_notices() == []


def test_a_good_row_needs_no_words() -> None:
    rows = [Row("你 好", "hello")]
    assert edits.sanitize_with_notices(rows, "space").rows == tuple(rows)
    assert edits.pop_notices() == []


def test_a_refused_row_is_named_by_its_number_on_the_screen() -> None:
    sanitized = edits.sanitize_with_notices(
        [Row("你 好", "hello"), Row("你 <eos>", "x")], "space", [4, 17]
    )
    assert sanitized.rows == (Row("你 好", "hello"),)
    ((text, refused),) = edits.pop_notices()
    assert refused and text.startswith("Not stored: Row 17, source: <eos> is a special token")


@pytest.mark.parametrize(("count", "more"), [(1, 0), (4, 0), (5, 1), (9, 5)])
def test_of_many_refused_rows_four_are_named_and_the_rest_counted(count: int, more: int) -> None:
    edits.sanitize_with_notices([Row(f"你 {i} <eos>", "x") for i in range(count)], "space")
    ((text, _refused),) = edits.pop_notices()
    assert text.count("Row ") == count - more
    assert (f"… and {more} more." in text) == bool(more)


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "Invisible characters were taken out of row 1."),
        (2, "Invisible characters were taken out of rows 1, 2."),
        (6, "Invisible characters were taken out of rows 1, 2, 3, 4 …."),
    ],
)
def test_what_was_taken_out_is_said(count: int, said: str) -> None:
    rows = [Row(f"你\u200b好 {i}", "hello") for i in range(count)]
    sanitized = edits.sanitize_with_notices(rows, "space")
    assert all("\u200b" not in row.source for row in sanitized.rows)
    assert [text for text, _refused in edits.pop_notices()] == [said]
