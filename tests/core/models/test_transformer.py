"""The parts of the Transformer against the annotated Transformer and torch's own attention."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import nn

from seq2seq_core.models.transformer import sinusoidal_encoding
from seq2seq_core.models.transformer_layers import MultiHeadAttention, causal_mask
from seq2seq_core.training.loop import token_loss

VALUES = json.loads((Path(__file__).parents[2] / "oracles/transformer.json").read_text())


def test_positions_are_sines_and_cosines_as_in_the_paper() -> None:
    values = VALUES["positional_encoding"]
    table = sinusoidal_encoding(values["positions"], values["d_model"])
    torch.testing.assert_close(table, torch.tensor(values["exact_table"]), rtol=0, atol=1e-5)
    assert sinusoidal_encoding(4, 7).shape == (4, 7)  # an odd size has one sine more


def test_no_word_sees_a_later_one() -> None:
    assert causal_mask(5, 5).int().tolist() == VALUES["causal_mask_5"]
    assert causal_mask(2, 5).tolist() == causal_mask(5, 5)[3:].tolist()


@pytest.mark.parametrize("heads", [1, 2, 4, 8])
def test_our_attention_is_torchs_multi_head_attention(heads: int) -> None:
    torch.manual_seed(heads)
    ours, theirs = MultiHeadAttention(16, heads), nn.MultiheadAttention(16, heads, batch_first=True)
    parts = ours.query, ours.key, ours.value
    theirs.in_proj_weight.data = torch.cat([part.weight for part in parts])
    theirs.in_proj_bias.data = torch.cat([part.bias for part in parts])
    theirs.out_proj.load_state_dict(ours.output.state_dict())
    x, memory = torch.randn(3, 4, 16), torch.randn(3, 6, 16)
    mask = torch.arange(6) < torch.tensor([[6], [4], [1]])
    expected, weights = theirs(
        x, memory, memory, key_padding_mask=~mask, average_attn_weights=False
    )
    fast = ours(x, *ours.project_kv(memory), mask[:, None, None])
    inspected, trace = ours.inspect(x, *ours.project_kv(memory), mask[:, None, None])
    torch.testing.assert_close(fast, expected, rtol=0, atol=1e-5)
    torch.testing.assert_close(inspected, expected, rtol=0, atol=1e-5)
    torch.testing.assert_close(trace.weights, weights, rtol=0, atol=1e-6)
    assert (trace.weights.masked_select(~mask[:, None, None].expand_as(trace.weights)) == 0).all()


def test_label_smoothing_is_torchs_and_the_annotated_transformers() -> None:
    values = VALUES["label_smoothing"]
    logits, target = torch.tensor(values["logits"]), torch.tensor(values["target"])

    def loss(smoothing: float) -> float:
        return token_loss(logits[None], target[None], smoothing).item()

    real = int((target != values["pad_id"]).sum())
    assert loss(0.0) == pytest.approx(values["torch_cross_entropy_mean_ignore0"], abs=1e-6)
    expected = values["torch_cross_entropy_ls0_1_sum_ignore0"] / real
    assert loss(0.1) == pytest.approx(expected, abs=1e-6)
