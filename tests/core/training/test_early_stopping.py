"""A run in the app ends early where its held-out loss falls no more, says so, and can go on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from seq2seq_core import store
from seq2seq_core.config import TrainingConfig
from seq2seq_core.training import dataset
from seq2seq_core.workers.worker import Heartbeat, Worker
from tests.core.model_grid import FIVE
from tests.core.workers.test_worker import MODEL, again, begin, work

PATIENT = TrainingConfig(updates=900, batch_size="full", early_stopping=30)


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
