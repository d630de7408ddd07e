from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from seq2seq_core import store
from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data.corpus import Row
from seq2seq_core.errors import CheckpointError, ConfigError, StoreError
from seq2seq_core.store import queue, schema
from seq2seq_core.store.history import unpack_columns
from seq2seq_core.store.queue import Chunk, Progress

ROWS = [Row("你 好", "hello", "0-0 1?0"), Row("再见", "good bye")]
CORPUS: dict[str, Any] = {"rows": [["你 好", "hello", ""]], "watched": []}


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return store.open_store(f"sqlite:///{tmp_path}/folder/store.db")


@pytest.fixture
def workspace(engine: Engine) -> int:
    return new_workspace(engine)


def new_workspace(engine: Engine) -> int:
    found = store.find_workspace(engine, store.create_workspace(engine))
    assert found is not None
    return found.id


def save(engine: Engine, workspace: int, parent: int | None = None) -> store.Revision:
    return store.save_revision(engine, workspace, parent, "mine", "space", ROWS, ROWS[:1])


def start(engine: Engine, workspace: int, revision: int, seed: int = 1) -> store.Run:
    training = TrainingConfig(seed=seed)
    return store.start_run(engine, workspace, revision, ModelConfig(), training, CORPUS, "mine")[0]


def again(engine: Engine, run: store.Run) -> store.Run:
    found = store.find_run(engine, run.workspace_id, run.id)
    assert found is not None
    return found


def code(action: Callable[[], object]) -> str:
    with pytest.raises(StoreError) as caught:
        action()
    assert str(caught.value)  # its sentence finds all its fields
    return caught.value.code


# workspaces and revisions


def test_a_key_opens_its_workspace_and_an_unknown_key_makes_none(engine: Engine) -> None:
    key = store.create_workspace(engine)
    assert store.find_workspace(engine, key) is not None
    for wrong in ("", key[:-1], key + "x", "../../etc", "\ud800", "a" * 100_000):
        assert store.find_workspace(engine, wrong) is None
    with engine.connect() as connection:
        rows = connection.execute(select(schema.workspaces)).all()
    assert len(rows) == 1
    assert key not in str(rows)


def test_a_revision_comes_back_as_it_was_saved(engine: Engine, workspace: int) -> None:
    assert store.find_head(engine, workspace) is None
    saved = save(engine, workspace)
    assert store.find_head(engine, workspace) == saved
    assert saved.rows == tuple(ROWS)
    assert saved.held_out == tuple(ROWS[:1])


def test_undo_goes_back_and_keeps_what_was_undone(engine: Engine, workspace: int) -> None:
    first = save(engine, workspace)
    second = save(engine, workspace, first.id)
    assert store.undo_revision(engine, workspace, second.id) == first
    third = save(engine, workspace, first.id)
    assert third.id > second.id
    assert store.undo_revision(engine, workspace, third.id) == first
    assert code(lambda: store.undo_revision(engine, workspace, first.id)) == "nothing_to_undo"
    with engine.connect() as connection:
        assert len(connection.execute(select(schema.revisions)).all()) == 3


def test_who_edits_an_old_revision_is_told(engine: Engine, workspace: int) -> None:
    first = save(engine, workspace)
    save(engine, workspace, first.id)
    assert code(lambda: save(engine, workspace, first.id)) == "stale"
    assert code(lambda: save(engine, workspace, None)) == "stale"
    assert code(lambda: store.undo_revision(engine, workspace, first.id)) == "stale"
    assert code(lambda: save(engine, workspace + 1)) == "gone"


def test_no_edit_is_lost_between_threads(engine: Engine, workspace: int) -> None:
    threads, edits = 4, 100
    save(engine, workspace)

    def edit() -> None:
        done = 0
        while done < edits:
            head = store.find_head(engine, workspace)
            assert head is not None
            row = Row("x", str(int(head.rows[0].target) + 1 if head.parent_id else 1))
            try:
                store.save_revision(engine, workspace, head.id, "mine", "space", [row], [])
                done += 1
            except StoreError as error:
                assert error.code == "stale"

    together(edit, threads)
    head = store.find_head(engine, workspace)
    assert head is not None
    assert head.rows[0].target == str(threads * edits)
    with engine.connect() as connection:
        chain = dict(
            connection.execute(select(schema.revisions.c.id, schema.revisions.c.parent_id)).all()
        )
    length, place = 0, head.id
    while chain[place] is not None:
        length, place = length + 1, chain[place]
    assert length == threads * edits


def together(action: Callable[[], object], count: int) -> None:
    failed: list[BaseException] = []

    def guarded() -> None:
        try:
            action()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=guarded) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [str(error) for error in failed] == []


