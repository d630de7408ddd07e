"""Both languages say everything, with the same placeholders."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter

import pytest

from pages.shared.frame.i18n import load_catalogue
from tests.pages.messages import MARKERS, ROOT, collected

CHINESE = load_catalogue("zh")


def placeholders(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name)


def test_every_phrase_has_its_translation() -> None:
    assert collected()
    assert sorted(message for message in collected() if not CHINESE.get(message)) == []


def test_no_translation_is_left_over() -> None:
    assert sorted(CHINESE.keys() - collected()) == []


@pytest.mark.parametrize("message", sorted(CHINESE))
def test_placeholders_are_equal(message: str) -> None:
    assert placeholders(message) == placeholders(CHINESE[message])


def test_translations_are_chinese_and_have_chinese_punctuation() -> None:
    for message, text in CHINESE.items():
        assert any("\u4e00" <= character <= "\u9fff" for character in text), message
        assert not text.rstrip("0123456789").endswith((".", ",", "?")), text


PAGES = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]
SHOWN = {
    "title", "header", "subheader", "caption", "text", "markdown", "button", "metric", "error",
    "warning", "info", "toast", "page_link", "popover", "selectbox", "segmented_control",
}  # fmt: skip


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_page_shows_a_bare_english_phrase(path: Path) -> None:
    """A string literal given to a Streamlit element without _() would stay untranslated."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr not in SHOWN:
            continue
        shown = [*node.args[:1], *(k.value for k in node.keywords if k.arg in ("label", "help"))]
        for value in shown:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                letters = [c for c in value.value if c.isalpha()]
                both = any("\u4e00" <= c <= "\u9fff" for c in letters)  # said in both languages
                assert both or not letters or value.value.endswith(".py"), (
                    f"{path.name}:{node.lineno}: {value.value}"
                )


def test_markers_take_whole_phrases_only() -> None:
    """An f-string or a sum in _() could never be found in a catalogue."""
    for path in PAGES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                built = isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
                assert not (built and node.func.id in MARKERS), path.name
