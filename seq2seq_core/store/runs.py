"""Trainings as the pages see them: started, asked to pause or to go on, named, deleted.

The workers' side of the same tables is `claims`; what a run leaves behind is in `record`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data.cleaning import clean_text
from seq2seq_core.data.corpus import segment_known
from seq2seq_core.errors import StoreError
from seq2seq_core.limits import LIMITS
from seq2seq_core.store.schema import ACTIVE, active, corpora, reading, revisions, writing
from seq2seq_core.store.schema import runs as RUNS
from seq2seq_core.store.workspaces import touch

DOUBLE_CLICK = 1.0  # seconds
TITLE = 40  # characters
RESTING = {"pause": "paused", "stop": "stopped"}


@dataclass(frozen=True)
class Run:
    """One training, without what it leaves: see `record`."""

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
    title: str  # the learner's name for it, or nothing
    pace: float | None  # updates per second; None: as fast as it goes
    goal: int | None  # pauses at this update; None: goes on to the end
    watched: list[str] | None  # source sentences in its frames; None: those of its corpus

    @cached_property
    def shape(self) -> ModelConfig:
        """Its model settings; what a run of an older version does not name has its default."""
        return ModelConfig(**self.model)

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


def go(connection: Connection, run: Run, goal: int | None = None) -> None:
    """Go on, from the last snapshot, to the goal or the end; another active run pauses."""
    for other in locked(connection, run.workspace_id):
        if other.id != run.id:
            rest(connection, other, "pause")
    if run.status == "running":
        change(connection, run.id, wanted="run", goal=goal)
    else:
        values = {"status": "queued", "reason": None, "failures": 0}
        change(connection, run.id, wanted="run", goal=goal, **values)


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
    """Queue a new run; returns it and the active run that it stopped, if there was one.

    corpus is the run's own copy: rows and held_out ([[source, target, alignment], …]), tokenizer,
    source_vocabulary and target_vocabulary (lists of tokens), watched (source sentences).
    A double click starts one run. Raises StoreError with code gone or too_many_runs.
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
        refuse_too_many(connection, workspace_id)
        if former is not None:
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
                    "pace": pace,
                    "goal": goal,
                }
            )
        ).one()
        connection.execute(insert(corpora).values(run_id=new.id, corpus=dict(corpus)))
        return Run(*new), former


def refuse_too_many(connection: Connection, workspace_id: int) -> None:
    """Raises StoreError with code too_many_runs where there is no place for one more."""
    query = select(func.count()).where(RUNS.c.workspace_id == workspace_id)
    if connection.execute(query).scalar_one() >= LIMITS.runs:
        raise StoreError("too_many_runs", limit=LIMITS.runs)


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


def lengthen(connection: Connection, run: Run, updates: int) -> None:
    longer = TrainingConfig(**run.training | {"updates": updates})
    if longer.updates > run.training["updates"]:
        change(connection, run.id, training=asdict(longer))


def extend_run(engine: Engine, run_id: int, updates: int) -> None:
    """Let a run learn until a later update, and go on with it.

    Raises ConfigError with code out_of_range, StoreError with code gone.
    """
    with writing(engine) as connection:
        run = lock_run(connection, run_id)
        lengthen(connection, run, updates)
        go(connection, run)


def advance_run(engine: Engine, run_id: int, updates: int) -> None:
    """Learn so many updates more, also beyond the planned end, then pause.

    A click while it still learns those of the click before adds to them. A run that goes on freely
    pauses so many updates after the last one that the store knows, or where it is by then.
    Raises ConfigError with code out_of_range, StoreError with code gone.
    """
    with writing(engine) as connection:
        run = lock_run(connection, run_id)
        goal = (run.goal if run.active and run.goal is not None else run.update) + updates
        lengthen(connection, run, goal)
        go(connection, run, goal)


def describe_run(
    engine: Engine,
    run_id: int,
    *,
    title: str | None = None,
    watched: Sequence[str] | None = None,
) -> None:
    """Give a run a name, or other sentences to be watched.

    Raises CorpusError where one of them cannot be read, StoreError with code gone.
    """
    new: dict[str, Any] = {} if title is None else {"title": clean_text(title)[:TITLE]}
    with writing(engine) as connection:
        lock_run(connection, run_id)
        if watched is not None:
            query = select(corpora.c.corpus).where(corpora.c.run_id == run_id)
            corpus = connection.execute(query).scalar_one()
            new["watched"] = [clean_text(text) for text in watched]
            for text in new["watched"]:  # as the worker will cut it
                segment_known(text, corpus["tokenizer"], corpus["source_vocabulary"])
        if new:
            connection.execute(update(RUNS).where(RUNS.c.id == run_id).values(new))


def set_pace(engine: Engine, run_id: int, pace: float | None) -> None:
    """So many updates per second from now on; None: as fast as it goes."""
    with writing(engine) as connection:
        lock_run(connection, run_id)
        connection.execute(update(RUNS).where(RUNS.c.id == run_id).values(pace=pace))


def waiting(engine: Engine, run: Run) -> tuple[int, int]:
    """How many runs are learning now, of everybody, and how many wait before this one."""
    with reading(engine) as connection:
        learning = select(func.count()).where(RUNS.c.status == "running")
        before = select(func.count()).where(
            RUNS.c.status == "queued", RUNS.c.changed_at < run.changed_at
        )
        return connection.execute(learning).scalar_one(), connection.execute(before).scalar_one()


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
