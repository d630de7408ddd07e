"""Runs as the workers see them: claimed by one worker at a time, fenced by an attempt number.

Whoever comes back from a long sleep finds that its attempt is over, and can write nothing.
"""

from __future__ import annotations

import hashlib
import math
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
    update,
)

from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.store.history import NOT_MEASURED
from seq2seq_core.store.runs import STATUS_AFTER
from seq2seq_core.store.schema import (
    ACTIVE_STATUSES,
    corpora,
    events,
    read_transaction,
    runs,
    snapshots,
    write_transaction,
)

MAX_WORKER_DEATHS = 2  # a run that has stopped its worker so often is not tried again


@dataclass(frozen=True)
class RunControls:
    """What a learner may change while a run learns, see runs.Run."""

    pace: float | None = None
    goal: int | None = None
    watched: list[str] | None = None


@dataclass(frozen=True)
class QueuedRun:
    """What is known of a queued or running run, in one small row."""

    controls: RunControls
    run_id: int
    status: str
    worker: str | None
    attempt: int
    wanted: str
    updates: int  # how far it shall learn
    changed_at: float


@dataclass(frozen=True)
class Claim:
    """All that a worker needs to go on with a run."""

    run_id: int
    attempt: int
    model: ModelConfig
    training: TrainingConfig
    corpus: dict[str, Any]
    trained_seconds: float
    controls: RunControls = RunControls()
    update: int = 0  # of the snapshot
    weights: bytes | None = None  # not looked at yet, see record.checked
    checksum: str = ""


@dataclass(frozen=True)
class Chunk:
    """Consecutive events of one kind."""

    kind: str  # update or evaluation
    first_update: int
    rows: Sequence[Sequence[float | None]]  # one per event, see record.COLUMNS


@dataclass(frozen=True)
class Progress:
    """What a worker has to tell about one run. It is written whole or not at all."""

    run_id: int
    attempt: int
    update: int
    trained_seconds: float
    chunks: Sequence[Chunk] = ()
    live: dict[str, Any] | None = None  # None: as before
    snapshot: bytes | None = None  # the weights after `update`
    status: str = "running"  # or queued (given back), paused, stopped, done, failed
    reason: dict[str, Any] | None = None


def pack_columns(rows: Sequence[Sequence[float | None]]) -> bytes:
    """Rows of numbers as little-endian float64, column by column; None as NOT_MEASURED."""
    flat_values = [
        NOT_MEASURED if value is None else float(value)
        for column in zip(*rows, strict=True)
        for value in column
    ]
    assert all(map(math.isfinite, flat_values)), "divergence is a status, not a number"
    return struct.pack(f"<{len(flat_values)}d", *flat_values)


CONTROL_COLUMNS = [runs.c[name] for name in RunControls.__dataclass_fields__]
ACTIVE_RUNS_QUERY = (
    select(
        *CONTROL_COLUMNS,
        runs.c.id,
        runs.c.status,
        runs.c.worker,
        runs.c.attempt,
        runs.c.wanted,
        runs.c.training["updates"].as_integer(),
        runs.c.changed_at,
    )
    .where(runs.c.status.in_(ACTIVE_STATUSES))
    .order_by(runs.c.changed_at)
)


def poll(engine: Engine) -> list[QueuedRun]:
    """All queued and running runs, the one that waits longest first."""
    with read_transaction(engine) as connection:
        rows = connection.execute(ACTIVE_RUNS_QUERY).all()
    control_count = len(CONTROL_COLUMNS)
    return [QueuedRun(RunControls(*row[:control_count]), *row[control_count:]) for row in rows]


