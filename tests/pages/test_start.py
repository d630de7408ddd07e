"""The first minute: an untrained model, one button, a lesson model, and a question about it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pages.shared.frame import session
from seq2seq_core import store
from seq2seq_core.config import ModelConfig, TrainingConfig
from tests.pages.laboratory import (
    HELD_OUT,
    ROWS,
    Laboratory,
    address,
    component_data,
    open_page,
    page_text,
    save_corpus,
    select,
    train_all,
)

pytestmark = pytest.mark.usefixtures("english")


def click(app: object, key: str) -> None:
    next(button for button in app.button if button.key == key).click().run()  # type: ignore[attr-defined]


def test_before_the_first_run_an_untrained_model_writes(empty_lab: Laboratory) -> None:
    app = open_page(None, "start")
    assert "It has not learnt yet: its weights are random" in page_text(app)
    data = component_data(app, "live")
    assert data["sentences"] and data["updates"] == 600
    assert not any(sentence["exact"] for sentence in data["sentences"])
    assert [number["value"] for number in data["numbers"]] == ["–"] * 4
    assert "w" not in address(app)  # looking makes no workspace


def test_until_torch_is_there_it_asks_for_a_moment(
    empty_lab: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "is_warm", lambda: False)
    app = open_page(None, "start")
    assert "One moment …" in page_text(app)
    assert component_data(app, "live")["sentences"] == []


def test_train_starts_the_lessons_own_model_in_slow_motion(empty_lab: Laboratory) -> None:
    app = open_page(None, "start")
    click(app, "start_train")
    engine = empty_lab.open()
    workspace = store.find_workspace(engine, address(app)["w"])
    assert workspace is not None
    (run,) = store.find_runs(engine, workspace.id)
    assert (run.model, run.training) == (ModelConfig(), TrainingConfig(updates=600))
    assert run.status == "queued" and run.pace == 20
    assert next(b for b in app.button if b.key == "start_train").disabled
    click(app, "start_fast")
    (run,) = store.find_runs(engine, workspace.id)
    assert run.pace is None


def test_the_second_time_it_learns_at_full_speed(own_lab: Laboratory) -> None:
    app = open_page(own_lab, "start")
    assert next(b for b in app.button if b.key == "start_train").label == "Train again"
    click(app, "start_train")
    new = max(own_lab.runs().values(), key=lambda run: run.number)
    assert (new.number, new.pace, new.model) == (4, None, ModelConfig())


def test_how_much_of_the_new_it_gets_right_is_what_was_measured(lab: Laboratory) -> None:
    for number, kind in (("1", "gru"), ("3", "transformer")):
        text = page_text(open_page(lab, "start", run=number))
        translator = select(lab, kind).trained.translator
        right = sum(translator.translate(row.source).text == row.target for row in HELD_OUT)
        share = f"{right / len(HELD_OUT):.0%}"
        assert f"Of sentences that it has never seen it now gets {share} right" in text


def test_the_question_is_about_what_the_model_does(lab: Laboratory) -> None:
    data = component_data(open_page(lab, "start", run="1"), "guess")
    (step,) = data["steps"]
    weights = step["attention"]
    assert sum(weights) == pytest.approx(1, abs=0.01) and len(weights) == len(data["source"])
    looked_at = data["source"][weights.index(max(weights))]["token"]
    sentence = " ".join(word["token"] for word in data["source"])
    translation = select(lab, "gru", sentence).translation
    assert step["token"] in translation.tokens and step["token"] in data["labels"]["where"]
    for verdict in (data["labels"]["place_right"], data["labels"]["place_wrong"]):
        assert looked_at in verdict and translation.text in verdict
        assert f"{max(weights):.0%}" in verdict
    assert data["labels"]["place_right"].startswith("Yes")


def test_an_answer_belongs_to_the_run_that_was_asked_about(lab: Laboratory) -> None:
    key = component_data(open_page(lab, "start", run="1"), "guess")["key"]
    kept = open_page(lab, "start", run="1", guess=f"{key}~2")
    assert component_data(kept, "guess")["answers"] == "2"
    other = open_page(lab, "start", run="3", guess=f"{key}~2")
    assert component_data(other, "guess")["answers"] == ""
    assert "guess" not in address(other)


def test_a_model_that_looks_nowhere_is_not_asked_where(lab: Laboratory) -> None:
    app = open_page(lab, "start", run="2")
    assert "Your turn" not in page_text(app)
    assert "Go on" in [one.value for one in app.subheader]


def test_the_introduction_speaks_of_chinese_only_where_there_is_some(
    empty_lab: Laboratory,
) -> None:
    assert "these Chinese sentences" in page_text(open_page(empty_lab, "start"))
    engine = empty_lab.open()
    rows = [replace(row, source=row.target, target=row.source, alignment="") for row in ROWS]
    save_corpus(engine, empty_lab.key, rows, (), name="mine.tsv")
    assert "the sentences of your corpus" in page_text(open_page(empty_lab, "start"))


def test_change_a_sentence_leads_to_the_corpus(lab: Laboratory) -> None:
    app = open_page(lab, "start")
    click(app, "start_change")
    assert app.title[0].value == "Corpus: what the model learns from"


def test_a_run_that_has_learnt_shows_its_own_sentences(own_lab: Laboratory) -> None:
    train_all(own_lab.open())
    data = component_data(open_page(own_lab, "start", run="1"), "live")
    live = own_lab.runs()["gru"].live
    assert live is not None
    assert [one["source"] for one in data["sentences"]] == [
        " ".join(one["source"]) for one in live["sentences"]
    ]
    assert data["updates"] == 60
