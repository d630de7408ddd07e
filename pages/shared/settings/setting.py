"""What a setting of a run is: out of a few values, with a sentence and a place in the URL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pages.shared.frame.i18n import N_, _
from seq2seq_core.config import ModelConfig, TrainingConfig

Values = Mapping[str, Any]  # a config's field -> its value
DEFAULTS: dict[str, Any] = asdict(ModelConfig()) | asdict(TrainingConfig())
WORDS = {  # what a setting may be, where it is no number
    "none": N_("none"), "dot": N_("dot"), "general": N_("general"), "additive": N_("additive"),
    "after": N_("after its step"), "before": N_("before its step"),
    "start": N_("at the start"), "every_step": N_("at every step"),
    "post": N_("after each sum"), "pre": N_("before each part"),
    "constant": N_("constant"), "linear": N_("linear"), "exponential": N_("exponential"),
    "inverse_sigmoid": N_("inverse sigmoid"),
}  # fmt: skip


# --- what a model reads ---------------------------------------------------------------------


def always(_values: Values) -> bool:
    return True


def transformer(values: Values) -> bool:
    return values["architecture"] == "transformer"


def recurrent(values: Values) -> bool:
    return not transformer(values)


def attends(values: Values) -> bool:
    return recurrent(values) and values["attention"] != "none"


def adds(values: Values) -> bool:
    return recurrent(values) and values["attention"] == "additive"


def falls(values: Values) -> bool:
    return values["teacher_forcing_schedule"] != "constant"


# --- how a value is shown -------------------------------------------------------------------


def word(value: str) -> str:
    return _(WORDS.get(value, value))


def percent(value: float) -> str:
    return f"{value:.0%}"


def short(value: float) -> str:
    return f"{value:g}"


def on_or_off(value: bool) -> str:
    return _("on") if value else _("off")


def named(value: str) -> str:
    return "Transformer" if value == "transformer" else value.upper()


@dataclass(frozen=True)
class Choice:
    """One setting out of a few. `key` is its name in the URL, `field` the one in its config."""

    key: str
    field: str
    label: str
    sentence: str
    options: tuple[Any, ...]
    shown: Callable[[Any], str] = str
    slides: bool = False  # numbers lie on a line, names stand side by side
    read: Callable[[Values], bool] = always  # whether a model with these values knows of it
    brief: str = ""  # how a run's label tells it, where it is not as usual

    @property
    def default(self) -> Any:
        return DEFAULTS[self.field]
