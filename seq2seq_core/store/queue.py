"""The job queue: a run is claimed by one worker at a time, and given back where that one dies.

Every claim counts one more attempt: see `progress` for what that is good for.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Engine, case, delete, select, update

from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.store.engine import read_transaction, write_transaction
from seq2seq_core.store.runs import STATUS_AFTER
from seq2seq_core.store.schema import ACTIVE_STATUSES, corpora, events, runs, snapshots

MAX_WORKER_DEATHS = 2  # a run that has stopped its worker this often is not tried again


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
    weights: bytes | None = None  # not checked yet, see history.verify_checksum
    checksum: str = ""


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
