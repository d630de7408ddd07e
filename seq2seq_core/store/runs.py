"""Trainings as the pages see them: started, asked to pause or to go on, named, deleted.

The workers' side of the same table is `queue`; what a run leaves behind is in `history`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data.cleaning import clean_text
from seq2seq_core.data.corpus import segment_known
from seq2seq_core.errors import StoreError
from seq2seq_core.limits import LIMITS
from seq2seq_core.store.engine import read_transaction, write_transaction
from seq2seq_core.store.schema import ACTIVE_STATUSES, corpora, is_active_run, revisions, runs
from seq2seq_core.store.workspaces import touch_workspace

DOUBLE_CLICK_SECONDS = 1.0
MAX_TITLE_LENGTH = 40  # characters
STATUS_AFTER = {"pause": "paused", "stop": "stopped"}
NEW_RUN_VALUES = {
    "status": "queued",
    "wanted": "run",
    "update": 0,
    "attempt": 0,
    "failures": 0,
    "trained_seconds": 0.0,
}


@dataclass(frozen=True)
class Run:
    """One training, without what it leaves: see `history`."""

    id: int
    workspace_id: int
    revision_id: int
    name: str
    number: int  # counted within the workspace
    model: ModelConfig
    training: TrainingConfig
    status: str  # queued, running, paused, stopped, done or failed
    wanted: str  # run, pause or stop: what the learner asked for last
    update: int
    reason: dict[str, Any] | None  # code and fields of an error, where it failed
    live: dict[str, Any] | None  # the latest preview, see workers.preview
    trained_seconds: float
    created_at: float
    changed_at: float
    title: str  # the learner's name for it, or nothing
    pace: float | None  # updates per second; None: as fast as it goes
    goal: int | None  # pauses at this update; None: goes on to the end
    watched: list[str] | None  # source sentences of its previews; None: those of its corpus

    @property
    def model_config(self) -> ModelConfig:
        """`model`, by the name that says what it holds."""
        return self.model

    @property
    def is_active(self) -> bool:
        """Learning now, or as soon as a worker is free."""
        return self.status in ACTIVE_STATUSES and self.wanted == "run"


RUN_COLUMNS = [runs.c[name] for name in Run.__dataclass_fields__]


def lock_runs(connection: Connection, workspace_id: int, run_id: int = 0) -> list[Run]:
    """The active run of a workspace, and run_id, locked until the transaction ends."""
    condition = is_active_run | (runs.c.id == run_id)
    query = select(*RUN_COLUMNS).where(runs.c.workspace_id == workspace_id, condition)
    rows = connection.execute(query.order_by(runs.c.id).with_for_update())
    return [Run(*row) for row in rows]


def set_run_columns(connection: Connection, run_id: int, **values: object) -> None:
    """Change columns of a run and the time of its last change."""
    query = update(runs).where(runs.c.id == run_id)
    connection.execute(query.values(**values, changed_at=time.time()))


def request_stop(connection: Connection, run: Run, wanted: str) -> None:
    """Pause or stop: at once where nobody works on it, else the worker does it."""
    if run.status == "running":
        set_run_columns(connection, run.id, wanted=wanted)
    elif run.status in ("queued", "paused"):
        set_run_columns(connection, run.id, wanted=wanted, status=STATUS_AFTER[wanted])


def resume_run(connection: Connection, run: Run, goal: int | None = None) -> None:
    """Go on, from the last snapshot, to the goal or the end; another active run pauses."""
    for other_run in lock_runs(connection, run.workspace_id):
        if other_run.id != run.id:
            request_stop(connection, other_run, "pause")
    if run.status == "running":
        set_run_columns(connection, run.id, wanted="run", goal=goal)
    else:
        values = {"status": "queued", "reason": None, "failures": 0}
        set_run_columns(connection, run.id, wanted="run", goal=goal, **values)


def require_revision(connection: Connection, workspace_id: int, revision_id: int) -> None:
    """Raises StoreError with code gone unless the workspace has this revision."""
    is_own = (revisions.c.id == revision_id) & (revisions.c.workspace_id == workspace_id)
    if connection.execute(select(revisions.c.id).where(is_own)).first() is None:
        raise StoreError("gone")


def is_double_click(active_run: Run, settings: Mapping[str, Any], timestamp: float) -> bool:
    """Whether a run with these settings was started a moment ago."""
    is_recent = timestamp - active_run.created_at < DOUBLE_CLICK_SECONDS
    return is_recent and all(getattr(active_run, name) == settings[name] for name in settings)


def refuse_too_many(connection: Connection, workspace_id: int) -> None:
    """Raises StoreError with code too_many_runs where there is no place for one more."""
    query = select(func.count()).where(runs.c.workspace_id == workspace_id)
    if connection.execute(query).scalar_one() >= LIMITS.runs:
        raise StoreError("too_many_runs", limit=LIMITS.runs)


def next_run_number(connection: Connection, workspace_id: int) -> int:
    """One more than the highest number in the workspace; the first is 1."""
    query = select(func.max(runs.c.number)).where(runs.c.workspace_id == workspace_id)
    return (connection.execute(query).scalar() or 0) + 1


def start_run(
    engine: Engine,
    workspace_id: int,
    revision_id: int,
    model: ModelConfig,
    training: TrainingConfig,
    corpus: Mapping[str, Any],
    name: str,
    pace: float | None = None,
    goal: int | None = None,
) -> tuple[Run, Run | None]:
    """Queue a new run; returns it and the workspace's active run, which is stopped; None without.

    corpus is the run's own copy: rows and held_out ([[source, target, alignment], …]), tokenizer,
    source_vocabulary and target_vocabulary (lists of tokens), watched (source sentences).
    A double click starts one run. Raises StoreError with code gone or too_many_runs.
    """
    timestamp = time.time()
    settings = {"revision_id": revision_id, "name": name, "model": model, "training": training}
    with write_transaction(engine) as connection:
        touch_workspace(connection, workspace_id)
        require_revision(connection, workspace_id, revision_id)
        active_run = next(iter(lock_runs(connection, workspace_id)), None)
        if active_run is not None and is_double_click(active_run, settings, timestamp):
            return active_run, None
        refuse_too_many(connection, workspace_id)
        if active_run is not None:
            request_stop(connection, active_run, "stop")
        values = {
            **NEW_RUN_VALUES,
            **settings,
            "workspace_id": workspace_id,
            "number": next_run_number(connection, workspace_id),
            "created_at": timestamp,
            "changed_at": timestamp,
            "pace": pace,
            "goal": goal,
        }
        row = connection.execute(insert(runs).returning(*RUN_COLUMNS), values).one()
        connection.execute(insert(corpora).values(run_id=row.id, corpus=dict(corpus)))
        return Run(*row), active_run


def lock_run(connection: Connection, run_id: int) -> Run:
    """A run that will be changed. Raises StoreError with code gone."""
    query = select(runs.c.workspace_id).where(runs.c.id == run_id)
    workspace_id = connection.execute(query).scalar()
    if workspace_id is None:
        raise StoreError("gone")
    touch_workspace(connection, workspace_id)
    for run in lock_runs(connection, workspace_id, run_id):
        if run.id == run_id:
            return run
    raise StoreError("gone")


def command_run(engine: Engine, run_id: int, wanted: str) -> None:
    """What a learner asks of a run: run, pause or stop. Raises StoreError with code gone."""
    assert wanted in ("run", *STATUS_AFTER)
    with write_transaction(engine) as connection:
        run = lock_run(connection, run_id)
        if wanted == "run":
            resume_run(connection, run)
        else:
            request_stop(connection, run, wanted)


def extend_updates(connection: Connection, run: Run, updates: int) -> None:
    """Move a run's planned end to a later update; an earlier one changes nothing.

    Raises ConfigError with code out_of_range.
    """
    training = replace(run.training, updates=updates)  # checked
    if updates > run.training.updates:
        set_run_columns(connection, run.id, training=training)


def extend_run(engine: Engine, run_id: int, updates: int) -> None:
    """Let a run learn until a later update, and go on with it.

    Raises ConfigError with code out_of_range, StoreError with code gone.
    """
    with write_transaction(engine) as connection:
        run = lock_run(connection, run_id)
        extend_updates(connection, run, updates)
        resume_run(connection, run)


def advance_run(engine: Engine, run_id: int, updates: int) -> None:
    """Learn this number of updates more, also beyond the planned end, then pause.

    A click while it still learns those of the click before adds to them. A run without a goal
    counts them from the last update that the store knows, and pauses there or where it is by then.
    Raises ConfigError with code out_of_range, StoreError with code gone.
    """
    with write_transaction(engine) as connection:
        run = lock_run(connection, run_id)
        goal = (run.goal if run.is_active and run.goal is not None else run.update) + updates
        extend_updates(connection, run, goal)
        resume_run(connection, run, goal)


def edit_run(
    engine: Engine, run_id: int, *, title: str | None = None, watched: Sequence[str] | None = None
) -> None:
    """Give a run a name, or other sentences to be watched.

    Raises CorpusError where one of them cannot be read, StoreError with code gone.
    """
    changes: dict[str, Any] = (
        {} if title is None else {"title": clean_text(title)[:MAX_TITLE_LENGTH]}
    )
    with write_transaction(engine) as connection:
        lock_run(connection, run_id)
        if watched is not None:
            query = select(corpora.c.corpus).where(corpora.c.run_id == run_id)
            corpus = connection.execute(query).scalar_one()
            changes["watched"] = [clean_text(text) for text in watched]
            for text in changes["watched"]:  # as the worker will cut it
                segment_known(text, corpus["tokenizer"], corpus["source_vocabulary"])
        if changes:
            connection.execute(update(runs).where(runs.c.id == run_id).values(changes))


def set_run_pace(engine: Engine, run_id: int, pace: float | None) -> None:
    """Limit a run to this many updates per second; None: as fast as it goes."""
    with write_transaction(engine) as connection:
        lock_run(connection, run_id)
        connection.execute(update(runs).where(runs.c.id == run_id).values(pace=pace))


def queue_status(engine: Engine, run: Run) -> tuple[int, int]:
    """How many runs of all workspaces are learning now, and how many wait before this one."""
    with read_transaction(engine) as connection:
        running_query = select(func.count()).where(runs.c.status == "running")
        ahead_query = select(func.count()).where(
            runs.c.status == "queued", runs.c.changed_at < run.changed_at
        )
        running_count = connection.execute(running_query).scalar_one()
        return running_count, connection.execute(ahead_query).scalar_one()


def delete_run(engine: Engine, run_id: int) -> None:
    """Forget a run with its curve and weights. Raises StoreError with code gone."""
    with write_transaction(engine) as connection:
        lock_run(connection, run_id)
        connection.execute(delete(runs).where(runs.c.id == run_id))


def find_runs(engine: Engine, workspace_id: int) -> list[Run]:
    """The runs of a workspace, the first one first."""
    query = select(*RUN_COLUMNS).where(runs.c.workspace_id == workspace_id).order_by(runs.c.number)
    with read_transaction(engine) as connection:
        return [Run(*row) for row in connection.execute(query)]


def find_run(engine: Engine, workspace_id: int, run_id: int) -> Run | None:
    """One run, if it belongs to this workspace."""
    condition = (runs.c.id == run_id) & (runs.c.workspace_id == workspace_id)
    with read_transaction(engine) as connection:
        row = connection.execute(select(*RUN_COLUMNS).where(condition)).first()
    return None if row is None else Run(*row)
