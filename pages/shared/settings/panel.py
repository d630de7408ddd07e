"""The settings of the next run: drawn, kept in the URL, put together for a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import streamlit as st

from pages.shared.frame import errors, url_state
from pages.shared.frame.i18n import _, current_language
from pages.shared.settings.model import MODEL, MORE_MODEL
from pages.shared.settings.setting import Setting, Values
from pages.shared.settings.training import LEARNING, MORE_LEARNING
from seq2seq_core.config import ModelConfig, TrainingConfig, parse_model_config, parse_training_config
from seq2seq_core.errors import ConfigError

ALL = (*MODEL, *MORE_MODEL, *LEARNING, *MORE_LEARNING)
MODEL_FIELDS = ModelConfig.__dataclass_fields__.keys()


def used(values: Values) -> dict[str, Any]:
    """The values that make a difference; what such a model does not read has its default."""
    return dict(values) | {
        setting.field: setting.default for setting in ALL if not setting.applies(values)
    }


def used_by(model: ModelConfig, training: TrainingConfig) -> dict[str, Any]:
    """Field -> value of all that makes a difference for such a run."""
    return used(asdict(model) | asdict(training))


def told(model: ModelConfig, training: TrainingConfig) -> list[str]:
    """What is not as usual in such a run, in few words each."""
    values = used_by(model, training)
    return [
        _(setting.short_label).format(value=setting.format_value(values[setting.field]))
        for setting in ALL
        if setting.short_label and values[setting.field] != setting.default
    ]


def widget(setting: Setting) -> str:
    """The key of its control: a preset makes new ones, which begin with what it says."""
    return f"train_{setting.key}_{current_language()}_{st.session_state.get('settings_turn', 0)}"


def put(setting: Setting, value: object) -> None:
    if value == setting.default:
        url_state.remove_param(setting.key)
    else:
        url_state.set_param(setting.key, str(value).lower())


def preset(values: dict[str, Any]) -> None:
    """Set fields as given and all others to their defaults."""
    for setting in ALL:
        put(setting, values.get(setting.field, setting.default))
    st.session_state["settings_turn"] = st.session_state.get("settings_turn", 0) + 1


def choose(setting: Setting, key: str) -> None:
    if key != widget(setting):
        return  # of a control that a preset has just replaced: the browser still reports it
    put(setting, st.session_state[key])


def read(setting: Setting, text: str) -> Any:
    """A value out of the URL, by the same door as everywhere. Raises ConfigError."""
    if setting.field in MODEL_FIELDS:  # whether it goes with the others is said when it is used
        alone = {"bidirectional": False} | {setting.field: text}
        return getattr(parse_model_config(alone), setting.field)
    return getattr(parse_training_config({setting.field: text}), setting.field)


def refuse() -> None:
    """Say which settings of a link are out of their limits, once, and forget them."""
    for setting in ALL:
        text = url_state.get_param(setting.key)
        try:
            if text is not None:
                read(setting, text)
        except ConfigError as error:
            url_state.remove_param(setting.key)
            errors.show_error(error)


def value(setting: Setting) -> Any:
    """The chosen value, also where the control is not drawn.

    The control knows it first: a click on Train may come together with a click on a setting.
    """
    key = widget(setting)
    if key in st.session_state:
        return st.session_state[key]
    text = url_state.get_param(setting.key)
    try:
        return setting.default if text is None else read(setting, text)
    except ConfigError:
        return setting.default


def control(setting: Setting) -> None:
    """Draw one setting; a value that comes by a link or a preset is one more option."""
    key, now = widget(setting), value(setting)
    first = url_state.initial_value(key, now)
    options = setting.options
    if first not in options:
        numbers = [option for option in options if isinstance(option, int | float)]
        at = sum(number < first for number in numbers) + options.index(numbers[0])
        options = (*options[:at], first, *options[at:])
    draw = st.select_slider if setting.is_slider else st.segmented_control
    more: dict[str, Any] = {"value": first} if setting.is_slider else {"default": first}
    if not setting.is_slider:
        more |= {"required": True, "wrap": True}
    draw(
        _(setting.label),
        options,
        format_func=setting.format_value,
        key=key,
        on_change=choose,
        args=(setting, key),
        help=_(setting.help_text),
        **more,
    )


def controls(settings: Sequence[Setting]) -> None:
    """Draw those that the chosen model reads."""
    values = chosen()
    for setting in settings:
        if setting.applies(values):
            control(setting)


def usable() -> tuple[ModelConfig, TrainingConfig] | None:
    """The chosen settings; None where they do not go together, and why is said."""
    try:
        return configs()
    except ConfigError as error:
        errors.show_error(error)
        return None


def chosen() -> dict[str, Any]:
    """Field -> chosen value, of all settings."""
    return {setting.field: value(setting) for setting in ALL}


def configs() -> tuple[ModelConfig, TrainingConfig]:
    """The chosen settings. Raises ConfigError where they do not go together."""
    values = used(chosen())
    model = {name: value for name, value in values.items() if name in MODEL_FIELDS}
    training = {name: value for name, value in values.items() if name not in MODEL_FIELDS}
    return ModelConfig(**model), TrainingConfig(**training)
