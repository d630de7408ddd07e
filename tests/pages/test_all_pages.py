"""Every page opens: on every kind of model, in both languages, without runs, on a broken run."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from pages.shared.frame.i18n import load_translations
from pages.shared.runs import labels
from seq2seq_core.store import schema
from tests.pages.laboratory import (
    ALL_PAGES,
    KINDS,
    PAGES_OF_A_RUN,
    ROWS,
    TITLES,
    Laboratory,
    address,
    everything,
    open_page,
    page_text,
)
from tests.pages.messages import read_catalogue

NUMBERS = {title: str(number) for number, title in enumerate(KINDS, 1)}
NO_MODEL = "There is no model yet: train one first, it takes a few seconds."
HAN = re.compile("[\u4e00-\u9fff]")


def shown_title(page: str, language: str) -> str:
    return TITLES[page] if language == "en" else load_translations("zh").gettext(TITLES[page])


@cache
def english_phrases() -> list[str]:
    """What stands in the catalogue between its placeholders, where it is long enough to be ours."""
    pieces = {
        plain.strip()
        for message in read_catalogue("zh")
        for form in ((message,) if isinstance(message, str) else message)
        for plain, *_field in Formatter().parse(form)
        if len(plain.strip()) >= 12 and " " in plain.strip()
    }
    return sorted(piece for piece in pieces if not HAN.search(piece))


def english_of(app: AppTest) -> list[str]:
    sent = everything(app).replace('\\"', '"').replace("\\'", "'")
    return [phrase for phrase in english_phrases() if phrase in sent]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("page", PAGES_OF_A_RUN)
def test_a_page_of_a_run_opens_for_every_kind_of_model(
    lab: Laboratory, page: str, kind: str, language: str
) -> None:
    app = open_page(lab, page, run=NUMBERS[kind])
    assert [title.value for title in app.title] == [shown_title(page, language)]
    assert not app.error
    assert bool(english_of(app)) == (language == "en")
    run_choice = app.selectbox[0]
    assert run_choice.options[run_choice.index] == labels.run_label(lab.runs()[kind])


@pytest.mark.parametrize("page", ["start", "corpus", "train"])
def test_the_pages_that_make_something_open_with_and_without_runs(
    lab: Laboratory, page: str, language: str
) -> None:
    for visited in (lab, None):
        app = open_page(visited, page)
        assert [title.value for title in app.title] == [shown_title(page, language)]
        assert not app.error
        assert bool(english_of(app)) == (language == "en")


@pytest.mark.parametrize("page", PAGES_OF_A_RUN)
def test_without_a_run_a_page_says_where_one_comes_from(
    empty_lab: Laboratory, page: str, language: str
) -> None:
    for visited in (empty_lab, None):
        app = open_page(visited, page)
        no_model = NO_MODEL if language == "en" else load_translations("zh").gettext(NO_MODEL)
        assert no_model in [text.value for text in app.text]
        assert not app.error and not app.selectbox
    app.button[0].click().run()
    assert [title.value for title in app.title] == [shown_title("start", language)]


@pytest.mark.parametrize("page", PAGES_OF_A_RUN)
def test_damaged_weights_are_one_sentence_and_no_traceback(
    own_lab: Laboratory, page: str, english: None
) -> None:
    with own_lab.open().begin() as connection:
        connection.execute(update(schema.snapshots).values(weights=b"nothing of a model"))
    app = open_page(own_lab, page, run="1")
    (error,) = app.error
    assert error.value.startswith("The stored weights are damaged")
    assert app.selectbox[0].index == 2  # another run can be chosen: the list stays


@pytest.mark.parametrize("page", PAGES_OF_A_RUN)
def test_a_run_without_weights_yet_is_shown_as_it_was_drawn_by_lot(
    own_lab: Laboratory, page: str, english: None
) -> None:
    with own_lab.open().begin() as connection:
        connection.execute(schema.snapshots.delete())
        waiting = {"status": "queued", "update": 0, "wanted": "run"}
        connection.execute(update(schema.runs).where(schema.runs.c.number == 1).values(waiting))
    app = open_page(own_lab, page, run="1")
    assert not app.error
    if page != "guess":  # nobody plays against a model that changes meanwhile
        assert "Still learning: this is the model after 0 of 60 updates." in page_text(app)


@pytest.mark.parametrize("page", ALL_PAGES)
def test_a_key_that_leads_nowhere_is_said_once_and_forgotten(
    lab: Laboratory, page: str, english: None
) -> None:
    app = open_page(None, page, w="nobody")
    assert "This link leads to no work that is kept here" in app.error[0].value
    assert "w" not in address(app)
    assert not app.run().error


@pytest.mark.parametrize("page", ["decode", "search", "attention", "inside"])
def test_a_typed_sentence_is_translated_and_its_unknown_words_are_named(
    lab: Laboratory, page: str, english: None
) -> None:
    app = open_page(lab, page, sentence="我 爱 恐龙")
    assert not app.error
    assert "Never seen in training, read as <unk>: 爱 恐龙" in page_text(app)
    assert app.selectbox[1].value == "我 爱 恐龙"
    assert "In the corpus:" not in page_text(app)


@pytest.mark.parametrize("page", ["decode", "search"])
def test_a_sentence_of_the_corpus_stands_beside_its_translation(
    lab: Laboratory, page: str, english: None
) -> None:
    app = open_page(lab, page, sentence=ROWS[5].source)
    assert f"In the corpus: {ROWS[5].target}" in page_text(app)


def test_the_address_keeps_what_was_chosen_from_page_to_page(lab: Laboratory) -> None:
    app = open_page(lab, "decode", run="2", sentence=ROWS[3].source)
    for page in ("search", "inside", "guess"):
        app.switch_page(f"pages/{page}.py").run()
        assert address(app) == {"w": lab.key, "run": "2", "sentence": ROWS[3].source}
        assert [one.value for one in app.selectbox[:2]] == [2, ROWS[3].source]


def test_a_link_with_what_nobody_asked_for_is_cleaned_and_said(lab: Laboratory) -> None:
    app = open_page(lab, "decode", sentence="a\x00b", nonsense="1", run="99")
    assert "damaged" in app.error[0].value
    assert address(app).keys() <= {"w", "run"}
    assert app.selectbox[0].value == 3  # the latest


@pytest.mark.parametrize("page", ALL_PAGES)
def test_the_language_switch_changes_the_page_and_nothing_else(
    lab: Laboratory, page: str, english: None
) -> None:
    before = open_page(lab, page)
    after = open_page(lab, page, lang="zh")
    assert after.title[0].value == shown_title(page, "zh")
    assert address(after) == address(before) | {"lang": "zh"}
    for kind in ("button", "selectbox", "metric", "select_slider", "toggle"):
        assert len(after.get(kind)) == len(before.get(kind)), kind


def test_no_page_is_left_out_here() -> None:
    scripts = {path.stem for path in (Path(__file__).parents[2] / "pages").glob("*.py")}
    assert scripts == set(ALL_PAGES)
