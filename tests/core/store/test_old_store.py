"""A store that an older version made: it opens, shows its run, and the run can go on."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import struct
from pathlib import Path

import pytest
import safetensors.torch
import torch
from sqlalchemy import Engine

from seq2seq_core import store
from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.training.restore import restore_run
from seq2seq_core.workers.worker import Heartbeat, Worker
from tests.core.model_grid import FIVE
from tests.core.workers.test_worker import CORPUS, MODEL, TRAINING, again, direct, same, state, work

KEY = "a-key-that-stands-in-a-link"
LEARNED = TrainingConfig(updates=12, batch_size=2, teacher_forcing=0.9)  # = TRAINING, but shorter
# as the version wrote them that did not know of early stopping in a snapshot
OLD_MODEL = {"architecture": "gru", "embedding_size": 12, "hidden_size": 16}
OLD_TRAINING = {"updates": 12, "batch_size": 2, "teacher_forcing": 0.9, "early_stopping": 0}

OLD_SCHEMA = """
CREATE TABLE meta (
    name VARCHAR(20) NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (name)
);
CREATE TABLE workspaces (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    key_hash VARCHAR(64) NOT NULL,
    head INTEGER,
    created_at DOUBLE NOT NULL,
    touched_at DOUBLE NOT NULL,
    UNIQUE (key_hash)
);
CREATE TABLE revisions (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    workspace_id INTEGER NOT NULL,
    parent_id INTEGER,
    name TEXT NOT NULL,
    tokenizer VARCHAR(20) NOT NULL,
    rows JSON NOT NULL,
    held_out JSON NOT NULL,
    created_at DOUBLE NOT NULL,
    FOREIGN KEY(workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
);
CREATE INDEX ix_revisions_workspace_id ON revisions (workspace_id);
CREATE TABLE runs (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    workspace_id INTEGER NOT NULL,
    revision_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    number INTEGER NOT NULL,
    model JSON NOT NULL,
    training JSON NOT NULL,
    status VARCHAR(10) NOT NULL,
    wanted VARCHAR(10) NOT NULL,
    "update" INTEGER NOT NULL,
    reason JSON,
    live JSON,
    worker VARCHAR(80),
    attempt INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    trained_seconds DOUBLE NOT NULL,
    created_at DOUBLE NOT NULL,
    changed_at DOUBLE NOT NULL,
    title TEXT DEFAULT '' NOT NULL,
    pace DOUBLE,
    goal INTEGER,
    watched JSON,
    FOREIGN KEY(workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE,
    FOREIGN KEY(revision_id) REFERENCES revisions (id) ON DELETE CASCADE
);
CREATE INDEX ix_runs_workspace_id ON runs (workspace_id);
CREATE UNIQUE INDEX one_active_run ON runs (workspace_id)
    WHERE status IN ('queued', 'running') AND wanted = 'run';
CREATE INDEX ix_runs_revision_id ON runs (revision_id);
CREATE INDEX ix_runs_status ON runs (status);
CREATE TABLE corpora (
    run_id INTEGER NOT NULL,
    corpus JSON NOT NULL,
    PRIMARY KEY (run_id),
    FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE CASCADE
);
CREATE TABLE events (
    run_id INTEGER NOT NULL,
    kind VARCHAR(10) NOT NULL,
    first_update INTEGER NOT NULL,
    count INTEGER NOT NULL,
    columns BLOB NOT NULL,
    PRIMARY KEY (run_id, kind, first_update),
    FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE CASCADE
);
CREATE TABLE snapshots (
    run_id INTEGER NOT NULL,
    "update" INTEGER NOT NULL,
    weights BLOB NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    PRIMARY KEY (run_id, "update"),
    FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE CASCADE
);
"""
LOSSES = [3.0 - update / 10 for update in range(12)]
EVALUATIONS = [(1, 3.1, 0.1, 0.0, -1.0), (10, 2.1, 0.4, 0.2, -1.0), (12, 2.0, 0.5, 0.2, -1.0)]


def old_snapshot() -> bytes:
    """Weights, moments and the number of the update, and nothing else."""
    learned = direct(LEARNED)
    names = ("parameters", "first_moment", "second_moment")
    tensors = {name: getattr(learned, name) for name in names}
    return safetensors.torch.save({**tensors, "update": torch.tensor(learned.update)})


def pack_doubles(columns: list[list[float]]) -> bytes:
    flat_values = [value for column in columns for value in column]
    return struct.pack(f"<{len(flat_values)}d", *flat_values)


def insert_row(connection: sqlite3.Connection, table: str, **values: object) -> None:
    names, marks = ", ".join(f'"{name}"' for name in values), ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", [*values.values()])  # noqa: S608 (names of this file)


def fill_old_store(connection: sqlite3.Connection) -> None:
    connection.executescript(OLD_SCHEMA)
    insert_row(connection, "meta", name="version", value=2)
    key_hash, times = hashlib.sha256(KEY.encode()).hexdigest(), {"created_at": 1.7e9}
    insert_row(connection, "workspaces", key_hash=key_hash, head=1, touched_at=1.7e9, **times)
    rows = [[row.source, row.target, row.alignment] for row in FIVE]
    revision = {"workspace_id": 1, "name": "five", "tokenizer": "space", "held_out": "[]"}
    insert_row(connection, "revisions", rows=json.dumps(rows), **revision, **times)
    insert_row(
        connection,
        "runs",
        **{"workspace_id": 1, "revision_id": 1, "name": "five", "number": 1, "title": "mine"},
        model=json.dumps(OLD_MODEL),
        training=json.dumps(OLD_TRAINING),
        **{"status": "done", "wanted": "run", "update": 12, "worker": "pool-0", "attempt": 1},
        live=json.dumps({"update": 12, "sentences": []}),
        **{"failures": 0, "trained_seconds": 0.5, "changed_at": 1.7e9, **times},
    )
    insert_row(connection, "corpora", run_id=1, corpus=json.dumps(CORPUS))
    updates = [LOSSES, [0.5] * 12, [1.0] * 12, [12.0] * 12]
    evaluations = [list(column) for column in zip(*EVALUATIONS, strict=True)]
    for kind, columns in (("update", updates), ("evaluation", evaluations)):
        values = {"count": len(columns[0]), "columns": pack_doubles(columns)}
        insert_row(connection, "events", run_id=1, kind=kind, first_update=1, **values)
    weights = old_snapshot()
    sha256 = hashlib.sha256(weights).hexdigest()
    insert_row(connection, "snapshots", run_id=1, update=12, weights=weights, sha256=sha256)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    path = tmp_path / "store.db"
    with sqlite3.connect(path) as connection:
        fill_old_store(connection)
    connection.close()
    return store.open_store(f"sqlite:///{path}")


def only_run(engine: Engine) -> store.Run:
    workspace = store.find_workspace(engine, KEY)
    assert workspace is not None
    (run,) = store.find_runs(engine, workspace.id)
    return run


def test_its_workspace_opens_by_its_key_and_has_its_corpus(engine: Engine) -> None:
    workspace = store.find_workspace(engine, KEY)
    assert workspace is not None
    head = store.find_head(engine, workspace.id)
    assert head is not None and head.rows == tuple(FIVE)


def test_its_run_is_shown_with_settings_and_curve(engine: Engine) -> None:
    run = only_run(engine)
    assert (run.status, run.update, run.title, run.reason) == ("done", 12, "mine", None)
    assert run.model == MODEL == ModelConfig(**OLD_MODEL)
    assert run.training == LEARNED
    assert run.live == {"update": 12, "sentences": []}
    assert store.load_history(engine, run.id, "update")["loss"] == LOSSES
    evaluations = store.load_history(engine, run.id, "evaluation")
    assert evaluations["update"] == [1, 10, 12]
    assert evaluations["alignment"] == [None] * 3


def test_its_run_can_be_decoded(engine: Engine) -> None:
    run = only_run(engine)
    snapshot = store.load_latest_snapshot(engine, run.id)
    assert snapshot is not None
    corpus = store.load_run_corpus(engine, run.id)
    restored = restore_run(corpus, run.model, snapshot[1], run.training.seed)
    assert restored.update == 12
    weights = torch.cat([p.detach().flatten() for p in restored.translator.model.parameters()])
    assert weights.equal(direct(LEARNED).parameters)
    assert restored.translator.translate(FIVE[0].source).steps


def test_its_run_goes_on_as_if_there_had_been_no_break(engine: Engine) -> None:
    run = only_run(engine)
    store.extend_run(engine, run.id, TRAINING.updates)
    work(Worker(engine, "w", Heartbeat()))
    assert (again(engine, run).status, again(engine, run).update) == ("done", TRAINING.updates)
    assert same(state(engine, run), direct(TRAINING))
    learned = store.load_history(engine, run.id, "update")
    assert learned["update"] == list(range(1, TRAINING.updates + 1))
    assert learned["loss"][:12] == LOSSES


def test_it_is_left_as_its_own_version_can_read_it(engine: Engine) -> None:
    """Nothing is migrated: neither a column nor the version changes."""
    path = engine.url.database
    assert path is not None
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT value FROM meta").fetchall() == [(2,)]
        model, training = connection.execute("SELECT model, training FROM runs").fetchone()
    connection.close()
    assert (json.loads(model), json.loads(training)) == (OLD_MODEL, OLD_TRAINING)