# runs


def test_a_second_run_stops_the_first(engine: Engine, workspace: int) -> None:
    revision = save(engine, workspace).id
    first = start(engine, workspace, revision)
    second, replaced = store.start_run(
        engine, workspace, revision, ModelConfig(), TrainingConfig(seed=2), CORPUS, "mine"
    )
    assert replaced == first
    assert again(engine, first).status == "stopped"  # no worker had it, so at once
    assert [(run.id, run.number, run.is_active) for run in store.find_runs(engine, workspace)] == [
        (first.id, 1, False),
        (second.id, 2, True),
    ]
    assert store.load_run_corpus(engine, second.id) == CORPUS


def test_a_running_run_is_asked_to_stop(engine: Engine, workspace: int) -> None:
    revision = save(engine, workspace).id
    first = start(engine, workspace, revision)
    queue.claim_run(engine, "w")
    start(engine, workspace, revision, seed=2)
    former = again(engine, first)
    assert (former.status, former.wanted, former.is_active) == ("running", "stop", False)


def test_a_double_click_starts_one_run(engine: Engine, workspace: int) -> None:
    revision = save(engine, workspace).id
    together(lambda: start(engine, workspace, revision), 8)
    assert len(store.find_runs(engine, workspace)) == 1


def test_at_most_one_run_of_a_workspace_is_active(engine: Engine, workspace: int) -> None:
    revision = save(engine, workspace).id
    seeds = iter(range(100))
    together(lambda: start(engine, workspace, revision, seed=next(seeds)), 8)
    runs = store.find_runs(engine, workspace)
    assert sorted(run.number for run in runs) == list(range(1, 9))
    assert sum(run.is_active for run in runs) == 1
    together(lambda: [store.command_run(engine, run.id, "run") for run in runs], 4)
    assert sum(run.is_active for run in store.find_runs(engine, workspace)) == 1


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        ("queued", "pause", "paused"),
        ("queued", "stop", "stopped"),
        ("running", "pause", "running"),
        ("running", "stop", "running"),
        ("running", "run", "running"),
        ("paused", "run", "queued"),
        ("paused", "stop", "stopped"),
        ("stopped", "run", "queued"),
        ("stopped", "pause", "stopped"),
        ("done", "run", "queued"),
        ("done", "pause", "done"),
        ("failed", "run", "queued"),
        ("failed", "stop", "failed"),
    ],
)
def test_commands(engine: Engine, workspace: int, before: str, wanted: str, after: str) -> None:
    run = start(engine, workspace, save(engine, workspace).id)
    with engine.begin() as connection:
        reason = {"code": "internal", "fields": {"update": 3}}
        connection.execute(update(schema.runs).values(status=before, reason=reason))
    store.command_run(engine, run.id, wanted)
    now = again(engine, run)
    assert now.status == after
    if after == "running":
        assert now.wanted == wanted
    if after == "queued":
        assert now.reason is None


def test_going_on_with_one_run_pauses_the_other(engine: Engine, workspace: int) -> None:
    revision = save(engine, workspace).id
    first, second = start(engine, workspace, revision), start(engine, workspace, revision, seed=2)
    store.command_run(engine, first.id, "run")
    assert again(engine, first).status == "queued"
    assert again(engine, second).status == "paused"


def test_a_run_can_be_extended_within_the_limits(engine: Engine, workspace: int) -> None:
    run = start(engine, workspace, save(engine, workspace).id)
    with engine.begin() as connection:
        connection.execute(update(schema.runs).values(status="done"))
    store.extend_run(engine, run.id, 5_000)
    assert again(engine, run).training == replace(run.training, updates=5_000)
    assert again(engine, run).status == "queued"
    store.extend_run(engine, run.id, 10)  # never less
    assert again(engine, run).training.updates == 5_000
    with pytest.raises(ConfigError):
        store.extend_run(engine, run.id, 10**9)


def test_the_run_of_another_workspace_is_out_of_reach(engine: Engine, workspace: int) -> None:
    other = new_workspace(engine)
    revision = save(engine, workspace).id
    run = start(engine, workspace, revision)
    assert store.find_run(engine, other, run.id) is None
    assert store.find_runs(engine, other) == []
    assert code(lambda: start(engine, other, revision)) == "gone"


