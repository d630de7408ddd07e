"""Every recurrent model keeps the contract, and its cells are the field's cells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from seq2seq_core.config import ModelConfig
from seq2seq_core.models import build
from seq2seq_core.models.cells import CELLS, run
from tests.core.models import DATA, KINDS, NAMES, SOURCE, TARGET

CELL_VALUES = json.loads((Path(__file__).parents[1] / "oracles/cells.json").read_text())


def exact(numbers: Any) -> torch.Tensor:
    return torch.tensor(numbers, dtype=torch.float64)


@pytest.fixture(params=KINDS, ids=NAMES)
def model(request: pytest.FixtureRequest) -> torch.nn.Module:
    return build(request.param, len(SOURCE), len(TARGET), seed=3).eval()


def test_stepping_equals_teacher_forcing(model: torch.nn.Module) -> None:
    batch = DATA.all()
    logits, attention = model(batch.src, batch.src_mask, batch.tgt_in)
    state = model.init_state(batch.src, batch.src_mask)
    for t in range(batch.tgt_in.shape[1]):
        step = model.step(state, batch.tgt_in[:, t])
        state = step.state
        torch.testing.assert_close(step.logits, logits[:, t], rtol=0, atol=1e-5)
        if attention is not None:
            torch.testing.assert_close(step.attention, attention[:, t], rtol=0, atol=1e-5)


def test_attention_rows_sum_to_one_and_padding_gets_nothing(model: torch.nn.Module) -> None:
    batch = DATA.all()
    _, attention = model(batch.src, batch.src_mask, batch.tgt_in)
    if attention is None:
        assert model.score is None
        return
    assert attention.shape == (*batch.tgt_in.shape, 1, 1, batch.src.shape[1])  # (B, T, L, H, S)
    torch.testing.assert_close(attention.sum(-1), torch.ones(attention.shape[:-1]))
    padding = ~batch.src_mask[:, None, None, None].expand_as(attention)
    assert padding.any()
    assert (attention[padding] == 0).all()


def test_a_sentence_reads_the_same_alone_and_beside_longer_ones(model: torch.nn.Module) -> None:
    together, alone = DATA.all(), DATA.take(torch.tensor([0]))
    assert alone.src.shape[1] < together.src.shape[1]
    logits, _ = model(together.src, together.src_mask, together.tgt_in)
    expected, _ = model(alone.src, alone.src_mask, alone.tgt_in)
    length = alone.tgt_in.shape[1]
    torch.testing.assert_close(logits[:1, :length], expected, rtol=0, atol=1e-5)


def test_gradients_reach_every_weight(model: torch.nn.Module) -> None:
    batch = DATA.all()
    logits, _ = model(batch.src, batch.src_mask, batch.tgt_in)
    logits.square().sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


def test_select_reorders_the_batch(model: torch.nn.Module) -> None:
    batch = DATA.all()
    state = model.init_state(batch.src, batch.src_mask)
    token, rows = batch.tgt_in[:, 0], torch.tensor([3, 3, 0])
    expected = model.step(state, token).logits[rows]
    torch.testing.assert_close(model.step(state.select(rows), token[rows]).logits, expected)


def test_inspection_is_the_same_step(model: torch.nn.Module) -> None:
    batch = DATA.all()
    state = model.init_state(batch.src, batch.src_mask)
    inside = model.inspect(state, batch.tgt_in[:, 0])
    torch.testing.assert_close(inside.step.logits, model.step(state, batch.tgt_in[:, 0]).logits)
    if inside.context is not None:
        weights = inside.scores.softmax(-1)
        torch.testing.assert_close(weights, inside.step.attention)
        mean = (weights[:, 0, 0].unsqueeze(2) * state.memory).sum(1)
        torch.testing.assert_close(inside.context, mean)


def test_same_seed_same_weights() -> None:
    one, two, other = (build(ModelConfig(), 9, 9, seed).state_dict() for seed in (1, 1, 2))
    assert all(one[name].equal(two[name]) for name in one)
    assert not one["encoder.weight_ih_l0"].equal(other["encoder.weight_ih_l0"])


@pytest.mark.parametrize("values", CELL_VALUES["cells"], ids=lambda values: values["kind"])
def test_cells_agree_with_onnx_keras_and_numpy(values: dict[str, Any]) -> None:
    if values["kind"] == "rnn_relu":
        pytest.skip("the lesson's RNN uses tanh")
    x = exact(values["x"])
    names = [name for name in ("h0", "c0") if name in values]
    carried = tuple(exact(values[name]).unsqueeze(0) for name in names)
    kind = values["kind"].removesuffix("_tanh")
    cell = CELLS[kind](x.shape[2], carried[0].shape[2], batch_first=True).double()
    for name, weight in values["weights"].items():
        getattr(cell, f"{name}_l0").data = exact(weight)
    outputs, last = run(cell, x, carried)
    expected = exact(values["h_steps"])
    torch.testing.assert_close(outputs, expected, rtol=0, atol=1e-12)
    torch.testing.assert_close(last[0][0], expected[:, -1], rtol=0, atol=1e-12)


def test_packing_starts_the_backward_pass_at_the_last_word() -> None:
    (values,) = CELL_VALUES["sequences"]
    x = exact(values["x"])
    size = len(values["weights"]["weight_hh_l0"][0])
    cell = torch.nn.LSTM(x.shape[2], size, 2, batch_first=True, bidirectional=True).double()
    for name, weight in values["weights"].items():
        getattr(cell, name).data = exact(weight)
    packed = pack_padded_sequence(x, torch.tensor(values["lengths"]), True, enforce_sorted=False)
    outputs, last = cell(packed)
    padded, _ = pad_packed_sequence(outputs, batch_first=True)
    torch.testing.assert_close(padded, exact(values["packed_output"]))
    torch.testing.assert_close(torch.stack(last), exact(values["packed_hn"]))


@pytest.mark.parametrize("architecture", CELLS)
def test_our_encoder_reads_backwards_from_the_last_word(architecture: str) -> None:
    model = build(ModelConfig(architecture, True, "none", 6, 8), len(SOURCE), len(TARGET), 1).eval()
    batch = DATA.all()
    state = model.init_state(batch.src, batch.src_mask)
    backward = CELLS[architecture](6, 4, batch_first=True)
    for name, parameter in backward.named_parameters():
        parameter.data = getattr(model.encoder, f"{name}_reverse")
    for row, length in enumerate(batch.src_mask.sum(1)):
        turned = model.source_embedding(batch.src[row : row + 1, :length]).flip(1)
        states, _ = backward(turned)
        torch.testing.assert_close(state.memory[row, :length, 4:], states[0].flip(0))
        torch.testing.assert_close(state.carried[0][0, row, 4:], states[0, -1])
