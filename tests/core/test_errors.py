"""Every error has its sentence, every sentence its error, and each can be filled in."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from seq2seq_core import errors
from seq2seq_core.errors import MESSAGES, Seq2SeqError

ROOT = Path(__file__).parents[2]
CLASSES = {
    cls.__name__: cls for cls in vars(errors).values()
    if isinstance(cls, type) and issubclass(cls, Seq2SeqError)
}  # fmt: skip
FILES = [
    *sorted((ROOT / "seq2seq_core").rglob("*.py")),
    *sorted((ROOT / "pages").rglob("*.py")),
]


def placeholders(message: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(message) if name}


def raised_errors() -> list[tuple[str, str, set[str], bool, str]]:
    """Class, code, names of the fields, whether there are others (**fields), and where."""
    found = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                code = node.args[0] if node.args else None
                if node.func.id in CLASSES and isinstance(code, ast.Constant):
                    names = {keyword.arg for keyword in node.keywords if keyword.arg}
                    others = any(keyword.arg is None for keyword in node.keywords)
                    place = f"{path.relative_to(ROOT)}:{node.lineno}"
                    found.append((node.func.id, str(code.value), names, others, place))
    return found


def code_strings() -> set[str]:
    """Every string of the product outside of the table itself."""
    return {
        node.value
        for path in FILES
        if path.name != "errors.py" or "pages" in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_code_that_is_raised_has_its_sentence_and_all_its_fields() -> None:
    raised = raised_errors()
    assert len(raised) > 40
    for _name, code, fields, others, place in raised:
        assert code in MESSAGES, place
        assert others or placeholders(MESSAGES[code]) == fields, place


def test_every_sentence_is_somebodys() -> None:
    assert sorted(set(MESSAGES) - code_strings()) == []


@pytest.mark.parametrize("code", MESSAGES)
def test_a_message_is_one_whole_sentence(code: str) -> None:
    """A whole sentence; it may begin with a value or with the name of a setting."""
    message = MESSAGES[code]
    assert message[0].isupper() or message[0] in "{“" or "_" in message.split()[0]
    assert message.endswith((".", "}", "“]."))
    assert "  " not in message and "\n" not in message


@pytest.mark.parametrize("code", MESSAGES)
def test_a_filled_sentence_holds_its_fields_and_no_braces(code: str) -> None:
    fields: dict[str, Any] = {name: f"<{name}>" for name in placeholders(MESSAGES[code])}
    sentence = str(Seq2SeqError(code, **fields))
    for value in fields.values():
        assert value in sentence
    if code != "json_shape":  # shows JSON
        assert "{" not in sentence and "}" not in sentence


@pytest.mark.parametrize("name", sorted(set(CLASSES) - {"Seq2SeqError"}))
def test_all_errors_are_one_tree_and_each_kind_is_raised(name: str) -> None:
    assert CLASSES[name].__mro__[1] is Seq2SeqError
    assert name in {raised[0] for raised in raised_errors()}


def test_learner_text_with_braces_is_no_placeholder() -> None:
    error = Seq2SeqError("reserved_token", token="{limit}")
    assert str(error) == "{limit} is a special token of the model: write another word."
