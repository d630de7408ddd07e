"""A calculation as lines of plain numbers: what goes in, the formula, what comes out.

Models write their own steps in these lines (`EncoderDecoder.explain`), so that a learner can check
each number by hand. Every line works its result out from its parts alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

ROOM = 2_048  # numbers of one matrix that a line shows
LEAST = 8  # rows of it, however long they are


@dataclass(frozen=True)
class Part:
    """A vector with its name in the formula; one number is a vector of one."""

    symbol: str
    values: tuple[float, ...]

    @classmethod
    def of(cls, symbol: str, tensor: Tensor) -> Part:
        return cls(symbol, tuple(tensor.flatten().tolist()))

    @property
    def tensor(self) -> Tensor:
        return torch.tensor(self.values)


@dataclass(frozen=True)
class Line:
    """One line: `operation` says how the result comes from the parts, see below."""

    code: str  # what the result is; a page has its name in words
    operation: str
    formula: str  # an index stands behind _, a longer one in braces: s_{t-1}
    parts: tuple[Part, ...]
    result: Part
    rows: tuple[
        tuple[float, ...], ...
    ] = ()  # of the matrix, as many as fit; of a mean: all vectors
    bias: tuple[float, ...] = ()


@dataclass(frozen=True)
class Spot:
    """Which numbers of a sentence to explain; everything counts from 0."""

    step: int  # of the decoder
    position: int  # of the word that it looks at
    part: str = "cross"  # a Transformer's attention over the source, or "own": over its own words
    layer: int = 0
    head: int = 0


def given(code: str, symbol: str, value: Tensor) -> Line:
    """What this calculation begins with. Operation: given."""
    return Line(code, "given", symbol, (), Part.of(symbol, value))


# what is worked out number by number: entry k of the result from entry k of each part
ENTRYWISE: dict[str, Callable[..., Tensor]] = {
    "tanh": torch.tanh,
    "relu": torch.relu,
    "add": lambda a, b: a + b,
    "times": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "subtract": lambda a, b: a - b,
    "negative": lambda a: -a,
    "lstm_cell": lambda f, c, i, g: f * c + i * g,
    "lstm_out": lambda o, c: o * c.tanh(),
    "gru_new": lambda a, r, u: (a + r * u).tanh(),
    "gru_mix": lambda z, n, h: (1 - z) * n + z * h,
}


def entrywise(code: str, operation: str, formula: str, symbol: str, *parts: Part) -> Line:
    """Operation: one of ENTRYWISE."""
    result = ENTRYWISE[operation](*(part.tensor for part in parts))
    return Line(code, operation, formula, parts, Part.of(symbol, result))


SQUASHED: dict[str, Callable[[Tensor], Tensor]] = {
    "linear": lambda x: x,
    "tanh_linear": torch.tanh,
    "sigmoid_linear": torch.sigmoid,
}


def matrix(
    code: str,
    operation: str,
    formula: str,
    symbol: str,
    parts: Sequence[Part],
    weight: Tensor,
    bias: Tensor | None = None,
) -> Line:
    """Entry k of the result: row k of weight (out, in) · all parts in a row, + bias k (out,).

    Operation: linear; tanh_linear and sigmoid_linear put that through a function.
    """
    x = torch.cat([part.tensor for part in parts])
    total = weight @ x if bias is None else weight @ x + bias
    shown = weight[: max(LEAST, ROOM // weight.shape[1])]
    return Line(
        code,
        operation,
        formula,
        tuple(parts),
        Part.of(symbol, SQUASHED[operation](total)),
        rows=tuple(map(tuple, shown.tolist())),
        bias=() if bias is None else tuple(bias.tolist()),
    )


def dot(code: str, formula: str, symbol: str, a: Part, b: Part, bias: Tensor | None = None) -> Line:
    """The sum of a_k · b_k, plus the bias where there is one. Operation: dot."""
    total = a.tensor @ b.tensor + (0 if bias is None else bias)
    added = () if bias is None else (float(bias),)
    return Line(code, "dot", formula, (a, b), Part.of(symbol, total), bias=added)


def softmax(code: str, formula: str, symbol: str, scores: Part) -> Line:
    """exp of each score, over the sum of all; one of -inf gets exactly 0. Operation: softmax."""
    result = Part.of(symbol, scores.tensor.softmax(0))
    return Line(code, "softmax", formula, (scores,), result)


def mean(code: str, formula: str, symbol: str, weights: Part, vectors: Tensor) -> Line:
    """The vectors (S, D) weighted by S weights. Operation: mean."""
    rows = tuple(map(tuple, vectors.tolist()))
    result = Part.of(symbol, weights.tensor @ vectors)
    return Line(code, "mean", formula, (weights,), result, rows=rows)


def norm(code: str, x: Part, layer: nn.LayerNorm) -> Line:
    """Less its mean, over its spread, times g, plus b. Operation: norm."""
    gain, bias = Part.of("g", layer.weight), Part.of("b", layer.bias)
    formula = f"x = g ⊙ ({x.symbol} − μ) / σ + b"
    return Line(code, "norm", formula, (x, gain, bias), Part.of("x", layer(x.tensor)))


def predicted(state: Part, output: nn.Linear, written: int) -> tuple[Line, ...]:
    """From the decoder's last state to the probability of each word; written is the chosen id."""
    row = Part.of("w", output.weight[written])
    formula = f"z_w = w · {state.symbol} + b_w"
    logit = dot("logit", formula, "z_w", row, state, output.bias[written])
    logits = Part.of("z", output(state.tensor))
    return logit, softmax("probability", "p_w = exp(z_w) / Σ_v exp(z_v)", "p", logits)


def losses(logits: Part, true: int) -> tuple[Line, ...]:
    """The loss of one word in two ways that are the same: the negative logarithm of its
    log-softmax, and cross-entropy on the logits; true is the id of the right word."""
    z = Part("z_y", (logits.values[true],))
    total = Part.of("log Σ_v exp(z_v)", logits.tensor.logsumexp(0))
    log = entrywise(
        "log_softmax", "subtract", "log p_y = z_y − log Σ_v exp(z_v)", "log p_y", z, total
    )
    nll = entrywise("nll", "negative", "NLL = −log p_y", "NLL", log.result)
    formula = "CE = log Σ_v exp(z_v) − z_y"
    return log, nll, entrywise("cross_entropy", "subtract", formula, "CE", total, z)
