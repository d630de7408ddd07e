"""What a worker reports: the learner's last word counts, and only numbers are stored."""

from __future__ import annotations

import math

import pytest
from sqlalchemy import Engine

from seq2seq_core.store import queue
from seq2seq_core.store.progress import Progress, next_status, pack_columns, write_progress
from tests.core.store.examples import reload_run, save_rows, start_run


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
    assert next_status(progress, wanted, updates, goal) == now


def test_packed_numbers_are_little_endian_columns() -> None:
    assert pack_columns([(1.0, 0.0), (0.0, 0.0)]) == bytes(6) + b"\xf0\x3f" + bytes(24)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_not_finite_are_never_stored(
    engine: Engine, workspace: int, number: float
) -> None:
    with pytest.raises(AssertionError):
        pack_columns([(1.0, number)])
    run = start_run(engine, workspace, save_rows(engine, workspace).id)
    queue.claim_run(engine, "w")
    with pytest.raises(Exception, match="JSON compliant"):
        write_progress(engine, "w", [Progress(run.id, 1, 1, 0.0, live={"loss": number})])
    assert reload_run(engine, run).live is None
