"""Every visible phrase in the reader's language. English is the key, `messages.po` the rest."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from string import Formatter

import streamlit as st
from babel.messages.pofile import read_po

from pages.shared.frame import url_state

LANGUAGES = {"en": "English", "zh": "中文"}
LOCALE_FOLDER = Path(__file__).parents[3] / "assets/locale"


def N_(message: str) -> str:
    """Marks a phrase that is translated later, where it is shown."""
    return message


@cache
def load_catalogue(language: str) -> dict[str, str]:
    """Message -> translation; empty for English."""
    path = LOCALE_FOLDER / language / "messages.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale=language) if m.id}


def current_language() -> str:
    """The language chosen at the top, else the browser's, else English."""
    return url_state.get_option("lang", list(LANGUAGES), browsers_language())


def browsers_language() -> str:
    return "zh" if (st.context.locale or "").lower().startswith("zh") else "en"


def _(message: str, /, **fields: object) -> str:
    """The phrase in the reader's language, its {placeholders} filled in."""
    text = load_catalogue(current_language()).get(message) or message
    return text.format(**fields) if fields else text


def join_sentences(*sentences: str | None) -> str:
    """Sentences one after the other, as the language sets them; None is left out."""
    return (" " if current_language() == "en" else "").join(filter(None, sentences))


def segments(message: str, /, **fields: dict[str, str]) -> list[dict[str, str]]:
    """The phrase as segments for a component: plain text, and each placeholder's own segment.

    {"text": "To write "}, {"target": "books"}, …: so that learner text stays apart from markup.
    """
    text = load_catalogue(current_language()).get(message) or message
    pieces: list[dict[str, str]] = []
    for plain, name, _spec, _conversion in Formatter().parse(text):
        if plain:
            pieces.append({"text": plain})
        if name:
            pieces.append(fields[name])
    return pieces
