"""What is shown of the inside of every model is what the model does: each line by hand again."""

from __future__ import annotations

from dataclasses import astuple

import pytest
import torch

from seq2seq_core.config import ARCHITECTURES, ModelConfig
from seq2seq_core.inspection import hidden_states
from seq2seq_core.inspection.hidden_states import CellLocation, InspectedTranslation
from seq2seq_core.models.calculation import Location
from tests.core.inspection.equations import STEP, WORDS, check, lines_by_code, open_up, spots
from tests.core.model_grid import ATTENDING_BEFORE, KINDS, TARGET, VARIANTS, name_of


@pytest.fixture(scope="module", params=[*KINDS, *VARIANTS], ids=name_of)
def case(request: pytest.FixtureRequest) -> tuple[ModelConfig, InspectedTranslation]:
    return request.param, open_up(request.param)


def test_every_architecture_can_be_explained() -> None:
    assert set(hidden_states.STEP_EXPLAINERS) == set(ARCHITECTURES)


def test_every_line_follows_from_its_parts(case: tuple[ModelConfig, InspectedTranslation]) -> None:
    for spot in spots(case[0]):
        for line in hidden_states.explain_step(case[1], spot):
            check(line)


def test_each_line_goes_on_with_what_came_before(
    case: tuple[ModelConfig, InspectedTranslation],
) -> None:
    """From the score to the probability no number comes from nowhere."""
    for spot in spots(case[0]):
        lines = lines_by_code(case[1], spot)
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
        lines = lines_by_code(opened, spot)
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

    for kind in (KINDS[3], ATTENDING_BEFORE[0], KINDS[-1]):
        opened = open_up(kind)
        lines = hidden_states.explain_step(
            opened, Location(STEP, 0)
        ) + hidden_states.explain_cell_step(opened, CellLocation("encoder", 0, 1))
        assert lines and all(plain(astuple(line)) for line in lines)
        assert all(plain(astuple(strip)) for strip in hidden_states.vector_series(opened, 0))


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
