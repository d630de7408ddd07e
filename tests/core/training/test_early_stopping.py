"""A run ends early where its held-out loss falls no more, says so, and can go on."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from sqlalchemy import Engine

from seq2seq_core import store
from seq2seq_core.config import TrainingConfig
from seq2seq_core.training import dataset
from seq2seq_core.training.early_stopping import EarlyStopping
from seq2seq_core.workers.worker import Heartbeat, Worker
from tests.core.model_grid import FIVE
from tests.core.workers.test_worker import MODEL, again, begin, work

PATIENT = TrainingConfig(updates=900, batch_size="full", early_stopping=30)


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


def test_it_ends_where_nothing_gets_better_and_says_at_which_update(engine: Engine) -> None:
    corpus = dataset.freeze_dataset(FIVE[:4], FIVE[4:], "space", MODEL, PATIENT)
    run = begin(engine, PATIENT, corpus)
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
    config = replace(PATIENT, updates=60, early_stopping=1)
    corpus = dataset.freeze_dataset(FIVE, [], "space", MODEL, config)
    run = begin(engine, config, {**corpus, "held_out": []})
    work(Worker(engine, "one", Heartbeat()))
    assert again(engine, run).update == 60 and again(engine, run).reason is None
