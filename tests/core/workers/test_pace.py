"""Stepping by hand, slow motion, and what else a learner may change while a run learns."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from seq2seq_core import store
from seq2seq_core.config import TrainingConfig
from seq2seq_core.errors import ConfigError, CorpusError, StoreError
from seq2seq_core.limits import LIMITS
from seq2seq_core.workers.worker import Heartbeat, Worker
from tests.core.workers.test_worker import (
    CORPUS,
    MODEL,
    TRAINING,
    again,
    begin,
    direct,
    same,
    state,
    work,
)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return store.open_store(f"sqlite:///{tmp_path}/store.db")


def test_one_update_by_hand_is_one_update_and_then_the_run_rests(engine: Engine) -> None:
    run, worker = begin(engine), Worker(engine, "w", Heartbeat())
    for number in (1, 2, 3):
        store.advance_run(engine, run.id, 1)
        work(worker)
        now = again(engine, run)
        assert (now.status, now.update) == ("paused", number)
        assert now.live is not None and now.live["update"] == number
    assert store.load_history(engine, run.id, "update")["update"] == [1, 2, 3]


def test_stepping_by_hand_ends_where_learning_in_one_go_ends(engine: Engine) -> None:
    run, worker = begin(engine), Worker(engine, "w", Heartbeat())
    for updates in (1, 3, 10, 31):
        store.advance_run(engine, run.id, updates)
        work(worker)
    assert again(engine, run).status == "done"
    assert same(state(engine, run), direct())


def test_two_clicks_before_the_worker_looks_are_two_updates(engine: Engine) -> None:
    run = begin(engine)
    store.advance_run(engine, run.id, 1)
    store.advance_run(engine, run.id, 1)
    work(Worker(engine, "w", Heartbeat()))
    assert again(engine, run).update == 2


def test_going_on_forgets_where_to_pause(engine: Engine) -> None:
    run, worker = begin(engine), Worker(engine, "w", Heartbeat())
    store.advance_run(engine, run.id, 2)
    work(worker)
    store.command_run(engine, run.id, "run")
    work(worker)
    assert again(engine, run).status == "done"


def test_an_update_beyond_the_planned_end_moves_the_end(engine: Engine) -> None:
    run, worker = begin(engine), Worker(engine, "w", Heartbeat())
    work(worker)
    store.advance_run(engine, run.id, 1)
    work(worker)
    now = again(engine, run)
    assert (now.status, now.update, now.training.updates) == ("done", 46, 46)
    with pytest.raises(ConfigError):
        store.advance_run(engine, run.id, LIMITS.updates)


def test_a_pace_holds_a_run_back_and_changes_nothing_of_what_it_learns(engine: Engine) -> None:
    run, worker = begin(engine), Worker(engine, "w", Heartbeat())
    store.set_run_pace(engine, run.id, 20.0)
    began = time.monotonic()
    while (reached := again(engine, run).update) < 10:
        assert reached <= 20 * (time.monotonic() - began + 0.25) + 1
        worker.advance()
    assert time.monotonic() - began > 10 / 20 - 0.3
    store.set_run_pace(engine, run.id, None)  # as fast as it goes
    work(worker)
    assert same(state(engine, run), direct())


def test_between_two_slow_updates_the_others_learn(engine: Engine) -> None:
    slow, quick, worker = begin(engine), begin(engine), Worker(engine, "w", Heartbeat())
    store.set_run_pace(engine, slow.id, 0.01)
    end = time.monotonic() + 60
    while again(engine, quick).status != "done":
        worker.advance()
        assert time.monotonic() < end
    assert again(engine, slow).update <= 1


def test_other_sentences_can_be_watched_while_it_learns(engine: Engine) -> None:
    run, worker = begin(engine), Worker(engine, "w", Heartbeat())
    store.set_run_pace(engine, run.id, 10.0)
    worker.advance()
    unknown = "我 爱 小冰"
    store.edit_run(engine, run.id, watched=[unknown, CORPUS["rows"][1][0]])
    end = time.monotonic() + 60
    while [" ".join(s["source"]) for s in (again(engine, run).live or {}).get("sentences", [])][
        :1
    ] != [unknown]:
        worker.advance()
        assert time.monotonic() < end
    first, second = again(engine, run).live["sentences"]
    assert first["reference"] is None
    assert " ".join(second["reference"]) == CORPUS["rows"][1][1]


def test_a_sentence_that_cannot_be_read_is_refused_before_the_run_stumbles_over_it(
    engine: Engine,
) -> None:
    run = begin(engine)
    run_together = f"{'我' * 37} {'爱' * 36}"  # few tokens as typed, many as they are cut
    for bad in ("", "a" * 5000, "\ud800", "a " * 100, "<eos>", run_together):
        with pytest.raises(CorpusError):
            store.edit_run(engine, run.id, watched=["我 爱 小冰", bad])
    assert again(engine, run).watched is None
    store.edit_run(engine, run.id, watched=["我<eos>", "爱爱"])  # odd, but no reason to fail
    work(Worker(engine, "w", Heartbeat()))
    assert again(engine, run).status == "done"


def test_a_run_keeps_the_name_that_it_was_given(engine: Engine) -> None:
    run = begin(engine)
    store.edit_run(engine, run.id, title="<b>mine</b>")
    assert again(engine, run).title == "<b>mine</b>"
    assert again(engine, run).watched is None


def test_who_waits_knows_how_many_come_before(engine: Engine) -> None:
    first, second, third = begin(engine), begin(engine), begin(engine)
    assert store.queue_status(engine, third) == (0, 2)
    worker = Worker(engine, "w", Heartbeat())
    worker.advance()
    assert again(engine, first).status == "running"
    assert store.queue_status(engine, third) == (1, 1)
    assert store.queue_status(engine, second) == (1, 0)


def test_a_workspace_keeps_so_many_runs_and_no_more(engine: Engine) -> None:
    run = begin(engine)
    for seed in range(2, LIMITS.runs + 1):
        config = TrainingConfig(updates=5, seed=seed)
        store.start_run(engine, run.workspace_id, run.revision_id, MODEL, config, CORPUS, "five")
    one_more = replace(TRAINING, seed=99)

    def start() -> object:
        return store.start_run(
            engine, run.workspace_id, run.revision_id, MODEL, one_more, CORPUS, "five"
        )

    with pytest.raises(StoreError) as refused:
        start()
    assert refused.value.code == "too_many_runs" and str(LIMITS.runs) in str(refused.value)
    assert [r.status for r in store.find_runs(engine, run.workspace_id)][-1] == "queued"  # goes on
    store.delete_run(engine, run.id)
    start()


def test_a_store_of_the_version_before_is_brought_up_and_keeps_its_runs(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    engine = store.open_store(url)
    run = begin(engine)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        for column in ("title", "pace", "goal", "watched"):
            connection.execute(text(f"ALTER TABLE runs DROP COLUMN {column}"))
        connection.execute(text("UPDATE meta SET value = 1"))
    engine.dispose()
    engine = store.open_store(url)
    assert again(engine, run) == run
    work(Worker(engine, "w", Heartbeat()))
    assert again(engine, run).status == "done"
    store.open_store(url).dispose()  # and it is brought up once only
