"""Trainings as the pages see them: started, asked to pause, looked at.

The workers' side of the same tables is `claims`.
"""

from __future__ import annotations

import hashlib
import struct
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.errors import CheckpointError, StoreError
from seq2seq_core.tables import (
    ACTIVE,
    active,
    corpora,
    events,
    reading,
    revisions,
    snapshots,
    writing,
)
from seq2seq_core.tables import runs as RUNS
from seq2seq_core.workspaces import touch

DOUBLE_CLICK = 1.0  # seconds
RESTING = {"pause": "paused", "stop": "stopped"}
COLUMNS = {
    "update": ("loss", "accuracy", "gradient_norm", "tokens"),
    "evaluation": ("update", "loss", "token_accuracy", "exact_match", "alignment"),
}

NO_HISTORY: dict[str, dict[str, list[Any]]] = {
    kind: {name: [] for name in ("update", *names)} for kind, names in COLUMNS.items()
}


@dataclass(frozen=True)
class Run:
    """One training, without its corpus (`run_corpus`), curve (`history`) and weights."""

    id: int
    workspace_id: int
    revision_id: int
    name: str
    number: int  # counted within the workspace
    model: dict[str, Any]  # ModelConfig's fields
    training: dict[str, Any]  # TrainingConfig's fields
    status: str  # queued, running, paused, stopped, done or failed
    wanted: str  # run, pause or stop: what the learner asked for last
    update: int
    reason: dict[str, Any] | None  # code and fields of an error, where it failed
    live: dict[str, Any] | None  # the latest frame, see `frame`
    trained_seconds: float
    created_at: float
    changed_at: float

    @property
    def active(self) -> bool:
        """Learning now, or as soon as a worker is free."""
        return self.status in ACTIVE and self.wanted == "run"


RUN = [RUNS.c[name] for name in Run.__dataclass_fields__]


def locked(connection: Connection, workspace_id: int, run_id: int = 0) -> list[Run]:
    """The active run of a workspace, and run_id, for a change that nobody else may interrupt."""
    these = active | (RUNS.c.id == run_id)
    query = select(*RUN).where(RUNS.c.workspace_id == workspace_id, these)
    rows = connection.execute(query.order_by(RUNS.c.id).with_for_update())
    return [Run(*row) for row in rows]


def change(connection: Connection, run_id: int, **values: object) -> None:
    query = update(RUNS).where(RUNS.c.id == run_id)
    connection.execute(query.values(**values, changed_at=time.time()))


def rest(connection: Connection, run: Run, wanted: str) -> None:
    """Pause or stop: at once where nobody works on it, else the worker does it."""
    if run.status == "running":
        change(connection, run.id, wanted=wanted)
    elif run.status in ("queued", "paused"):
        change(connection, run.id, wanted=wanted, status=RESTING[wanted])


def go(connection: Connection, run: Run) -> None:
    """Go on, from the last snapshot; the other active run of the workspace pauses."""
    for other in locked(connection, run.workspace_id):
        if other.id != run.id:
            rest(connection, other, "pause")
    if run.status == "running":
        change(connection, run.id, wanted="run")
    else:
        change(connection, run.id, wanted="run", status="queued", reason=None, failures=0)


def start_run(
    engine: Engine,
    workspace_id: int,
    revision_id: int,
    model: ModelConfig,
    training: TrainingConfig,
    corpus: Mapping[str, Any],
    name: str,
) -> tuple[Run, Run | None]:
    """Queue a new run; returns it and the active run that it stopped, if there was one.

    corpus is the run's own copy: rows and held_out ([[source, target, alignment], …]), tokenizer,
    source_vocabulary and target_vocabulary (lists of tokens), watched (source sentences).
    A double click starts one run. Raises StoreError with code gone.
    """
    now, settings = time.time(), (revision_id, asdict(model), asdict(training), name)
    with writing(engine) as connection:
        touch(connection, workspace_id)
        mine = (revisions.c.id == revision_id) & (revisions.c.workspace_id == workspace_id)
        if connection.execute(select(revisions.c.id).where(mine)).first() is None:
            raise StoreError("gone")
        former = next(iter(locked(connection, workspace_id)), None)
        if former is not None:
            same = (former.revision_id, former.model, former.training, former.name) == settings
            if same and now - former.created_at < DOUBLE_CLICK:
                return former, None
            rest(connection, former, "stop")
        numbers = select(func.max(RUNS.c.number)).where(RUNS.c.workspace_id == workspace_id)
        new = connection.execute(
            insert(RUNS)
            .returning(*RUN)
            .values(
                {
                    "workspace_id": workspace_id,
                    "revision_id": revision_id,
                    "name": name,
                    "number": (connection.execute(numbers).scalar() or 0) + 1,
                    "model": asdict(model),
                    "training": asdict(training),
                    "status": "queued",
                    "wanted": "run",
                    "update": 0,
                    "attempt": 0,
                    "failures": 0,
                    "trained_seconds": 0.0,
                    "created_at": now,
                    "changed_at": now,
                }
            )
        ).one()
        connection.execute(insert(corpora).values(run_id=new.id, corpus=dict(corpus)))
        return Run(*new), former


