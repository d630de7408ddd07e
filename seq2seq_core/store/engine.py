"""The way into the store: embedded SQLite by default, PostgreSQL by URL.

Connections, transactions, the version of the tables, and the write-ahead log (WAL), which only
SQLite needs.
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
    Connection,
    Engine,
    create_engine,
    event,
    insert,
    inspect,
    make_url,
    select,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.schema import CreateColumn

from seq2seq_core.errors import StoreError
from seq2seq_core.store.schema import COLUMNS_ADDED_IN, SCHEMA_VERSION, meta, metadata, runs

STORE_FOLDER = Path(__file__).parents[2] / ".seq2seq_lab"


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
    """Settings of one SQLite connection: readers never wait, and kill -9 loses nothing."""
    connection.isolation_level = None  # type: ignore[attr-defined]  # BEGIN is ours, see below
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in (
        "busy_timeout=5000",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "journal_size_limit=16777216",
        "wal_autocheckpoint=0",  # two checkpointers can corrupt SQLite before 3.51.3: one process
    ):
        cursor.execute(f"PRAGMA {pragma}")
    enable_wal(cursor)
    cursor.close()


def enable_wal(cursor: sqlite3.Cursor) -> None:
    """Switch the file to a write-ahead log: any number of readers beside one writer.

    Where several processes open a new file at once, SQLite answers "locked" to this change alone,
    in spite of busy_timeout: so it is tried again for as long.
    """
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
    # a transaction that begins as a reader and then writes fails with "locked", without waiting
    is_writer = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")


def checkpoint_wal(engine: Engine) -> None:
    """A WAL checkpoint: copy the write-ahead log's pages into the database file, so that the log
    stays short. One process at a time may do it. PostgreSQL needs none.
    """
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            # by the driver itself: SQLAlchemy would begin a transaction, which a checkpoint refuses
            driver.execute("PRAGMA wal_checkpoint(PASSIVE)")


@contextmanager
def read_transaction(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the store. Raises StoreError with code cannot_reach."""
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


def create_tables(engine: Engine) -> None:
    """Make the tables of an empty store; several processes may try at once."""
    try:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            metadata.create_all(connection)
            if connection.execute(select(meta)).first() is None:
                connection.execute(insert(meta).values(name="version", value=SCHEMA_VERSION))
    except DBAPIError:
        if not inspect(engine).has_table("meta"):  # else another process was quicker
            raise


def migrate(connection: Connection, version: int) -> None:
    """Give a store of the version before the columns that came with this one; nothing is lost."""
    for name in COLUMNS_ADDED_IN[version]:
        column = str(CreateColumn(runs.c[name]).compile(dialect=connection.dialect))
        connection.execute(DDL(f"ALTER TABLE runs ADD COLUMN {column}"))
    connection.execute(meta.update().where(meta.c.name == "version").values(value=version))


def ensure_schema(engine: Engine) -> None:
    """Make the tables where they are missing, bring older ones up to date.

    Raises StoreError with code newer_store for a store that a later version of the app wrote.
    """
    if not inspect(engine).has_table("meta"):
        create_tables(engine)
    version_query = select(meta.c.value).where(meta.c.name == "version")
    with engine.connect() as connection:
        stored_version = connection.execute(version_query).scalar()
    if stored_version is None or stored_version > SCHEMA_VERSION:
        raise StoreError("newer_store", found=stored_version, known=SCHEMA_VERSION)
    if stored_version < SCHEMA_VERSION:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            stored_version = connection.execute(version_query.with_for_update()).scalar_one()
            # no version is left to go where another process was quicker
            for version in range(stored_version + 1, SCHEMA_VERSION + 1):
                migrate(connection, version)


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
