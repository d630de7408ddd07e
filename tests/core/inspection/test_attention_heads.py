"""Every layer and head of one sentence: what is shown is what the model computed."""

from __future__ import annotations

import pytest
import torch

from seq2seq_core.config import ModelConfig
from seq2seq_core.decoding.translator import Translator
from seq2seq_core.inspection.attention_heads import (
    AttentionHeads,
    HeadPattern,
    best_heads_by_pattern,
    head_patterns,
    inspect_attention_heads,
    stack_heads,
)
from seq2seq_core.models import build_model
from tests.core.model_grid import CODEC, PAIRS, SOURCE, TARGET

TRANSFORMER = ModelConfig(
    "transformer", layers=3, heads=2, model_size=8, feed_forward_size=16, dropout=0.0
)
TEXT = " ".join(PAIRS[1].source)


def inspect_example(kind: ModelConfig) -> tuple[dict[str, AttentionHeads], Translator]:
    model = build_model(kind, len(SOURCE), len(TARGET), seed=3)
    translator = Translator(model, CODEC)
    return inspect_attention_heads(translator, PAIRS[1].source), translator


@pytest.fixture(scope="module")
def heads_by_part() -> dict[str, AttentionHeads]:
    return inspect_example(TRANSFORMER)[0]


@pytest.mark.parametrize("part", ["cross", "encoder", "decoder"])
def test_every_row_of_every_head_sums_to_one(
    heads_by_part: dict[str, AttentionHeads], part: str
) -> None:
    heads = heads_by_part[part]
    assert (heads.layer_count, heads.head_count) == (3, 2)
    for layer in (1, 2, 3):
        for head in (0, 1, 2):
            rows = heads.weight_matrix(layer, head)
            assert len(rows) == len(heads.row_tokens)
            for row in rows:
                assert sum(row) == pytest.approx(1, abs=1e-5)
                assert len(row) == len(heads.column_tokens)
            assert [weight for row in rows for weight in row] == heads.flat_weights(layer, head)


def test_the_decoder_never_looks_at_what_is_not_written_yet(
    heads_by_part: dict[str, AttentionHeads],
) -> None:
    heads = heads_by_part["decoder"]
    assert heads.is_causal
    assert heads.row_tokens == heads.column_tokens
    assert heads.row_tokens[0] == "<sos>"
    for layer in (1, 2, 3):
        for head in (1, 2):
            for t, row in enumerate(heads.weight_matrix(layer, head)):
                assert not any(row[t + 1 :])
                assert all(row[: t + 1])


def test_head_0_is_the_mean_and_of_the_last_layer_what_the_other_pages_show() -> None:
    heads_by_part, translator = inspect_example(TRANSFORMER)
    heads = heads_by_part["cross"]
    weights = torch.tensor([heads.weight_matrix(2, 1), heads.weight_matrix(2, 2)])
    torch.testing.assert_close(torch.tensor(heads.weight_matrix(2, 0)), weights.mean(0))
    steps = translator.translate(TEXT).steps
    assert heads.row_tokens == tuple(step.token for step in steps)
    expected = torch.tensor([step.attention for step in steps])
    torch.testing.assert_close(torch.tensor(heads.weight_matrix(3, 0)), expected)


def test_a_recurrent_model_has_one_map_or_none() -> None:
    heads_by_part, _ = inspect_example(ModelConfig("gru", False, "general", 8, 8, layers=2))
    assert list(heads_by_part) == ["cross"]
    assert (heads_by_part["cross"].layer_count, heads_by_part["cross"].head_count) == (1, 1)
    assert inspect_example(ModelConfig("gru", False, "none", 8, 8))[0] == {}


def count_patterns(part: str, weights: list[list[float]], sure: frozenset = frozenset()) -> dict:
    patterns = head_patterns(part, weights, sure)
    return {pattern.name: (pattern.count, pattern.row_count) for pattern in patterns}


def test_patterns_count_the_rows_whose_largest_weight_lies_there() -> None:
    shifted = [[0.1, 0.9, 0], [0.8, 0.1, 0.1], [0.2, 0.7, 0.1]]  # after, before, before
    assert count_patterns("encoder", shifted) == {
        "before": (2, 2), "same": (0, 3), "after": (1, 2), "first": (1, 2), "last": (0, 2),
    }  # fmt: skip


def test_a_row_without_a_choice_proves_nothing() -> None:
    assert count_patterns("decoder", [[1.0, 0.0], [0.3, 0.7]]) == {
        "before": (0, 1), "same": (1, 1), "first": (0, 1),
    }  # fmt: skip
    assert count_patterns("encoder", [[1.0]]) == {}


def test_across_only_named_words_count_as_matching() -> None:
    weights = [[0.9, 0.1], [0.9, 0.1], [0.5, 0.5]]
    sure = frozenset({(0, 0), (1, 1)})
    assert count_patterns("cross", weights, sure) == {
        "linked": (1, 2),
        "first": (3, 3),
        "last": (0, 3),
    }
    assert "linked" not in count_patterns("cross", weights)


def test_a_frequent_pattern_takes_more_than_half_of_at_least_three_rows() -> None:
    assert HeadPattern("first", 2, 3).is_frequent
    assert not HeadPattern("first", 2, 4).is_frequent
    assert not HeadPattern("first", 2, 2).is_frequent


def test_the_best_head_of_each_pattern_is_named() -> None:
    same, before = torch.eye(3), torch.eye(3)[[0, 0, 1]]
    weights = torch.stack([torch.stack([same, same]), torch.stack([same, before])])
    best = {
        pattern.name: (layer, head, pattern.count)
        for layer, head, pattern in best_heads_by_pattern(
            stack_heads("encoder", "abc", "abc", weights)
        )
    }
    assert best["same"] == (1, 1, 3)
    assert best["before"] == (2, 2, 2)
