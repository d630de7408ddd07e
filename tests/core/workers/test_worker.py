from __future__ import annotations

import math
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from sqlalchemy import Engine, update

from seq2seq_core import store
from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.errors import StoreError
from seq2seq_core.models import build_model
from seq2seq_core.store import queue, schema
from seq2seq_core.training import dataset, learn, loop
from seq2seq_core.training.checkpoint import model_size, unpack_state
from seq2seq_core.training.loop import TrainingState
from seq2seq_core.workers import job
from seq2seq_core.workers.worker import Heartbeat, Worker
from tests.core.model_grid import FIVE

MODEL = ModelConfig(embedding_size=12, hidden_size=16)
TRAINING = TrainingConfig(updates=45, batch_size=2, teacher_forcing=0.9)
CORPUS = dataset.freeze_dataset(FIVE, [], "space", MODEL, TRAINING)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return store.open_store(f"sqlite:///{tmp_path}/store.db")


def begin(
    engine: Engine, config: TrainingConfig = TRAINING, corpus: dict[str, Any] = CORPUS
) -> store.Run:
    """A queued run in a workspace of its own."""
    workspace = store.find_workspace(engine, store.create_workspace(engine))
    assert workspace is not None
    revision = store.save_revision(engine, workspace.id, None, "five", "space", FIVE, [])
    return store.start_run(engine, workspace.id, revision.id, MODEL, config, corpus, "five")[0]


def again(engine: Engine, run: store.Run) -> store.Run:
    found = store.find_run(engine, run.workspace_id, run.id)
    assert found is not None
    return found


def state(engine: Engine, run: store.Run) -> TrainingState:
    """The weights as stored."""
    snapshot = store.load_latest_snapshot(engine, run.id)
    assert snapshot is not None
    made_of = dataset.load_dataset(store.load_run_corpus(engine, run.id))
    model = build_model(run.model, len(made_of.codec.source), len(made_of.codec.target), seed=0)
    found = unpack_state(snapshot[1], model_size(model))
    assert found.update == snapshot[0]
    return found


def direct(config: TrainingConfig = TRAINING, corpus: dict[str, Any] = CORPUS) -> TrainingState:
    """The same training without worker and store."""
    made_of = dataset.load_dataset(corpus)
    model = build_model(MODEL, len(made_of.codec.source), len(made_of.codec.target), config.seed)
    data = made_of.make_batches(made_of.pairs)
    *_, last = loop.train(model, loop.initial_state(model), data, config)
    return last.copy_state()


def same(a: TrainingState, b: TrainingState) -> bool:
    return a.update == b.update and all(
        torch.equal(getattr(a, name), getattr(b, name))
        for name in ("parameters", "first_moment", "second_moment")
    )


def work(worker: Worker) -> None:
    """Until nothing is left to do."""
    while worker.advance():
        pass


def until(worker: Worker, engine: Engine, run: store.Run, least: int) -> None:
    """Until a run has reached some update, in the store."""
    end = time.monotonic() + 60
    while again(engine, run).update < least:
        worker.advance()
        assert time.monotonic() < end


def test_a_run_learns_and_tells_everything(engine: Engine) -> None:
    run, worker = begin(engine), Worker(engine, "w", Heartbeat())
    work(worker)
    now = again(engine, run)
    assert (now.status, now.update, now.reason) == ("done", 45, None)
    assert now.trained_seconds > 0
    curve = store.load_history(engine, run.id, "update")
    assert curve["update"] == list(range(1, 46))
    assert all(math.isfinite(number) for column in curve.values() for number in column)
    evaluations = store.load_history(engine, run.id, "evaluation")
    assert evaluations["update"] == [1, 10, 20, 30, 40, 45]
    assert evaluations["loss"][-1] < evaluations["loss"][0]
    assert same(state(engine, run), direct())
    assert not worker.advance()


def test_the_first_event_is_there_after_one_call(engine: Engine) -> None:
    run = begin(engine)
    Worker(engine, "w", Heartbeat()).advance()
    assert store.load_history(engine, run.id, "update")["update"] == [1]


def test_a_frame_shows_watched_sentences_and_attention_of_the_first(engine: Engine) -> None:
    run = begin(engine)
    work(Worker(engine, "w", Heartbeat()))
    live = again(engine, run).live
    assert live is not None
    assert (live["update"], live["epoch"], live["evaluated"]) == (45, 15, "training")
    assert live["tokens_per_second"] > 0
    first, *others = live["sentences"]
    assert [s["source"] for s in live["sentences"]] == [t.split() for t in CORPUS["watched"]]
    assert first["reference"] == ["KaGe", "likes", "XiaoBing"]
    ended = len(first["attention"]) == len(first["output"]) + 1
    assert ended or len(first["attention"]) == len(first["output"])
    for row in first["attention"]:
        assert len(row) == len(first["source"])
        assert sum(row) == pytest.approx(1, abs=0.01)
    assert all(sentence["attention"] is None for sentence in others)