def test_a_deleted_run_leaves_nothing(engine: Engine, workspace: int) -> None:
    revision = save(engine, workspace).id
    run = started(engine, workspace, revision)
    store.delete_run(engine, run.id)
    assert store.find_runs(engine, workspace) == []
    assert code(lambda: store.command_run(engine, run.id, "run")) == "gone"
    assert code(lambda: store.load_run_corpus(engine, run.id)) == "gone"
    with engine.connect() as connection:
        for table in (schema.corpora, schema.events, schema.snapshots):
            assert connection.execute(select(table)).first() is None
    assert start(engine, workspace, revision).id > run.id  # an old link leads nowhere


def test_every_change_touches_its_workspace(engine: Engine) -> None:
    key = store.create_workspace(engine)

    def touched() -> float:
        found = store.find_workspace(engine, key)
        assert found is not None
        return found.touched_at

    found = store.find_workspace(engine, key)
    assert found is not None
    first = save(engine, found.id)
    second = save(engine, found.id, first.id)
    run = start(engine, found.id, first.id)
    for change in (
        lambda: store.undo_revision(engine, found.id, second.id),
        lambda: start(engine, found.id, first.id, seed=3),
        lambda: store.command_run(engine, run.id, "run"),
        lambda: store.extend_run(engine, run.id, 700),
        lambda: store.delete_run(engine, run.id),
    ):
        before = touched()
        time.sleep(0.002)
        change()
        assert touched() > before


# curves and weights


def started(engine: Engine, workspace: int, revision: int) -> store.Run:
    """A running run with three updates, one evaluation and a snapshot."""
    run = start(engine, workspace, revision)
    claim = queue.claim_run(engine, "w")
    assert claim is not None
    chunks = [
        Chunk("update", 1, [(3.0, 0.1, 1.0, 12), (2.0, 0.2, 1.5, 12)]),
        Chunk("evaluation", 1, [(1, 3.1, 0.1, 0.0, None)]),
    ]
    told = Progress(run.id, claim.attempt, 2, 0.5, chunks, {"update": 2}, b"weights")
    assert queue.write_progress(engine, "w", [told]) == {run.id: "running"}
    late = [Chunk("update", 3, [(1.0, 0.3, 0.5, 12)])]
    queue.write_progress(engine, "w", [Progress(run.id, claim.attempt, 3, 0.6, late)])
    return again(engine, run)


def test_a_curve_reads_as_columns(engine: Engine, workspace: int) -> None:
    run = started(engine, workspace, save(engine, workspace).id)
    assert store.load_history(engine, run.id, "update") == {
        "update": [1, 2, 3],
        "loss": [3.0, 2.0, 1.0],
        "accuracy": [0.1, 0.2, 0.3],
        "gradient_norm": [1.0, 1.5, 0.5],
        "tokens": [12, 12, 12],
    }
    assert store.load_history(engine, run.id, "update", after_update=2)["loss"] == [1.0]
    evaluations = store.load_history(engine, run.id, "evaluation")
    assert (evaluations["update"], evaluations["alignment"]) == ([1], [None])
    assert (run.update, run.live, run.trained_seconds) == (3, {"update": 2}, 0.6)


def test_claiming_again_goes_back_to_the_snapshot(engine: Engine, workspace: int) -> None:
    run = started(engine, workspace, save(engine, workspace).id)
    queue.release_runs(engine, queue.owned_by_worker("w"))
    claim = queue.claim_run(engine, "v")
    assert claim is not None
    assert (claim.update, claim.weights, claim.attempt) == (2, b"weights", 2)
    assert store.load_history(engine, run.id, "update")["update"] == [1, 2]
    # the worker of before wakes up
    late = Progress(run.id, 1, 9, 9.0, [Chunk("update", 3, [(0.0, 1.0, 0.0, 1)])], status="done")
    assert queue.write_progress(engine, "w", [late]) == {}
    assert queue.write_progress(engine, "v", [late]) == {}
    assert again(engine, run).status == "running"
    assert store.load_history(engine, run.id, "update")["update"] == [1, 2]


def test_blame_falls_on_one_run_and_the_second_time_it_fails(engine: Engine) -> None:
    places = [new_workspace(engine) for _ in range(3)]
    bad, good, paused = (start(engine, place, save(engine, place).id) for place in places)
    for attempt in (1, 2):
        for _ in range(2 + (attempt == 1)):
            assert queue.claim_run(engine, "w") is not None
        if attempt == 1:
            store.command_run(engine, paused.id, "pause")
        queue.release_runs(engine, queue.owned_by_worker("w"), blamed_run_id=bad.id)
    assert again(engine, bad).status == "failed"
    assert again(engine, bad).reason == {"code": "worker_died", "fields": {"update": 0}}
    assert again(engine, good).status == "queued"
    assert again(engine, paused).status == "paused"


