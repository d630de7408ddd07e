"""A calculation as lines of plain numbers: the operands, the formula, the result.

`inspection.explain_recurrent` and `explain_transformer` write the steps of a model in these lines,
so that a learner can check each number by hand. The result of a line follows from its operands,
rows and bias alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

MAX_SHOWN_NUMBERS = 2_048  # numbers of one matrix that a line shows
MIN_SHOWN_ROWS = 8  # rows of it, however long they are


@dataclass(frozen=True)
class Operand:
    """A vector with its name in the formula; one number is a vector of one."""

    symbol: str
    values: tuple[float, ...]

    @classmethod
    def from_tensor(cls, symbol: str, tensor: Tensor) -> Operand:
        return cls(symbol, tuple(tensor.flatten().tolist()))

    @property
    def tensor(self) -> Tensor:
        return torch.tensor(self.values)


@dataclass(frozen=True)
class Equation:
    """One line of a calculation: its result follows from the operands, the rows and the bias."""

    code: str  # what the result is; a page has its name in words
    operation: str  # how the result follows: named by each of the functions below
    formula: str  # an index stands behind _, a longer one in braces: s_{t-1}
    operands: tuple[Operand, ...]
    result: Operand
    # of the matrix, as many as fit; of a mean all vectors
    rows: tuple[tuple[float, ...], ...] = ()
    bias: tuple[float, ...] = ()


@dataclass(frozen=True)
class Location:
    """Which numbers of a sentence to explain; everything counts from 0."""

    step: int  # of the decoder
    position: int  # of the word that it attends to
    # of a Transformer: "cross" over the source, "own" over the sentence's own words
    attention: str = "cross"
    layer: int = 0
    head: int = 0


def input_value(code: str, symbol: str, value: Tensor) -> Equation:
    """What this calculation begins with. Operation: given."""
    return Equation(code, "given", symbol, (), Operand.from_tensor(symbol, value))


# operations number by number: entry k of the result from entry k of each operand
ELEMENTWISE: dict[str, Callable[..., Tensor]] = {
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


def elementwise(
    code: str, operation: str, formula: str, symbol: str, *operands: Operand
) -> Equation:
    """Operation: one of ELEMENTWISE."""
    result = ELEMENTWISE[operation](*(operand.tensor for operand in operands))
    return Equation(code, operation, formula, operands, Operand.from_tensor(symbol, result))


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "linear": lambda x: x,
    "tanh_linear": torch.tanh,
    "sigmoid_linear": torch.sigmoid,
}


def affine(
    code: str,
    operation: str,
    formula: str,
    symbol: str,
    operands: Sequence[Operand],
    weight: Tensor,
    bias: Tensor | None = None,
) -> Equation:
    """Entry k of the result: row k of weight (out, in) · all operands in a row, + bias k (out,).

    Operation: linear; tanh_linear and sigmoid_linear put that through a function.
    """
    x = torch.cat([operand.tensor for operand in operands])  # (in,)
    total = weight @ x if bias is None else weight @ x + bias
    visible_rows = weight[: max(MIN_SHOWN_ROWS, MAX_SHOWN_NUMBERS // weight.shape[1])]
    return Equation(
        code,
        operation,
        formula,
        tuple(operands),
        Operand.from_tensor(symbol, ACTIVATIONS[operation](total)),
        rows=tuple(map(tuple, visible_rows.tolist())),
        bias=() if bias is None else tuple(bias.tolist()),
    )


def dot_product(
    code: str, formula: str, symbol: str, a: Operand, b: Operand, bias: Tensor | None = None
) -> Equation:
    """The sum of a_k · b_k, plus the bias where there is one. Operation: dot."""
    biases = () if bias is None else (float(bias),)
    result = Operand.from_tensor(symbol, a.tensor @ b.tensor + (0 if bias is None else bias))
    return Equation(code, "dot", formula, (a, b), result, bias=biases)


def softmax(code: str, formula: str, symbol: str, scores: Operand) -> Equation:
    """exp of each score, over the sum of all; one of -inf gets exactly 0. Operation: softmax."""
    result = Operand.from_tensor(symbol, scores.tensor.softmax(0))
    return Equation(code, "softmax", formula, (scores,), result)


def weighted_sum(
    code: str, formula: str, symbol: str, weights: Operand, vectors: Tensor
) -> Equation:
    """The vectors (S, D) weighted by S weights. Operation: mean."""
    rows = tuple(map(tuple, vectors.tolist()))
    result = Operand.from_tensor(symbol, weights.tensor @ vectors)
    return Equation(code, "mean", formula, (weights,), result, rows=rows)


def layer_norm(code: str, x: Operand, layer: nn.LayerNorm) -> Equation:
    """(x − mean) / standard deviation, times the gain g, plus b. Operation: norm."""
    gain, bias = Operand.from_tensor("g", layer.weight), Operand.from_tensor("b", layer.bias)
    formula = f"x = g ⊙ ({x.symbol} − μ) / σ + b"
    result = Operand.from_tensor("x", layer(x.tensor))
    return Equation(code, "norm", formula, (x, gain, bias), result)


def output_distribution(state: Operand, output: nn.Linear, token_id: int) -> tuple[Equation, ...]:
    """From the decoder's last state to the probability of each word, and the logit of token_id."""
    output_weights = Operand.from_tensor("w", output.weight[token_id])
    formula = f"z_w = w · {state.symbol} + b_w"
    logit = dot_product("logit", formula, "z_w", output_weights, state, output.bias[token_id])
    logits = Operand.from_tensor("z", output(state.tensor))
    return logit, softmax("probability", "p_w = exp(z_w) / Σ_v exp(z_v)", "p", logits)


def explain_losses(logits: Operand, target_id: int) -> tuple[Equation, ...]:
    """The loss of one word in two ways that give the same; target_id is the right word's.

    Once as the negative logarithm of its softmax (NLL), once as cross-entropy on the logits (CE).
    """
    z = Operand("z_y", (logits.values[target_id],))
    total = Operand.from_tensor("log Σ_v exp(z_v)", logits.tensor.logsumexp(0))
    formula = "log p_y = z_y − log Σ_v exp(z_v)"
    log = elementwise("log_softmax", "subtract", formula, "log p_y", z, total)
    nll = elementwise("nll", "negative", "NLL = −log p_y", "NLL", log.result)
    formula = "CE = log Σ_v exp(z_v) − z_y"
    return log, nll, elementwise("cross_entropy", "subtract", formula, "CE", total, z)
