"""RNN, LSTM and GRU cells from the inside: torch's own give no gates, these formulas do.

LSTM: Hochreiter, Schmidhuber 1997 with forget gates; GRU: Cho et al. 2014, as in torch (the reset
gate acts after the recurrent product). They are made from the weights of torch's cell, and what
comes out is compared with what came out of it, so that nothing can drift.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from seq2seq_core.models.base import CellStep
from seq2seq_core.models.calculation import Equation, Operand, affine, elementwise, input_value

CELLS: dict[str, Callable[..., nn.RNNBase]] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}

HiddenState = tuple[Tensor, ...]  # (h,), for an LSTM (h, c)
GateValues = dict[str, Tensor]


def rnn_step(x: Tensor, h: Tensor, state: HiddenState) -> tuple[GateValues, HiddenState]:
    """tanh(W_x x + b_x + W_h h + b_h); x and h are these products already."""
    return {}, ((x + h).tanh(),)


def lstm_step(x: Tensor, h: Tensor, state: HiddenState) -> tuple[GateValues, HiddenState]:
    i, f, g, o = (x + h).chunk(4, dim=-1)
    i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
    c = f * state[1] + i * g  # forget some of the old, write some of the new
    return {"i": i, "f": f, "g": g, "o": o}, (o * c.tanh(), c)


def gru_step(x: Tensor, h: Tensor, state: HiddenState) -> tuple[GateValues, HiddenState]:
    (x_r, x_z, x_n), (h_r, h_z, h_n) = x.chunk(3, dim=-1), h.chunk(3, dim=-1)
    r, z = (x_r + h_r).sigmoid(), (x_z + h_z).sigmoid()
    n = (x_n + r * h_n).tanh()
    return {"r": r, "z": z, "n": n}, ((1 - z) * n + z * state[0],)


CELL_STEPS = {nn.RNN: rnn_step, nn.LSTM: lstm_step, nn.GRU: gru_step}


def run_cell(cell: nn.RNNBase, inputs: Tensor, state: HiddenState) -> tuple[Tensor, HiddenState]:
    """One pass of a cell; torch gives an LSTM's state as a pair and the others' as one tensor.

    inputs (B, T, E), carried (layers, B, D) each; returns outputs (B, T, D) and the last carried.
    """
    outputs, last_state = cell(inputs, state if len(state) == 2 else state[0])
    return outputs, last_state if isinstance(last_state, tuple) else (last_state,)


def inspect_layer_step(cell: nn.RNNBase, suffix: str, x: Tensor, state: HiddenState) -> CellStep:
    """One step of one layer with its gates; place is torch's suffix, such as l0 or l1_reverse.

    x (B, E), before (B, D) each.
    """
    weights = [getattr(cell, f"{name}_{suffix}") for name in ("weight_ih", "weight_hh")]
    biases = [getattr(cell, f"{name}_{suffix}") for name in ("bias_ih", "bias_hh")]
    products = linear(x, weights[0], biases[0]), linear(state[0], weights[1], biases[1])
    gate_values, new_state = CELL_STEPS[type(cell)](*products, state)
    return CellStep(x, state, gate_values, new_state)


def inspect_step(
    cell: nn.RNNBase, x: Tensor, state: HiddenState, new_state: HiddenState
) -> tuple[CellStep, ...]:
    """One step of all layers; x (B, E), before and after (layers, B, D) each, made by torch."""
    layers: list[CellStep] = []
    for number in range(cell.num_layers):
        layers.append(
            inspect_layer_step(cell, f"l{number}", x, tuple(part[number] for part in state))
        )
        x = layers[-1].new_state[0]
        for ours, theirs in zip(layers[-1].new_state, new_state, strict=True):
            torch.testing.assert_close(ours, theirs[number], rtol=0, atol=1e-5)
    return tuple(layers)


def stack_steps(steps: list[CellStep]) -> CellStep:
    """Steps (B, D) in their order as one (B, T, D)."""

    def stack_time(tensors: list[Tensor]) -> Tensor:
        return torch.stack(tensors, dim=1)

    return CellStep(
        stack_time([step.inputs for step in steps]),
        tuple(
            stack_time([s.previous_state[i] for s in steps])
            for i in range(len(steps[0].previous_state))
        ),
        {name: stack_time([step.gates[name] for step in steps]) for name in steps[0].gates},
        tuple(stack_time([s.new_state[i] for s in steps]) for i in range(len(steps[0].new_state))),
    )


def inspect_direction(cell: nn.RNNBase, suffix: str, inputs: Tensor) -> CellStep:
    """One layer in one direction over a sentence without padding, inputs (B, T, E), in the order
    of the words, whichever way it reads."""
    backwards = suffix.endswith("_reverse")
    zeros = inputs.new_zeros(len(inputs), cell.hidden_size)
    state: HiddenState = (zeros, zeros) if cell.mode == "LSTM" else (zeros,)
    steps: list[CellStep] = []
    for t in range(inputs.shape[1]):
        steps.append(inspect_layer_step(cell, suffix, inputs[:, -1 - t if backwards else t], state))
        state = steps[-1].new_state
    return stack_steps(steps[::-1] if backwards else steps)


def inspect_encoder(cell: nn.RNNBase, inputs: Tensor) -> tuple[tuple[CellStep, ...], ...]:
    """All layers × directions of an encoder over sentences without padding, inputs (B, S, E)."""
    directions = ("", "_reverse") if cell.bidirectional else ("",)
    layers: list[tuple[CellStep, ...]] = []
    for number in range(cell.num_layers):
        layer = tuple(
            inspect_direction(cell, f"l{number}{direction}", inputs) for direction in directions
        )
        inputs = torch.cat([one.new_state[0] for one in layer], dim=-1)
        layers.append(layer)
    return tuple(layers)


def explain_gate(
    cell: nn.RNNBase,
    suffix: str,
    index: int,
    gate_names: str,
    x: Operand,
    h: Operand,
    operation: str,
) -> Equation:
    """Gate `number` of those in `names`, such as i f g o: from W x + U h + b."""
    w, u, b, c = (
        getattr(cell, f"{kind}_{suffix}").chunk(len(gate_names))[index]
        for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    name = gate_names[index]
    sign = "σ" if operation == "sigmoid_linear" else "tanh"
    formula = f"{name} = {sign}(W_{name} x + U_{name} h + b_{name})"
    return affine(name, operation, formula, name, (x, h), torch.cat([w, u], dim=1), b + c)


def explain_rnn(
    cell: nn.RNNBase, suffix: str, x: Operand, h: Operand, state: HiddenState
) -> tuple[Equation, ...]:
    equation = explain_gate(cell, suffix, 0, "h", x, h, "tanh_linear")
    new_state = Operand("h'", equation.result.values)
    return (replace(equation, formula="h' = tanh(W x + U h + b)", result=new_state),)


def explain_lstm(
    cell: nn.RNNBase, suffix: str, x: Operand, h: Operand, state: HiddenState
) -> tuple[Equation, ...]:
    kinds = ("sigmoid_linear", "sigmoid_linear", "tanh_linear", "sigmoid_linear")
    i, f, g, o = (explain_gate(cell, suffix, n, "ifgo", x, h, kind) for n, kind in enumerate(kinds))
    old_cell = input_value("c_before", "c", state[1])
    operands = f.result, old_cell.result, i.result, g.result
    c = elementwise("c", "lstm_cell", "c' = f ⊙ c + i ⊙ g", "c'", *operands)
    hidden = elementwise("h", "lstm_out", "h' = o ⊙ tanh(c')", "h'", o.result, c.result)
    return old_cell, i, f, g, o, c, hidden


def explain_gru(
    cell: nn.RNNBase, suffix: str, x: Operand, h: Operand, state: HiddenState
) -> tuple[Equation, ...]:
    r, z = (explain_gate(cell, suffix, n, "rzn", x, h, "sigmoid_linear") for n in (0, 1))
    (w, b), (u, d) = (
        [getattr(cell, f"{kind}_{source}_{suffix}").chunk(3)[2] for kind in ("weight", "bias")]
        for source in ("ih", "hh")
    )
    input_term = affine("n_read", "linear", "a = W_n x + b_n", "a", (x,), w, b)
    hidden_term = affine("n_kept", "linear", "u = U_n h + d_n", "u", (h,), u, d)
    operands = input_term.result, r.result, hidden_term.result
    n = elementwise("n", "gru_new", "n = tanh(a + r ⊙ u)", "n", *operands)
    mix = elementwise("h", "gru_mix", "h' = (1 − z) ⊙ n + z ⊙ h", "h'", z.result, n.result, h)
    return r, z, input_term, hidden_term, n, mix


CELL_EXPLAINERS = {nn.RNN: explain_rnn, nn.LSTM: explain_lstm, nn.GRU: explain_gru}


def explain_layer_step(cell: nn.RNNBase, suffix: str, step: CellStep) -> tuple[Equation, ...]:
    """One step of one layer line by line; every tensor of the step is a vector (size,)."""
    x, h = input_value("x", "x", step.inputs), input_value("h_before", "h", step.previous_state[0])
    return x, h, *CELL_EXPLAINERS[type(cell)](cell, suffix, x.result, h.result, step.previous_state)
