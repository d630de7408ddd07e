"""Settings from outside: read strictly, or refused with the range in the sentence."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.config import (
    ARCHITECTURES,
    ATTENTIONS,
    CHOICES,
    PARSERS,
    SCHEDULES,
    DecodingConfig,
    ModelConfig,
    TrainingConfig,
    effective,
    parse_model_config,
    parse_training_config,
    unread_fields,
)
from seq2seq_core.errors import MESSAGES, ConfigError
from seq2seq_core.models import build_model

PARSE = {"model": parse_model_config, "training": parse_training_config}
NAMES = [*asdict(ModelConfig()), *asdict(TrainingConfig()), "device"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=3,
)


def test_text_means_the_same_as_the_value_itself() -> None:
    for parse, config in (
        (parse_model_config, ModelConfig("lstm", False, "additive", 12, 16, 0.25, 8)),
        (parse_training_config, TrainingConfig(70, "full", 3e-4, 0.5, 0.25, 9)),
    ):
        values = asdict(config)
        assert parse(values) == config
        assert parse({name: str(value) for name, value in values.items()}) == config


def test_what_is_not_named_has_its_default() -> None:
    assert parse_model_config({}) == ModelConfig()
    assert parse_training_config({"batch_size": "8"}) == TrainingConfig(batch_size=8)


@pytest.mark.parametrize(
    ("config_name", "name", "value", "code"),
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
def test_a_setting_out_of_place_is_refused(
    config_name: str, name: str, value: Any, code: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        PARSE[config_name]({name: value})
    assert caught.value.code == code
    assert name[:40] in str(caught.value) or code == "odd_hidden"
    if code == "out_of_range":
        assert "between" in str(caught.value)


@given(
    st.sampled_from(list(PARSE)),
    st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=3),
)
def test_any_mapping_is_read_or_refused_in_a_short_sentence(name: str, settings: dict) -> None:
    try:
        config = PARSE[name](settings)
    except ConfigError as error:
        assert error.code in MESSAGES
        assert len(str(error).encode()) < 700
    else:
        assert PARSE[name](asdict(config)) == config


def test_every_field_of_every_config_has_a_parser() -> None:
    for config in (ModelConfig(), TrainingConfig(), DecodingConfig()):
        for field in fields(config):
            default = getattr(config, field.name)
            text = str(default).lower()
            assert PARSERS[str(field.type)](field.name, text) == default, field.name


# --- what a config means in effect ----------------------------------------------------------

OTHER_VALUES = {  # of each field of a model: one that differs from the default
    "architecture": "lstm", "bidirectional": False, "attention": "dot", "embedding_size": 6,
    "hidden_size": 10, "dropout": 0.3, "attention_size": 7, "layers": 2, "timing": "before",
    "context": "every_step", "sharpness": 3.0, "decoder_relu": True, "heads": 2, "model_size": 12,
    "feed_forward_size": 9, "norm": "pre", "positions": False,
}  # fmt: skip
SHAPES = st.builds(
    ModelConfig,
    architecture=st.sampled_from(ARCHITECTURES),
    attention=st.sampled_from(ATTENTIONS),
    attention_size=st.sampled_from([None, 3]),
    hidden_size=st.sampled_from([4, 8]),
    model_size=st.sampled_from([4, 8]),
    timing=st.sampled_from(CHOICES["timing"]),
)


def test_every_field_of_a_model_makes_a_difference_to_some_model() -> None:
    assert set(OTHER_VALUES) == set(asdict(ModelConfig()))
    shapes = [{"architecture": "transformer"}, {"attention": "additive"}]
    assert set.intersection(*(unread_fields(shape) for shape in shapes)) == {
        "teacher_forcing_half_life"
    }


def count_weights(config: ModelConfig) -> int:
    return sum(p.numel() for p in build_model(config, 9, 9, seed=1).parameters())


@pytest.mark.parametrize(
    "shape",
    [
        {"architecture": "transformer"},
        {"attention": "none"},
        {"attention": "dot"},
        {"attention": "additive"},
    ],
    ids=str,
)
def test_an_unread_field_changes_nothing_of_the_model(shape: dict[str, Any]) -> None:
    config = ModelConfig(**shape)
    unread = unread_fields(asdict(config)) & set(OTHER_VALUES)
    assert unread
    for name in unread:
        changed = replace(config, **{name: OTHER_VALUES[name]})
        assert count_weights(changed) == count_weights(config)
        assert effective(changed) == effective(config)


@given(SHAPES)
def test_the_effective_config_is_the_same_model(config: ModelConfig) -> None:
    assert effective(effective(config)) == effective(config)
    assert effective(config).attention_cost == config.attention_cost
    assert effective(config).has_attention == config.has_attention
    assert count_weights(effective(config)) == count_weights(config)


@given(st.sampled_from(SCHEDULES))
def test_a_half_life_counts_only_with_a_schedule(schedule: str) -> None:
    config = TrainingConfig(teacher_forcing_schedule=schedule, teacher_forcing_half_life=7)
    half_life = effective(config).teacher_forcing_half_life
    assert half_life == (200 if schedule == "constant" else 7)
    assert effective(DecodingConfig(beam=4)) == DecodingConfig(beam=4)


@given(st.integers(1, 1000), st.integers(1, 256))
def test_an_epoch_reads_every_pair_and_its_last_update_is_not_empty(pairs: int, size: int) -> None:
    updates = TrainingConfig(batch_size=size).updates_per_epoch(pairs)
    assert (updates - 1) * size < pairs <= updates * size
    assert TrainingConfig(batch_size="full").updates_per_epoch(pairs) == 1
    assert TrainingConfig(batch_size="one").updates_per_epoch(pairs) == pairs


@pytest.mark.parametrize("size", ["full", "one", 32])
def test_an_epoch_of_nothing_takes_no_update(size: int | str) -> None:
    assert TrainingConfig(batch_size=size).updates_per_epoch(0) == 0
