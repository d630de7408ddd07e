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
from seq2seq_core.models.calculation import Line, Part, entrywise, given, matrix

CELLS: dict[str, Callable[..., nn.RNNBase]] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}

Carried = tuple[Tensor, ...]  # (h,), for an LSTM (h, c)
Gates = dict[str, Tensor]


def rnn(x: Tensor, h: Tensor, before: Carried) -> tuple[Gates, Carried]:
    """tanh(W_x x + b_x + W_h h + b_h); x and h are these products already."""
    return {}, ((x + h).tanh(),)


def lstm(x: Tensor, h: Tensor, before: Carried) -> tuple[Gates, Carried]:
    i, f, g, o = (x + h).chunk(4, dim=-1)
    i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
    c = f * before[1] + i * g  # forget some of the old, write some of the new
    return {"i": i, "f": f, "g": g, "o": o}, (o * c.tanh(), c)


def gru(x: Tensor, h: Tensor, before: Carried) -> tuple[Gates, Carried]:
    (x_r, x_z, x_n), (h_r, h_z, h_n) = x.chunk(3, dim=-1), h.chunk(3, dim=-1)
    r, z = (x_r + h_r).sigmoid(), (x_z + h_z).sigmoid()
    n = (x_n + r * h_n).tanh()
    return {"r": r, "z": z, "n": n}, ((1 - z) * n + z * before[0],)


FORMULAS = {nn.RNN: rnn, nn.LSTM: lstm, nn.GRU: gru}


def run(cell: nn.RNNBase, inputs: Tensor, carried: Carried) -> tuple[Tensor, Carried]:
    """One pass of a cell; torch gives an LSTM's state as a pair and the others' as one tensor.

    inputs (B, T, E), carried (layers, B, D) each; returns outputs (B, T, D) and the last carried.
    """
    outputs, last = cell(inputs, carried if len(carried) == 2 else carried[0])
    return outputs, last if isinstance(last, tuple) else (last,)


def gates(cell: nn.RNNBase, place: str, x: Tensor, before: Carried) -> CellStep:
    """One step of one layer with its gates; place is torch's suffix, such as l0 or l1_reverse.

    x (B, E), before (B, D) each.
    """
    weights = [getattr(cell, f"{name}_{place}") for name in ("weight_ih", "weight_hh")]
    biases = [getattr(cell, f"{name}_{place}") for name in ("bias_ih", "bias_hh")]
    products = linear(x, weights[0], biases[0]), linear(before[0], weights[1], biases[1])
    found, after = FORMULAS[type(cell)](*products, before)
    return CellStep(x, before, found, after)


def step_inside(
    cell: nn.RNNBase, x: Tensor, before: Carried, after: Carried
) -> tuple[CellStep, ...]:
    """One step of all layers; x (B, E), before and after (layers, B, D) each, made by torch."""
    layers: list[CellStep] = []
    for number in range(cell.num_layers):
        layers.append(gates(cell, f"l{number}", x, tuple(part[number] for part in before)))
        x = layers[-1].after[0]
        for ours, theirs in zip(layers[-1].after, after, strict=True):
            torch.testing.assert_close(ours, theirs[number], rtol=0, atol=1e-5)
    return tuple(layers)


def stacked(steps: list[CellStep]) -> CellStep:
    """Steps (B, D) in their order as one (B, T, D)."""

    def all_of(parts: list[Tensor]) -> Tensor:
        return torch.stack(parts, dim=1)

    return CellStep(
        all_of([step.inputs for step in steps]),
        tuple(all_of([s.before[i] for s in steps]) for i in range(len(steps[0].before))),
        {name: all_of([step.gates[name] for step in steps]) for name in steps[0].gates},
        tuple(all_of([s.after[i] for s in steps]) for i in range(len(steps[0].after))),
    )


