"""What the URL says beside the page: for a refresh, for a link to a friend, for the next page.

Streamlit's own `bind` writes the label that is shown, so a link would depend on the language; and a
page switch drops what no widget is bound to. So each value has a plain name here, is remembered for
the session, and all of them are put back into the URL at the end of every page, in one write.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

import streamlit as st

Option = TypeVar("Option")

# every name that an address of ours can have; what else a link brings is left out
NAMES = frozenset({
    "w", "lang", "run", "sentence", "step", "order",
    "view", "guess", "speed",
    "cell", "attention", "bidirectional", "hidden", "embedding", "compared", "dropout",
    "layers", "timing", "context", "sharpness", "relu",
    "heads", "size", "inner", "norm", "positions",
    "updates", "batch", "rate", "clip", "forcing", "seed",
    "schedule", "half_life", "smoothing", "warm_up", "decay", "patience",
    "branches", "branch", "beam", "penalty", "temperature", "top_k", "top_p", "draw",
    "way", "guesses",
    "target", "source", "layer", "head", "part", "cloud", "near", "untrained",
})  # fmt: skip
OF_A_WALK = ("step", "branches", "branch")  # of a run and a sentence, written by the stepper itself
LONGEST = 300  # characters of a value: links end up in chats and on the blackboard
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")  # the last: not UTF-8


def readable(name: str, value: str) -> bool:
    """Whether a link may hold this. A workspace's key is always looked up: whatever is wrong with
    one, the answer is the same."""
    return name == "w" or (len(value) <= LONGEST and not UNPRINTABLE.search(value))


def remembered() -> dict[str, str]:
    """Name -> value, from the URL at first."""
    if "address" not in st.session_state:
        there = st.query_params.to_dict()
        good = {name: value for name, value in there.items() if readable(name, value)}
        st.session_state["address_damaged"] = len(good) < len(there)
        st.session_state["address"] = {name: good[name] for name in good if name in NAMES}
    return st.session_state["address"]


def damaged() -> bool:
    """Whether a part of the link had to be left out. True only once, to be said."""
    remembered()
    return st.session_state.pop("address_damaged", False)


def get(name: str) -> str | None:
    assert name in NAMES, f"add {name!r} to NAMES"
    return remembered().get(name)


def put(name: str, value: str) -> None:
    assert name in NAMES, f"add {name!r} to NAMES"
    if name in ("run", "sentence") and get(name) != value:
        for of_another_walk in OF_A_WALK:
            drop(of_another_walk)
    remembered()[name] = value


def drop(name: str) -> None:
    """Back to what goes without saying."""
    remembered().pop(name, None)


def option(name: str, options: Sequence[Option], default: Option) -> Option:
    """The option that the address names; the default where it names none of them."""
    named = get(name)
    return next((option for option in options if str(option) == named), default)


def show(page: str) -> None:
    """Make the URL say what is remembered.

    Streamlit makes each change a step in the browser's history. Who just went a step back, on the
    same page, is left there: a new step would lock the way back.
    """
    there = st.query_params.to_dict()
    wanted = {name: value for name, value in remembered().items() if readable(name, value)}
    last_page, last_there = st.session_state.get("address_shown", (None, {}))
    moved = page == last_page and without_step(there) != last_there
    if there != wanted and not moved:
        st.query_params.from_dict(wanted)
        there = wanted
    st.session_state["address_shown"] = page, without_step(there)


def without_step(values: dict[str, str]) -> dict[str, str]:
    """What a component writes into the URL itself, without a step in the history, left out."""
    return {name: value for name, value in values.items() if name not in (*OF_A_WALK, "guesses")}


def first(key: str, value: Option) -> Option:
    """What a widget shows when it is drawn for the first time on a page; constant after that."""
    if key not in st.session_state:
        st.session_state[f"{key}_first"] = value
    return st.session_state[f"{key}_first"]
