"""What is shown of the inside of every model is what the model does: each line by hand again."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import astuple, replace
from itertools import product

import pytest
import torch

from seq2seq_core.config import ModelConfig
from seq2seq_core.decoding.translator import Translator
from seq2seq_core.inspection import hidden_states
from seq2seq_core.inspection.hidden_states import (
    CellLocation,
    InspectedTranslation,
    reference_token,
)
from seq2seq_core.models import build_model
from seq2seq_core.models.calculation import Equation, Location
from tests.core.model_grid import (
    ASKING_BEFORE,
    CODEC,
    KINDS,
    PAIRS,
    SOURCE,
    TARGET,
    VARIANTS,
    name_of,
)

Vector = tuple[float, ...]
STEP = 2
WORDS = ("NLP", "is", "so", "<eos>")
WIDE = ModelConfig(attention="additive", embedding_size=64, hidden_size=256, bidirectional=True)


def open_up(kind: ModelConfig) -> InspectedTranslation:
    model = build_model(kind, len(SOURCE), len(TARGET), seed=5).eval()
    return hidden_states.inspect_translation(Translator(model, CODEC), PAIRS[3].source, WORDS)


@pytest.fixture(scope="module", params=[*KINDS, *VARIANTS], ids=name_of)
def case(request: pytest.FixtureRequest) -> tuple[ModelConfig, InspectedTranslation]:
    return request.param, open_up(request.param)


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


def test_every_line_follows_from_its_parts(case: tuple[ModelConfig, InspectedTranslation]) -> None:
    for spot in spots(case[0]):
        for line in hidden_states.explain_step(case[1], spot):
            check(line)


def test_each_line_goes_on_with_what_came_before(
    case: tuple[ModelConfig, InspectedTranslation],
) -> None:
    """From the score to the probability no number comes from nowhere."""
    for spot in spots(case[0]):
        lines = {line.code: line for line in hidden_states.explain_step(case[1], spot)}
        results = [line.result.values for line in lines.values()]
        if "weights" in lines:
            last = lines.get("sharper") or lines.get("scaled") or lines["score"]
            weights = lines["weights"]
            at = weights.operands[0].values[spot.position]
            assert last.result.values == pytest.approx((at,), abs=1e-5)
            mixed = lines.get("context") or lines["mixed"]
            assert mixed.operands[0] == weights.result
        end = lines["logit"].operands[1].values
        assert end in results
        assert lines["logit"].result.values[0] in [
            pytest.approx(z, abs=1e-5) for z in lines["probability"].operands[0].values
        ]


def test_the_numbers_end_in_the_models_own_step(
    case: tuple[ModelConfig, InspectedTranslation],
) -> None:
    kind, opened = case
    step = opened.steps[STEP]
    for spot in spots(kind):
        lines = {line.code: line for line in hidden_states.explain_step(opened, spot)}
        logits = lines["probability"].operands[0].values
        assert logits == pytest.approx(step.inspection.step.logits[0].tolist(), abs=1e-5)
        probabilities = lines["probability"].result.values
        assert probabilities == pytest.approx(step.probabilities.tolist(), abs=1e-5)
        written = TARGET.token_to_id[WORDS[STEP]]
        assert lines["logit"].result.values[0] == pytest.approx(logits[written], abs=1e-5)
        shown = hidden_states.step_attention(opened, spot)
        assert ("weights" in lines) == kind.has_attention == (shown is not None)
        if shown is not None:
            found = lines["weights"].result.values
            assert found[: len(shown)] == pytest.approx(shown, abs=1e-5)
            assert set(found[len(shown) :]) <= {0.0}  # words that are not written yet


def test_a_word_that_is_not_written_yet_is_not_looked_at() -> None:
    kind = ModelConfig("transformer", model_size=16, feed_forward_size=24)
    opened = open_up(kind)
    lines = {line.code: line for line in hidden_states.explain_step(opened, Location(1, 0, "own"))}
    scores, weights = lines["weights"].operands[0].values, lines["weights"].result.values
    assert scores[2:] == (-math.inf, -math.inf) and weights[2:] == (0.0, 0.0)


def test_context_and_states_are_the_models(case: tuple[ModelConfig, InspectedTranslation]) -> None:
    kind, opened = case
    now = opened.steps[STEP].inspection
    spot = Location(STEP, 1, layer=kind.layers - 1)
    lines = {line.code: line for line in hidden_states.explain_step(opened, spot)}
    if kind.is_transformer:
        context = lines["projected"].result.values
    else:
        assert lines["state"].result.values == pytest.approx(now.hidden[0].tolist(), abs=1e-5)
        embedded = lines.get("cut_off") or lines["embedded"]
        assert embedded.result.values == pytest.approx(now.embedded[0].tolist(), abs=1e-5)
        read = lines.get("inputs", embedded).result.values
        assert read == pytest.approx(now.cells[0].inputs[0].tolist(), abs=1e-5)
        context = lines["context"].result.values if kind.has_attention else None
    if now.context is not None:
        assert context == pytest.approx(now.context[0].tolist(), abs=1e-5)


def test_who_asks_before_the_step_does_not_know_its_outcome() -> None:
    for kind in ASKING_BEFORE:
        codes = [line.code for line in hidden_states.explain_step(open_up(kind), Location(STEP, 0))]
        assert codes.index("asks") < codes.index("score") < codes.index("context")
        assert codes.index("context") < codes.index("inputs") < codes.index("state")
        after = open_up(replace(kind, timing="after"))
        codes = [line.code for line in hidden_states.explain_step(after, Location(STEP, 0))]
        assert codes.index("embedded") < codes.index("state") < codes.index("score")


def test_a_cell_line_by_line_is_torchs_cell(case: tuple[ModelConfig, InspectedTranslation]) -> None:
    kind, opened = case
    if kind.is_transformer:
        assert hidden_states.explain_cell_step(opened, CellLocation("decoder", 0, 0)) == ()
        return
    both = (False, True) if kind.bidirectional else (False,)
    places = [
        CellLocation("encoder", layer, 1, way) for layer in range(kind.layers) for way in both
    ]
    for place in [*places, CellLocation("decoder", kind.layers - 1, STEP)]:
        lines = hidden_states.explain_cell_step(opened, place)
        for line in lines:
            check(line)
        shown = {line.code: line.result.values for line in lines}
        if place.side == "encoder":
            step = opened.source_inspection.cells[place.layer][place.is_backward]
            after = [part[0, place.word].tolist() for part in step.new_state]
        else:
            step = opened.steps[STEP].inspection.cells[place.layer]
            after = [part[0].tolist() for part in step.new_state]
        assert set(step.gates) <= set(shown)
        for name, value in zip("hc", after, strict=False):
            assert shown[name] == pytest.approx(value, abs=1e-5)
        if place.layer == kind.layers - 1 and place.side == "encoder":
            half = len(after[0]) * place.is_backward
            torchs = opened.source_inspection.states[0, place.word, half : half + len(after[0])]
            assert shown["h"] == pytest.approx(torchs.tolist(), abs=1e-5)


def test_strips_hold_one_vector_a_word(case: tuple[ModelConfig, InspectedTranslation]) -> None:
    kind, opened = case
    found = {
        (s.side, s.kind): s.vectors for s in hidden_states.vector_series(opened, kind.layers - 1)
    }
    for (side, _code), vectors in found.items():
        assert len(vectors) == {"source": 5, "target": 4}[side]
    assert torch.tensor(found["source", "h"]).allclose(
        opened.source_inspection.states[0], atol=1e-5
    )
    hidden = opened.steps[STEP].inspection.hidden[0].tolist()
    assert found["target", "h"][STEP] == pytest.approx(hidden, abs=1e-5)
    assert (("target", "context") in found) == kind.has_attention
    assert (("source", "c") in found) == (("target", "c") in found) == (kind.architecture == "lstm")


def test_the_loss_is_the_same_in_both_ways() -> None:
    opened, true = open_up(KINDS[0]), TARGET.token_to_id["love"]
    lines = hidden_states.explain_loss(hidden_states.explain_step(opened, Location(STEP, 0)), true)
    for line in lines:
        check(line)
    log, nll, cross = (line.result.values[0] for line in lines)
    logits, label = opened.steps[STEP].inspection.step.logits, torch.tensor([true])
    expected = torch.nn.functional.cross_entropy(logits, label).item()
    assert (-log, nll, cross) == pytest.approx((expected,) * 3, abs=1e-5)


def test_all_that_comes_out_is_plain() -> None:
    def plain(value: object) -> bool:
        if isinstance(value, tuple):
            return all(map(plain, value))
        return isinstance(value, float | str)

    for kind in (KINDS[3], ASKING_BEFORE[0], KINDS[-1]):
        opened = open_up(kind)
        lines = hidden_states.explain_step(
            opened, Location(STEP, 0)
        ) + hidden_states.explain_cell_step(opened, CellLocation("encoder", 0, 1))
        assert lines and all(plain(astuple(line)) for line in lines)
        assert all(plain(astuple(strip)) for strip in hidden_states.vector_series(opened, 0))


def test_of_a_large_matrix_a_few_rows_are_shown() -> None:
    opened = open_up(WIDE)
    combined = {line.code: line for line in hidden_states.explain_step(opened, Location(STEP, 0))}[
        "combined"
    ]
    assert len(combined.result.values) == 256
    assert len(combined.rows) == 8 and len(combined.rows[0]) == 512
    check(combined)


@pytest.mark.parametrize(
    ("output", "step", "token"),
    [
        ("I see you <eos>", 0, "I"),
        ("I see you <eos>", 3, "<eos>"),
        ("I see them <eos>", 2, "you"),  # this step is wrong, those before it are right
        ("I saw you <eos>", 2, None),  # after another word there is no loss
        ("I see you too <eos>", 3, "<eos>"),
        ("I see you too <eos>", 4, None),  # the reference is over
    ],
)
def test_a_step_has_a_right_token_as_long_as_the_output_is_the_reference(
    output: str, step: int, token: str | None
) -> None:
    assert reference_token(("I", "see", "you"), output.split(), step) == token
