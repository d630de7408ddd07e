"""A translation opened up for tests, and every equation worked out by hand again."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product

import pytest

from seq2seq_core.config import ModelConfig
from seq2seq_core.decoding.translator import Translator
from seq2seq_core.inspection import hidden_states
from seq2seq_core.inspection.hidden_states import InspectedTranslation
from seq2seq_core.models import build_model
from seq2seq_core.models.calculation import Equation, Location
from tests.core.model_grid import CODEC, PAIRS, SOURCE, TARGET

Vector = tuple[float, ...]
STEP = 2
WORDS = ("NLP", "is", "so", "<eos>")


def open_up(kind: ModelConfig) -> InspectedTranslation:
    model = build_model(kind, len(SOURCE), len(TARGET), seed=5).eval()
    return hidden_states.inspect_translation(Translator(model, CODEC), PAIRS[3].source, WORDS)


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


SQUASH = {"linear": lambda x: x, "tanh_linear": math.tanh, "sigmoid_linear": sigmoid}
ENTRYWISE: dict[str, Callable[..., float]] = {
    "tanh": math.tanh,
    "relu": lambda a: max(0.0, a),
    "add": lambda a, b: a + b,
    "times": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "subtract": lambda a, b: a - b,
    "negative": lambda a: -a,
    "lstm_cell": lambda f, c, i, g: f * c + i * g,
    "lstm_out": lambda o, c: o * math.tanh(c),
    "gru_new": lambda a, r, u: math.tanh(a + r * u),
    "gru_mix": lambda z, n, h: (1 - z) * n + z * h,
}


def joined(line: Equation) -> Vector:
    return tuple(value for part in line.operands for value in part.values)


def product_of(a: Vector, b: Vector) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


def softmax(scores: Vector) -> list[float]:
    powers = [math.exp(score - max(scores)) for score in scores]
    return [power / sum(powers) for power in powers]


def normed(x: Vector, gain: Vector, bias: Vector) -> list[float]:
    mean = sum(x) / len(x)
    spread = math.sqrt(sum((value - mean) ** 2 for value in x) / len(x) + 1e-5)
    return [g * (value - mean) / spread + b for value, g, b in zip(x, gain, bias, strict=True)]


def by_hand(line: Equation) -> list[float] | None:
    """The result out of the parts, in plain Python; None for what is given."""
    parts = [part.values for part in line.operands]
    if line.operation in SQUASH:
        bias = line.bias or (0.0,) * len(line.result.values)
        sums = [product_of(row, joined(line)) + b for row, b in zip(line.rows, bias, strict=False)]
        return [SQUASH[line.operation](total) for total in sums]
    if line.operation in ENTRYWISE:
        return [ENTRYWISE[line.operation](*entries) for entries in zip(*parts, strict=True)]
    others: dict[str, Callable[[], list[float]]] = {
        "dot": lambda: [product_of(*parts) + sum(line.bias)],
        "softmax": lambda: softmax(*parts),
        "mean": lambda: [product_of(parts[0], column) for column in zip(*line.rows, strict=True)],
        "norm": lambda: normed(*parts),
        "join": lambda: list(joined(line)),
    }
    return others[line.operation]() if line.operation not in ("given", "cell") else None


def check(line: Equation) -> None:
    made = by_hand(line)
    if made is not None:
        shown = line.result.values[: len(made)]  # of a large matrix not all rows are shown
        assert made and shown == pytest.approx(made, abs=1e-5), line.code


def spots(kind: ModelConfig) -> list[Location]:
    if not kind.is_transformer:
        return [Location(STEP, position) for position in (0, 4)]
    layers, heads = {0, kind.layers - 1}, {0, kind.heads - 1}
    return [Location(STEP, 1, *rest) for rest in product(("cross", "own"), layers, heads)]


def lines_by_code(opened: InspectedTranslation, spot: Location) -> dict[str, Equation]:
    return {line.code: line for line in hidden_states.explain_step(opened, spot)}
