"""The components: what moves many times a second, drawn in the browser from data sent once."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import streamlit as st

from pages.shared.i18n import _, language
from seq2seq_core import corpora

FOLDER = Path(__file__).parents[2] / "assets/component"


def asset(*names: str) -> str:
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)


def register(name: str) -> Any:
    """A component out of assets/component/NAME.js and .css, behind the parts that all share.

    To be called once a process, so from a module, not from a page's script.
    """
    return st.components.v2.component(
        f"seq2seq_lab_{name}",
        css=asset("theme.css", f"{name}.css"),
        js=asset("dom.js", f"{name}.js"),
    )


stepper = register("stepper")
live = register("live")


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


def marked(output: Sequence[str], reference: Sequence[str] | None) -> list[dict[str, Any]]:
    """The words of an output, each right or wrong: right ones stand so in the reference too."""
    if reference is None:
        return [{"token": token, "right": True} for token in output]
    right: set[int] = set()
    for block in SequenceMatcher(None, output, reference, autojunk=False).get_matching_blocks():
        right |= set(range(block.a, block.a + block.size))
    return [{"token": token, "right": i in right} for i, token in enumerate(output)]


def live_data(
    key: str, sentences: Sequence[dict[str, Any]], new: set[tuple[str, ...]]
) -> dict[str, Any]:
    """What the live component shows: the first sentence's attention, and every sentence's words.

    sentences as in a run's frame; `new` holds the tokenised sources that were held out.
    """
    nothing: dict[str, Any] = {"source": [], "reference": None, "output": [], "attention": None}
    first = sentences[0] if sentences else nothing
    # an early model does not know when to stop: as many rows as the sentence needs keep the height
    rows = len(first["reference"] or first["output"]) + 1
    attention = first["attention"] and first["attention"][:rows]
    written = [*first["output"], "<eos>"] if sentences else []
    return {
        "key": key,
        "source": annotated(first["source"]),
        "target": written[: len(attention) if attention else rows],
        "attention": attention,
        "sentences": [
            {
                "source": " ".join(sentence["source"]),
                "reference": " ".join(sentence["reference"] or ()),
                "output": marked(sentence["output"], sentence["reference"]),
                "exact": sentence["output"] == sentence["reference"],
                "badge": _("not in the training set") if tuple(sentence["source"]) in new else "",
            }
            for sentence in sentences
        ],
        "labels": {
            "attention": _("Where it looks for the first sentence"),
            "sentences": _("What it writes now"),
            "no_attention": _("This model has no attention: one vector carries the sentence."),
            "waiting": _("Press Train: the picture forms while the model learns."),
            "right": _("right"),
            "wrong": _("not yet right"),
        },
    }
