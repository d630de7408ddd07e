"""Attention as an alignment: crossings, words that nobody needs, gold links and guesses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.data.corpus import Pair
from seq2seq_core.evaluation import alignment
from tests.core.model_grid import PAIRS

PAIR = Pair(
    ("小冰", "买", "了", "书"),
    ("XiaoBing", "bought", "books"),
    sure=frozenset({(0, 0), (1, 1), (3, 2)}),
    possible=frozenset({(2, 1)}),
)
POSITIONS = st.lists(st.integers(0, 8), max_size=9)
ROWS = st.lists(st.lists(st.floats(0, 1), min_size=4, max_size=4), min_size=1, max_size=6)


def test_two_links_cross_where_the_later_word_looked_further_left() -> None:
    assert alignment.count_crossings([0, 2, 1]) == 1
    assert alignment.count_crossings([0, 2, 4, 6, 8, 1]) == 4  # the time word comes last in English


@given(POSITIONS)
def test_crossings_of_a_map_and_of_its_mirror_are_all_pairs_at_different_positions(
    positions: list[int],
) -> None:
    different_pairs = sum(a != b for t, b in enumerate(positions) for a in positions[:t])
    crossings = [alignment.count_crossings(p) for p in (positions, positions[::-1])]
    assert sum(crossings) == different_pairs
    assert alignment.count_crossings(sorted(positions)) == 0


@given(ROWS, st.floats(0.01, 1))
def test_a_position_is_needed_or_not(rows: list[list[float]], share: float) -> None:
    unattended = alignment.unattended_positions(rows, share)
    for j in range(4):
        assert (j in unattended) == all(row[j] < share for row in rows)
    assert set(alignment.unattended_positions(rows, share / 2)) <= set(unattended)


@given(ROWS)
def test_the_strongest_link_has_the_largest_weight(rows: list[list[float]]) -> None:
    assert [row[j] for row, j in zip(rows, alignment.argmax_positions(rows), strict=True)] == list(
        map(max, rows)
    )


def test_a_word_is_misaligned_if_its_largest_weight_lies_on_no_gold_link() -> None:
    rows = [[0.9, 0.1, 0.0], [0.7, 0.2, 0.1], [0.0, 0.4, 0.6], [1.0, 0.0, 0.0]]
    sure = frozenset({(0, 0), (1, 1), (1, 2)})  # the last word comes from none
    positions = alignment.argmax_positions(rows)
    assert alignment.find_misalignments(positions, sure, frozenset()) == [(1, 0, 1), (2, 2, 1)]
    assert alignment.find_misalignments(positions, sure, frozenset({(2, 2)})) == [(1, 0, 1)]


@pytest.mark.parametrize(
    ("positions", "strict", "lenient"),
    [((0, 1, 3), 1, 1), ((0, 2, 3), 2 / 3, 1), ((1, 0, 0), 0, 0)],
)
def test_alignment_counts_largest_weights_on_gold_links(
    positions: tuple[int, ...], strict: float, lenient: float
) -> None:
    score = alignment.score_alignment([positions], [PAIR])
    assert score is not None
    assert (score.score, score.lenient) == pytest.approx((strict, lenient))
    assert score.chance == pytest.approx(1 / 4)
    assert score.diagonal == pytest.approx(2 / 3)  # positions 0, 2, 3
    assert score.word_count == 3


def test_without_gold_links_there_is_no_score() -> None:
    assert alignment.score_alignment([[0]], [Pair(("a",), ("b",))]) is None


@given(st.lists(st.integers(0, 3), min_size=3, max_size=5))
def test_the_score_lies_between_nothing_and_its_lenient_form(positions: list[int]) -> None:
    score = alignment.score_alignment([positions], [PAIR])
    assert score is not None
    assert 0 <= score.score <= score.lenient <= 1


def test_several_pairs_count_word_by_word() -> None:
    one_word = Pair(("a", "b"), ("c",), sure=frozenset({(1, 0)}))
    score = alignment.score_alignment([[0, 1, 0], [1]], [PAIR, one_word])
    assert score is not None
    assert (score.score, score.word_count) == (3 / 4, 4)  # not the mean of 2/3 and 1
    assert score.chance == pytest.approx((3 * 1 / 4 + 1 / 2) / 4)


@given(st.lists(st.sets(st.integers(0, 3), min_size=1), min_size=1, max_size=4))
def test_chance_is_the_mean_score_of_looking_at_each_position(gold: list[set[int]]) -> None:
    sure = frozenset((j, t) for t, sources in enumerate(gold) for j in sources)
    pair = Pair(("a", "b", "c", "d"), ("x",) * len(gold), sure=sure)
    scores = [alignment.score_alignment([[j] * len(gold)], [pair]) for j in range(4)]
    mean = sum(score.score for score in scores if score is not None) / 4
    assert alignment.chance_alignment([pair]) == pytest.approx(mean)


@given(st.integers(1, 64), st.integers(1, 64))
def test_the_diagonal_goes_from_the_first_word_to_the_last(sources: int, targets: int) -> None:
    guesses = [alignment.diagonal_position(t, targets, sources) for t in range(targets)]
    assert guesses == sorted(guesses) and guesses[0] == 0
    assert guesses[-1] == (sources - 1 if targets > 1 else 0)
    if sources == targets:
        assert guesses == list(range(sources))


def test_gold_links_are_those_of_the_words_that_came_out_right() -> None:
    output = ("XiaoBing", "reads", "books", "today")
    sure, possible = alignment.find_gold_links([PAIR], PAIR.source, output)
    assert (sure, possible) == (frozenset({(0, 0), (3, 2)}), PAIR.possible)
    assert alignment.find_gold_links([PAIR], ["其他"], output) == (frozenset(), frozenset())


def test_words_are_counted_where_they_stand() -> None:
    sources = [("a", "的", "b"), ("的", "c")]
    assert alignment.count_words_at([[1, 2], [0]], sources) == [("的", 2, 2), ("b", 1, 1)]


def test_in_five_sentences_every_word_stands_once() -> None:
    sources = [pair.source for pair in PAIRS]
    assert alignment.all_words_unique(sources)
    assert not alignment.all_words_unique([*sources, PAIRS[0].source])
