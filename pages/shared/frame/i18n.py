"""Every visible phrase in the reader's language. English is the key, `messages.po` the rest."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from string import Formatter

import streamlit as st
from babel.messages.pofile import read_po

from pages.shared.frame import url_state

LANGUAGES = {"en": "English", "zh": "中文"}
LOCALE = Path(__file__).parents[3] / "assets/locale"


def N_(message: str) -> str:
    """Marks a phrase that is translated later, where it is shown."""
    return message


@cache
def catalogue(language: str) -> dict[str, str]:
    """Message -> translation; empty for English."""
    path = LOCALE / language / "messages.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale=language) if m.id}


def language() -> str:
    """The language chosen at the top, else the browser's, else English."""
    return url_state.option("lang", list(LANGUAGES), browsers_language())


def browsers_language() -> str:
    return "zh" if (st.context.locale or "").lower().startswith("zh") else "en"


def _(message: str, /, **fields: object) -> str:
    """The phrase in the reader's language, its {placeholders} filled in."""
    text = catalogue(language()).get(message) or message
    return text.format(**fields) if fields else text


def together(*sentences: str | None) -> str:
    """Sentences one after the other, as the language sets them; None is left out."""
    return (" " if language() == "en" else "").join(filter(None, sentences))


def parts(message: str, /, **fields: dict[str, str]) -> list[dict[str, str]]:
    """The phrase as segments for a component: plain text, and each placeholder's own segment.

    {"text": "To write "}, {"target": "books"}, …: so that learner text stays apart from markup.
    """
    text = catalogue(language()).get(message) or message
    segments: list[dict[str, str]] = []
    for plain, name, _spec, _conversion in Formatter().parse(text):
        if plain:
            segments.append({"text": plain})
        if name:
            segments.append(fields[name])
    return segments


def choose() -> None:
    chosen = st.session_state["lang_switch"]
    if chosen == browsers_language():
        url_state.drop("lang")
    else:
        url_state.put("lang", chosen)


def switch() -> None:
    """The language control; the choice goes into the URL."""
    st.segmented_control(
        "语言 · Language",
        list(LANGUAGES),
        default=url_state.first("lang_switch", language()),
        required=True,
        format_func=LANGUAGES.__getitem__,
        key="lang_switch",
        on_change=choose,
        label_visibility="collapsed",
    )
