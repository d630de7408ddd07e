"""A published model at one click is one that the lesson can train."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from seq2seq_core.config import ModelConfig, TrainingConfig, unread_fields
from seq2seq_core.data import bundled
from seq2seq_core.models import build_model
from seq2seq_core.presets import PRESETS

DEFAULTS = asdict(ModelConfig()) | asdict(TrainingConfig())
MODEL_FIELDS = set(asdict(ModelConfig()))
each_preset = pytest.mark.parametrize("name", PRESETS)


@each_preset
def test_a_preset_goes_together_and_says_where_it_comes_from(name: str) -> None:
    preset = PRESETS[name]
    model = {field: preset.settings[field] for field in MODEL_FIELDS & set(preset.settings)}
    training = {name: value for name, value in preset.settings.items() if name not in model}
    assert build_model(ModelConfig(**model), 9, 9, seed=1) is not None
    assert TrainingConfig(**training) is not None
    assert bundled.load_bundled(preset.corpus).rows
    assert preset.paper


@each_preset
def test_a_preset_names_only_what_makes_a_difference(name: str) -> None:
    settings = PRESETS[name].settings
    assert all(DEFAULTS[field] != value for field, value in settings.items())
    assert not unread_fields(DEFAULTS | dict(settings)) & set(settings)


def test_the_first_preset_is_what_the_lesson_begins_with() -> None:
    first = PRESETS["default"]
    assert not first.settings
    assert first.corpus == bundled.DEFAULT_CORPUS and not first.is_swapped


def test_the_two_presets_of_five_sentences_differ_in_their_batches_alone() -> None:
    one, full = PRESETS["five_one"].settings, PRESETS["five_full"].settings
    assert {name for name in one if one[name] != full[name]} == {"batch_size"}
