"""The tables of the store and the way in: embedded SQLite by default, PostgreSQL by URL.

What only SQLite needs stands in `sqlite_connection` and `tidy`; everything else is common SQL.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import (
    DDL,
    JSON,
    Column,
    Connection,
    Double,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    insert,
    inspect,
    make_url,
    select,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.schema import CreateColumn

from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.errors import StoreError
from seq2seq_core.store.config_column import ConfigColumn

SCHEMA_VERSION = 2
ACTIVE_STATUSES = ("queued", "running")
STORE_FOLDER = Path(__file__).parents[2] / ".seq2seq_lab"

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
    Column("live", JSON(none_as_null=True)),  # the latest frame
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
COLUMNS_ADDED_IN = {
    2: ("title", "pace", "goal", "watched")
}  # version -> columns of runs that came with it

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


def default_url() -> str:
    """Where the app keeps its work, unless an operator says otherwise."""
    return os.environ.get("SEQ2SEQ_LAB_STORE") or f"sqlite:///{STORE_FOLDER / 'store.db'}"


def sqlite_path(url: str) -> Path | None:
    """The file behind a URL; None where it is no SQLite file."""
    parsed_url = make_url(url)
    return (
        Path(parsed_url.database)
        if parsed_url.drivername == "sqlite" and parsed_url.database
        else None
    )


def configure_sqlite(connection: object, _record: object) -> None:
    """Settings of one SQLite connection: readers never wait, kill -9 loses nothing."""
    connection.isolation_level = None  # type: ignore[attr-defined]  # BEGIN is ours, see below
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in (
        "busy_timeout=5000",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "journal_size_limit=16777216",
        "wal_autocheckpoint=0",  # SQLite before 3.51.3 can corrupt with two checkpointers: `tidy`
    ):
        cursor.execute(f"PRAGMA {pragma}")
    enable_wal(cursor)
    cursor.close()


def enable_wal(cursor: sqlite3.Cursor) -> None:
    """Readers and one writer at a time. Where several open a new file at once, SQLite answers
    "locked" to this change alone, without waiting as it was told."""
    deadline = time.monotonic() + 5
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def begin_sqlite_transaction(connection: Connection) -> None:
    # a writer that starts as a reader fails with "locked" in spite of the timeout
    is_writer = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")


def checkpoint_wal(engine: Engine) -> None:
    """Move what was written from SQLite's log into its file. One process at a time may do it."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute("PRAGMA wal_checkpoint(PASSIVE)")  # not inside of a transaction


def open_store(url: str) -> Engine:
    """The store behind a URL such as sqlite:///store.db, made where it is missing.

    The engine may be used from every thread, but not across a fork.
    Raises StoreError with code store_elsewhere or newer_store.
    """
    try:
        path = sqlite_path(url)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        dump_json = partial(json.dumps, ensure_ascii=False, allow_nan=False)
        engine = create_engine(
            url, json_serializer=dump_json, pool_pre_ping=path is None, hide_parameters=True
        )
        if path is not None:
            event.listen(engine, "connect", configure_sqlite)
            event.listen(engine, "begin", begin_sqlite_transaction)
        ensure_schema(engine)
    except ArgumentError:
        raise StoreError("store_elsewhere", detail="the URL is not understood") from None
    except (OSError, ImportError) as error:
        raise StoreError("store_elsewhere", detail=str(error)) from None
    except DBAPIError as error:
        raise StoreError("store_elsewhere", detail=str(error.orig)) from None
    return engine


def ensure_schema(engine: Engine) -> None:
    """Make the tables of an empty store; refuse a store from the future."""
    if not inspect(engine).has_table("meta"):
        try:
            with engine.connect().execution_options(writes=True) as connection, connection.begin():
                metadata.create_all(connection)
                if connection.execute(select(meta)).first() is None:
                    connection.execute(insert(meta).values(name="version", value=SCHEMA_VERSION))
        except DBAPIError:
            if not inspect(engine).has_table("meta"):  # else another process was quicker
                raise
    version_query = select(meta.c.value).where(meta.c.name == "version")
    with engine.connect() as connection:
        stored_version = connection.execute(version_query).scalar()
    if stored_version is None or stored_version > SCHEMA_VERSION:
        raise StoreError("newer_store", found=stored_version, known=SCHEMA_VERSION)
    if stored_version < SCHEMA_VERSION:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            stored_version = connection.execute(version_query.with_for_update()).scalar_one()
            for next_version in range(
                stored_version + 1, SCHEMA_VERSION + 1
            ):  # none where another process was quicker
                migrate(connection, next_version)


def migrate(connection: Connection, version: int) -> None:
    """Give a store of the version before the columns that came with this one; nothing is lost."""
    for name in COLUMNS_ADDED_IN[version]:
        column = str(CreateColumn(runs.c[name]).compile(dialect=connection.dialect))
        connection.execute(DDL(f"ALTER TABLE runs ADD COLUMN {column}"))
    connection.execute(meta.update().where(meta.c.name == "version").values(value=version))


@contextmanager
def read_transaction(engine: Engine) -> Iterator[Connection]:
    """One consistent look at the store. Raises StoreError with code cannot_reach."""
    try:
        with engine.connect() as connection:
            yield connection
    except OperationalError as error:
        raise StoreError("cannot_reach", detail=str(error.orig)) from error


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """All or nothing. Raises StoreError with code cannot_save, as on a full disk."""
    try:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection
    except OperationalError as error:
        raise StoreError("cannot_save", detail=str(error.orig)) from error
