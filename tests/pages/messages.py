"""Every phrase that a page can show, collected from the source, and the Chinese catalogue."""

from __future__ import annotations

import ast
from pathlib import Path

from babel.messages.pofile import read_po

from pages.shared.frame.i18n import LOCALE_FOLDER
from seq2seq_core.data.bundled import CORPORA
from seq2seq_core.errors import MESSAGES

ROOT = Path(__file__).parents[2]
# How many phrases a call names, as Babel counts its keywords: ngettext takes one and many
MARKERS = {"_": 1, "N_": 1, "segments": 1, "ngettext": 2}

Key = str | tuple[str, ...]  # a phrase, or the two of ngettext


def read_catalogue(language: str) -> dict[Key, str | tuple[str, ...]]:
    """Phrase -> translation, both as they stand in the file: tuples where there is a plural."""
    with (LOCALE_FOLDER / language / "messages.po").open("rb") as file:
        return {
            message.id: message.string for message in read_po(file, locale=language) if message.id
        }


def marked_phrases(path: Path) -> set[Key]:
    """The phrases that a file gives to a marker."""
    phrases: set[Key] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            first = node.args[: MARKERS.get(node.func.id, 0)]
            texts = tuple(arg.value for arg in first if isinstance(arg, ast.Constant))
            if texts and len(texts) == len(first):
                phrases.add(texts if len(texts) > 1 else texts[0])
    return phrases


def collected() -> set[Key]:
    """First arguments of _(), N_() and segments(), both phrases of ngettext(), the core's error
    sentences and their details, and what the lesson's corpora are called."""
    phrases: set[Key] = set(MESSAGES.values())
    for info in CORPORA.values():
        phrases |= {info.title, info.label, info.description}
    for path in (ROOT / "seq2seq_core").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg in ("detail", "side"):
                phrases |= {node.value.value} if isinstance(node.value, ast.Constant) else set()
    for path in [ROOT / "app.py", *(ROOT / "pages").rglob("*.py")]:
        phrases |= marked_phrases(path)
    return phrases
