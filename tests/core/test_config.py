"""Settings from outside: read strictly, or refused with the range in the sentence."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.config import (
    ModelConfig,
    TrainingConfig,
    parse_model_config,
    parse_training_config,
)
from seq2seq_core.errors import MESSAGES, ConfigError

DOORS = {"model": parse_model_config, "training": parse_training_config}
NAMES = [*asdict(ModelConfig()), *asdict(TrainingConfig()), "device"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=3,
)


def test_text_means_the_same_as_the_value_itself() -> None:
    for door, config in (
        (parse_model_config, ModelConfig("lstm", False, "additive", 12, 16, 0.25, 8)),
        (parse_training_config, TrainingConfig(70, "full", 3e-4, 0.5, 0.25, 9)),
    ):
        plain = asdict(config)
        assert door(plain) == config
        assert door({name: str(value) for name, value in plain.items()}) == config


def test_what_is_not_named_has_its_default() -> None:
    assert parse_model_config({}) == ModelConfig()
    assert parse_training_config({"batch_size": "8"}) == TrainingConfig(batch_size=8)


@pytest.mark.parametrize(
    ("door", "name", "value", "code"),
    [
        ("model", "device", "cuda:99", "unknown_setting"),
        ("model", "__class__", "x", "unknown_setting"),
        ("model", "hidden_size", "1_000", "not_whole"),
        ("model", "hidden_size", "１２", "not_whole"),
        ("model", "hidden_size", " 12", "not_whole"),
        ("model", "hidden_size", "9" * 5000, "not_whole"),
        ("model", "hidden_size", True, "not_whole"),
        ("model", "hidden_size", 12.0, "not_whole"),
        ("model", "hidden_size", None, "not_whole"),
        ("model", "hidden_size", "-2", "out_of_range"),
        ("model", "hidden_size", 7, "odd_hidden"),
        ("model", "dropout", "1.0", "out_of_range"),
        ("model", "dropout", True, "not_a_number"),
        ("model", "bidirectional", "1", "unknown_choice"),
        ("model", "bidirectional", 1, "unknown_choice"),
        ("model", "architecture", "__import__('os')", "unknown_choice"),
        ("training", "batch_size", "all", "not_whole"),
        ("training", "batch_size", "0", "out_of_range"),
        ("training", "learning_rate", "Infinity", "not_a_number"),
        ("training", "learning_rate", "1e999", "not_a_number"),
        ("training", "learning_rate", float("nan"), "not_a_number"),
        ("training", "learning_rate", 10**400, "not_a_number"),
        ("training", "learning_rate", 1000.0, "out_of_range"),
        ("training", "seed", -1, "out_of_range"),
        ("training", "updates", "1000000000", "out_of_range"),
    ],
)
def test_a_setting_out_of_place_is_refused(door: str, name: str, value: Any, code: str) -> None:
    with pytest.raises(ConfigError) as caught:
        DOORS[door]({name: value})
    assert caught.value.code == code
    assert name[:40] in str(caught.value) or code == "odd_hidden"
    if code == "out_of_range":
        assert "between" in str(caught.value)


@given(st.sampled_from(list(DOORS)), st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=3))
def test_any_mapping_is_read_or_refused_in_a_short_sentence(door: str, plain: dict) -> None:
    try:
        config = DOORS[door](plain)
    except ConfigError as error:
        assert error.code in MESSAGES
        assert len(str(error).encode()) < 700
    else:
        assert DOORS[door](asdict(config)) == config