def test_held_out_pairs_are_what_is_measured(engine: Engine) -> None:
    corpus = CORPUS | {"rows": CORPUS["rows"][:4], "held_out": CORPUS["rows"][4:], "watched": []}
    run = begin(engine, corpus=corpus)
    work(Worker(engine, "w", Heartbeat()))
    live = again(engine, run).live
    assert live is not None
    assert (live["evaluated"], live["sentences"]) == ("held_out", [])


def test_pause_and_go_on_change_nothing(engine: Engine) -> None:
    run, worker = begin(engine), Worker(engine, "w", Heartbeat())
    for wanted, status, least in (("pause", "paused", 5), ("stop", "stopped", 20)):
        until(worker, engine, run, least)
        store.command_run(engine, run.id, wanted)
        assert not worker.advance()
        now = again(engine, run)
        assert now.status == status
        assert state(engine, run).update == now.update
        assert now.live is not None and now.live["update"] == now.update
        assert store.load_history(engine, run.id, "update")["update"] == list(
            range(1, now.update + 1)
        )
        store.command_run(engine, run.id, "run")
    work(worker)
    assert again(engine, run).status == "done"
    assert store.load_history(engine, run.id, "update")["update"] == list(range(1, 46))
    assert store.load_history(engine, run.id, "evaluation")["update"] == [1, 10, 20, 30, 40, 45]
    assert same(state(engine, run), direct())


def test_pause_before_the_first_update(engine: Engine) -> None:
    run, worker = begin(engine), Worker(engine, "w", Heartbeat())
    worker.claim_next(queue.poll(engine))
    store.command_run(engine, run.id, "pause")
    worker.advance()
    assert (again(engine, run).status, again(engine, run).update) == ("paused", 0)
    store.command_run(engine, run.id, "run")
    work(worker)
    assert same(state(engine, run), direct())


def test_a_second_run_replaces_the_first_which_can_go_on_later(engine: Engine) -> None:
    first, worker = begin(engine), Worker(engine, "w", Heartbeat())
    until(worker, engine, first, 5)
    second, replaced = store.start_run(
        engine, first.workspace_id, first.revision_id, MODEL, TRAINING, CORPUS, "again"
    )
    assert replaced is not None and replaced.id == first.id
    work(worker)
    assert again(engine, first).status == "stopped"
    assert again(engine, second).status == "done"
    store.command_run(engine, first.id, "run")
    work(worker)
    assert same(state(engine, first), state(engine, second))


def test_another_worker_goes_on_where_the_first_has_died(engine: Engine) -> None:
    run, dying = begin(engine), Worker(engine, "w", Heartbeat())
    until(dying, engine, run, 5)
    dying.jobs[run.id].make_snapshot()
    dying.write_progress()
    kept = dying.jobs[run.id].update
    for _ in range(3):  # what nobody will ever hear of
        dying.jobs[run.id].run_update()
    queue.release_runs(engine, queue.owned_by_worker("w"))
    other = Worker(engine, "v", Heartbeat())
    other.advance()
    assert again(engine, run).update == kept + 1
    dying.advance()  # it was only asleep, and finds its run taken
    assert dying.jobs == {}
    work(other)
    assert store.load_history(engine, run.id, "update")["update"] == list(range(1, 46))
    assert same(state(engine, run), direct())


def test_a_worker_that_leaves_gives_its_runs_back(engine: Engine) -> None:
    going, pausing = begin(engine), begin(engine)
    worker = Worker(engine, "w", Heartbeat())
    until(worker, engine, pausing, 5)
    store.command_run(engine, pausing.id, "pause")
    worker.close()
    assert again(engine, going).status == "queued"
    assert again(engine, pausing).status == "paused"
    work(Worker(engine, "v", Heartbeat()))
    assert same(state(engine, going), direct())


def test_divergence_keeps_the_last_finite_weights(engine: Engine) -> None:
    run = begin(engine, TrainingConfig(updates=300, learning_rate=10.0))
    work(Worker(engine, "w", Heartbeat()))
    now = again(engine, run)
    assert now.status == "failed"
    assert now.reason == {"code": "diverged", "fields": {"update": now.update + 1}}
    losses = store.load_history(engine, run.id, "update")["loss"]
    assert len(losses) == now.update
    assert state(engine, run).update == now.update