@pytest.mark.parametrize(
    ("status", "wanted", "updates", "goal", "now"),
    [
        ("done", "run", 5, None, "done"),
        ("done", "run", 6, None, "running"),  # extended in the meantime
        ("paused", "pause", 6, None, "paused"),
        ("paused", "run", 6, None, "running"),  # continued in the meantime
        ("paused", "stop", 6, None, "running"),  # it will be asked again, for the right thing
        ("paused", "run", 6, 5, "paused"),  # it is where it should pause
        ("paused", "run", 9, 6, "running"),  # asked for one more update in the meantime
        ("queued", "run", 6, None, "queued"),
        ("queued", "stop", 6, None, "stopped"),
        ("failed", "stop", 6, None, "failed"),
    ],
)
def test_the_learners_last_word_counts(
    status: str, wanted: str, updates: int, goal: int | None, now: str
) -> None:
    progress = Progress(1, 1, 5, 0.0, status=status)
    assert queue.next_status(progress, wanted, updates, goal) == now


def test_a_damaged_snapshot_is_refused(engine: Engine, workspace: int) -> None:
    run = started(engine, workspace, save(engine, workspace).id)
    assert store.load_latest_snapshot(engine, run.id) == (2, b"weights")
    assert store.load_latest_snapshot(engine, run.id + 1) is None
    with engine.begin() as connection:
        connection.execute(update(schema.snapshots).values(weights=b"weighTs"))
    with pytest.raises(CheckpointError) as caught:
        store.load_latest_snapshot(engine, run.id)
    assert caught.value.code == "damaged"


numbers = st.floats(allow_nan=False, allow_infinity=False)


@given(st.integers(1, 5).flatmap(lambda n: st.lists(st.tuples(*[numbers] * n), min_size=1)))
def test_packed_events_come_back(rows: list[tuple[float, ...]]) -> None:
    names = "abcde"[: len(rows[0])]
    columns = unpack_columns(queue.pack_columns(rows), len(rows), names)
    assert list(zip(*(columns[name] for name in names), strict=True)) == rows


def test_packed_numbers_are_little_endian_columns() -> None:
    assert queue.pack_columns([(1.0, 0.0), (0.0, 0.0)]) == bytes(6) + b"\xf0\x3f" + bytes(24)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_not_finite_are_never_stored(
    engine: Engine, workspace: int, number: float
) -> None:
    with pytest.raises(AssertionError):
        queue.pack_columns([(1.0, number)])
    run = start(engine, workspace, save(engine, workspace).id)
    queue.claim_run(engine, "w")
    with pytest.raises(Exception, match="JSON compliant"):
        queue.write_progress(engine, "w", [Progress(run.id, 1, 1, 0.0, live={"loss": number})])
    assert again(engine, run).live is None


# the file


def test_a_newer_store_is_refused(engine: Engine) -> None:
    url = str(engine.url)
    with engine.begin() as connection:
        connection.execute(update(schema.meta).values(value=schema.SCHEMA_VERSION + 1))
    assert code(lambda: store.open_store(url)) == "newer_store"


def test_a_store_that_cannot_be_opened_is_an_error_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "text.db").write_text("no database, but long enough to be taken for one" * 99)
    for url in ("nonsense", f"sqlite:///{tmp_path}/file/store.db", f"sqlite:///{tmp_path}/text.db"):
        assert code(lambda url=url: store.open_store(url)) == "store_elsewhere"


def test_many_may_open_a_new_store_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    together(lambda: store.create_workspace(store.open_store(url)), 8)


def test_what_is_saved_survives_without_a_clean_end(engine: Engine, workspace: int) -> None:
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 5000
    saved = save(engine, workspace)
    assert store.find_head(store.open_store(str(engine.url)), workspace) == saved


def test_a_failed_change_changes_nothing(engine: Engine, workspace: int) -> None:
    with pytest.raises(ZeroDivisionError), schema.write_transaction(engine) as connection:
        connection.execute(insert(schema.meta).values(name="half", value=1))
        raise ZeroDivisionError
    with engine.connect() as connection:
        assert (
            connection.execute(select(schema.meta).where(schema.meta.c.name == "half")).first()
            is None
        )


def test_the_tables_are_postgresql_too() -> None:
    dialect = postgresql.dialect()
    for table in schema.metadata.sorted_tables:
        assert str(CreateTable(table).compile(dialect=dialect))
        for index in table.indexes:
            text = str(CreateIndex(index).compile(dialect=dialect))
            if index.name == "one_active_run":
                assert "UNIQUE" in text and "WHERE" in text
    assert "FOR UPDATE" in str(select(schema.runs).with_for_update().compile(dialect=dialect))
