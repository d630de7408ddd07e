"""What a setting is: one field of a config, out of a few values, with a sentence of its own.

It has one name everywhere: the field's, in the URL and, with dashes, on the command line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pages.shared.frame.i18n import N_, _

OPTION_LABELS = {  # options that are no numbers, in words
    "none": N_("none"), "dot": N_("dot"), "general": N_("general"), "additive": N_("additive"),
    "after": N_("after its step"), "before": N_("before its step"),
    "start": N_("at the start"), "every_step": N_("at every step"),
    "post": N_("after each sum"), "pre": N_("before each part"),
    "constant": N_("constant"), "linear": N_("linear"), "exponential": N_("exponential"),
    "inverse_sigmoid": N_("inverse sigmoid"),
}  # fmt: skip


# --- how a value is shown -------------------------------------------------------------------


def translate_option(value: str) -> str:
    return _(OPTION_LABELS.get(value, value))


def format_share(value: float) -> str:
    return f"{value:.0%}"


def format_compact(value: float) -> str:
    return f"{value:g}"


def format_switch(value: bool) -> str:
    return _("on") if value else _("off")


def architecture_label(value: str) -> str:
    return "Transformer" if value == "transformer" else value.upper()


# --- a setting ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Setting:
    """One field of a config as a control: label, help text and options, in English."""

    config_class: type[Any]  # ModelConfig, TrainingConfig or DecodingConfig
    field: str
    label: str
    help_text: str
    options: tuple[Any, ...] = ()  # none: any whole number from 0
    format_value: Callable[[Any], str] = str
    is_slider: bool = False  # numbers lie on a line, names stand side by side
    short_label: str = ""  # in a run's label, where the value is not the default
    page_default: Any = None  # where the page begins elsewhere than the config
    param: str = ""  # the name in the URL, where a field of another config has the same name

    @property
    def name(self) -> str:
        """In the URL."""
        return self.param or self.field

    @property
    def default(self) -> Any:
        config_default = self.config_class.__dataclass_fields__[self.field].default
        return config_default if self.page_default is None else self.page_default