def lock_run(connection: Connection, run_id: int) -> Run:
    """A run that will be changed. Raises StoreError with code gone."""
    query = select(RUNS.c.workspace_id).where(RUNS.c.id == run_id)
    workspace_id = connection.execute(query).scalar()
    if workspace_id is None:
        raise StoreError("gone")
    touch(connection, workspace_id)
    found = [run for run in locked(connection, workspace_id, run_id) if run.id == run_id]
    if not found:
        raise StoreError("gone")
    return found[0]


def command(engine: Engine, run_id: int, wanted: str) -> None:
    """What a learner asks of a run: run, pause or stop. Raises StoreError with code gone."""
    assert wanted in ("run", *RESTING)
    with writing(engine) as connection:
        run = lock_run(connection, run_id)
        if wanted == "run":
            go(connection, run)
        else:
            rest(connection, run, wanted)


def extend_run(engine: Engine, run_id: int, updates: int) -> None:
    """Let a run learn until a later update, and go on with it.

    Raises ConfigError with code out_of_range, StoreError with code gone.
    """
    with writing(engine) as connection:
        run = lock_run(connection, run_id)
        longer = TrainingConfig(**run.training | {"updates": updates})
        if longer.updates > run.training["updates"]:
            change(connection, run_id, training=asdict(longer))
        go(connection, run)


def delete_run(engine: Engine, run_id: int) -> None:
    """Forget a run with its curve and weights. Raises StoreError with code gone."""
    with writing(engine) as connection:
        lock_run(connection, run_id)
        connection.execute(delete(RUNS).where(RUNS.c.id == run_id))


def runs(engine: Engine, workspace_id: int) -> list[Run]:
    """The runs of a workspace, the first one first."""
    query = select(*RUN).where(RUNS.c.workspace_id == workspace_id).order_by(RUNS.c.number)
    with reading(engine) as connection:
        return [Run(*row) for row in connection.execute(query)]


def run(engine: Engine, workspace_id: int, run_id: int) -> Run | None:
    """One run, if it belongs to this workspace."""
    mine = (RUNS.c.id == run_id) & (RUNS.c.workspace_id == workspace_id)
    with reading(engine) as connection:
        row = connection.execute(select(*RUN).where(mine)).first()
    return None if row is None else Run(*row)


def run_corpus(engine: Engine, run_id: int) -> dict[str, Any]:
    """The run's own copy of its corpus, see `start_run`. Raises StoreError with code gone."""
    query = select(corpora.c.corpus).where(corpora.c.run_id == run_id)
    with reading(engine) as connection:
        found = connection.execute(query).scalar()
    if found is None:
        raise StoreError("gone")
    return found


def unpack(data: bytes, count: int, names: Sequence[str]) -> dict[str, list[float]]:
    """The inverse of claims.pack."""
    numbers = struct.unpack(f"<{len(names) * count}d", data)
    return {name: list(numbers[i * count :][:count]) for i, name in enumerate(names)}


def history(engine: Engine, run_id: int, kind: str, after: int = 0) -> dict[str, list[Any]]:
    """The curve of a run as columns: update and the names in COLUMNS[kind].

    kind is "update" or "evaluation"; after leaves out all up to that update. An alignment is None
    where there was none to measure.
    """
    mine = (events.c.run_id == run_id) & (events.c.kind == kind)
    query = select(events.c.first_update, events.c["count"], events.c["columns"]).where(mine)
    table: dict[str, list[Any]] = {name: [] for name in ("update", *COLUMNS[kind])}
    with reading(engine) as connection:
        for first, count, data in connection.execute(query.order_by(events.c.first_update)):
            chunk: dict[str, list[Any]] = unpack(data, count, COLUMNS[kind])
            chunk["update"] = [int(u) for u in chunk.get("update", range(first, first + count))]
            for name, column in chunk.items():
                table[name] += column
    if after:
        kept = [i for i, number in enumerate(table["update"]) if number > after]
        table = {name: [column[i] for i in kept] for name, column in table.items()}
    if "alignment" in table:
        table["alignment"] = [None if value < 0 else value for value in table["alignment"]]
    return table


def checked(weights: bytes, checksum: str) -> bytes:
    """The weights as they are. Raises CheckpointError with code damaged."""
    if hashlib.sha256(weights).hexdigest() != checksum:
        raise CheckpointError("damaged", detail="the checksum differs")
    return weights


def latest_snapshot(engine: Engine, run_id: int) -> tuple[int, bytes] | None:
    """Update and weights (see checkpoint.unpack_state); None before the first snapshot.

    Raises CheckpointError with code damaged.
    """
    columns = snapshots.c["update"], snapshots.c.weights, snapshots.c.sha256
    query = select(*columns).where(snapshots.c.run_id == run_id)
    with reading(engine) as connection:
        row = connection.execute(query.order_by(snapshots.c["update"].desc()).limit(1)).first()
    if row is None:
        return None
    number, weights, checksum = row
    return number, checked(weights, checksum)


def snapshot_update(engine: Engine, run_id: int) -> int | None:
    """The update of the latest snapshot, without reading its weights; None before the first."""
    query = select(func.max(snapshots.c["update"])).where(snapshots.c.run_id == run_id)
    with reading(engine) as connection:
        return connection.execute(query).scalar()
