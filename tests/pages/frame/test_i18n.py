"""Both languages say everything, with the same placeholders."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter

import pytest

from pages.shared.frame import i18n
from pages.shared.frame.i18n import _, ngettext
from tests.pages.messages import MARKERS, ROOT, Key, collected, read_catalogue

CHINESE = read_catalogue("zh")


def forms(text: Key) -> tuple[str, ...]:
    """The one phrase, or those for one and for many."""
    return (text,) if isinstance(text, str) else text


def placeholders(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name)


def test_every_phrase_has_its_translation() -> None:
    assert collected()
    untranslated = [message for message in collected() if not all(forms(CHINESE.get(message, "")))]
    assert untranslated == []


def test_no_translation_is_left_over() -> None:
    assert CHINESE.keys() - collected() == set()


@pytest.mark.parametrize("message", CHINESE, ids=lambda message: forms(message)[-1])
def test_placeholders_are_equal(message: Key) -> None:
    """Of a plural: what the phrase for many has; the English one for one may spell it out."""
    singular, plural = forms(message)[0], forms(message)[-1]
    assert {"count", *placeholders(singular)} == {"count", *placeholders(plural)}
    for text in forms(CHINESE[message]):
        assert placeholders(plural) == placeholders(text)


def test_a_plural_has_one_form_in_chinese() -> None:
    plurals = {message: text for message, text in CHINESE.items() if isinstance(message, tuple)}
    assert plurals
    assert all(isinstance(text, tuple) and len(text) == 1 for text in plurals.values())


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ["0 pairs", "1 pair", "2 pairs", "21 pairs"]),
        ("zh", ["0 个句对", "1 个句对", "2 个句对", "21 个句对"]),
    ],
)
def test_a_plural_takes_the_form_of_its_language(
    language: str, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(i18n, "current_language", lambda: language)
    assert [ngettext("1 pair", "{count} pairs", count) for count in (0, 1, 2, 21)] == texts


def test_a_plural_fills_in_its_other_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "current_language", lambda: "en")
    singular, plural = "{who} has 1 word", "{who} has {count} words"
    assert ngettext(singular, plural, 1, who="Anna") == "Anna has 1 word"
    assert ngettext(singular, plural, 3, who="Anna") == "Anna has 3 words"


@pytest.mark.parametrize("language", list(i18n.LANGUAGES))
def test_what_no_catalogue_has_stays_as_it_is(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A learner's own name of a corpus, and the empty one, where gettext keeps its header."""
    monkeypatch.setattr(i18n, "current_language", lambda: language)
    for text in ("", "my corpus", "{braces}"):
        assert _(text) == text


def test_translations_are_chinese_and_have_chinese_punctuation() -> None:
    for message, translation in CHINESE.items():
        for text in forms(translation):
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
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                for phrase in node.args[: MARKERS.get(node.func.id, 0)]:
                    assert not isinstance(phrase, ast.JoinedStr | ast.BinOp), path.name
