"""How the next word is chosen: the settings of a search and of a draw, each kept in the URL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from pages.shared.frame import errors, url_state
from pages.shared.frame.i18n import N_, _, current_language
from seq2seq_core.config import parse_decoding_config
from seq2seq_core.errors import ConfigError


@dataclass(frozen=True)
class DecodingSetting:
    """One setting out of a few. `key` is its name in the URL, `field` the one in DecodingConfig."""

    key: str
    field: str
    label: str
    help_text: str
    options: tuple[float, ...]
    default: float
    format_value: Callable[[float], str] = "{:g}".format


BEAM = DecodingSetting(
    "beam",
    "beam",
    N_("Beam width"),
    N_("How many beginnings stay alive after each step. A beam of one is greedy."),
    tuple(range(1, 11)),
    3,
)
PENALTY = DecodingSetting(
    "penalty",
    "length_penalty",
    N_("Length penalty λ"),
    N_(
        "Each word makes a sentence less probable, so short ones win. The score log p / ((5 + n) / "
        "6)^λ makes up for it (Wu et al. 2016); n counts the tokens. With λ = 0 the plain "
        "probability decides."
    ),
    (0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0),
    0.6,
)
TEMPERATURE = DecodingSetting(
    "temperature",
    "temperature",
    N_("Temperature"),
    N_(
        "The numbers before the softmax are divided by it. Below 1 what is likely gets likelier, "
        "above 1 everything gets more alike; at 0 the most probable word is certain: greedy."
    ),
    (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0),
    1.0,
)
TOP_K = DecodingSetting(
    "top_k",
    "top_k",
    N_("Top-k"),
    N_("Draw only among so many of the most probable words (Fan et al. 2018)."),
    (0, 1, 2, 3, 5, 10, 20, 50),
    0,
    lambda count: _("all") if count == 0 else str(count),
)
TOP_P = DecodingSetting(
    "top_p",
    "top_p",
    N_("Top-p"),
    N_(
        "Draw only among the fewest words that have this share of the probability together "
        "(Holtzman et al. 2020)."
    ),
    (0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0),
    1.0,
    "{:.0%}".format,
)


def decoding_value(setting: DecodingSetting) -> float:
    """What the address says; the default, with a word, where that is nothing it can be."""
    text = url_state.get_param(setting.key)
    if text is None:
        return setting.default
    try:
        value = getattr(parse_decoding_config({setting.field: text}), setting.field)
    except ConfigError as error:
        url_state.remove_param(setting.key)
        errors.show_error(error)
        return setting.default
    return setting.default if value is None else value


def sync_decoding_value(setting: DecodingSetting, value: float) -> None:
    if value == setting.default:
        url_state.remove_param(setting.key)
    else:
        url_state.set_param(setting.key, f"{value:g}")


def decoding_control(setting: DecodingSetting) -> float:
    """Draw the control of one setting and give its value; one that comes by a link is an option."""
    key = f"search_{setting.key}_{current_language()}"
    initial = url_state.initial_value(key, decoding_value(setting))
    value = st.select_slider(
        _(setting.label),
        sorted({*setting.options, initial}),
        value=initial,
        format_func=setting.format_value,
        key=key,
        help=_(setting.help_text),
    )
    sync_decoding_value(setting, value)
    return value


def seed_input() -> int:
    """Which draw: the same number, the same sentences."""
    key, limit = f"search_draw_{current_language()}", 2**31 - 1
    seed_setting = DecodingSetting("draw", "seed", "", "", (), 1)
    value = st.number_input(
        _("Draw number"),
        0,
        limit,
        value=int(url_state.initial_value(key, decoding_value(seed_setting))),
        key=key,
        help=_("The seed of the random numbers: the same number draws the same sentences again."),
    )
    sync_decoding_value(seed_setting, value)
    return value