def claim_run(engine: Engine, worker: str) -> Claim | None:
    """Take the run that has been waiting longest; None where none waits.

    Events later than its last snapshot are deleted: they will happen again.
    """
    oldest_queued = (
        select(runs).where(runs.c.status == "queued").order_by(runs.c.changed_at).limit(1)
    )
    with write_transaction(engine) as connection:
        row = connection.execute(oldest_queued.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        query = select(snapshots.c["update"], snapshots.c.weights, snapshots.c.sha256)
        latest_query = query.order_by(snapshots.c["update"].desc()).limit(1)
        snapshot = connection.execute(latest_query.where(snapshots.c.run_id == row.id)).first()
        start_update = snapshot[0] if snapshot else 0
        later_events = (events.c.run_id == row.id) & (events.c.first_update > start_update)
        connection.execute(delete(events).where(later_events))
        values = {
            "status": "running",
            "worker": worker,
            "attempt": row.attempt + 1,
            "update": start_update,
        }
        connection.execute(
            update(runs).where(runs.c.id == row.id).values(values | {"changed_at": time.time()})
        )
        corpus = select(corpora.c.corpus).where(corpora.c.run_id == row.id)
        return Claim(
            row.id,
            row.attempt + 1,
            row.model,
            row.training,
            connection.execute(corpus).scalar_one(),
            row.trained_seconds,
            RunControls(row.pace, row.goal, row.watched),
            *(snapshot or ()),
        )


def next_status(progress: Progress, wanted: str, updates: int, goal: int | None) -> str:
    """The status that a run gets: the learner may have changed their mind in the meantime."""
    match progress.status:
        case "queued":
            return STATUS_AFTER.get(wanted, "queued")
        case "done" if progress.update < updates and progress.reason is None:  # not stopped early
            return "running"
        case "paused" if goal is not None and progress.update >= goal:
            return "paused"
        case "paused" | "stopped" if progress.status != STATUS_AFTER.get(wanted):
            return "running"
    return progress.status


PROGRESS_UPDATE = (
    update(runs)
    .where(runs.c.id == bindparam("run_id"))
    .values(
        {
            "update": bindparam("at"),
            "status": bindparam("new_status"),
            "reason": bindparam("new_reason", type_=runs.c.reason.type),
            "live": func.coalesce(bindparam("new_live", type_=runs.c.live.type), runs.c.live),
            "trained_seconds": bindparam("seconds"),
            "changed_at": bindparam("now"),
        }
    )
)


def write_progress(engine: Engine, worker: str, reports: Sequence[Progress]) -> dict[int, str]:
    """Store the progress of many runs at once; returns the status that each of them has now.

    A run that is missing in the answer belongs to somebody else by now, or to nobody.
    """
    run_ids = [progress.run_id for progress in reports]
    planned_updates = runs.c.training["updates"].as_integer()
    columns = runs.c.id, runs.c.attempt, runs.c.wanted, planned_updates, runs.c.goal
    own_running = (runs.c.worker == worker) & (runs.c.status == "running") & runs.c.id.in_(run_ids)
    fence_query = select(*columns).where(own_running).order_by(runs.c.id).with_for_update()
    with write_transaction(engine) as connection:
        owned_runs = {run_id: row_values for run_id, *row_values in connection.execute(fence_query)}
        valid_reports = [
            p for p in reports if p.run_id in owned_runs and owned_runs[p.run_id][0] == p.attempt
        ]
        statuses = {p.run_id: next_status(p, *owned_runs[p.run_id][1:]) for p in valid_reports}
        if not valid_reports:
            return {}
        timestamp = time.time()
        connection.execute(
            PROGRESS_UPDATE,
            [
                {
                    "run_id": p.run_id,
                    "at": p.update,
                    "new_status": statuses[p.run_id],
                    "new_reason": p.reason if statuses[p.run_id] in ("done", "failed") else None,
                    "new_live": p.live,
                    "seconds": p.trained_seconds,
                    "now": timestamp,
                }
                for p in valid_reports
            ],
        )
        append_events(connection, valid_reports)
        save_snapshots(connection, valid_reports)
    return statuses


def append_events(connection: Connection, reports: Sequence[Progress]) -> None:
    chunks = [
        {
            "run_id": p.run_id,
            "kind": chunk.kind,
            "first_update": chunk.first_update,
            "count": len(chunk.rows),
            "columns": pack_columns(chunk.rows),
        }
        for p in reports
        for chunk in p.chunks
    ]
    if chunks:
        connection.execute(insert(events), chunks)


def save_snapshots(connection: Connection, reports: Sequence[Progress]) -> None:
    """Keep the new snapshots, and only these of their runs."""
    snapshot_rows = [
        {
            "run_id": p.run_id,
            "update": p.update,
            "weights": p.snapshot,
            "sha256": hashlib.sha256(p.snapshot).hexdigest(),
        }
        for p in reports
        if p.snapshot is not None
    ]
    if snapshot_rows:
        outdated_snapshots = snapshots.c.run_id.in_(
            [snapshot["run_id"] for snapshot in snapshot_rows]
        )
        connection.execute(delete(snapshots).where(outdated_snapshots))
        connection.execute(insert(snapshots), snapshot_rows)


def send_heartbeat(engine: Engine, worker: str) -> None:
    """A sign of life for all runs of a worker."""
    own_running = (runs.c.worker == worker) & (runs.c.status == "running")
    with write_transaction(engine) as connection:
        connection.execute(update(runs).where(own_running).values(changed_at=time.time()))


def release_runs(engine: Engine, condition: ColumnElement[bool], blamed_run_id: int = 0) -> None:
    """Give back the running runs of dead workers, see the three conditions below.

    One of them may be blamed for the death: the second time it fails with code worker_died.
    """
    is_running = condition & (runs.c.status == "running")
    is_blamed = is_running & (runs.c.id == blamed_run_id)
    with write_transaction(engine) as connection:
        connection.execute(update(runs).where(is_blamed).values(failures=runs.c.failures + 1))
        query = select(runs.c.id, runs.c["update"]).where(
            is_blamed, runs.c.failures >= MAX_WORKER_DEATHS
        )
        for run_id, last_update in connection.execute(query).all():
            reason = {"code": "worker_died", "fields": {"update": last_update}}
            values = {"status": "failed", "reason": reason, "changed_at": time.time()}
            connection.execute(update(runs).where(runs.c.id == run_id).values(values))
        status = case(STATUS_AFTER, value=runs.c.wanted, else_="queued")
        connection.execute(update(runs).where(is_running).values(status=status))


def owned_by_worker(worker: str) -> ColumnElement[bool]:
    return runs.c.worker == worker


def owned_by_pool(pool_id: str) -> ColumnElement[bool]:
    return runs.c.worker.startswith(pool_id, autoescape=True)


def lease_expired(seconds: float) -> ColumnElement[bool]:
    return runs.c.changed_at < time.time() - seconds
