"""Whatever goes wrong on a page ends as one sentence in the reader's language."""

from __future__ import annotations

from string import Formatter

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.frame import errors
from pages.shared.frame.i18n import load_translations
from seq2seq_core.data.corpus import Row, build_corpus
from seq2seq_core.errors import MESSAGES


def draw(kind: str) -> None:
    import streamlit as st

    from pages.shared.frame import errors
    from seq2seq_core.errors import ConfigError, CorpusError

    def fail() -> None:
        if kind == "learner":
            raise CorpusError("reserved_token", token="*<eos>*")
        if kind == "setting":
            raise ConfigError("out_of_range", name="β", value=7, low=0, high=1)
        if kind == "bug":
            raise ZeroDivisionError("secret")

    errors.show_deferred()
    st.button("later", on_click=errors.deferred_errors(fail))
    if kind != "fine":
        with errors.errors_on_page():
            fail()
    st.text("after")


def visit(kind: str) -> AppTest:
    app = AppTest.from_function(draw, args=(kind,)).run()
    assert not app.exception
    return app


def test_what_a_learner_can_mend_is_said_and_their_text_stays_text(english: None) -> None:
    (error,) = visit("learner").error
    assert error.value.startswith(r"\*\<eos\>\* is a special token of the model")


def test_a_bug_is_no_traceback_on_the_page(english: None) -> None:
    app = visit("bug")
    (error,) = app.error
    assert error.value.startswith("This could not be drawn. Your work is saved")
    assert "secret" not in error.value
    assert app.text[0].value == "after"  # the rest of the page is drawn


def test_where_nothing_fails_nothing_is_said() -> None:
    assert not visit("fine").error


@pytest.mark.parametrize(("kind", "count"), [("learner", 2), ("bug", 2), ("setting", 2)])
def test_what_fails_in_a_callback_is_said_when_the_page_is_drawn_and_once(
    kind: str, count: int
) -> None:
    app = visit(kind)
    app.button[0].click().run()
    assert len(app.error) == count
    assert len(app.run().error) == count - 1


@pytest.mark.parametrize("code", MESSAGES)
def test_every_error_has_its_sentence_in_both_languages(language: str, code: str) -> None:
    names = (name for _, name, _, _ in Formatter().parse(MESSAGES[code]) if name)
    fields = dict.fromkeys(names, "7")
    sentence = errors.error_sentence(code, fields)
    assert (sentence == MESSAGES[code].format(**fields)) == (language == "en")


def test_a_field_that_is_a_phrase_of_ours_is_translated_too(chinese: None) -> None:
    detail = "the checksum differs"
    sentence = errors.error_sentence("damaged", {"detail": detail})
    assert load_translations("zh").gettext(detail) in sentence and detail not in sentence
    assert "恐龙 the" in errors.error_sentence("damaged", {"detail": "恐龙 the"})


@pytest.mark.parametrize(
    ("row", "begins"),
    [
        (Row("", "hello"), "Row 12, source: This sentence is empty"),
        (Row("你", ""), "Row 12, target: This sentence is empty"),
        (Row("你", "hi", "9-9"), "Row 12, alignment: The alignment “9-9” points outside"),
    ],
)
def test_a_problem_is_named_by_row_column_and_reason(english: None, row: Row, begins: str) -> None:
    problem = build_corpus([row], "space").problems[0]
    assert errors.format_problem(problem, 12).startswith(begins)
