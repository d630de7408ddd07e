"""The components: what moves many times a second, drawn in the browser from data sent once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from pages.shared.frame.i18n import language
from seq2seq_core.data import bundled

FOLDER = Path(__file__).parents[3] / "assets/component"


def asset(names: Sequence[str], kind: str) -> str:
    files = [FOLDER / f"{name}.{kind}" for name in names]
    return "\n".join(file.read_text(encoding="utf-8") for file in files if file.exists())


def bare(name: str) -> Any:
    """A component that draws nothing: assets/component/NAME.js alone."""
    return st.components.v2.component(f"seq2seq_lab_{name}", js=asset([name], "js"))


def register(name: str, *parts: str) -> Any:
    """A component out of assets/component/NAME.js and .css, behind what all share and its parts.

    To be called once a process, so from a module, not from a page's script.
    """
    js, css = asset(["dom", *parts, name], "js"), asset(["theme", *parts, name], "css")
    return st.components.v2.component(f"seq2seq_lab_{name}", css=css, js=js)


frame = bare("frame")
feed = bare("feed")
stepper = register("stepper", "rows", "picture", "what", "branches")
attention_map = register("map", "matrix")
ask = register("ask")
tensors = register("tensors")


def annotated(tokens: Sequence[str], unknown: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Source tokens with what is known about them: pinyin and an English gloss."""
    known = bundled.load_word_glosses() if language() == "en" else {}  # who reads Chinese needs no crutch
    nothing = bundled.WordGloss("", "")
    return [
        {
            "token": token,
            "pinyin": known.get(token, nothing).pinyin,
            "gloss": known.get(token, nothing).gloss,
            "unknown": token in unknown,
        }
        for token in tokens
    ]
