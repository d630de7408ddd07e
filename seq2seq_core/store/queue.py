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

from seq2seq_core.store.runs import RESTING
from seq2seq_core.store.schema import ACTIVE, corpora, events, reading, runs, snapshots, writing

BLAMED = 2  # a run that has stopped its worker so often is not tried again


@dataclass(frozen=True)
class Wishes:
    """What a learner may change while a run learns, see runs.Run."""

    pace: float | None = None
    goal: int | None = None
    watched: list[str] | None = None


@dataclass(frozen=True)
class Order:
    """What is known of a queued or running run, in one small row."""

    wishes: Wishes
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
    model: dict[str, Any]
    training: dict[str, Any]
    corpus: dict[str, Any]
    trained_seconds: float
    wishes: Wishes = Wishes()
    update: int = 0  # of the snapshot
    weights: bytes | None = None  # not looked at yet, see record.checked
    checksum: str = ""


@dataclass(frozen=True)
class Chunk:
    """Consecutive events of one kind."""

    kind: str  # update or evaluation
    first_update: int
    rows: Sequence[Sequence[float]]  # one per event, see record.COLUMNS


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


def pack(rows: Sequence[Sequence[float]]) -> bytes:
    """Rows of numbers as little-endian float64, column by column."""
    numbers = [float(value) for column in zip(*rows, strict=True) for value in column]
    assert all(map(math.isfinite, numbers)), "divergence is a status, not a number"
    return struct.pack(f"<{len(numbers)}d", *numbers)


WISHES = [runs.c[name] for name in Wishes.__dataclass_fields__]
LOOK = (
    select(
        *WISHES,
        runs.c.id,
        runs.c.status,
        runs.c.worker,
        runs.c.attempt,
        runs.c.wanted,
        runs.c.training["updates"].as_integer(),
        runs.c.changed_at,
    )
    .where(runs.c.status.in_(ACTIVE))
    .order_by(runs.c.changed_at)
)


def look(engine: Engine) -> list[Order]:
    """All queued and running runs, the one that waits longest first."""
    with reading(engine) as connection:
        rows = connection.execute(LOOK).all()
    split = len(WISHES)
    return [Order(Wishes(*row[:split]), *row[split:]) for row in rows]


def claim(engine: Engine, worker: str) -> Claim | None:
    """Take the run that has been waiting longest; None where none waits.

    Events later than its last snapshot are deleted: they will happen again.
    """
    waiting = select(runs).where(runs.c.status == "queued").order_by(runs.c.changed_at).limit(1)
    with writing(engine) as connection:
        row = connection.execute(waiting.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        query = select(snapshots.c["update"], snapshots.c.weights, snapshots.c.sha256)
        last = query.order_by(snapshots.c["update"].desc()).limit(1)
        saved = connection.execute(last.where(snapshots.c.run_id == row.id)).first()
        at = saved[0] if saved else 0
        later = (events.c.run_id == row.id) & (events.c.first_update > at)
        connection.execute(delete(events).where(later))
        values = {"status": "running", "worker": worker, "attempt": row.attempt + 1, "update": at}
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
            Wishes(row.pace, row.goal, row.watched),
            *(saved or ()),
        )


def granted(progress: Progress, wanted: str, updates: int, goal: int | None) -> str:
    """The status that a run gets: the learner may have changed their mind in the meantime."""
    match progress.status:
        case "queued":
            return RESTING.get(wanted, "queued")
        case "done" if progress.update < updates and progress.reason is None:  # not stopped early
            return "running"
        case "paused" if goal is not None and progress.update >= goal:
            return "paused"
        case "paused" | "stopped" if progress.status != RESTING.get(wanted):
            return "running"
    return progress.status


WRITE = (
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


def write(engine: Engine, worker: str, told: Sequence[Progress]) -> dict[int, str]:
    """Store the progress of many runs at once; returns the status that each of them has now.

    A run that is missing in the answer belongs to somebody else by now, or to nobody.
    """
    ids = [progress.run_id for progress in told]
    until = runs.c.training["updates"].as_integer()
    columns = runs.c.id, runs.c.attempt, runs.c.wanted, until, runs.c.goal
    held = (runs.c.worker == worker) & (runs.c.status == "running") & runs.c.id.in_(ids)
    fence = select(*columns).where(held).order_by(runs.c.id).with_for_update()
    with writing(engine) as connection:
        mine = {run_id: rest for run_id, *rest in connection.execute(fence)}
        valid = [p for p in told if p.run_id in mine and mine[p.run_id][0] == p.attempt]
        status = {p.run_id: granted(p, *mine[p.run_id][1:]) for p in valid}
        if not valid:
            return {}
        now = time.time()
        connection.execute(
            WRITE,
            [
                {
                    "run_id": p.run_id,
                    "at": p.update,
                    "new_status": status[p.run_id],
                    "new_reason": p.reason if status[p.run_id] in ("done", "failed") else None,
                    "new_live": p.live,
                    "seconds": p.trained_seconds,
                    "now": now,
                }
                for p in valid
            ],
        )
        append(connection, valid)
        save(connection, valid)
    return status


def append(connection: Connection, told: Sequence[Progress]) -> None:
    chunks = [
        {
            "run_id": p.run_id,
            "kind": chunk.kind,
            "first_update": chunk.first_update,
            "count": len(chunk.rows),
            "columns": pack(chunk.rows),
        }
        for p in told
        for chunk in p.chunks
    ]
    if chunks:
        connection.execute(insert(events), chunks)


def save(connection: Connection, told: Sequence[Progress]) -> None:
    """Keep the new snapshots, and only these of their runs."""
    new = [
        {
            "run_id": p.run_id,
            "update": p.update,
            "weights": p.snapshot,
            "sha256": hashlib.sha256(p.snapshot).hexdigest(),
        }
        for p in told
        if p.snapshot is not None
    ]
    if new:
        former = snapshots.c.run_id.in_([snapshot["run_id"] for snapshot in new])
        connection.execute(delete(snapshots).where(former))
        connection.execute(insert(snapshots), new)


def renew(engine: Engine, worker: str) -> None:
    """A sign of life for all runs of a worker."""
    mine = (runs.c.worker == worker) & (runs.c.status == "running")
    with writing(engine) as connection:
        connection.execute(update(runs).where(mine).values(changed_at=time.time()))


def release(engine: Engine, whose: ColumnElement[bool], blamed: int = 0) -> None:
    """Give back the running runs of dead workers, see the three conditions below.

    One of them may be blamed for the death: the second time it fails with code worker_died.
    """
    running = whose & (runs.c.status == "running")
    guilty = running & (runs.c.id == blamed)
    with writing(engine) as connection:
        connection.execute(update(runs).where(guilty).values(failures=runs.c.failures + 1))
        query = select(runs.c.id, runs.c["update"]).where(guilty, runs.c.failures >= BLAMED)
        for run_id, reached in connection.execute(query).all():
            reason = {"code": "worker_died", "fields": {"update": reached}}
            values = {"status": "failed", "reason": reason, "changed_at": time.time()}
            connection.execute(update(runs).where(runs.c.id == run_id).values(values))
        status = case(RESTING, value=runs.c.wanted, else_="queued")
        connection.execute(update(runs).where(running).values(status=status))


def of_worker(name: str) -> ColumnElement[bool]:
    return runs.c.worker == name


def of_pool(pool: str) -> ColumnElement[bool]:
    return runs.c.worker.startswith(pool, autoescape=True)


def silent_for(seconds: float) -> ColumnElement[bool]:
    return runs.c.changed_at < time.time() - seconds