def test_an_error_ends_one_run_and_the_others_go_on(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(model: Any, began: Any, data: Any, config: TrainingConfig) -> Any:
        for event in loop.train(model, began, data, config):
            if config.seed == 13 and event.update == 7:
                raise RuntimeError("what nobody has thought of")
            yield event

    monkeypatch.setattr(learn, "train", broken)
    bad, good = begin(engine, TrainingConfig(updates=45, seed=13)), begin(engine)
    work(Worker(engine, "w", Heartbeat()))
    assert again(engine, bad).reason == {"code": "internal", "fields": {"update": 6}}
    assert again(engine, good).status == "done"
    assert "what nobody has thought of" in caplog.text


def test_a_run_has_a_time_limit(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "LIMITS", replace(job.LIMITS, run_minutes=0))
    run = begin(engine, TrainingConfig(updates=100_000))
    work(Worker(engine, "w", Heartbeat()))
    now = again(engine, run)
    assert now.reason == {
        "code": "time_limit",
        "fields": {"minutes": 0, "update": now.update},
    }
    assert state(engine, run).update == now.update


def test_what_cannot_be_opened_fails_with_its_reason(engine: Engine) -> None:
    empty, damaged = begin(engine, corpus=CORPUS | {"rows": [["", "", ""]]}), begin(engine)
    worker = Worker(engine, "w", Heartbeat())
    until(worker, engine, damaged, 5)
    store.command_run(engine, damaged.id, "pause")
    work(worker)
    with engine.begin() as connection:
        connection.execute(update(schema.snapshots).values(weights=b"other weights"))
    store.command_run(engine, damaged.id, "run")
    work(worker)
    reasons = [again(engine, run).reason for run in (empty, damaged)]
    assert [reason and reason["code"] for reason in reasons] == ["no_pairs", "damaged"]


@pytest.mark.parametrize("least", [5, 45])
def test_a_longer_run_is_the_same_as_one_that_was_long_from_the_start(
    engine: Engine, least: int
) -> None:
    run, worker = begin(engine), Worker(engine, "w", Heartbeat())
    until(worker, engine, run, least)
    store.extend_run(engine, run.id, 60)
    work(worker)
    assert again(engine, run).status == "done"
    longer = TrainingConfig(updates=60, batch_size=2, teacher_forcing=0.9)
    assert same(state(engine, run), direct(longer))
    assert store.load_history(engine, run.id, "update")["update"] == list(range(1, 61))


def test_a_deleted_run_is_let_go(engine: Engine) -> None:
    run, worker = begin(engine), Worker(engine, "w", Heartbeat())
    until(worker, engine, run, 5)
    store.delete_run(engine, run.id)
    assert not worker.advance()


def test_a_store_that_is_away_for_a_while_loses_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, worker = begin(engine), Worker(engine, "w", Heartbeat())
    until(worker, engine, run, 5)
    reached = worker.jobs[run.id].update

    def away(*_: object) -> dict[int, str]:
        raise StoreError("cannot_save", detail="disk full")

    monkeypatch.setattr("seq2seq_core.workers.worker.write_progress", away)
    failures = 0
    while failures < 5:
        try:
            worker.advance()
        except StoreError:
            failures += 1
    assert worker.jobs[run.id].update < reached + 100  # it waits
    monkeypatch.undo()
    work(worker)
    assert store.load_history(engine, run.id, "update")["update"] == list(range(1, 46))
    assert same(state(engine, run), direct())


def test_every_run_moves(engine: Engine) -> None:
    runs = [begin(engine, TrainingConfig(updates=2_000)) for _ in range(6)]
    worker = Worker(engine, "w", Heartbeat())
    end = time.monotonic() + 60
    while min(again(engine, run).update for run in runs) < 10:
        worker.advance()
        assert time.monotonic() < end
    reached = [again(engine, run).update for run in runs]
    assert max(reached) < 20 * min(reached)


def test_runs_spread_over_workers(engine: Engine) -> None:
    workers = [Worker(engine, name, Heartbeat(), peers=2) for name in "wv"]
    for _ in range(4):
        begin(engine, TrainingConfig(updates=10_000))
    for _ in range(4):  # the first one is much quicker
        for worker in (workers[0], workers[0], workers[1]):
            worker.claim_next(queue.poll(engine))
    assert [len(worker.jobs) for worker in workers] == [2, 2]


def test_the_runs_of_a_silent_worker_are_taken_over(engine: Engine) -> None:
    run = begin(engine)
    Worker(engine, "dead", Heartbeat()).advance()
    with engine.begin() as connection:
        connection.execute(update(schema.runs).values(changed_at=time.time() - 60))
    worker = Worker(engine, "w", Heartbeat())
    worker.advance()
    work(worker)
    assert same(state(engine, run), direct())


def test_the_cell_names_a_run_only_while_it_is_advanced(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell, seen = Heartbeat(), set()
    look = job.Job.run_update

    def watched(self: job.Job) -> None:
        seen.add(cell.read()[0])
        look(self)

    monkeypatch.setattr(job.Job, "run_update", watched)
    run = begin(engine)
    worker = Worker(engine, "w", cell)
    while worker.advance():
        assert cell.read()[0] == 0
    assert seen == {run.id}
    assert time.monotonic() - cell.read()[1] < 5
