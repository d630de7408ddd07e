"""What the URL says beside the page: for a refresh, for a link to a friend, for the next page.

Streamlit's own `bind` writes the label that is shown, so a link would depend on the language; and a
page switch drops what no widget is bound to. So each value has a plain name here, is remembered for
the session, and all of them are put back into the URL at the end of every page, in one write.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st

Option = TypeVar("Option")


def remembered() -> dict[str, str]:
    """Name -> value, from the URL at first."""
    return st.session_state.setdefault("address", st.query_params.to_dict())


def get(name: str) -> str | None:
    return remembered().get(name)


def put(name: str, value: str) -> None:
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
    wanted, there = remembered().copy(), st.query_params.to_dict()
    last_page, last_there = st.session_state.get("address_shown", (None, {}))
    moved = page == last_page and without_step(there) != last_there
    if there != wanted and not moved:
        st.query_params.from_dict(wanted)
        there = wanted
    st.session_state["address_shown"] = page, without_step(there)


def without_step(values: dict[str, str]) -> dict[str, str]:
    """The stepper writes its own place into the URL, without a step in the history."""
    return {name: value for name, value in values.items() if name != "step"}


def first(key: str, value: Option) -> Option:
    """What a widget shows when it is drawn for the first time on a page; constant after that."""
    if key not in st.session_state:
        st.session_state[f"{key}_first"] = value
    return st.session_state[f"{key}_first"]