def pass_inside(cell: nn.RNNBase, place: str, inputs: Tensor) -> CellStep:
    """One layer in one direction over a sentence without padding, inputs (B, T, E), in the order
    of the words, whichever way it reads."""
    backwards = place.endswith("_reverse")
    empty = inputs.new_zeros(len(inputs), cell.hidden_size)
    before: Carried = (empty, empty) if cell.mode == "LSTM" else (empty,)
    steps: list[CellStep] = []
    for t in range(inputs.shape[1]):
        steps.append(gates(cell, place, inputs[:, -1 - t if backwards else t], before))
        before = steps[-1].after
    return stacked(steps[::-1] if backwards else steps)


def passes_inside(cell: nn.RNNBase, inputs: Tensor) -> tuple[tuple[CellStep, ...], ...]:
    """All layers × directions of an encoder over sentences without padding, inputs (B, S, E)."""
    directions = ("", "_reverse") if cell.bidirectional else ("",)
    layers: list[tuple[CellStep, ...]] = []
    for number in range(cell.num_layers):
        layer = tuple(pass_inside(cell, f"l{number}{way}", inputs) for way in directions)
        inputs = torch.cat([one.after[0] for one in layer], dim=-1)
        layers.append(layer)
    return tuple(layers)


def gate(
    cell: nn.RNNBase, place: str, number: int, names: str, x: Part, h: Part, squash: str
) -> Line:
    """Gate `number` of those in `names`, such as i f g o: from W x + U h + b."""
    w, u, b, c = (
        getattr(cell, f"{kind}_{place}").chunk(len(names))[number]
        for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    name = names[number]
    sign = "σ" if squash == "sigmoid_linear" else "tanh"
    formula = f"{name} = {sign}(W_{name} x + U_{name} h + b_{name})"
    return matrix(name, squash, formula, name, (x, h), torch.cat([w, u], dim=1), b + c)


def explain_rnn(
    cell: nn.RNNBase, place: str, x: Part, h: Part, before: Carried
) -> tuple[Line, ...]:
    line = gate(cell, place, 0, "h", x, h, "tanh_linear")
    after = Part("h'", line.result.values)
    return (replace(line, formula="h' = tanh(W x + U h + b)", result=after),)


def explain_lstm(
    cell: nn.RNNBase, place: str, x: Part, h: Part, before: Carried
) -> tuple[Line, ...]:
    kinds = ("sigmoid_linear", "sigmoid_linear", "tanh_linear", "sigmoid_linear")
    i, f, g, o = (gate(cell, place, n, "ifgo", x, h, kind) for n, kind in enumerate(kinds))
    old = given("c_before", "c", before[1])
    parts = f.result, old.result, i.result, g.result
    c = entrywise("c", "lstm_cell", "c' = f ⊙ c + i ⊙ g", "c'", *parts)
    out = entrywise("h", "lstm_out", "h' = o ⊙ tanh(c')", "h'", o.result, c.result)
    return old, i, f, g, o, c, out


def explain_gru(
    cell: nn.RNNBase, place: str, x: Part, h: Part, before: Carried
) -> tuple[Line, ...]:
    r, z = (gate(cell, place, n, "rzn", x, h, "sigmoid_linear") for n in (0, 1))
    (w, b), (u, d) = (
        [getattr(cell, f"{kind}_{way}_{place}").chunk(3)[2] for kind in ("weight", "bias")]
        for way in ("ih", "hh")
    )
    read = matrix("n_read", "linear", "a = W_n x + b_n", "a", (x,), w, b)
    kept = matrix("n_kept", "linear", "u = U_n h + d_n", "u", (h,), u, d)
    parts = read.result, r.result, kept.result
    n = entrywise("n", "gru_new", "n = tanh(a + r ⊙ u)", "n", *parts)
    mix = entrywise("h", "gru_mix", "h' = (1 − z) ⊙ n + z ⊙ h", "h'", z.result, n.result, h)
    return r, z, read, kept, n, mix


EXPLAINED = {nn.RNN: explain_rnn, nn.LSTM: explain_lstm, nn.GRU: explain_gru}


def explain(cell: nn.RNNBase, place: str, step: CellStep) -> tuple[Line, ...]:
    """One step of one layer line by line; every tensor of the step is a vector (size,)."""
    x, h = given("x", "x", step.inputs), given("h_before", "h", step.before[0])
    return x, h, *EXPLAINED[type(cell)](cell, place, x.result, h.result, step.before)
