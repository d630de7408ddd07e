"""Maps of many sentences: a byte for each weight, and what stands beside it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.evaluation.alignment import (
    argmax_positions,
    count_crossings,
    unattended_positions,
)
from seq2seq_core.evaluation.metrics import teacher_forced_attention
from seq2seq_core.inspection.attention_maps import build_attention_maps, quantize_weights
from seq2seq_core.models import build_model
from seq2seq_core.training.loop import initial_state, train
from tests.core.model_grid import DATA, PAIRS, SOURCE, TARGET
from tests.core.trained import translator_of


@given(st.lists(st.floats(0, 1)))
def test_a_byte_is_its_weight_to_half_a_step(weights: list[float]) -> None:
    weight_bytes = quantize_weights(weights)
    assert len(weight_bytes) == len(weights)
    for byte, weight in zip(weight_bytes, weights, strict=True):
        assert abs(byte / 255 - weight) <= 0.5 / 255 + 1e-9


def test_a_map_keeps_its_weights_in_a_byte_each() -> None:
    model = build_model(ModelConfig(), len(SOURCE), len(TARGET), seed=3)
    for event in train(
        model, initial_state(model), DATA, TrainingConfig(updates=20, batch_size="full")
    ):
        last = event
    trained = translator_of(last, ModelConfig())
    maps = build_attention_maps(trained, PAIRS)
    weights = teacher_forced_attention(trained.model, DATA)
    assert maps is not None and weights is not None
    for attention_map, matrix, pair in zip(maps, weights, PAIRS, strict=True):
        assert (attention_map.source, attention_map.target) == (pair.source, pair.target)
        flat = [weight for row in matrix[:-1] for weight in row]
        errors = [abs(a / 255 - b) for a, b in zip(attention_map.weight_bytes, flat, strict=True)]
        assert max(errors) <= 0.5 / 255
        t, j, weight = attention_map.strongest_link
        assert weight == matrix[t][j] == max(flat)
        assert attention_map.peak_positions[t] == j
        assert attention_map.peak_positions == tuple(argmax_positions(matrix[:-1]))
        assert attention_map.crossings == count_crossings(attention_map.peak_positions)
        assert attention_map.unattended == tuple(unattended_positions(matrix[:-1]))
        assert attention_map.alignment is None  # these pairs name no links


def test_without_attention_there_are_no_maps() -> None:
    kind = ModelConfig(attention="none")
    model = build_model(kind, len(SOURCE), len(TARGET), seed=3)
    for event in train(
        model, initial_state(model), DATA, TrainingConfig(updates=1, batch_size="full")
    ):
        translator = translator_of(event, kind)
    assert build_attention_maps(translator, PAIRS) is None
