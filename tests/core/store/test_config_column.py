"""Settings come back from the store as configs, whatever version wrote them."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, text, update

from seq2seq_core import store
from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data.corpus import Row
from seq2seq_core.store import schema
from seq2seq_core.store.config_column import restore_config

MODEL = ModelConfig(architecture="lstm", layers=2, attention_size=9)
TRAINING = TrainingConfig(updates=77, batch_size="one", learning_rate=0.01, early_stopping=5)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return store.open_store(f"sqlite:///{tmp_path}/store.db")


def start(engine: Engine) -> store.Run:
    workspace = store.find_workspace(engine, store.create_workspace(engine))
    assert workspace is not None
    rows = [Row("a", "b")]
    revision = store.save_revision(engine, workspace.id, None, "mine", "space", rows, [])
    corpus = {"rows": [["a", "b", ""]], "watched": []}
    return store.start_run(engine, workspace.id, revision.id, MODEL, TRAINING, corpus, "mine")[0]


def test_a_run_has_the_configs_it_was_started_with(engine: Engine) -> None:
    run = start(engine)
    assert (run.model, run.training) == (MODEL, TRAINING)
    assert store.find_run(engine, run.workspace_id, run.id) == run


def test_the_table_holds_the_fields_as_json(engine: Engine) -> None:
    start(engine)
    with engine.connect() as connection:
        model, training = connection.execute(text("SELECT model, training FROM runs")).one()
    assert json.loads(model) == asdict(MODEL)
    assert json.loads(training) == asdict(TRAINING)


def test_a_missing_setting_has_its_default_and_an_unknown_one_is_left_out(engine: Engine) -> None:
    run = start(engine)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE runs SET model = :model, training = :training"),
            {"model": '{"architecture": "gru", "moods": 3}', "training": '{"updates": 9}'},
        )
    stored = store.find_run(engine, run.workspace_id, run.id)
    assert stored is not None
    assert (stored.model, stored.training) == (ModelConfig(), TrainingConfig(updates=9))


def test_runs_can_be_listed_when_the_limits_have_become_smaller(engine: Engine) -> None:
    stored = asdict(MODEL) | {"hidden_size": 10**6}  # more than any limit allows
    assert restore_config(ModelConfig, stored) == restore_config(ModelConfig, stored)
    assert restore_config(ModelConfig, stored).hidden_size == 10**6
    assert restore_config(ModelConfig, asdict(MODEL)) == MODEL


def test_an_update_takes_a_config_too(engine: Engine) -> None:
    run = start(engine)
    with engine.begin() as connection:
        connection.execute(update(schema.runs).values(training=replace(TRAINING, seed=8)))
    stored = store.find_run(engine, run.workspace_id, run.id)
    assert stored is not None and stored.training == replace(TRAINING, seed=8)
