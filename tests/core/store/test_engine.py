"""The way in: versions, what survives, all or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, text, update

from seq2seq_core import store
from seq2seq_core.store import schema
from seq2seq_core.store.engine import (
    checkpoint_wal,
    default_url,
    sqlite_path,
    write_transaction,
)
from seq2seq_core.store.schema import COLUMNS_ADDED_IN, SCHEMA_VERSION
from tests.core.store.examples import run_in_threads, save_rows, start_run, store_error_code


def test_a_newer_store_is_refused(engine: Engine) -> None:
    url = str(engine.url)
    with engine.begin() as connection:
        connection.execute(update(schema.meta).values(value=schema.SCHEMA_VERSION + 1))
    assert store_error_code(lambda: store.open_store(url)) == "newer_store"


def test_a_store_that_cannot_be_opened_is_an_error_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "text.db").write_text("no database, but long enough to be taken for one" * 99)
    for url in ("nonsense", f"sqlite:///{tmp_path}/file/store.db", f"sqlite:///{tmp_path}/text.db"):
        assert store_error_code(lambda url=url: store.open_store(url)) == "store_elsewhere"


def test_many_may_open_a_new_store_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    run_in_threads(lambda: store.create_workspace(store.open_store(url)), 8)


def test_what_is_saved_survives_without_a_clean_end(engine: Engine, workspace: int) -> None:
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 5000
    saved = save_rows(engine, workspace)
    assert store.find_head(store.open_store(str(engine.url)), workspace) == saved


def test_a_failed_change_changes_nothing(engine: Engine, workspace: int) -> None:
    with pytest.raises(ZeroDivisionError), write_transaction(engine) as connection:
        connection.execute(insert(schema.meta).values(name="half", value=1))
        raise ZeroDivisionError
    with engine.connect() as connection:
        assert (
            connection.execute(select(schema.meta).where(schema.meta.c.name == "half")).first()
            is None
        )


def test_a_store_of_the_version_before_opens_and_loses_nothing(
    engine: Engine, workspace: int
) -> None:
    run = start_run(engine, workspace, save_rows(engine, workspace).id)
    with engine.begin() as connection:
        for column in COLUMNS_ADDED_IN[SCHEMA_VERSION]:
            connection.execute(text(f"ALTER TABLE runs DROP COLUMN {column}"))
        connection.execute(update(schema.meta).values(value=SCHEMA_VERSION - 1))
    engine.dispose()
    newer = store.open_store(str(engine.url))
    assert store.find_run(newer, workspace, run.id) == run
    assert store.find_run(store.open_store(str(engine.url)), workspace, run.id) == run  # once


def test_every_version_after_the_first_says_what_came_with_it() -> None:
    assert [*COLUMNS_ADDED_IN] == [*range(2, SCHEMA_VERSION + 1)]
    for names in COLUMNS_ADDED_IN.values():
        columns = [schema.runs.c[name] for name in names]
        assert all(column.nullable or column.server_default is not None for column in columns)


def test_a_wal_checkpoint_moves_what_was_saved_into_the_file(
    engine: Engine, workspace: int, tmp_path: Path
) -> None:
    saved = save_rows(engine, workspace)
    checkpoint_wal(engine)
    copy = tmp_path / "copy.db"
    copy.write_bytes(Path(str(engine.url.database)).read_bytes())  # without the log beside it
    assert store.find_head(store.open_store(f"sqlite:///{copy}"), workspace) == saved


def test_the_place_of_the_store_is_said_by_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SEQ2SEQ_LAB_STORE", raising=False)
    path = sqlite_path(default_url())
    assert path is not None and path.name == "store.db"
    monkeypatch.setenv("SEQ2SEQ_LAB_STORE", "postgresql://host/lab")
    assert default_url() == "postgresql://host/lab"
    assert sqlite_path(default_url()) is None
