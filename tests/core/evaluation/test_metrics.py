"""The alignment score against its own extremes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.data.corpus import Pair
from seq2seq_core.evaluation.metrics import score_alignment

PAIR = Pair(
    ("小冰", "买", "了", "书"),
    ("XiaoBing", "bought", "books"),
    sure=frozenset({(0, 0), (1, 1), (3, 2)}),
    possible=frozenset({(2, 1)}),
)


def looking_at(*places: int) -> list[list[float]]:
    return [[float(j == place) for j in range(4)] for place in places]


@pytest.mark.parametrize(
    ("places", "score", "lenient"),
    [((0, 1, 3), 1, 1), ((0, 2, 3), 2 / 3, 1), ((1, 0, 0), 0, 0)],
)
def test_alignment_counts_largest_weights_on_gold_links(
    places: tuple[int, ...], score: float, lenient: float
) -> None:
    found = score_alignment([looking_at(*places)], [PAIR])
    assert found is not None
    assert (found.score, found.lenient) == pytest.approx((score, lenient))
    assert found.chance == pytest.approx(1 / 4)
    assert found.diagonal == pytest.approx(2 / 3)  # positions 0, 2, 3
    assert found.word_count == 3


def test_without_gold_links_there_is_no_score() -> None:
    assert score_alignment([[[1.0]]], [Pair(("a",), ("b",))]) is None


@given(st.lists(st.lists(st.floats(0, 1), min_size=4, max_size=4), min_size=3, max_size=3))
def test_the_score_lies_between_nothing_and_its_lenient_form(weights: list[list[float]]) -> None:
    found = score_alignment([weights], [PAIR])
    assert found is not None
    assert 0 <= found.score <= found.lenient <= 1
