"""What is shown of the inside of every model is what the model does: each line by hand again."""

from __future__ import annotations

from dataclasses import astuple

import pytest
import torch

from seq2seq_core.config import ARCHITECTURES, ModelConfig
from seq2seq_core.inspection import hidden_states
from seq2seq_core.inspection.hidden_states import CellLocation, InspectedTranslation
from seq2seq_core.models.calculation import Location
from tests.core.inspection.equations import (
    STEP,
    WORDS,
    check_equation,
    equations_by_code,
    explained_locations,
    inspect_example,
)
from tests.core.model_grid import ATTENDING_BEFORE, KINDS, TARGET, VARIANTS, name_of


@pytest.fixture(scope="module", params=[*KINDS, *VARIANTS], ids=name_of)
def case(request: pytest.FixtureRequest) -> tuple[ModelConfig, InspectedTranslation]:
    return request.param, inspect_example(request.param)


def test_every_architecture_can_be_explained() -> None:
    assert set(hidden_states.STEP_EXPLAINERS) == set(ARCHITECTURES)


def test_every_line_follows_from_its_parts(case: tuple[ModelConfig, InspectedTranslation]) -> None:
    for location in explained_locations(case[0]):
        for equation in hidden_states.explain_step(case[1], location):
            check_equation(equation)


def test_each_line_goes_on_with_what_came_before(
    case: tuple[ModelConfig, InspectedTranslation],
) -> None:
    """From the score to the probability no number comes from nowhere."""
    for location in explained_locations(case[0]):
        equations = equations_by_code(case[1], location)
        results = [equation.result.values for equation in equations.values()]
        if "weights" in equations:
            unnormalized = equations.get("sharper") or equations.get("scaled") or equations["score"]
            weights = equations["weights"]
            score = weights.operands[0].values[location.position]
            assert unnormalized.result.values == pytest.approx((score,), abs=1e-5)
            average = equations.get("context") or equations["mixed"]
            assert average.operands[0] == weights.result
        last_state = equations["logit"].operands[1].values
        assert last_state in results
        assert equations["logit"].result.values[0] in [
            pytest.approx(z, abs=1e-5) for z in equations["probability"].operands[0].values
        ]


def test_the_numbers_end_in_the_models_own_step(
    case: tuple[ModelConfig, InspectedTranslation],
) -> None:
    kind, translation = case
    step = translation.steps[STEP]
    for location in explained_locations(kind):
        equations = equations_by_code(translation, location)
        logits = equations["probability"].operands[0].values
        assert logits == pytest.approx(step.inspection.step.logits[0].tolist(), abs=1e-5)
        probabilities = equations["probability"].result.values
        assert probabilities == pytest.approx(step.probabilities.tolist(), abs=1e-5)
        written = TARGET.token_to_id[WORDS[STEP]]
        assert equations["logit"].result.values[0] == pytest.approx(logits[written], abs=1e-5)
        attention = hidden_states.step_attention(translation, location)
        assert ("weights" in equations) == kind.has_attention == (attention is not None)
        if attention is not None:
            weights = equations["weights"].result.values
            assert weights[: len(attention)] == pytest.approx(attention, abs=1e-5)
            assert set(weights[len(attention) :]) <= {0.0}  # words that are not written yet


def test_a_series_holds_one_vector_a_word(case: tuple[ModelConfig, InspectedTranslation]) -> None:
    kind, translation = case
    series = hidden_states.vector_series(translation, kind.layers - 1)
    vectors_by_kind = {(one.side, one.kind): one.vectors for one in series}
    for (side, _code), vectors in vectors_by_kind.items():
        assert len(vectors) == {"source": 5, "target": 4}[side]
    assert torch.tensor(vectors_by_kind["source", "h"]).allclose(
        translation.source_inspection.states[0], atol=1e-5
    )
    hidden = translation.steps[STEP].inspection.hidden[0].tolist()
    assert vectors_by_kind["target", "h"][STEP] == pytest.approx(hidden, abs=1e-5)
    assert (("target", "context") in vectors_by_kind) == kind.has_attention
    assert (
        (("source", "c") in vectors_by_kind)
        == (("target", "c") in vectors_by_kind)
        == (kind.architecture == "lstm")
    )


def test_the_loss_is_the_same_in_both_ways() -> None:
    translation, target_id = inspect_example(KINDS[0]), TARGET.token_to_id["love"]
    step_equations = hidden_states.explain_step(translation, Location(STEP, 0))
    equations = hidden_states.explain_loss(step_equations, target_id)
    for equation in equations:
        check_equation(equation)
    log, nll, cross = (equation.result.values[0] for equation in equations)
    logits, label = translation.steps[STEP].inspection.step.logits, torch.tensor([target_id])
    expected = torch.nn.functional.cross_entropy(logits, label).item()
    assert (-log, nll, cross) == pytest.approx((expected,) * 3, abs=1e-5)


def test_all_that_comes_out_is_plain() -> None:
    def is_plain(value: object) -> bool:
        if isinstance(value, tuple):
            return all(map(is_plain, value))
        return isinstance(value, float | str)

    for kind in (KINDS[3], ATTENDING_BEFORE[0], KINDS[-1]):
        translation = inspect_example(kind)
        equations = (
            *hidden_states.explain_step(translation, Location(STEP, 0)),
            *hidden_states.explain_cell_step(translation, CellLocation("encoder", 0, 1)),
        )
        assert equations and all(is_plain(astuple(equation)) for equation in equations)
        series = hidden_states.vector_series(translation, 0)
        assert series and all(is_plain(astuple(one)) for one in series)


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
    assert hidden_states.reference_token(("I", "see", "you"), output.split(), step) == token
