"""What a worker reports of its runs: where they are, their curves, their weights.

A report is fenced by the number of the attempt: a worker that was thought dead and comes back finds
that its attempt is over, and can write nothing.
"""

from __future__ import annotations

import hashlib
import math
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, delete, func, insert, select, update

from seq2seq_core.store.engine import write_transaction
from seq2seq_core.store.history import NOT_MEASURED
from seq2seq_core.store.runs import STATUS_AFTER
from seq2seq_core.store.schema import events, runs, snapshots


@dataclass(frozen=True)
class Chunk:
    """Consecutive events of one kind."""

    kind: str  # update or evaluation
    first_update: int
    rows: Sequence[Sequence[float | None]]  # one per event, see history.EVENT_COLUMNS


@dataclass(frozen=True)
class Progress:
    """What a worker reports of one run. It is written whole or not at all."""

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


def next_status(progress: Progress, wanted: str, updates: int, goal: int | None) -> str:
    """The status that a run gets; the learner may have asked for another one in the meantime.

    wanted, updates and goal are those of the store; the report may not know them yet.
    """
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
    rows = [
        {
            "run_id": p.run_id,
            "update": p.update,
            "weights": p.snapshot,
            "sha256": hashlib.sha256(p.snapshot).hexdigest(),
        }
        for p in reports
        if p.snapshot is not None
    ]
    if rows:
        is_outdated = snapshots.c.run_id.in_([row["run_id"] for row in rows])
        connection.execute(delete(snapshots).where(is_outdated))
        connection.execute(insert(snapshots), rows)


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

    Of a run that another worker has by now, or that was deleted, nothing is stored and returned.
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
