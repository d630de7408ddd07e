"""The lines of a recurrent model's step and of its cells are the model's own numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seq2seq_core.config import ModelConfig
from seq2seq_core.inspection import hidden_states
from seq2seq_core.inspection.hidden_states import CellLocation, InspectedTranslation
from seq2seq_core.models.calculation import Location
from tests.core.inspection.equations import STEP, check, lines_by_code, open_up
from tests.core.model_grid import ATTENDING_BEFORE, KINDS, VARIANTS, name_of

RECURRENT = [kind for kind in [*KINDS, *VARIANTS] if not kind.is_transformer]
WIDE = ModelConfig(attention="additive", embedding_size=64, hidden_size=256, bidirectional=True)


@pytest.fixture(scope="module", params=RECURRENT, ids=name_of)
def case(request: pytest.FixtureRequest) -> tuple[ModelConfig, InspectedTranslation]:
    return request.param, open_up(request.param)


def test_context_and_states_are_the_models(case: tuple[ModelConfig, InspectedTranslation]) -> None:
    kind, opened = case
    inside = opened.steps[STEP].inspection
    lines = lines_by_code(opened, Location(STEP, 1))
    assert lines["state"].result.values == pytest.approx(inside.hidden[0].tolist(), abs=1e-5)
    embedded = lines.get("cut_off") or lines["embedded"]
    assert embedded.result.values == pytest.approx(inside.embedded[0].tolist(), abs=1e-5)
    read = lines.get("inputs", embedded).result.values
    assert read == pytest.approx(inside.cells[0].inputs[0].tolist(), abs=1e-5)
    assert ("context" in lines) == kind.has_attention == (inside.context is not None)
    if inside.context is not None:
        context = lines["context"].result.values
        assert context == pytest.approx(inside.context[0].tolist(), abs=1e-5)


def test_who_asks_before_the_step_does_not_know_its_outcome() -> None:
    for kind in ATTENDING_BEFORE:
        codes = [line.code for line in hidden_states.explain_step(open_up(kind), Location(STEP, 0))]
        assert codes.index("asks") < codes.index("score") < codes.index("context")
        assert codes.index("context") < codes.index("inputs") < codes.index("state")
        after = open_up(replace(kind, timing="after"))
        codes = [line.code for line in hidden_states.explain_step(after, Location(STEP, 0))]
        assert codes.index("embedded") < codes.index("state") < codes.index("score")


def test_a_cell_line_by_line_is_torchs_cell(case: tuple[ModelConfig, InspectedTranslation]) -> None:
    kind, opened = case
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


def test_of_a_large_matrix_a_few_rows_are_shown() -> None:
    opened = open_up(WIDE)
    combined = lines_by_code(opened, Location(STEP, 0))["combined"]
    assert len(combined.result.values) == 256
    assert len(combined.rows) == 8 and len(combined.rows[0]) == 512
    check(combined)
