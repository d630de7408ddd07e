"""The tables of the store, in common SQL: SQLite and PostgreSQL know all of it."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.store.config_column import ConfigColumn

SCHEMA_VERSION = 2
ACTIVE_STATUSES = ("queued", "running")

metadata = MetaData()


def foreign_key_column(table: str, *, nullable: bool = False) -> Column[int]:
    """A column that names a row of another table, and goes when that row goes."""
    name = f"{table[:-1]}_id"
    return Column(
        name, ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=nullable, index=True
    )


meta = Table(
    "meta",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("value", Integer, nullable=False),
)

workspaces = Table(
    "workspaces",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key_hash", String(64), nullable=False, unique=True),  # SHA-256, hexadecimal
    Column("head", Integer),  # the revision that the learner sees
    Column("created_at", Double, nullable=False),  # seconds since 1970, here and below
    Column("touched_at", Double, nullable=False),
    sqlite_autoincrement=True,  # no number is ever given twice
)

revisions = Table(
    "revisions",
    metadata,
    Column("id", Integer, primary_key=True),
    foreign_key_column("workspaces"),
    Column("parent_id", Integer),
    Column("name", Text, nullable=False),
    Column("tokenizer", String(20), nullable=False),
    Column("rows", JSON, nullable=False),  # [[source, target, alignment], …]
    Column("held_out", JSON, nullable=False),
    Column("created_at", Double, nullable=False),
    sqlite_autoincrement=True,
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    foreign_key_column("workspaces"),
    foreign_key_column("revisions"),
    Column("name", Text, nullable=False),  # of its corpus
    Column("number", Integer, nullable=False),  # counted within the workspace
    Column("model", ConfigColumn(ModelConfig), nullable=False),
    Column("training", ConfigColumn(TrainingConfig), nullable=False),
    Column("status", String(10), nullable=False, index=True),
    Column("wanted", String(10), nullable=False),  # run, pause or stop
    Column("update", Integer, nullable=False),
    Column("reason", JSON(none_as_null=True)),  # {"code": …, "fields": {…}} of a failure
    Column("live", JSON(none_as_null=True)),  # the latest preview
    Column("worker", String(80)),
    Column("attempt", Integer, nullable=False),  # how often it was claimed; fences every write
    Column("failures", Integer, nullable=False),  # deaths of a worker that it is blamed for
    Column("trained_seconds", Double, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("changed_at", Double, nullable=False),  # of a running one: the last sign of life
    Column("title", Text, nullable=False, server_default=""),  # given by the learner
    Column("pace", Double),  # updates per second; null: as fast as it goes
    Column("goal", Integer),  # pause at this update; null: go on to the end
    Column("watched", JSON(none_as_null=True)),  # source sentences; null: those of its corpus
    sqlite_autoincrement=True,
)
# version -> columns of runs that came with it
COLUMNS_ADDED_IN = {2: ("title", "pace", "goal", "watched")}

# learning, or as soon as a worker is free: at most one in a workspace
is_active_run = runs.c.status.in_(ACTIVE_STATUSES) & (runs.c.wanted == "run")
Index(
    "one_active_run",
    runs.c.workspace_id,
    unique=True,
    sqlite_where=is_active_run,
    postgresql_where=is_active_run,
)

# beside the runs, not in them: SQLite writes a row anew, as a whole, ten times a second
corpora = Table(
    "corpora",
    metadata,
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("corpus", JSON, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(10), primary_key=True),  # update or evaluation
    Column("first_update", Integer, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("columns", LargeBinary, nullable=False),  # little-endian float64, column by column
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("update", Integer, primary_key=True),
    Column("weights", LargeBinary, nullable=False),  # safetensors
    Column("sha256", String(64), nullable=False),
)
