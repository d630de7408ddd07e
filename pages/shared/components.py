"""The components: what moves many times a second, drawn in the browser from data sent once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from pages.shared.i18n import language
from seq2seq_core import corpora

FOLDER = Path(__file__).parents[2] / "assets/component"


def asset(*names: str) -> str:
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)


def register(name: str, *parts: str) -> Any:
    """A component out of assets/component/NAME.js and .css, behind what all share and more parts.

    To be called once a process, so from a module, not from a page's script.
    """
    return st.components.v2.component(
        f"seq2seq_lab_{name}",
        css=asset("theme.css", f"{name}.css"),
        js=asset("dom.js", *parts, f"{name}.js"),
    )


stepper = register("stepper")
frame = register("frame")
ask = register("ask")
tensors = register("tensors")


def annotated(tokens: Sequence[str], unknown: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Source tokens with what is known about them: pinyin and an English gloss."""
    known = corpora.words() if language() == "en" else {}  # who reads Chinese needs no crutch
    nothing = corpora.Word("", "")
    return [
        {
            "token": token,
            "pinyin": known.get(token, nothing).pinyin,
            "gloss": known.get(token, nothing).gloss,
            "unknown": token in unknown,
        }
        for token in tokens
    ]
