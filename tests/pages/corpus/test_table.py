"""What goes into the editor comes out of it as it was, with the links that still hold."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from pages.shared.corpus.table import rows_to_table, table_to_rows
from seq2seq_core.data.corpus import Row

CELLS = st.text(st.characters(codec="utf-8"), max_size=6)
ROWS = st.lists(st.builds(Row, CELLS, CELLS), max_size=6)


@given(ROWS)
def test_a_table_is_the_rows_that_have_something_in_them(rows: list[Row]) -> None:
    written = {i: row for i, row in enumerate(rows, 1) if (row.source + row.target).strip()}
    assert table_to_rows(rows_to_table(rows), rows) == written


def test_links_belong_to_a_pair_as_it_was() -> None:
    rows = [Row("我 笑", "I laugh", "0-0 1-1"), Row("你 笑", "you laugh", "0-0 1-1")]
    table = rows_to_table(rows)
    table.loc[2, "target"] = "you smile"
    assert table_to_rows(table, rows) == {1: rows[0], 2: Row("你 笑", "you smile")}


def test_a_row_without_a_cell_is_half_a_row_and_without_both_none() -> None:
    table = pd.DataFrame(
        {"source": ["我", None, float("nan")], "target": [None, "I", None]}, index=[1, 2, 7]
    )
    assert table_to_rows(table, ()) == {1: Row("我", ""), 2: Row("", "I")}
