"""Curves and weights come back as they were written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, update

from seq2seq_core import store
from seq2seq_core.errors import CheckpointError
from seq2seq_core.store import schema
from seq2seq_core.store.history import unpack_columns
from seq2seq_core.store.progress import pack_columns
from tests.core.store.examples import save_rows, start_run, start_with_history


def test_a_curve_reads_as_columns(engine: Engine, workspace: int) -> None:
    run = start_with_history(engine, workspace, save_rows(engine, workspace).id)
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


def test_a_damaged_snapshot_is_refused(engine: Engine, workspace: int) -> None:
    run = start_with_history(engine, workspace, save_rows(engine, workspace).id)
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
    columns = unpack_columns(pack_columns(rows), len(rows), names)
    assert list(zip(*(columns[name] for name in names), strict=True)) == rows


def test_before_the_first_update_there_is_no_history(engine: Engine, workspace: int) -> None:
    run = start_run(engine, workspace, save_rows(engine, workspace).id)
    for kind, columns in store.NO_HISTORY.items():
        assert store.load_history(engine, run.id, kind) == columns
    assert store.load_latest_snapshot(engine, run.id) is None
    assert store.latest_snapshot_update(engine, run.id) is None


def test_the_latest_snapshot_is_known_without_its_weights(engine: Engine, workspace: int) -> None:
    run = start_with_history(engine, workspace, save_rows(engine, workspace).id)
    assert store.latest_snapshot_update(engine, run.id) == 2
