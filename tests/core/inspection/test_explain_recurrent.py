"""The lines of a recurrent model's step and of its cells are the model's own numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seq2seq_core.config import ModelConfig
from seq2seq_core.inspection import hidden_states
from seq2seq_core.inspection.hidden_states import CellLocation, InspectedTranslation
from seq2seq_core.models.calculation import Location
from tests.core.inspection.equations import STEP, check_equation, equations_by_code, inspect_example
from tests.core.model_grid import ATTENDING_BEFORE, KINDS, VARIANTS, name_of

RECURRENT = [kind for kind in [*KINDS, *VARIANTS] if not kind.is_transformer]
WIDE = ModelConfig(attention="additive", embedding_size=64, hidden_size=256, bidirectional=True)


@pytest.fixture(scope="module", params=RECURRENT, ids=name_of)
def case(request: pytest.FixtureRequest) -> tuple[ModelConfig, InspectedTranslation]:
    return request.param, inspect_example(request.param)


def test_context_and_states_are_the_models(case: tuple[ModelConfig, InspectedTranslation]) -> None:
    kind, translation = case
    inspection = translation.steps[STEP].inspection
    equations = equations_by_code(translation, Location(STEP, 1))
    state = equations["state"].result.values
    assert state == pytest.approx(inspection.hidden[0].tolist(), abs=1e-5)
    embedded = equations.get("cut_off") or equations["embedded"]
    assert embedded.result.values == pytest.approx(inspection.embedded[0].tolist(), abs=1e-5)
    cell_input = equations.get("inputs", embedded).result.values
    assert cell_input == pytest.approx(inspection.cells[0].inputs[0].tolist(), abs=1e-5)
    assert ("context" in equations) == kind.has_attention == (inspection.context is not None)
    if inspection.context is not None:
        context = equations["context"].result.values
        assert context == pytest.approx(inspection.context[0].tolist(), abs=1e-5)


def test_attention_before_the_step_comes_before_the_new_state() -> None:
    for kind in ATTENDING_BEFORE:
        codes = [*equations_by_code(inspect_example(kind), Location(STEP, 0))]
        assert codes.index("asks") < codes.index("score") < codes.index("context")
        assert codes.index("context") < codes.index("inputs") < codes.index("state")
        after = inspect_example(replace(kind, timing="after"))
        codes = [*equations_by_code(after, Location(STEP, 0))]
        assert codes.index("embedded") < codes.index("state") < codes.index("score")


def test_a_cell_line_by_line_is_torchs_cell(case: tuple[ModelConfig, InspectedTranslation]) -> None:
    kind, translation = case
    directions = (False, True) if kind.bidirectional else (False,)
    locations = [
        CellLocation("encoder", layer, 1, is_backward)
        for layer in range(kind.layers)
        for is_backward in directions
    ]
    for location in [*locations, CellLocation("decoder", kind.layers - 1, STEP)]:
        equations = hidden_states.explain_cell_step(translation, location)
        for equation in equations:
            check_equation(equation)
        values = {equation.code: equation.result.values for equation in equations}
        if location.side == "encoder":
            step = translation.source_inspection.cells[location.layer][location.is_backward]
            after = [part[0, location.word].tolist() for part in step.new_state]
        else:
            step = translation.steps[STEP].inspection.cells[location.layer]
            after = [part[0].tolist() for part in step.new_state]
        assert set(step.gates) <= set(values)
        for name, value in zip("hc", after, strict=False):
            assert values[name] == pytest.approx(value, abs=1e-5)
        if location.layer == kind.layers - 1 and location.side == "encoder":
            start = len(after[0]) * location.is_backward
            # both directions beside each other
            states = translation.source_inspection.states[0, location.word]
            expected = states[start : start + len(after[0])].tolist()
            assert values["h"] == pytest.approx(expected, abs=1e-5)


def test_of_a_large_matrix_a_few_rows_are_shown() -> None:
    translation = inspect_example(WIDE)
    combined = equations_by_code(translation, Location(STEP, 0))["combined"]
    assert len(combined.result.values) == 256
    assert len(combined.rows) == 8 and len(combined.rows[0]) == 512
    check_equation(combined)
