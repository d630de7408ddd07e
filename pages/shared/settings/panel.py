"""The settings of the next run: drawn, kept in the URL, put together for a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import streamlit as st

from pages.shared.frame import errors, url_state
from pages.shared.frame.i18n import _, current_language
from pages.shared.settings.model import MODEL_SETTINGS, MORE_MODEL_SETTINGS
from pages.shared.settings.setting import Setting, Values
from pages.shared.settings.training import LEARNING, MORE_LEARNING
from seq2seq_core.config import (
    ModelConfig,
    TrainingConfig,
    parse_model_config,
    parse_training_config,
)
from seq2seq_core.errors import ConfigError

ALL_SETTINGS = (*MODEL_SETTINGS, *MORE_MODEL_SETTINGS, *LEARNING, *MORE_LEARNING)
MODEL_FIELDS = ModelConfig.__dataclass_fields__.keys()


def effective(values: Values) -> dict[str, Any]:
    """The values that make a difference; what such a model does not read has its default."""
    return dict(values) | {
        setting.field: setting.default for setting in ALL_SETTINGS if not setting.applies(values)
    }


def effective_settings(model: ModelConfig, training: TrainingConfig) -> dict[str, Any]:
    """Field -> value of all that makes a difference for such a run."""
    return effective(asdict(model) | asdict(training))


def non_default_labels(model: ModelConfig, training: TrainingConfig) -> list[str]:
    """What is not as usual in such a run, in few words each."""
    values = effective_settings(model, training)
    return [
        _(setting.short_label).format(value=setting.format_value(values[setting.field]))
        for setting in ALL_SETTINGS
        if setting.short_label and values[setting.field] != setting.default
    ]


def widget_key(setting: Setting) -> str:
    """The key of its control: a preset makes new ones, which begin with what it says."""
    return f"train_{setting.key}_{current_language()}_{st.session_state.get('settings_turn', 0)}"


def save_setting(setting: Setting, value: object) -> None:
    if value == setting.default:
        url_state.remove_param(setting.key)
    else:
        url_state.set_param(setting.key, str(value).lower())


def apply_preset(values: Mapping[str, Any]) -> None:
    """Set fields as given and all others to their defaults."""
    for setting in ALL_SETTINGS:
        save_setting(setting, values.get(setting.field, setting.default))
    st.session_state["settings_turn"] = st.session_state.get("settings_turn", 0) + 1


def save_choice(setting: Setting, key: str) -> None:
    if key != widget_key(setting):
        return  # of a control that a preset has just replaced: the browser still reports it
    save_setting(setting, st.session_state[key])


def parse_value(setting: Setting, text: str) -> Any:
    """A value out of the URL, by the same door as everywhere. Raises ConfigError."""
    if setting.field in MODEL_FIELDS:  # whether it goes with the others is said when it is used
        fields = {"bidirectional": False} | {setting.field: text}
        return getattr(parse_model_config(fields), setting.field)
    return getattr(parse_training_config({setting.field: text}), setting.field)


def drop_invalid() -> None:
    """Say which settings of a link are out of their limits, once, and forget them."""
    for setting in ALL_SETTINGS:
        text = url_state.get_param(setting.key)
        try:
            if text is not None:
                parse_value(setting, text)
        except ConfigError as error:
            url_state.remove_param(setting.key)
            errors.show_error(error)


def setting_value(setting: Setting) -> Any:
    """The chosen value, also where the control is not drawn.

    The control knows it first: a click on Train may come together with a click on a setting.
    """
    key = widget_key(setting)
    if key in st.session_state:
        return st.session_state[key]
    text = url_state.get_param(setting.key)
    try:
        return setting.default if text is None else parse_value(setting, text)
    except ConfigError:
        return setting.default


def draw_setting(setting: Setting) -> None:
    """Draw one setting; a value that comes by a link or a preset is one more option."""
    key, current_value = widget_key(setting), setting_value(setting)
    initial_value = url_state.initial_value(key, current_value)
    options = setting.options
    if initial_value not in options:
        numbers = [option for option in options if isinstance(option, int | float)]
        position = sum(number < initial_value for number in numbers) + options.index(numbers[0])
        options = (*options[:position], initial_value, *options[position:])
    draw_widget = st.select_slider if setting.is_slider else st.segmented_control
    widget_options: dict[str, Any] = (
        {"value": initial_value} if setting.is_slider else {"default": initial_value}
    )
    if not setting.is_slider:
        widget_options |= {"required": True, "wrap": True}
    draw_widget(
        _(setting.label),
        options,
        format_func=setting.format_value,
        key=key,
        on_change=save_choice,
        args=(setting, key),
        help=_(setting.help_text),
        **widget_options,
    )


def draw_settings(settings: Sequence[Setting]) -> None:
    """Draw those that the chosen model reads."""
    values = chosen_values()
    for setting in settings:
        if setting.applies(values):
            draw_setting(setting)


def configs_or_none() -> tuple[ModelConfig, TrainingConfig] | None:
    """The chosen settings; None where they do not go together, and why is said."""
    try:
        return chosen_configs()
    except ConfigError as error:
        errors.show_error(error)
        return None


def chosen_values() -> dict[str, Any]:
    """Field -> chosen value, of all settings."""
    return {setting.field: setting_value(setting) for setting in ALL_SETTINGS}


def chosen_configs() -> tuple[ModelConfig, TrainingConfig]:
    """The chosen settings. Raises ConfigError where they do not go together."""
    values = effective(chosen_values())
    model = {name: value for name, value in values.items() if name in MODEL_FIELDS}
    training = {name: value for name, value in values.items() if name not in MODEL_FIELDS}
    return ModelConfig(**model), TrainingConfig(**training)
