"""What the URL says beside the page: for a refresh, for a link to a friend, for the next page.

Streamlit's own `bind` writes the label that is shown, so a link would depend on the language; and a
page switch drops what no widget is bound to. So each value has a plain name here, is remembered for
the session, and is put back into the URL whenever a page is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st

Option = TypeVar("Option")


def get(name: str) -> str | None:
    """The value in this session, else in the URL."""
    return st.session_state.get(f"address_{name}", st.query_params.get(name))


def put(name: str, value: str, shown: bool = True) -> None:
    """Remember a value, and show it in the URL unless it goes without saying."""
    st.session_state[f"address_{name}"] = value
    if shown and st.query_params.get(name) != value:
        st.query_params[name] = value
    elif not shown and name in st.query_params:
        del st.query_params[name]


def option(name: str, options: Sequence[Option], default: Option) -> Option:
    """The option that the address names; the default where it names none of them."""
    named = get(name)
    return next((option for option in options if str(option) == named), default)


def widget(name: str, variant: str, value: object) -> str:
    """The key of a widget that shows this value when it is drawn for the first time on a page."""
    key = f"{name}_{variant}"
    if key not in st.session_state:
        st.session_state[key] = value
    return key
