"""The corpora that come with the lesson."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seq2seq_core.data import bundled
from seq2seq_core.data.corpus import swap_sides


@pytest.mark.parametrize("name", bundled.TRANSLATION_CORPORA)
def test_it_is_known_which_way_round_a_corpus_stands(name: str) -> None:
    rows = bundled.load_bundled(name).rows
    swapped = tuple(swap_sides(rows))
    assert not bundled.is_swapped(name, rows)
    assert bundled.is_swapped(name, swapped)
    assert not bundled.is_swapped("mine", swapped)  # nobody knows how that stood before


def test_most_rows_decide_which_way_round_a_corpus_stands() -> None:
    rows = tuple(swap_sides(bundled.load_bundled("first").rows))
    half = len(rows) // 2
    edited = [replace(row, source=f"{row.source} x") for row in rows[: half - 1]]
    assert bundled.is_swapped("first", (*edited, *rows[half - 1 :]))
    edited = [replace(row, source=f"{row.source} x") for row in rows[:half]]
    assert not bundled.is_swapped("first", (*edited, *rows[half:]))


def test_a_corpus_of_no_rows_stands_as_it_came() -> None:
    assert not bundled.is_swapped("first", ())
