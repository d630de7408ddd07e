"""The components: what moves many times a second, drawn in the browser from data sent once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from pages.shared.frame.i18n import current_language
from seq2seq_core.data import bundled

COMPONENT_FOLDER = Path(__file__).parents[3] / "assets/component"


def read_assets(names: Sequence[str], kind: str) -> str:
    files = [COMPONENT_FOLDER / f"{name}.{kind}" for name in names]
    return "\n".join(file.read_text(encoding="utf-8") for file in files if file.exists())


def register_script(name: str) -> Any:
    """A component that draws nothing: assets/component/NAME.js alone."""
    return st.components.v2.component(f"seq2seq_lab_{name}", js=read_assets([name], "js"))


def register_component(name: str, *parts: str) -> Any:
    """A component out of assets/component/NAME.js and .css, behind what all share and its parts.

    To be called once a process, so from a module, not from a page's script.
    """
    js, css = read_assets(["dom", *parts, name], "js"), read_assets(["theme", *parts, name], "css")
    return st.components.v2.component(f"seq2seq_lab_{name}", css=css, js=js)


sidebar_closer = register_script("frame")
feed_component = register_script("feed")
stepper_component = register_component("stepper", "rows", "picture", "what", "branches")
attention_map_component = register_component("map", "matrix")
ask_component = register_component("ask")
tensors_component = register_component("tensors")


def annotate_tokens(tokens: Sequence[str], unknown: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Source tokens with what is known about them: pinyin and an English gloss."""
    word_entries = (
        bundled.load_word_glosses() if current_language() == "en" else {}
    )  # who reads Chinese needs no crutch
    no_entry = bundled.WordGloss("", "")
    return [
        {
            "token": token,
            "pinyin": word_entries.get(token, no_entry).pinyin,
            "gloss": word_entries.get(token, no_entry).gloss,
            "unknown": token in unknown,
        }
        for token in tokens
    ]
