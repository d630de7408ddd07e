"""What the URL says beside the page: for a refresh, for a link to a friend, for the next page.

Streamlit's own `bind` writes the label that is shown, so a link would depend on the language; and a
page switch drops what no widget is bound to. So each value has a plain name here, is remembered for
the session, and all of them are put back into the URL at the end of every page, in one write.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields
from typing import TypeVar

import streamlit as st

from seq2seq_core.config import DecodingConfig, ModelConfig, TrainingConfig

Option = TypeVar("Option")

# every name that an address of ours can have; what else a link brings is left out. The settings
# have the names of their fields. The others stand here and not where they are used: a page is not
# read before it is visited, and a link may bring what belongs to another page.
CONFIGS = (ModelConfig, TrainingConfig, DecodingConfig)
PARAM_NAMES = frozenset({field.name for config in CONFIGS for field in fields(config)}) | {
    "w", "lang", "run", "sentence", "speed",
    "view",  # Corpus
    "step", "branches", "branch", "guess", "guesses",
    "way", "draw",  # Search
    "order", "part", "layer", "head", "target", "source",
    "cloud", "near", "untrained",  # Words
}  # fmt: skip
# They belong to one run and one sentence; the stepper's component writes them itself.
DECODE_KEYS = ("step", "branches", "branch")
COMPONENT_KEYS = (*DECODE_KEYS, "guess", "guesses")  # what components write themselves
MAX_VALUE_LENGTH = 300  # characters of a value: links end up in chats and on the blackboard
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")  # the last: not UTF-8


def is_valid_param(name: str, value: str) -> bool:
    """Whether a link may hold this.

    A workspace's key is always looked up: whatever is wrong with one, the answer is the same.
    """
    return name == "w" or (len(value) <= MAX_VALUE_LENGTH and not UNPRINTABLE.search(value))


def stored_params() -> dict[str, str]:
    """Name -> value of this session; at first what the URL says."""
    if "url_params" not in st.session_state:
        query = st.query_params.to_dict()
        valid = {name: value for name, value in query.items() if is_valid_param(name, value)}
        st.session_state["url_damaged"] = len(valid) < len(query)
        st.session_state["url_params"] = {
            name: valid[name] for name in valid if name in PARAM_NAMES
        }
    return st.session_state["url_params"]


def pop_damaged_flag() -> bool:
    """Whether a part of the link had to be left out. True only once, to be said."""
    stored_params()
    return st.session_state.pop("url_damaged", False)


def get_param(name: str) -> str | None:
    assert name in PARAM_NAMES, f"add {name!r} to PARAM_NAMES"
    return stored_params().get(name)


def set_param(name: str, value: str) -> None:
    assert name in PARAM_NAMES, f"add {name!r} to PARAM_NAMES"
    if name in ("run", "sentence") and get_param(name) != value:
        for decode_key in DECODE_KEYS:
            remove_param(decode_key)
    stored_params()[name] = value


def remove_param(name: str) -> None:
    """Forget a value: the default goes without saying."""
    stored_params().pop(name, None)


def format_param(value: object) -> str:
    """A value as the URL has it; config reads it back."""
    return str(value).lower() if isinstance(value, bool | None) else str(value)


def save_value(name: str, value: object, default: object = None) -> None:
    """Remember a value; the default, and None, go without saying."""
    if value is None or value == default:
        remove_param(name)
    else:
        set_param(name, format_param(value))


def get_option(name: str, options: Sequence[Option], default: Option) -> Option:
    """The option that the address names; the default where it names none of them."""
    param = get_param(name)
    return next((option for option in options if format_param(option) == param), default)


def sync_url(page: str) -> None:
    """Make the URL say what is remembered.

    Streamlit makes each change a step in the browser's history. A reader who has just gone a step
    back on the same page is left there: a new step would lock the way back.
    """
    query = st.query_params.to_dict()
    params = {name: value for name, value in stored_params().items() if is_valid_param(name, value)}
    last_page, last_query = st.session_state.get("url_written", (None, {}))
    went_back = page == last_page and without_component_params(query) != last_query
    if query != params and not went_back:
        st.query_params.from_dict(params)
        query = params
    st.session_state["url_written"] = page, without_component_params(query)


def without_component_params(values: dict[str, str]) -> dict[str, str]:
    """What a component writes into the URL itself, without a step in the history, left out."""
    return {name: value for name, value in values.items() if name not in COMPONENT_KEYS}
