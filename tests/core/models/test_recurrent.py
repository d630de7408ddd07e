"""The cells are the field's cells, and the encoder reads a sentence from where it begins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from seq2seq_core.config import ModelConfig
from seq2seq_core.models import build_model
from seq2seq_core.models.rnn_cells import CELLS, run_cell
from tests.core.model_grid import DATA, SOURCE, TARGET

CELL_VALUES = json.loads((Path(__file__).parents[2] / "oracles/cells.json").read_text())


def to_double(numbers: Any) -> torch.Tensor:
    return torch.tensor(numbers, dtype=torch.float64)


def test_same_seed_same_weights() -> None:
    one, two, other = (build_model(ModelConfig(), 9, 9, seed).state_dict() for seed in (1, 1, 2))
    assert all(one[name].equal(two[name]) for name in one)
    assert not one["encoder.weight_ih_l0"].equal(other["encoder.weight_ih_l0"])


@pytest.mark.parametrize("values", CELL_VALUES["cells"], ids=lambda values: values["kind"])
def test_cells_agree_with_onnx_keras_and_numpy(values: dict[str, Any]) -> None:
    if values["kind"] == "rnn_relu":
        pytest.skip("the lesson's RNN uses tanh")
    x = to_double(values["x"])
    names = [name for name in ("h0", "c0") if name in values]
    state = tuple(to_double(values[name]).unsqueeze(0) for name in names)
    kind = values["kind"].removesuffix("_tanh")
    cell = CELLS[kind](x.shape[2], state[0].shape[2], batch_first=True).double()
    for name, weight in values["weights"].items():
        getattr(cell, f"{name}_l0").data = to_double(weight)
    outputs, last_state = run_cell(cell, x, state)
    expected = to_double(values["h_steps"])
    torch.testing.assert_close(outputs, expected, rtol=0, atol=1e-12)
    torch.testing.assert_close(last_state[0][0], expected[:, -1], rtol=0, atol=1e-12)


def test_packing_starts_the_backward_pass_at_the_last_word() -> None:
    (values,) = CELL_VALUES["sequences"]
    x = to_double(values["x"])
    size = len(values["weights"]["weight_hh_l0"][0])
    cell = torch.nn.LSTM(x.shape[2], size, 2, batch_first=True, bidirectional=True).double()
    for name, weight in values["weights"].items():
        getattr(cell, name).data = to_double(weight)
    packed = pack_padded_sequence(x, torch.tensor(values["lengths"]), True, enforce_sorted=False)
    outputs, last_state = cell(packed)
    padded, _ = pad_packed_sequence(outputs, batch_first=True)
    torch.testing.assert_close(padded, to_double(values["packed_output"]))
    torch.testing.assert_close(torch.stack(last_state), to_double(values["packed_hn"]))


@pytest.mark.parametrize("architecture", CELLS)
def test_our_encoder_reads_backwards_from_the_last_word(architecture: str) -> None:
    model = build_model(
        ModelConfig(architecture, True, "none", 6, 8), len(SOURCE), len(TARGET), 1
    ).eval()
    batch = DATA.full_batch()
    state = model.init_state(batch.src, batch.src_mask)
    backward = CELLS[architecture](6, 4, batch_first=True)
    for name, parameter in backward.named_parameters():
        parameter.data = getattr(model.encoder, f"{name}_reverse")
    for row, length in enumerate(batch.src_mask.sum(1)):
        reversed_words = model.source_embedding(batch.src[row : row + 1, :length]).flip(1)
        states, _ = backward(reversed_words)
        torch.testing.assert_close(state.memory[row, :length, 4:], states[0].flip(0))
        torch.testing.assert_close(state.hidden_state[0][0, row, 4:], states[0, -1])
