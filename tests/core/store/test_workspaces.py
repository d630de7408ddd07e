"""Workspaces and the versions of their corpus: no edit is lost."""

from __future__ import annotations

import time

from sqlalchemy import Engine, select

from seq2seq_core import store
from seq2seq_core.data.corpus import Row
from seq2seq_core.errors import StoreError
from seq2seq_core.store import schema
from tests.core.store.examples import ROWS, run_in_threads, save_rows, start_run, store_error_code


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
    saved = save_rows(engine, workspace)
    assert store.find_head(engine, workspace) == saved
    assert saved.rows == tuple(ROWS)
    assert saved.held_out == tuple(ROWS[:1])


def test_undo_goes_back_and_keeps_what_was_undone(engine: Engine, workspace: int) -> None:
    first = save_rows(engine, workspace)
    second = save_rows(engine, workspace, first.id)
    assert store.undo_revision(engine, workspace, second.id) == first
    third = save_rows(engine, workspace, first.id)
    assert third.id > second.id
    assert store.undo_revision(engine, workspace, third.id) == first
    assert (
        store_error_code(lambda: store.undo_revision(engine, workspace, first.id))
        == "nothing_to_undo"
    )
    with engine.connect() as connection:
        assert len(connection.execute(select(schema.revisions)).all()) == 3


def test_who_edits_an_old_revision_is_told(engine: Engine, workspace: int) -> None:
    first = save_rows(engine, workspace)
    save_rows(engine, workspace, first.id)
    assert store_error_code(lambda: save_rows(engine, workspace, first.id)) == "stale"
    assert store_error_code(lambda: save_rows(engine, workspace, None)) == "stale"
    assert store_error_code(lambda: store.undo_revision(engine, workspace, first.id)) == "stale"
    assert store_error_code(lambda: save_rows(engine, workspace + 1)) == "gone"


def test_no_edit_is_lost_between_threads(engine: Engine, workspace: int) -> None:
    threads, edits = 4, 100
    save_rows(engine, workspace)

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

    run_in_threads(edit, threads)
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


def test_every_change_touches_its_workspace(engine: Engine) -> None:
    key = store.create_workspace(engine)

    def touched() -> float:
        workspace = store.find_workspace(engine, key)
        assert workspace is not None
        return workspace.touched_at

    workspace = store.find_workspace(engine, key)
    assert workspace is not None
    first = save_rows(engine, workspace.id)
    second = save_rows(engine, workspace.id, first.id)
    run = start_run(engine, workspace.id, first.id)
    for change in (
        lambda: store.undo_revision(engine, workspace.id, second.id),
        lambda: start_run(engine, workspace.id, first.id, seed=3),
        lambda: store.command_run(engine, run.id, "run"),
        lambda: store.extend_run(engine, run.id, 700),
        lambda: store.delete_run(engine, run.id),
    ):
        before = touched()
        time.sleep(0.002)
        change()
        assert touched() > before
