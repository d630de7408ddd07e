"""Every visible phrase in the reader's language. English is the key, `messages.po` the rest."""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from string import Formatter

import streamlit as st
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from pages.shared.frame import url_state

LANGUAGES = {"en": "English", "zh": "中文"}
LOCALE_FOLDER = Path(__file__).parents[3] / "assets/locale"


def N_(message: str) -> str:
    """Marks a phrase that is translated later, where it is shown."""
    return message


@cache
def load_translations(language: str) -> NullTranslations:
    """The phrases of a language, as gettext gives them; English is the key and has no catalogue."""
    path = LOCALE_FOLDER / language / "messages.po"
    if not path.exists():
        return NullTranslations()
    compiled = BytesIO()  # gettext reads the compiled form alone; no file of it is needed
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def browsers_language() -> str:
    return "zh" if (st.context.locale or "").lower().startswith("zh") else "en"


def current_language() -> str:
    """The language chosen at the top, else the browser's, else English."""
    return url_state.get_option("lang", list(LANGUAGES), browsers_language())


def translate(message: str) -> str:
    """The phrase in the reader's language; as it is where the catalogue does not have it."""
    # gettext keeps the catalogue's header under the empty phrase
    return load_translations(current_language()).gettext(message) if message else ""


def _(message: str, /, **fields: object) -> str:
    """The phrase in the reader's language, its {placeholders} filled in."""
    text = translate(message)
    return text.format(**fields) if fields else text


def ngettext(singular: str, plural: str, count: int, /, **fields: object) -> str:
    """The phrase for one or for many, in the reader's language; {count} is filled in.

    English has a form for one and one for all other counts, Chinese has a single form.
    """
    text = load_translations(current_language()).ngettext(singular, plural, count)
    return text.format(**{"count": count, **fields})


def join_sentences(*sentences: str | None) -> str:
    """Sentences one after the other, as the language sets them; None is left out."""
    return (" " if current_language() == "en" else "").join(filter(None, sentences))


def segments(message: str, /, **fields: dict[str, str]) -> list[dict[str, str]]:
    """The phrase as segments for a component: plain text, and each placeholder's own segment.

    {"text": "To write "}, {"target": "books"}, …: so that learner text stays apart from markup.
    """
    pieces: list[dict[str, str]] = []
    for plain, name, _spec, _conversion in Formatter().parse(translate(message)):
        if plain:
            pieces.append({"text": plain})
        if name:
            pieces.append(fields[name])
    return pieces
