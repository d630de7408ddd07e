"""A widget bound to the URL: it begins with what the URL says, and a change of it is written there.

Streamlit knows a choice by the words on the screen. So a control in another language, or for
another run or corpus (its scope), is another widget: each begins with the URL anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import streamlit as st

from pages.shared.frame import errors, url_state
from pages.shared.frame.i18n import LANGUAGES, browsers_language, current_language

Option = TypeVar("Option")


def count_remounts(name: str) -> int:
    return st.session_state.get(f"{name}_remounts", 0)


def remount(name: str) -> None:
    """The control of this name was overruled: a new one, which begins with the URL, replaces it.

    A widget in a popover forgets a value that is set through the session state.
    """
    st.session_state[f"{name}_remounts"] = count_remounts(name) + 1


def widget_key(page: str, name: str, scope: object = "") -> str:
    """The key of the control that is drawn for this name, in this language."""
    scopes = (scope, count_remounts(name) or "")
    return "_".join([page, name, current_language(), *(str(s) for s in scopes if s != "")])


def initial_value(key: str, value: Option) -> Option:
    """What a widget shows when it is drawn for the first time on a page; constant after that."""
    if key not in st.session_state:
        st.session_state[f"{key}_first"] = value
    return st.session_state[f"{key}_first"]


@dataclass(frozen=True)
class Binding:
    """What a widget needs: `key=bound.key, on_change=bound.save`, and to begin with `initial`."""

    name: str  # in the URL
    key: str
    remounts: int  # as the widget was drawn
    initial: Any
    default: object  # goes without saying: the URL leaves it out; None: it says whatever is chosen
    after_save: Callable[[], None] | None

    def save(self) -> None:
        """A callback: the widget was changed."""
        if self.remounts == count_remounts(self.name):  # else it was replaced while it was clicked
            url_state.save_value(self.name, st.session_state[self.key], self.default)
            if self.after_save:
                errors.deferred_errors(self.after_save)()


def bind(
    page: str,
    name: str,
    value: object,
    *,
    scope: object = "",
    default: object = None,
    after_save: Callable[[], None] | None = None,
    key: str | None = None,
) -> Binding:
    """Binds a control to the URL; value: what the URL says now."""
    key = key or widget_key(page, name, scope)
    initial = initial_value(key, value)
    return Binding(name, key, count_remounts(name), initial, default, after_save)


def choose_option(
    page: str,
    name: str,
    label: str,
    options: Sequence[Option],
    format_option: Callable[[Option], str],
    *,
    default: Option | None = None,
    omits_default: bool = True,
    scope: object = "",
    label_visibility: Any = "collapsed",
    key: str | None = None,
) -> Option:
    """Options side by side, one of them chosen: at first the default, else the first of them.

    omits_default: whether the URL leaves the default out; not where it depends on what else is
    chosen.
    """
    default = options[0] if default is None else default
    current = url_state.get_option(name, options, default)
    bound = bind(page, name, current, scope=scope, default=default if omits_default else None,
                 key=key)  # fmt: skip
    return st.segmented_control(
        label,
        options,
        default=bound.initial if bound.initial in options else current,
        required=True,
        format_func=format_option,
        key=bound.key,
        on_change=bound.save,
        label_visibility=label_visibility,
        wrap=True,
    )


def language_switch() -> None:
    """The language control: the same in every language."""
    choose_option(
        "frame",
        "lang",
        "语言 · Language",
        list(LANGUAGES),
        LANGUAGES.__getitem__,
        default=browsers_language(),
        key="lang_switch",
    )
