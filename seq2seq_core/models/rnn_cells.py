"""RNN, LSTM and GRU cells from the inside: torch's own hide the gates, these formulas show them.

LSTM: Hochreiter, Schmidhuber 1997 with forget gates; GRU: Cho et al. 2014, as in torch (the reset
gate acts after the recurrent product). The formulas read the weights of torch's cell, and their
results are compared with its own, so that nothing can drift.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from seq2seq_core.models.base import CellStep

CELLS: dict[str, Callable[..., nn.RNNBase]] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}

HiddenState = tuple[Tensor, ...]  # (h,), for an LSTM (h, c)
GateValues = dict[str, Tensor]


def run_cell(cell: nn.RNNBase, inputs: Tensor, state: HiddenState) -> tuple[Tensor, HiddenState]:
    """One pass of a cell; torch gives an LSTM's state as a pair and the others' as one tensor.

    inputs (B, T, E), state (layers, B, D) each; returns outputs (B, T, D) and the last state.
    """
    outputs, last_state = cell(inputs, state if len(state) == 2 else state[0])
    return outputs, last_state if isinstance(last_state, tuple) else (last_state,)


# --- one step by its formula ----------------------------------------------------------------
# wx = W x + b_x and uh = U h + b_h of all gates side by side: (B, gates · D)


def rnn_step(wx: Tensor, uh: Tensor, state: HiddenState) -> tuple[GateValues, HiddenState]:
    return {}, ((wx + uh).tanh(),)


def lstm_step(wx: Tensor, uh: Tensor, state: HiddenState) -> tuple[GateValues, HiddenState]:
    i, f, g, o = (wx + uh).chunk(4, dim=-1)  # (B, D) each
    i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
    c = f * state[1] + i * g  # forget some of the old, write some of the new
    return {"i": i, "f": f, "g": g, "o": o}, (o * c.tanh(), c)


def gru_step(wx: Tensor, uh: Tensor, state: HiddenState) -> tuple[GateValues, HiddenState]:
    (x_r, x_z, x_n), (h_r, h_z, h_n) = wx.chunk(3, dim=-1), uh.chunk(3, dim=-1)  # (B, D) each
    r, z = (x_r + h_r).sigmoid(), (x_z + h_z).sigmoid()
    n = (x_n + r * h_n).tanh()  # r says how much of the old state the new one may use
    return {"r": r, "z": z, "n": n}, ((1 - z) * n + z * state[0],)  # z: how much stays


CELL_STEPS = {nn.RNN: rnn_step, nn.LSTM: lstm_step, nn.GRU: gru_step}


def inspect_layer_step(cell: nn.RNNBase, suffix: str, x: Tensor, state: HiddenState) -> CellStep:
    """One step of one layer with its gates; suffix is torch's, such as l0 or l1_reverse.

    x (B, E), state (B, D) each.
    """
    weight_ih, weight_hh, bias_ih, bias_hh = (
        getattr(cell, f"{name}_{suffix}")  # (gates · D, E), (gates · D, D), (gates · D,) twice
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    wx, uh = linear(x, weight_ih, bias_ih), linear(state[0], weight_hh, bias_hh)
    gate_values, new_state = CELL_STEPS[type(cell)](wx, uh, state)
    return CellStep(x, state, gate_values, new_state)


# --- all layers -----------------------------------------------------------------------------


def inspect_step(
    cell: nn.RNNBase, x: Tensor, state: HiddenState, new_state: HiddenState
) -> tuple[CellStep, ...]:
    """One step of all layers; x (B, E), state and new_state (layers, B, D) each, made by torch."""
    layers: list[CellStep] = []
    for number in range(cell.num_layers):
        layer_state = tuple(part[number] for part in state)  # (B, D) each
        layers.append(inspect_layer_step(cell, f"l{number}", x, layer_state))
        x = layers[-1].new_state[0]  # the next layer reads this one's h
        for ours, theirs in zip(layers[-1].new_state, new_state, strict=True):
            torch.testing.assert_close(ours, theirs[number], rtol=0, atol=1e-5)
    return tuple(layers)


def stack_steps(steps: list[CellStep]) -> CellStep:
    """Steps with tensors (B, D), in their order, as one with tensors (B, T, D)."""

    def stack_time(tensors: list[Tensor]) -> Tensor:
        return torch.stack(tensors, dim=1)

    parts = range(len(steps[0].new_state))  # h, and c for an LSTM
    return CellStep(
        stack_time([step.inputs for step in steps]),
        tuple(stack_time([step.previous_state[part] for step in steps]) for part in parts),
        {name: stack_time([step.gates[name] for step in steps]) for name in steps[0].gates},
        tuple(stack_time([step.new_state[part] for step in steps]) for part in parts),
    )


def inspect_direction(cell: nn.RNNBase, suffix: str, inputs: Tensor) -> CellStep:
    """One layer in one direction over sentences without padding, inputs (B, S, E).

    The result is in the order of the words, whichever way the layer reads.
    """
    backwards = suffix.endswith("_reverse")
    zeros = inputs.new_zeros(len(inputs), cell.hidden_size)  # (B, D), before the first word
    state: HiddenState = (zeros, zeros) if cell.mode == "LSTM" else (zeros,)
    steps: list[CellStep] = []
    for t in range(inputs.shape[1]):
        steps.append(inspect_layer_step(cell, suffix, inputs[:, -1 - t if backwards else t], state))
        state = steps[-1].new_state
    return stack_steps(steps[::-1] if backwards else steps)


def inspect_encoder(cell: nn.RNNBase, inputs: Tensor) -> tuple[tuple[CellStep, ...], ...]:
    """All layers × directions of an encoder over sentences without padding, inputs (B, S, E)."""
    suffix_ends = ("", "_reverse") if cell.bidirectional else ("",)
    layers: list[tuple[CellStep, ...]] = []
    for number in range(cell.num_layers):
        layer = tuple(inspect_direction(cell, f"l{number}{end}", inputs) for end in suffix_ends)
        # the next layer reads both directions side by side: (B, S, directions · D)
        inputs = torch.cat([direction.new_state[0] for direction in layer], dim=-1)
        layers.append(layer)
    return tuple(layers)
