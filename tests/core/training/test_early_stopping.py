"""A run ends early where its held-out loss falls no more, says so, and keeps its best weights.

It does so at the same update with the same weights however it was disturbed, here and there.
"""

from __future__ import annotations

import json
import math
import os
import signal
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from sqlalchemy import Engine

from seq2seq_core import store
from seq2seq_core.cli import main
from seq2seq_core.config import TrainingConfig
from seq2seq_core.data.corpus import Row
from seq2seq_core.data.formats import dump_rows
from seq2seq_core.training import dataset
from seq2seq_core.training.checkpoint import unpack_state
from seq2seq_core.training.early_stopping import EarlyStopping
from seq2seq_core.training.restore import restore_run
from seq2seq_core.workers import pool
from seq2seq_core.workers.worker import Heartbeat, Worker
from tests.core.model_grid import FIVE
from tests.core.workers.test_pool import children, eventually, running, url
from tests.core.workers.test_worker import MODEL, again, begin, direct, until, work

UNKNOWN_WORDS = TrainingConfig(updates=900, batch_size="full", early_stopping=30)
# a loss that falls for more than a hundred updates before it rises
PATIENT = TrainingConfig(updates=400, batch_size=2, teacher_forcing=0.9, early_stopping=25)
HELD_OUT = [Row("我 爱 小冰", "I love XiaoBing"), Row("自然 语言 很 复杂", "NLP is complex")]
CORPUS = dataset.freeze_dataset(FIVE, HELD_OUT, "space", MODEL, PATIENT)


def test_the_wait_ends_a_number_of_updates_after_the_lowest_loss() -> None:
    config, stopping = TrainingConfig(early_stopping=30), EarlyStopping()
    is_stopped, best_weights = [], []
    for update, loss in [(10, 2.0), (20, 1.0), (30, 1.5), (40, 1.0), (50, 1.2), (60, 0.5)]:
        weights = torch.tensor([float(update)])
        stopping = stopping.observe(update, loss, weights)
        weights.zero_()  # they are training's own, and change
        is_stopped.append(stopping.should_stop(config, update))
        assert stopping.best_parameters is not None
        best_weights.append(int(stopping.best_parameters))
    assert is_stopped == [False, False, False, False, True, False]
    assert best_weights == [10, 20, 20, 20, 20, 60]
    assert stopping == EarlyStopping(0.5, 60, waiting_since=60)
    assert not EarlyStopping(1.0, 0).should_stop(TrainingConfig(), 10_000)  # 0: never
    assert math.isinf(EarlyStopping().best_loss)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return store.open_store(f"sqlite:///{tmp_path}/store.db")


def weights_at(update: int) -> torch.Tensor:
    """The weights (P,) that plain training has after an update."""
    return direct(replace(PATIENT, updates=update, early_stopping=0), CORPUS).parameters


