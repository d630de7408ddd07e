"""What a setting of a run is: out of a few values, with a sentence and a place in the URL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pages.shared.frame.i18n import N_, _
from seq2seq_core.config import ModelConfig, TrainingConfig

Values = Mapping[str, Any]  # a config's field -> its value
DEFAULTS: dict[str, Any] = asdict(ModelConfig()) | asdict(TrainingConfig())
OPTION_LABELS = {  # what a setting may be, where it is no number
    "none": N_("none"), "dot": N_("dot"), "general": N_("general"), "additive": N_("additive"),
    "after": N_("after its step"), "before": N_("before its step"),
    "start": N_("at the start"), "every_step": N_("at every step"),
    "post": N_("after each sum"), "pre": N_("before each part"),
    "constant": N_("constant"), "linear": N_("linear"), "exponential": N_("exponential"),
    "inverse_sigmoid": N_("inverse sigmoid"),
}  # fmt: skip


# --- what a model reads ---------------------------------------------------------------------


def applies_always(_values: Values) -> bool:
    return True


def is_transformer(values: Values) -> bool:
    return values["architecture"] == "transformer"


def is_recurrent(values: Values) -> bool:
    return not is_transformer(values)


def has_attention(values: Values) -> bool:
    return is_recurrent(values) and values["attention"] != "none"


def has_additive_attention(values: Values) -> bool:
    return is_recurrent(values) and values["attention"] == "additive"


def has_forcing_schedule(values: Values) -> bool:
    return values["teacher_forcing_schedule"] != "constant"


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


@dataclass(frozen=True)
class Setting:
    """One setting out of a few. `key` is its name in the URL, `field` the one in its config."""

    key: str
    field: str
    label: str
    help_text: str
    options: tuple[Any, ...]
    format_value: Callable[[Any], str] = str
    is_slider: bool = False  # numbers lie on a line, names stand side by side
    applies: Callable[[Values], bool] = (
        applies_always  # whether a model with these values knows of it
    )
    short_label: str = ""  # how a run's label tells it, where it is not as usual

    @property
    def default(self) -> Any:
        return DEFAULTS[self.field]
