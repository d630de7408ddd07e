"""What the tests of the store save and start."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from seq2seq_core import store
from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data.corpus import Row
from seq2seq_core.errors import StoreError
from seq2seq_core.store import queue
from seq2seq_core.store.progress import Chunk, Progress, write_progress

ROWS = [Row("你 好", "hello", "0-0 1?0"), Row("再见", "good bye")]
CORPUS: dict[str, Any] = {"rows": [["你 好", "hello", ""]], "watched": []}


def new_workspace(engine: Engine) -> int:
    workspace = store.find_workspace(engine, store.create_workspace(engine))
    assert workspace is not None
    return workspace.id


def save_rows(engine: Engine, workspace: int, parent: int | None = None) -> store.Revision:
    return store.save_revision(engine, workspace, parent, "mine", "space", ROWS, ROWS[:1])


def start_run(engine: Engine, workspace: int, revision: int, seed: int = 1) -> store.Run:
    training = TrainingConfig(seed=seed)
    return store.start_run(engine, workspace, revision, ModelConfig(), training, CORPUS, "mine")[0]


def reload_run(engine: Engine, run: store.Run) -> store.Run:
    stored = store.find_run(engine, run.workspace_id, run.id)
    assert stored is not None
    return stored


def store_error_code(action: Callable[[], object]) -> str:
    with pytest.raises(StoreError) as caught:
        action()
    assert str(caught.value)  # its sentence finds all its fields
    return caught.value.code


def run_in_threads(action: Callable[[], object], count: int) -> None:
    errors: list[BaseException] = []

    def run_guarded() -> None:
        try:
            action()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run_guarded) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [str(error) for error in errors] == []


def start_with_history(engine: Engine, workspace: int, revision: int) -> store.Run:
    """A running run with three updates, one evaluation and a snapshot."""
    run = start_run(engine, workspace, revision)
    claim = queue.claim_run(engine, "w")
    assert claim is not None
    chunks = [
        Chunk("update", 1, [(3.0, 0.1, 1.0, 12), (2.0, 0.2, 1.5, 12)]),
        Chunk("evaluation", 1, [(1, 3.1, 0.1, 0.0, None)]),
    ]
    progress = Progress(run.id, claim.attempt, 2, 0.5, chunks, {"update": 2}, b"weights")
    assert write_progress(engine, "w", [progress]) == {run.id: "running"}
    later_chunks = [Chunk("update", 3, [(1.0, 0.3, 0.5, 12)])]
    write_progress(engine, "w", [Progress(run.id, claim.attempt, 3, 0.6, later_chunks)])
    return reload_run(engine, run)
