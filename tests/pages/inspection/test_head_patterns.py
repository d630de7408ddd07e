"""What a head does is counted, and said only where it does it in more than half of the rows."""

from __future__ import annotations

import pytest
import torch

from pages.shared.inspection import head_patterns
from seq2seq_core.inspection.attention_heads import PATTERNS, HeadPattern, stack_heads
from tests.pages.laboratory import Laboratory, plain, select

WORDS = ("a", "b", "c", "d")


def heads_of(part: str, *matrices: list[list[float]]) -> head_patterns.AttentionHeads:
    """One layer with these heads."""
    return stack_heads(part, WORDS, WORDS, torch.tensor([list(matrices)]))


def looking(columns: list[int], count: int = 4) -> list[list[float]]:
    """All weight of each row at one column."""
    return [[float(j == column) for j in range(count)] for column in columns]


BEFORE = looking([0, 0, 1, 2])
SAME = looking([0, 1, 2, 3])
NOWHERE = looking([3, 2, 0, 1])


@pytest.mark.parametrize(
    ("part", "matrix", "said"),
    [
        ("encoder", BEFORE, "Largest weight on the word before: in 3 of 3 rows."),
        ("encoder", SAME, "Largest weight on the same word: in 4 of 4 rows."),
        ("encoder", looking([0, 0, 0, 0]), "Largest weight on the first word: in 3 of 3 rows."),
        ("encoder", looking([1, 2, 3, 3]), "Largest weight on the word after: in 3 of 3 rows."),
        ("encoder", NOWHERE, "Its largest weights follow no simple rule here."),
        ("decoder", looking([0, 1, 2, 3]), "Largest weight on the word just read: in 3 of 3 rows."),
        ("cross", looking([3, 3, 3, 3]), "Largest weight on the last source word: in 4 of 4 rows."),
    ],
)
def test_the_strongest_pattern_of_a_head_is_said(
    english: None, part: str, matrix: list[list[float]], said: str
) -> None:
    assert head_patterns.describe_head(heads_of(part, matrix), 1, 1, frozenset()) == said


def test_the_matching_word_counts_where_links_are_known(english: None) -> None:
    links = frozenset({(3, 0), (2, 1), (0, 2), (1, 3)})
    said = head_patterns.describe_head(heads_of("cross", NOWHERE), 1, 1, links)
    assert said == "Largest weight on the matching word: in 4 of 4 rows."


def test_every_pattern_of_the_core_has_its_words() -> None:
    expected = {(part, name) for part, names in PATTERNS.items() for name in names}
    assert set(head_patterns.PATTERN_LABELS) == expected
    assert set(head_patterns.PART_LABELS) == set(head_patterns.PART_NOTES) == set(PATTERNS)


@pytest.mark.parametrize(
    ("count", "rows", "frequent"), [(2, 2, False), (2, 3, True), (2, 4, False), (3, 4, True)]
)
def test_of_fewer_than_three_rows_nothing_is_said(count: int, rows: int, frequent: bool) -> None:
    assert HeadPattern("same", count, rows).is_frequent == frequent


def test_a_tile_is_the_map_of_its_head(lab: Laboratory, english: None) -> None:
    heads = head_patterns.sentence_heads(select(lab, "transformer"))["cross"]
    for layer in (1, 2):
        for head in (0, 1, 2):
            tile = head_patterns.head_tile(heads, layer, head, frozenset())
            assert tile.id == f"{layer}.{head}"
            assert tile.is_chosen == ((layer, head) == (2, 0))
            weights = heads.flat_weights(layer, head)
            assert len(tile.weight_bytes) == len(weights) == tile.row_count * tile.column_count
            for shade, weight in zip(tile.weight_bytes, weights, strict=True):
                assert abs(shade / 255 - weight) < 0.003
            assert plain(tile.title) == (
                f"Layer {layer}, head {head}" if head else f"Layer {layer}, mean of its 2 heads"
            )


def test_the_mean_of_the_heads_is_their_mean() -> None:
    heads = heads_of("encoder", BEFORE, SAME)
    mean = heads.weight_matrix(1, 0)
    for t in range(4):
        expected = [(BEFORE[t][j] + SAME[t][j]) / 2 for j in range(4)]
        assert mean[t] == pytest.approx(expected)


def test_a_lone_head_needs_no_title() -> None:
    assert head_patterns.head_title(heads_of("cross", SAME), 1, 1) == ""
    assert head_patterns.head_title(heads_of("cross", SAME, SAME), 1, 1) != ""
