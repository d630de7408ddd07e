"""The controls of the settings, each bound to the URL, and the configs that they make together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import streamlit as st

from pages.shared.frame import errors, url_state, widgets
from pages.shared.frame.i18n import _
from pages.shared.settings.model import MODEL_SETTINGS, MORE_MODEL_SETTINGS
from pages.shared.settings.setting import Setting
from pages.shared.settings.training import LEARNING_SETTINGS, MORE_LEARNING_SETTINGS
from seq2seq_core.config import (
    ModelConfig,
    TrainingConfig,
    effective,
    parse_config,
    unread_fields,
)
from seq2seq_core.errors import ConfigError

ALL_SETTINGS = (
    *MODEL_SETTINGS,
    *MORE_MODEL_SETTINGS,
    *LEARNING_SETTINGS,
    *MORE_LEARNING_SETTINGS,
)  # of a run
LARGEST_NUMBER = 2**31 - 1  # that can be typed where a setting has no options


def non_default_labels(model: ModelConfig, training: TrainingConfig) -> list[str]:
    """What differs from the defaults in such a run, in few words each."""
    values = asdict(effective(model)) | asdict(effective(training))
    return [
        _(setting.short_label).format(value=setting.format_value(values[setting.field]))
        for setting in ALL_SETTINGS
        if setting.short_label and values[setting.field] != setting.default
    ]


# --- a value --------------------------------------------------------------------------------


def parse_value(setting: Setting, text: str) -> Any:
    """A value out of the URL, checked as the command line checks it. Raises ConfigError."""
    # one field alone: an odd hidden size is refused later, if the encoder is bidirectional
    lenient = {"bidirectional": False} if setting.config_class is ModelConfig else {}
    config = parse_config(setting.config_class, lenient | {setting.field: text})
    value = getattr(config, setting.field)
    return setting.default if value is None and None not in setting.options else value


def drop_invalid(settings: Iterable[Setting] = ALL_SETTINGS) -> None:
    """Say which settings of a link are out of their limits, once, and forget them."""
    for setting in settings:
        text = url_state.get_param(setting.name)
        try:
            if text is not None:
                parse_value(setting, text)
        except ConfigError as error:
            url_state.remove_param(setting.name)
            errors.show_error(error)


def setting_value(setting: Setting) -> Any:
    """The chosen value, also where the control is not drawn.

    The control knows it first: a click on Train may come together with a click on a setting.
    """
    key = widgets.widget_key("settings", setting.name)
    if key in st.session_state:
        return st.session_state[key]
    text = url_state.get_param(setting.name)
    try:
        return setting.default if text is None else parse_value(setting, text)
    except ConfigError:
        return setting.default


def apply_preset(values: Mapping[str, Any]) -> None:
    """Set fields as given and all others to their defaults."""
    for setting in ALL_SETTINGS:
        value = values.get(setting.field, setting.default)
        url_state.save_value(setting.name, value, setting.default)
        widgets.remount(setting.name)


# --- a control ------------------------------------------------------------------------------


def options_with(setting: Setting, value: Any) -> tuple[Any, ...]:
    """The options of a setting; a number that comes by a link or a preset is one more of them."""
    if value in setting.options:
        return setting.options
    numbers = [option for option in setting.options if isinstance(option, int | float)]
    position = sum(number < value for number in numbers) + setting.options.index(numbers[0])
    return (*setting.options[:position], value, *setting.options[position:])


def draw_setting(setting: Setting) -> Any:
    """Draw the control of one setting and give its value."""
    drop_invalid([setting])
    bound = widgets.bind("settings", setting.name, setting_value(setting), default=setting.default)
    label, help_text = _(setting.label), _(setting.help_text)
    if not setting.options:
        return st.number_input(label, 0, LARGEST_NUMBER, value=bound.initial, key=bound.key,
                               on_change=bound.save, help=help_text)  # fmt: skip
    options = options_with(setting, bound.initial)
    if setting.is_slider:
        return st.select_slider(label, options, value=bound.initial, key=bound.key,
                                on_change=bound.save, format_func=setting.format_value,
                                help=help_text)  # fmt: skip
    return st.segmented_control(label, options, default=bound.initial, required=True, wrap=True,
                                key=bound.key, on_change=bound.save, help=help_text,
                                format_func=setting.format_value)  # fmt: skip


def draw_settings(settings: Sequence[Setting]) -> None:
    """Draw the controls of those settings that the chosen model reads."""
    unread = unread_fields(chosen_values())
    for setting in settings:
        if setting.field not in unread:
            draw_setting(setting)


# --- all together ---------------------------------------------------------------------------


def chosen_values() -> dict[str, Any]:
    """Field -> chosen value, of all settings of a run."""
    return {setting.field: setting_value(setting) for setting in ALL_SETTINGS}


def chosen_configs() -> tuple[ModelConfig, TrainingConfig]:
    """The chosen settings, as far as they make a difference.

    Raises ConfigError where they do not go together.
    """
    values = chosen_values()
    training = {name: values.pop(name) for name in TrainingConfig.__dataclass_fields__}
    return effective(ModelConfig(**values)), effective(TrainingConfig(**training))


def configs_or_none() -> tuple[ModelConfig, TrainingConfig] | None:
    """The chosen settings; None where they do not go together, and why is said."""
    try:
        return chosen_configs()
    except ConfigError as error:
        errors.show_error(error)
        return None
