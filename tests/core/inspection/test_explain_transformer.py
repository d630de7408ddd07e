"""The lines of one head of a Transformer are the model's own numbers."""

from __future__ import annotations

import math

import pytest

from seq2seq_core.config import ModelConfig
from seq2seq_core.inspection import hidden_states
from seq2seq_core.inspection.hidden_states import CellLocation
from seq2seq_core.models.calculation import Location
from tests.core.inspection.equations import STEP, equations_by_code, inspect_example
from tests.core.model_grid import PRE_NORM, TRANSFORMERS, name_of

SMALL = ModelConfig("transformer", model_size=16, feed_forward_size=24)


@pytest.mark.parametrize("kind", [*TRANSFORMERS, *PRE_NORM], ids=name_of)
def test_the_merged_heads_of_the_last_layer_are_the_models_context(kind: ModelConfig) -> None:
    translation = inspect_example(kind)
    equations = equations_by_code(translation, Location(STEP, 1, layer=kind.layers - 1))
    context = translation.steps[STEP].inspection.context
    assert context is not None
    assert equations["projected"].result.values == pytest.approx(context[0].tolist(), abs=1e-5)


def test_a_word_that_is_not_written_yet_is_not_looked_at() -> None:
    equations = equations_by_code(inspect_example(SMALL), Location(1, 0, "own"))
    scores, weights = equations["weights"].operands[0].values, equations["weights"].result.values
    assert scores[2:] == (-math.inf, -math.inf) and weights[2:] == (0.0, 0.0)


def test_a_transformer_has_no_cells_to_explain() -> None:
    assert (
        hidden_states.explain_cell_step(inspect_example(SMALL), CellLocation("decoder", 0, 0)) == ()
    )
