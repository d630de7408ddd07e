"""Train shows where a run stands, and its buttons do to the run what they say."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from seq2seq_core import store
from seq2seq_core.config import ModelConfig
from seq2seq_core.models import build_model
from seq2seq_core.store import schema
from seq2seq_core.training.checkpoint import model_size
from tests.pages.laboratory import (
    GRU,
    HELD_OUT,
    ROWS,
    TRAINING,
    Laboratory,
    address,
    component_data,
    fail_run,
    open_page,
    page_text,
    save_corpus,
    start_run,
    train_all,
)

pytestmark = pytest.mark.usefixtures("english")


def button_keys(app: AppTest) -> list[str]:
    return [button.key for button in app.button if (button.key or "").startswith("train_")]


def click(app: AppTest, key: str) -> AppTest:
    next(button for button in app.button if button.key == key).click().run()
    assert not app.exception
    return app


def newest_run(lab: Laboratory) -> store.Run:
    return max(lab.runs().values(), key=lambda run: run.number)


def set_status(lab: Laboratory, title: str, **values: object) -> None:
    with lab.open().begin() as connection:
        connection.execute(update(schema.runs).where(schema.runs.c.title == title).values(values))


def test_it_says_what_it_learns_from(lab: Laboratory) -> None:
    text = page_text(open_page(lab, "train"))
    words = {token for row in ROWS for token in row.source.split()}
    targets = {token for row in ROWS for token in row.target.split()}
    said = f"{len(ROWS)} sentence pairs, {len(words)} source and {len(targets)} target words."
    plain_text = text.replace("\\", "")
    assert said in plain_text
    assert f"{len(HELD_OUT)} new combinations are kept aside" in plain_text


def test_the_weights_of_the_next_model_are_counted(lab: Laboratory) -> None:
    app = open_page(lab, "train", hidden_size="32", embedding_size="16")
    words = {token for row in ROWS for token in row.source.split()}
    targets = {token for row in ROWS for token in row.target.split()}
    model = ModelConfig(hidden_size=32, embedding_size=16)
    count = model_size(build_model(model, len(words) + 4, len(targets) + 4, seed=0))
    assert f"Model · {count:,} weights" in [one.value for one in app.subheader]


@pytest.mark.parametrize(
    ("values", "said", "offered", "hidden"),
    [
        ({"status": "done"}, "Finished after 60 updates.", {"train_start", "train_more"},
         {"train_pause", "train_run"}),
        ({"status": "paused", "wanted": "pause", "update": 30}, "Paused at update 30.",
         {"train_run"}, {"train_pause", "train_more"}),
        ({"status": "stopped", "wanted": "stop", "update": 30},
         "Stopped at update 30; it can go on.", {"train_run"}, {"train_pause"}),
        ({"status": "queued", "wanted": "run", "update": 0},
         "Waiting for a free worker: yours is next.", {"train_pause", "train_start"},
         {"train_run", "train_more"}),
        ({"status": "running", "wanted": "run", "update": 7}, "Learning here: update 7 of 60.",
         {"train_pause", "train_start"}, {"train_run", "train_more"}),
    ],
    ids=["done", "paused", "stopped", "queued", "running"],
)  # fmt: skip
def test_each_state_is_said_and_has_its_buttons(
    own_lab: Laboratory, values: dict[str, object], said: str, offered: set[str], hidden: set[str]
) -> None:
    set_status(own_lab, "gru", **values)
    same = {"embedding_size": "16", "hidden_size": "24", "dropout": "0", "batch_size": "16",
            "learning_rate": "0.01"}  # fmt: skip
    app = open_page(own_lab, "train", run="1", **same)
    assert said in page_text(app)
    assert offered <= set(button_keys(app))
    assert not hidden & set(button_keys(app))
    assert "this run was trained with others" not in page_text(app)


def test_other_settings_than_the_runs_are_for_the_next_model(lab: Laboratory) -> None:
    text = page_text(open_page(lab, "train", run="1", hidden_size="64"))
    assert "The settings are for the next model: this run was trained with others." in text


def test_a_changed_corpus_asks_for_a_new_model(own_lab: Laboratory) -> None:
    save_corpus(own_lab.open(), own_lab.key, ROWS[:20])
    text = page_text(open_page(own_lab, "train", run="1"))
    assert "The corpus has changed since this run" in text


def test_train_starts_a_run_with_what_was_chosen(empty_lab: Laboratory) -> None:
    app = open_page(empty_lab, "train", architecture="lstm", layers="2", updates="100", speed="3")
    click(app, "train_start")
    (run,) = empty_lab.runs().values()
    assert (run.model.architecture, run.model.layers, run.training.updates) == ("lstm", 2, 100)
    assert run.pace == 3
    assert address(app)["run"] == "1"
    assert "yours is next" in page_text(app)
    click(app, "train_pause")
    (run,) = empty_lab.runs().values()
    assert run.status == "paused"


def test_settings_that_do_not_go_together_start_nothing(empty_lab: Laboratory) -> None:
    app = open_page(empty_lab, "train", hidden_size="33")
    click(app, "train_start")
    assert any("hidden" in error.value and "even" in error.value for error in app.error)
    assert empty_lab.runs() == {}


def test_one_update_more_pauses_after_it(own_lab: Laboratory) -> None:
    click(open_page(own_lab, "train", run="1"), "train_advance_update")
    run = own_lab.runs()["gru"]
    assert (run.status, run.goal) == ("queued", 61)
    train_all(own_lab.open())
    run = own_lab.runs()["gru"]
    assert (run.status, run.update) == ("done", 61)


def test_one_epoch_without_a_run_starts_one_of_that_many_updates(empty_lab: Laboratory) -> None:
    save_corpus(empty_lab.open(), empty_lab.key)
    click(open_page(empty_lab, "train", batch_size="8"), "train_advance_epoch")
    (run,) = empty_lab.runs().values()
    assert run.goal == len(ROWS) // 8


def test_more_updates_lengthen_a_finished_run(own_lab: Laboratory) -> None:
    app = open_page(own_lab, "train", run="1", embedding_size="16", hidden_size="24", dropout="0",
                    batch_size="16", learning_rate="0.01")  # fmt: skip
    click(app, "train_more")
    run = own_lab.runs()["gru"]
    assert (run.training.updates, run.status) == (260, "queued")


def test_the_speed_is_that_of_the_run_and_of_the_next(own_lab: Laboratory) -> None:
    set_status(own_lab, "gru", status="running", wanted="run", update=7)
    open_page(own_lab, "train", run="1", speed="10")
    assert own_lab.runs()["gru"].pace == 10
    open_page(own_lab, "train", run="1")
    assert own_lab.runs()["gru"].pace is None


def test_a_diverged_run_offers_a_smaller_learning_rate(own_lab: Laboratory) -> None:
    engine = own_lab.open()
    revision = save_corpus(engine, own_lab.key)
    run = start_run(engine, revision, GRU, "wild", TRAINING)
    fail_run(engine, run, "diverged", update=1)
    app = open_page(own_lab, "train")
    assert "Training diverged at update 1" in app.error[0].value
    assert "train_slower" in button_keys(app)
    click(app, "train_slower")
    new = newest_run(own_lab)
    assert new.number == run.number + 1
    assert new.training.learning_rate < TRAINING.learning_rate
    assert (new.model, new.training.batch_size) == (GRU, TRAINING.batch_size)


@pytest.mark.parametrize(
    ("code", "fields", "said"),
    [
        ("worker_died", {"update": 9}, "stopped its worker twice, last after update 9"),
        ("time_limit", {"minutes": 10, "update": 5}, "time limit of 10 minutes at update 5"),
        ("internal", {"update": 3}, "internal error at update 3"),
    ],
)
def test_a_run_that_failed_says_why_and_offers_no_other_rate(
    own_lab: Laboratory, code: str, fields: dict[str, int], said: str
) -> None:
    engine = own_lab.open()
    run = start_run(engine, save_corpus(engine, own_lab.key), GRU, "broken", TRAINING)
    fail_run(engine, run, code, **fields)
    app = open_page(own_lab, "train")
    assert said in app.error[0].value
    assert "train_slower" not in button_keys(app)
    assert "train_start" in button_keys(app)


def test_a_run_is_renamed_watched_and_deleted(own_lab: Laboratory) -> None:
    app = open_page(own_lab, "train", run="1")
    run = own_lab.runs()["gru"]
    app.text_input(key=f"train_title_{run.id}").set_value("my first").run()
    assert "my first" in own_lab.runs()
    app.multiselect(key=f"train_watched_{run.id}").set_value([ROWS[3].source]).run()
    assert own_lab.runs()["my first"].watched == [ROWS[3].source]
    assert [one["source"] for one in component_data(app, "live")["sentences"]] == [ROWS[3].source]
    click(app, "train_delete")
    assert "my first" in own_lab.runs()  # asked once more
    click(app, "train_delete_yes")
    assert "my first" not in own_lab.runs()
    assert "run" not in address(app)


def test_the_curves_are_the_history_of_the_run(lab: Laboratory) -> None:
    data = component_data(open_page(lab, "train", run="2"), "live")
    history = store.load_history(lab.open(), lab.runs()["silent"].id, "update")
    assert [panel["id"] for panel in data["panels"]] == ["loss", "right", "norm"]
    earlier, own, _held_out = data["panels"][0]["series"]
    assert earlier["name"] == "gru"  # the run before on the same corpus
    assert own["y"][-1] == pytest.approx(history["loss"][-1], rel=0.01)
    numbers = {number["label"]: number["value"] for number in data["numbers"]}
    assert numbers["update"] == "60"
    assert numbers["loss"] == f"{history['loss'][-1]:.2f}"
    assert numbers["attention right"] == "–"
