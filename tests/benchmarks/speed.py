"""What learning costs in a worker of the app, beside the same run on the command line."""

from __future__ import annotations

import gc
import io
import json
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, redirect_stdout
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.table import Figures, Row
from tests.browser.server import ROOT

TURNS = 8  # of each
SHORT, LONG = 20, 320  # updates
FILES = tuple(ROOT / "assets/corpora/first" / f"{name}.tsv" for name in ("train", "held_out"))

Way = Callable[[int, Path], float]  # trains for some updates in a folder, returns the last loss


def by_command_line(updates: int, folder: Path) -> float:
    from seq2seq_core.cli import main

    train, held_out = map(str, FILES)
    command = ["train", train, "--held-out", held_out, "--updates", str(updates), "--json"]
    with redirect_stdout(io.StringIO()) as output:
        assert main([*command, "--out", str(folder / "run")]) == 0
    return json.loads(output.getvalue().splitlines()[-1])["loss"]


def by_worker(updates: int, folder: Path) -> float:
    from seq2seq_core import store
    from seq2seq_core.config import ModelConfig, TrainingConfig
    from seq2seq_core.data.formats import read_file
    from seq2seq_core.training import dataset
    from seq2seq_core.workers.worker import Heartbeat, Worker

    rows, held_out = map(read_file, FILES)
    model, training = ModelConfig(), TrainingConfig(updates=updates)
    corpus = dataset.freeze_dataset(rows, held_out, "space", model, training)
    engine = store.open_store(f"sqlite:///{folder / 'store.db'}")
    workspace = store.find_workspace(engine, store.create_workspace(engine))
    assert workspace is not None
    revision = store.save_revision(engine, workspace.id, None, "first", "space", rows, held_out)
    run, _ = store.start_run(engine, workspace.id, revision.id, model, training, corpus, "first")
    worker = Worker(engine, "bench", Heartbeat())
    while worker.advance():
        pass
    losses = store.load_history(engine, run.id, "update")["loss"]
    engine.dispose()
    return losses[-1]


def seconds(way: Way, updates: int) -> tuple[float, float]:
    """CPU seconds of a whole run, and its last loss."""
    with TemporaryDirectory() as folder:
        began = time.process_time()
        loss = way(updates, Path(folder))
        return time.process_time() - began, loss


def pace(way: Way) -> tuple[float, float]:
    """Updates per CPU second, without beginning and end of a run; and the last loss."""
    short, _ = seconds(way, SHORT)
    long, loss = seconds(way, LONG)
    return (LONG - SHORT) / (long - short), loss


def warm_up(way: Way) -> None:
    """Import everything; the first updates of a process are slower, too."""
    import torch
    import torch._dynamo  # else by the first optimizer, for a second

    torch.set_num_threads(1)
    seconds(way, SHORT)
    gc.collect()
    gc.freeze()  # as the pool does before it forks


def speed() -> Row:
    """One and the other in turns, in two processes that do nothing else."""
    ways: tuple[Way, Way] = by_worker, by_command_line
    paces: dict[Way, list[float]] = {way: [] for way in ways}
    losses = set()
    with ExitStack() as stack:
        process = {}
        for way in ways:
            # not forked: torch's threads and SQLite's connections cross no fork
            pool = ProcessPoolExecutor(1, get_context("spawn"))
            process[way] = stack.enter_context(pool)
            process[way].submit(warm_up, way).result()
        for way in TURNS * ways:
            updates, loss = process[way].submit(pace, way).result()
            paces[way].append(updates)
            losses.add(loss)
    assert len(losses) == 1, f"not the same work: {losses}"
    worker, command_line = (paces[way] for way in ways)
    return Row(
        Figures("updates a CPU second, worker", worker),
        Figures("command line", command_line),
        0.9,
        "of it",
        at_least=True,
        of_ratio=True,
    )
