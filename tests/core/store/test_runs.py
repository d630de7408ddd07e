"""Runs as the pages start, stop and continue them: at most one is active."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine, select, update

from seq2seq_core import store
from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.errors import ConfigError
from seq2seq_core.store import queue, schema
from tests.core.store.examples import (
    CORPUS,
    new_workspace,
    reload_run,
    run_in_threads,
    save_rows,
    start_run,
    start_with_history,
    store_error_code,
)


def test_a_second_run_stops_the_first(engine: Engine, workspace: int) -> None:
    revision = save_rows(engine, workspace).id
    first = start_run(engine, workspace, revision)
    second, replaced = store.start_run(
        engine, workspace, revision, ModelConfig(), TrainingConfig(seed=2), CORPUS, "mine"
    )
    assert replaced == first
    assert reload_run(engine, first).status == "stopped"  # no worker had it, so at once
    assert [(run.id, run.number, run.is_active) for run in store.find_runs(engine, workspace)] == [
        (first.id, 1, False),
        (second.id, 2, True),
    ]
    assert store.load_run_corpus(engine, second.id) == CORPUS


def test_a_running_run_is_asked_to_stop(engine: Engine, workspace: int) -> None:
    revision = save_rows(engine, workspace).id
    first = start_run(engine, workspace, revision)
    queue.claim_run(engine, "w")
    start_run(engine, workspace, revision, seed=2)
    former = reload_run(engine, first)
    assert (former.status, former.wanted, former.is_active) == ("running", "stop", False)


def test_a_double_click_starts_one_run(engine: Engine, workspace: int) -> None:
    revision = save_rows(engine, workspace).id
    run_in_threads(lambda: start_run(engine, workspace, revision), 8)
    assert len(store.find_runs(engine, workspace)) == 1


def test_at_most_one_run_of_a_workspace_is_active(engine: Engine, workspace: int) -> None:
    revision = save_rows(engine, workspace).id
    seeds = iter(range(100))
    run_in_threads(lambda: start_run(engine, workspace, revision, seed=next(seeds)), 8)
    runs = store.find_runs(engine, workspace)
    assert sorted(run.number for run in runs) == list(range(1, 9))
    assert sum(run.is_active for run in runs) == 1
    run_in_threads(lambda: [store.command_run(engine, run.id, "run") for run in runs], 4)
    assert sum(run.is_active for run in store.find_runs(engine, workspace)) == 1


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        ("queued", "pause", "paused"),
        ("queued", "stop", "stopped"),
        ("running", "pause", "running"),
        ("running", "stop", "running"),
        ("running", "run", "running"),
        ("paused", "run", "queued"),
        ("paused", "stop", "stopped"),
        ("stopped", "run", "queued"),
        ("stopped", "pause", "stopped"),
        ("done", "run", "queued"),
        ("done", "pause", "done"),
        ("failed", "run", "queued"),
        ("failed", "stop", "failed"),
    ],
)
def test_commands(engine: Engine, workspace: int, before: str, wanted: str, after: str) -> None:
    run = start_run(engine, workspace, save_rows(engine, workspace).id)
    with engine.begin() as connection:
        reason = {"code": "internal", "fields": {"update": 3}}
        connection.execute(update(schema.runs).values(status=before, reason=reason))
    store.command_run(engine, run.id, wanted)
    now = reload_run(engine, run)
    assert now.status == after
    if after == "running":
        assert now.wanted == wanted
    if after == "queued":
        assert now.reason is None


def test_going_on_with_one_run_pauses_the_other(engine: Engine, workspace: int) -> None:
    revision = save_rows(engine, workspace).id
    first, second = (
        start_run(engine, workspace, revision),
        start_run(engine, workspace, revision, seed=2),
    )
    store.command_run(engine, first.id, "run")
    assert reload_run(engine, first).status == "queued"
    assert reload_run(engine, second).status == "paused"


def test_a_run_can_be_extended_within_the_limits(engine: Engine, workspace: int) -> None:
    run = start_run(engine, workspace, save_rows(engine, workspace).id)
    with engine.begin() as connection:
        connection.execute(update(schema.runs).values(status="done"))
    store.extend_run(engine, run.id, 5_000)
    assert reload_run(engine, run).training == replace(run.training, updates=5_000)
    assert reload_run(engine, run).status == "queued"
    store.extend_run(engine, run.id, 10)  # never less
    assert reload_run(engine, run).training.updates == 5_000
    with pytest.raises(ConfigError):
        store.extend_run(engine, run.id, 10**9)


def test_the_run_of_another_workspace_is_out_of_reach(engine: Engine, workspace: int) -> None:
    other = new_workspace(engine)
    revision = save_rows(engine, workspace).id
    run = start_run(engine, workspace, revision)
    assert store.find_run(engine, other, run.id) is None
    assert store.find_runs(engine, other) == []
    assert store_error_code(lambda: start_run(engine, other, revision)) == "gone"


def test_a_deleted_run_leaves_nothing(engine: Engine, workspace: int) -> None:
    revision = save_rows(engine, workspace).id
    run = start_with_history(engine, workspace, revision)
    store.delete_run(engine, run.id)
    assert store.find_runs(engine, workspace) == []
    assert store_error_code(lambda: store.command_run(engine, run.id, "run")) == "gone"
    assert store_error_code(lambda: store.load_run_corpus(engine, run.id)) == "gone"
    with engine.connect() as connection:
        for table in (schema.corpora, schema.events, schema.snapshots):
            assert connection.execute(select(table)).first() is None
    assert start_run(engine, workspace, revision).id > run.id  # an old link leads nowhere
