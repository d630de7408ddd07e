"""Every setting of a run stands on the page once, and a label tells what makes a difference."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.shared.frame import i18n, url_state
from pages.shared.runs.labels import describe_settings
from pages.shared.settings import panel
from pages.shared.settings.decoding import BEAM, DECODING_SETTINGS, LENGTH_PENALTY, TEMPERATURE
from pages.shared.settings.setting import Setting
from pages.shared.settings.training import BATCH_SIZE
from pages.shared.training import controls
from pages.shared.training.presets import PRESET_TEXTS
from seq2seq_core.config import DecodingConfig, ModelConfig, TrainingConfig
from seq2seq_core.errors import ConfigError
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


EVERY_SETTING = (*panel.ALL_SETTINGS, *DECODING_SETTINGS)


def test_every_field_of_a_config_has_one_setting_and_every_setting_one_name() -> None:
    for settings, configs in (
        (panel.ALL_SETTINGS, (ModelConfig, TrainingConfig)),
        (DECODING_SETTINGS, (DecodingConfig,)),
    ):
        declared = [(setting.config_class, setting.field) for setting in settings]
        assert sorted(declared, key=str) == sorted(
            ((config, field.name) for config in configs for field in fields(config)), key=str
        )
    names = [setting.name for setting in EVERY_SETTING]
    assert len(set(names)) == len(names)


def test_a_setting_has_the_name_of_its_field_in_the_url() -> None:
    assert [s.field for s in EVERY_SETTING if s.name != s.field] == ["seed"]  # of a draw: "draw"


@pytest.mark.parametrize("setting", EVERY_SETTING, ids=lambda setting: setting.name)
def test_every_option_may_be_chosen_and_comes_back_out_of_a_link(setting: Setting) -> None:
    assert setting.default in setting.options or not setting.options
    for option in setting.options or (0, 1, panel.LARGEST_NUMBER):
        assert setting.format_value(option)
        for architecture in ("gru", "transformer"):
            configs({"architecture": architecture, setting.field: option})
        assert panel.parse_value(setting, url_state.format_param(option)) == option


@pytest.mark.parametrize("setting", EVERY_SETTING, ids=lambda setting: setting.name)
@given(text=st.text(max_size=20))
def test_whatever_a_link_says_is_an_option_or_refused(setting: Setting, text: str) -> None:
    try:
        value = panel.parse_value(setting, text)
    except ConfigError:
        return
    if setting.options:
        options = panel.options_with(setting, value)
        assert value in options and set(setting.options) <= set(options)
        numbers = [x for x in options if isinstance(x, int | float) and not isinstance(x, bool)]
        assert numbers == sorted(numbers)


def test_a_number_between_the_options_stands_between_them() -> None:
    assert panel.options_with(BATCH_SIZE, 48) == ("one", 8, 16, 32, 48, 64, 128, "full")
    assert panel.options_with(BEAM, 32)[-2:] == (10, 32)
    assert panel.options_with(LENGTH_PENALTY, 0.5)[2:5] == (0.4, 0.5, 0.6)


def test_a_temperature_that_a_link_leaves_open_is_the_pages() -> None:
    assert panel.parse_value(TEMPERATURE, "none") == TEMPERATURE.default == 1.0


def test_a_label_tells_what_the_model_is_made_of_and_what_is_not_as_usual() -> None:
    assert describe_settings(run(MODEL, TRAINING)) == "BiGRU · general attention · First"
    transformer = MODEL | {"architecture": "transformer", "layers": 2, "hidden_size": 8}
    learning = TRAINING | {"warm_up": 100}
    label = "Transformer · layers 2 × heads 4 · warm-up 100 · First, English to Chinese"
    assert describe_settings(run(transformer, learning, "first_swapped")) == label
    plain = MODEL | {"architecture": "lstm", "bidirectional": False, "attention": "none"}
    plain |= {"layers": 2, "timing": "before", "context": "every_step", "hidden_size": 20}
    label = "LSTM · layers 2 · no attention · hidden 20 · context at every step · First"
    assert describe_settings(run(plain, TRAINING)) == label


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
    sentence = controls.describe_run_status(ended)
    assert sentence.startswith("Stopped early at update 90") and "lowest at update 60" in sentence
    whole = replace(ended, update=600, reason=None)
    assert not controls.stopped_early(whole)
    assert controls.describe_run_status(whole) == "Finished after 600 updates."
