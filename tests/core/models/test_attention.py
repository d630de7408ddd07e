"""Scores and softmax against JoeyNMT, OpenNMT-py and Keras, whose values lie in tests/oracles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from seq2seq_core.config import ATTENTIONS
from seq2seq_core.models.attention import SCORES, AttentionScore, attend_to_memory

CASES = json.loads((Path(__file__).parents[2] / "oracles/attention.json").read_text())["cases"]
LAYER_NAMES = {"W": "key", "Wk": "key", "Wq": "query", "v": "energy"}  # the oracles' names -> ours


def to_double(numbers: Any) -> torch.Tensor:
    return torch.tensor(numbers, dtype=torch.float64)


def score_with(
    weights: dict[str, Any], kind: str, query_size: int, key_size: int
) -> AttentionScore:
    """Our score with the oracle's weights; Keras' additive score has none, so ones stand there."""
    size = len(weights["Wk"]) if "Wk" in weights else key_size
    score = SCORES[kind](query_size, key_size, size).double()
    for name, layer in score.named_children():
        matches = [weight for key, weight in weights.items() if LAYER_NAMES.get(key) == name]
        weight = to_double(matches[0]) if matches else torch.eye(*layer.weight.shape)
        if name == "energy" and not matches:
            weight = torch.ones(1, size)
        layer.weight.data = weight.double()
    return score


def test_every_attention_that_can_be_chosen_is_a_score() -> None:
    assert ("none", *SCORES) == ATTENTIONS


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_scores_agree_with_independent_implementations(case: dict[str, Any]) -> None:
    query = to_double(case["query"])
    keys = to_double(case["keys"])
    values = keys if case["values"] == "=keys" else to_double(case["values"])
    mask = torch.tensor(case["mask_valid"])
    score = score_with(case["weights"], case["type"], query.shape[2], keys.shape[2])
    context, weights, _ = attend_to_memory(score(query, score.project_keys(keys)), values, mask)
    tolerance = {"rtol": 0, "atol": 1e-6 if "keras" in case["id"] else 1e-12}
    torch.testing.assert_close(weights, to_double(case["weights_attn"]), **tolerance)
    torch.testing.assert_close(context, to_double(case["context"]), **tolerance)


@pytest.mark.parametrize("kind", SCORES)
def test_padding_gets_exactly_nothing(kind: str) -> None:
    score = SCORES[kind](4, 4, 5)
    memory = torch.randn(2, 3, 4)
    mask = torch.tensor([[True, True, False], [True, False, False]])
    _, weights, _ = attend_to_memory(
        score(torch.randn(2, 6, 4), score.project_keys(memory)), memory, mask
    )
    assert (weights.masked_select(~mask.unsqueeze(1)) == 0).all()
    torch.testing.assert_close(weights.sum(2), torch.ones(2, 6))
