"""Every setting of a run stands on the page once, and a label tells what makes a difference."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest

from pages.shared.frame import i18n, url_state
from pages.shared.runs.labels import describe_settings
from pages.shared.settings import panel
from pages.shared.settings.setting import Setting
from pages.shared.training import controls
from pages.shared.training.presets import PRESET_TEXTS
from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.models import build_model
from seq2seq_core.presets import PRESETS
from seq2seq_core.store import Run
from seq2seq_core.store.config_column import restore_config

MODEL, TRAINING = asdict(ModelConfig()), asdict(TrainingConfig())


@pytest.fixture(autouse=True, scope="module")
def english() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(i18n, "browsers_language", lambda: "en")
        yield


def configs(values: dict[str, Any]) -> tuple[ModelConfig, TrainingConfig]:
    """The defaults with other values. Raises ConfigError."""
    model = {name: value for name, value in values.items() if name in MODEL}
    training = {name: value for name, value in values.items() if name in TRAINING}
    return ModelConfig(**MODEL | model), TrainingConfig(**TRAINING | training)


def run(model: dict[str, Any], training: dict[str, Any], name: str = "first") -> Run:
    rest = dict.fromkeys(Run.__dataclass_fields__)
    configs = {
        "model": restore_config(ModelConfig, model),
        "training": restore_config(TrainingConfig, training),
    }
    return Run(**rest | {"number": 1, "name": name} | configs)


def test_every_setting_has_one_place_and_one_name() -> None:
    assert sorted(choice.field for choice in panel.ALL_SETTINGS) == sorted(MODEL | TRAINING)
    assert len({choice.key for choice in panel.ALL_SETTINGS}) == len(panel.ALL_SETTINGS)
    assert {choice.key for choice in panel.ALL_SETTINGS} <= url_state.PARAM_NAMES


@pytest.mark.parametrize("choice", panel.ALL_SETTINGS, ids=lambda choice: choice.key)
def test_every_option_may_be_chosen_and_comes_back_out_of_a_link(choice: Setting) -> None:
    assert choice.default in choice.options
    for option in choice.options:
        assert choice.format_value(option)
        for architecture in ("gru", "transformer"):
            configs({"architecture": architecture} | {choice.field: option})
        assert panel.parse_value(choice, str(option).lower()) == option


def weights(values: dict[str, Any]) -> int:
    model = build_model(configs(values)[0], 9, 9, seed=1)
    return sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize(
    "values",
    [
        {"architecture": "transformer"},
        {"attention": "none"},
        {"attention": "dot"},
        {"attention": "additive"},
    ],
    ids=str,
)
def test_what_is_not_shown_changes_nothing_of_the_model(values: dict[str, Any]) -> None:
    for choice in panel.ALL_SETTINGS:
        if choice.field in MODEL and not choice.applies(MODEL | TRAINING | values):
            for option in choice.options:
                assert weights(values | {choice.field: option}) == weights(values)


def test_a_label_tells_what_the_model_is_made_of_and_what_is_not_as_usual() -> None:
    assert describe_settings(run(MODEL, TRAINING)) == "BiGRU · general attention · First"
    transformer = MODEL | {"architecture": "transformer", "layers": 2, "hidden_size": 8}
    learning = TRAINING | {"warm_up": 100}
    told = "Transformer · layers 2 × heads 4 · warm-up 100 · First, English to Chinese"
    assert describe_settings(run(transformer, learning, "first_swapped")) == told
    plain = MODEL | {"architecture": "lstm", "bidirectional": False, "attention": "none"}
    plain |= {"layers": 2, "timing": "before", "context": "every_step", "hidden_size": 20}
    told = "LSTM · layers 2 · no attention · hidden 20 · context at every step · First"
    assert describe_settings(run(plain, TRAINING)) == told


def test_a_run_of_an_older_version_has_a_label_too() -> None:
    old = {name: MODEL[name] for name in ("architecture", "bidirectional", "attention")}
    assert describe_settings(run(old, {"updates": 100})) == "BiGRU · general attention · First"


def test_every_preset_has_a_title_and_a_sentence() -> None:
    assert list(PRESET_TEXTS) == list(PRESETS)
    assert all(title and sentence for title, sentence in PRESET_TEXTS.values())


def test_a_run_that_stopped_early_says_so_and_can_go_on() -> None:
    reason = {"code": "stopped_early", "fields": {"update": 90, "best": 60}}
    ended = replace(run(MODEL, TRAINING), status="done", update=90, reason=reason)
    assert controls.stopped_early(ended)
    said = controls.describe_run_status(ended)
    assert said.startswith("Stopped early at update 90") and "lowest at update 60" in said
    whole = replace(ended, update=600, reason=None)
    assert not controls.stopped_early(whole)
    assert controls.describe_run_status(whole) == "Finished after 600 updates."
