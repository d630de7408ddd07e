"""Claims: one worker at a time, from the last snapshot, with blame for a death."""

from __future__ import annotations

from sqlalchemy import Engine

from seq2seq_core import store
from seq2seq_core.store import queue
from seq2seq_core.store.progress import Chunk, Progress, write_progress
from tests.core.store.examples import (
    new_workspace,
    reload_run,
    save_rows,
    start_run,
    start_with_history,
)


def test_claiming_again_goes_back_to_the_snapshot(engine: Engine, workspace: int) -> None:
    run = start_with_history(engine, workspace, save_rows(engine, workspace).id)
    queue.release_runs(engine, queue.owned_by_worker("w"))
    claim = queue.claim_run(engine, "v")
    assert claim is not None
    assert (claim.update, claim.weights, claim.attempt) == (2, b"weights", 2)
    assert store.load_history(engine, run.id, "update")["update"] == [1, 2]
    # the worker of before wakes up
    chunks = [Chunk("update", 3, [(0.0, 1.0, 0.0, 1)])]
    report = Progress(run.id, 1, 9, 9.0, chunks, status="done")
    assert write_progress(engine, "w", [report]) == {}
    assert write_progress(engine, "v", [report]) == {}
    assert reload_run(engine, run).status == "running"
    assert store.load_history(engine, run.id, "update")["update"] == [1, 2]


def test_blame_falls_on_one_run_and_the_second_time_it_fails(engine: Engine) -> None:
    workspaces = [new_workspace(engine) for _ in range(3)]
    bad, good, paused = (
        start_run(engine, workspace, save_rows(engine, workspace).id) for workspace in workspaces
    )
    for attempt in (1, 2):
        for _ in range(2 + (attempt == 1)):
            assert queue.claim_run(engine, "w") is not None
        if attempt == 1:
            store.command_run(engine, paused.id, "pause")
        queue.release_runs(engine, queue.owned_by_worker("w"), blamed_run_id=bad.id)
    assert reload_run(engine, bad).status == "failed"
    assert reload_run(engine, bad).reason == {"code": "worker_died", "fields": {"update": 0}}
    assert reload_run(engine, good).status == "queued"
    assert reload_run(engine, paused).status == "paused"


def test_the_run_that_waits_longest_is_claimed_first_and_by_one_worker(engine: Engine) -> None:
    workspaces = [new_workspace(engine) for _ in range(3)]
    runs = [
        start_run(engine, workspace, save_rows(engine, workspace).id) for workspace in workspaces
    ]
    assert [entry.run_id for entry in queue.poll(engine)] == [run.id for run in runs]
    claims = [queue.claim_run(engine, worker) for worker in "vwx"]
    assert [claim and claim.run_id for claim in claims] == [run.id for run in runs]
    assert queue.claim_run(engine, "v") is None
    assert {entry.worker for entry in queue.poll(engine)} == {*"vwx"}


def test_runs_are_released_by_worker_by_pool_and_by_silence(engine: Engine) -> None:
    workspaces = [new_workspace(engine) for _ in range(3)]
    runs = [
        start_run(engine, workspace, save_rows(engine, workspace).id) for workspace in workspaces
    ]
    for worker in ("pool-0", "pool-1", "p%ol-0"):
        queue.claim_run(engine, worker)
    queue.release_runs(engine, queue.lease_expired(60))
    statuses = [reload_run(engine, run).status for run in runs]
    assert statuses == ["running"] * 3  # all have given a sign of life
    queue.release_runs(engine, queue.owned_by_pool("p%ol"))  # a name, not a pattern
    assert [reload_run(engine, run).status for run in runs] == ["running", "running", "queued"]
    queue.release_runs(engine, queue.owned_by_worker("pool-1"))
    assert [reload_run(engine, run).status for run in runs] == ["running", "queued", "queued"]
    queue.release_runs(engine, queue.lease_expired(-1))
    assert reload_run(engine, runs[0]).status == "queued"
