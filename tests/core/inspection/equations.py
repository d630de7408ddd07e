"""A translation inspected for tests, and every equation worked out by hand again."""

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


def inspect_example(kind: ModelConfig) -> InspectedTranslation:
    model = build_model(kind, len(SOURCE), len(TARGET), seed=5).eval()
    return hidden_states.inspect_translation(Translator(model, CODEC), PAIRS[3].source, WORDS)


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


ACTIVATIONS = {"linear": lambda x: x, "tanh_linear": math.tanh, "sigmoid_linear": sigmoid}
ELEMENTWISE: dict[str, Callable[..., float]] = {
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


def join_operands(equation: Equation) -> Vector:
    return tuple(value for part in equation.operands for value in part.values)


def dot_product(a: Vector, b: Vector) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


def softmax(scores: Vector) -> list[float]:
    powers = [math.exp(score - max(scores)) for score in scores]
    return [power / sum(powers) for power in powers]


def layer_norm(x: Vector, gain: Vector, bias: Vector) -> list[float]:
    mean = sum(x) / len(x)
    deviation = math.sqrt(sum((value - mean) ** 2 for value in x) / len(x) + 1e-5)
    return [g * (value - mean) / deviation + b for value, g, b in zip(x, gain, bias, strict=True)]


def compute_result(equation: Equation) -> list[float] | None:
    """The result out of the parts, in plain Python; None for what is given."""
    parts = [part.values for part in equation.operands]
    if equation.operation in ACTIVATIONS:
        bias = equation.bias or (0.0,) * len(equation.result.values)
        sums = [
            dot_product(row, join_operands(equation)) + b
            for row, b in zip(equation.rows, bias, strict=False)
        ]
        return [ACTIVATIONS[equation.operation](total) for total in sums]
    if equation.operation in ELEMENTWISE:
        return [ELEMENTWISE[equation.operation](*entries) for entries in zip(*parts, strict=True)]
    others: dict[str, Callable[[], list[float]]] = {
        "dot": lambda: [dot_product(*parts) + sum(equation.bias)],
        "softmax": lambda: softmax(*parts),
        "mean": lambda: [
            dot_product(parts[0], column) for column in zip(*equation.rows, strict=True)
        ],
        "norm": lambda: layer_norm(*parts),
        "join": lambda: list(join_operands(equation)),
    }
    return others[equation.operation]() if equation.operation not in ("given", "cell") else None


def check_equation(equation: Equation) -> None:
    expected = compute_result(equation)
    if expected is not None:
        values = equation.result.values[: len(expected)]  # of a large matrix not all rows are shown
        assert expected and values == pytest.approx(expected, abs=1e-5), equation.code


def explained_locations(kind: ModelConfig) -> list[Location]:
    if not kind.is_transformer:
        return [Location(STEP, position) for position in (0, 4)]
    layers, heads = {0, kind.layers - 1}, {0, kind.heads - 1}
    return [Location(STEP, 1, *rest) for rest in product(("cross", "own"), layers, heads)]


def equations_by_code(translation: InspectedTranslation, location: Location) -> dict[str, Equation]:
    return {
        equation.code: equation for equation in hidden_states.explain_step(translation, location)
    }