def assert_stopped(engine: Engine, run: store.Run) -> tuple[int, bytes]:
    """It has stopped early, with the weights of its best update; its last update, its snapshot."""
    ended, losses = again(engine, run), store.load_history(engine, run.id, "evaluation")
    best = min(zip(losses["loss"], losses["update"], strict=True))[1]
    assert (ended.status, ended.update) == ("done", best + 25)
    fields = {"update": ended.update, "best": best}
    assert ended.reason == {"code": "stopped_early", "fields": fields}
    assert losses["update"] == [1, *range(10, ended.update, 10), ended.update]
    learned = store.load_history(engine, run.id, "update")["update"]
    assert learned == list(range(1, ended.update + 1))
    snapshot = store.load_latest_snapshot(engine, run.id)
    assert snapshot is not None and snapshot[0] == ended.update
    parameters = weights_at(best)
    assert unpack_state(snapshot[1], len(parameters)).parameters.equal(parameters)
    return snapshot


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, bytes]:
    engine = store.open_store(f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db")
    run = begin(engine, PATIENT, CORPUS)
    work(Worker(engine, "one", Heartbeat()))
    return assert_stopped(engine, run)


def test_it_ends_where_nothing_gets_better_and_says_at_which_update(engine: Engine) -> None:
    corpus = dataset.freeze_dataset(FIVE[:4], FIVE[4:], "space", MODEL, UNKNOWN_WORDS)
    run = begin(engine, UNKNOWN_WORDS, corpus)
    worker = Worker(engine, "one", Heartbeat())
    work(worker)
    ended = again(engine, run)
    losses = store.load_history(engine, run.id, "evaluation")
    best = min(zip(losses["loss"], losses["update"], strict=True))[1]
    assert ended.status == "done" and ended.update == best + 30 < 900
    assert ended.reason == {
        "code": "stopped_early",
        "fields": {"update": ended.update, "best": best},
    }
    snapshot = store.load_latest_snapshot(engine, run.id)
    assert snapshot is not None and snapshot[0] == ended.update


def test_without_held_out_pairs_it_goes_to_the_end(engine: Engine) -> None:
    config = replace(UNKNOWN_WORDS, updates=60, early_stopping=1)
    corpus = dataset.freeze_dataset(FIVE, [], "space", MODEL, config)
    run = begin(engine, config, {**corpus, "held_out": []})
    work(Worker(engine, "one", Heartbeat()))
    assert again(engine, run).update == 60 and again(engine, run).reason is None


def test_undisturbed_it_keeps_the_weights_of_its_best_update(
    undisturbed: tuple[int, bytes],
) -> None:
    assert 100 < undisturbed[0] < PATIENT.updates  # and all that `assert_stopped` holds


def test_paused_resumed_and_made_longer_it_ends_the_same(
    engine: Engine, undisturbed: tuple[int, bytes]
) -> None:
    run, worker = begin(engine, replace(PATIENT, updates=90), CORPUS), None
    for least in (3, 37, 64, 90):
        worker = Worker(engine, f"worker {least}", Heartbeat())  # a new one each: nothing is left
        until(worker, engine, run, least)
        store.command_run(engine, run.id, "pause")
        work(worker)
        store.command_run(engine, run.id, "run")
    store.extend_run(engine, run.id, PATIENT.updates)
    store.advance_run(engine, run.id, 25)  # stops between its best update and its end
    work(Worker(engine, "last but one", Heartbeat()))
    assert again(engine, run).status == "paused"
    store.command_run(engine, run.id, "run")
    work(Worker(engine, "last", Heartbeat()))
    assert assert_stopped(engine, run) == undisturbed


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_its_worker_killed_it_ends_the_same(engine: Engine, undisturbed: tuple[int, bytes]) -> None:
    run = begin(engine, PATIENT, CORPUS)
    store.advance_run(engine, run.id, undisturbed[0] - 15)  # the best update is behind it
    with running(pool.launch_pool(url(engine), 1)) as process:
        eventually(lambda: again(engine, run).status == "paused")
        store.set_run_pace(engine, run.id, 3.0)
        store.command_run(engine, run.id, "run")
        eventually(lambda: again(engine, run).update > undisturbed[0] - 13)
        (worker,) = children(process.pid)
        os.kill(worker, signal.SIGKILL)
        assert again(engine, run).update < undisturbed[0]
        store.set_run_pace(engine, run.id, None)
        eventually(lambda: again(engine, run).status == "done")
    assert assert_stopped(engine, run) == undisturbed


def test_on_the_command_line_it_ends_the_same(
    tmp_path: Path, undisturbed: tuple[int, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    for name, rows in (("corpus", FIVE), ("held_out", HELD_OUT)):
        (tmp_path / f"{name}.tsv").write_bytes(dump_rows(rows, "tsv"))
    settings = asdict(PATIENT) | {"embedding-size": 12, "hidden-size": 16, "tokenizer": "space"}
    options = [f"--{name.replace('_', '-')}={value}" for name, value in settings.items()]
    options += ["--held-out", str(tmp_path / "held_out.tsv"), "--out", str(tmp_path / "run")]
    assert main(["train", str(tmp_path / "corpus.tsv"), "--json", *options]) == 0
    events: list[dict[str, Any]] = [
        json.loads(line) for line in capsys.readouterr().out.splitlines()
    ]
    assert events[-1]["updates"] == undisturbed[0]
    assert (tmp_path / "run/weights.safetensors").read_bytes() == undisturbed[1]
    measured = {e["update"]: e["loss"] for e in events if e["event"] == "evaluation"}
    assert events[-1]["held_out_loss"] == min(measured.values())  # that of the weights it kept


def test_what_it_shows_at_its_end_is_written_by_the_weights_that_it_keeps(engine: Engine) -> None:
    run = begin(engine, PATIENT, CORPUS)
    work(Worker(engine, "one", Heartbeat()))
    snapshot = store.load_latest_snapshot(engine, run.id)
    live = again(engine, run).live
    assert snapshot is not None and live is not None
    translator = restore_run(CORPUS, MODEL, snapshot[1], PATIENT.seed).translator
    for sentence, text in zip(live["sentences"], CORPUS["watched"], strict=True):
        assert sentence["output"] == list(translator.translate(text).tokens)


def test_a_stopped_run_can_go_on_and_stops_again_or_comes_to_its_end(
    engine: Engine, undisturbed: tuple[int, bytes]
) -> None:
    run, stop = begin(engine, PATIENT, CORPUS), undisturbed[0]
    work(Worker(engine, "one", Heartbeat()))
    store.advance_run(engine, run.id, 1)
    work(Worker(engine, "two", Heartbeat()))
    one_more = again(engine, run)
    assert (one_more.status, one_more.update, one_more.reason) == ("paused", stop + 1, None)
    snapshot = store.load_latest_snapshot(engine, run.id)
    parameters = weights_at(stop + 1)  # as if it had never stopped
    assert snapshot is not None
    assert unpack_state(snapshot[1], len(parameters)).parameters.equal(parameters)
    store.command_run(engine, run.id, "run")
    work(Worker(engine, "three", Heartbeat()))
    ended = again(engine, run)
    assert ended.status == "done" and ended.update >= stop + 25
