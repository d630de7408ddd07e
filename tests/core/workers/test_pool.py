"""Processes: what happens to runs when workers, the supervisor or the app die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from seq2seq_core import store
from seq2seq_core.config import TrainingConfig
from seq2seq_core.store import schema
from seq2seq_core.workers import pool
from tests.core.workers.test_worker import again, begin, direct, same, state

ROOT = Path(__file__).parents[3]
SHORT = TrainingConfig(updates=100, batch_size=2)
# Fifteen seconds at its pace, however fast the machine is: time to be stopped in the middle.
PACED, PACE = TrainingConfig(updates=300, batch_size=2), 20.0
SOON = 5.0  # seconds; a tenth of it is usual
pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return store.open_store(f"sqlite:///{tmp_path}/store.db")


def url(engine: Engine) -> str:
    return engine.url.render_as_string()


def begin_slowly(engine: Engine) -> store.Run:
    """A run that learns at a known pace, until it is hurried."""
    run = begin(engine, PACED)
    store.set_run_pace(engine, run.id, PACE)
    return run


def hurry(engine: Engine, *runs: store.Run) -> None:
    for run in runs:
        store.set_run_pace(engine, run.id, None)


def beyond_its_snapshot(engine: Engine, run: store.Run) -> bool:
    """The store knows updates that a killed worker's successor has to learn again."""
    kept = store.load_latest_snapshot(engine, run.id)
    return kept is not None and again(engine, run).update > kept[0]


def eventually(what: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "this takes too long"
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    return [child for child in processes() if parent(child) == pid]


def processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def parent(pid: int) -> int | None:
    """None for a process that has ended, reaped or not."""
    try:
        state, above = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return None
    return None if state in "ZX" else int(above)


def alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if parent(pid) is not None]


def opened(pid: int) -> list[Path]:
    return [path.resolve() for path in Path(f"/proc/{pid}/fd").iterdir()]


@contextmanager
def running(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(15)  # it may still be on its way in
        finally:
            process.kill()


def patched(engine: Engine, count: int, patch: str) -> subprocess.Popen[bytes]:
    """A pool in which something is broken."""
    start = f"pool.main({count}, {url(engine)!r}, follow_stdin=True)"
    imports = "from seq2seq_core.training import learn, loop\nfrom seq2seq_core.workers import pool"
    code = f"{imports}\n{patch}\n{start}"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", code], **pipes, cwd=ROOT)


# training breaks at update 20 for seed 13, in a way that no except can catch; also where it goes
# on from a snapshot of this very update
POISON = """
import os, signal, time
def train(model, state, data, config):
    for event in loop.train(model, state, data, config):
        yield event
        if config.seed == 13 and event.update >= 20:
            {how}
learn.train = train
"""


def failures(engine: Engine) -> dict[int, int]:
    columns = schema.runs.c.id, schema.runs.c.failures
    with engine.connect() as connection:
        return dict(connection.execute(select(*columns)).tuples().all())


def test_a_killed_worker_is_replaced_and_its_runs_go_on(engine: Engine) -> None:
    runs = [begin_slowly(engine) for _ in range(2)]
    with running(pool.launch_pool(url(engine), 1)) as process:
        eventually(lambda: all(beyond_its_snapshot(engine, run) for run in runs))
        (worker,) = children(process.pid)
        os.kill(worker, signal.SIGKILL)
        assert all(again(engine, run).update < PACED.updates for run in runs)
        eventually(lambda: children(process.pid) not in ([], [worker]), SOON)
        hurry(engine, *runs)
        eventually(lambda: all(again(engine, run).status == "done" for run in runs))
        assert sum(failures(engine).values()) <= 1  # the one in its turn, if there was one
    expected = direct(PACED)
    for run in runs:
        assert same(state(engine, run), expected)
        learnt = store.load_history(engine, run.id, "update")["update"]
        assert learnt == list(range(1, PACED.updates + 1))


def test_a_run_that_kills_its_worker_twice_fails_alone(engine: Engine) -> None:
    good = begin(engine, SHORT)
    bad = begin(engine, replace(SHORT, seed=13))
    with running(patched(engine, 1, POISON.format(how="os.kill(os.getpid(), signal.SIGKILL)"))):
        eventually(lambda: again(engine, bad).status == "failed")
        eventually(lambda: again(engine, good).status == "done")
    reason = again(engine, bad).reason
    assert reason is not None and reason["code"] == "worker_died"
    assert failures(engine) == {good.id: 0, bad.id: 2}


def test_a_run_that_hangs_is_ended(engine: Engine) -> None:
    good = begin(engine, SHORT)
    bad = begin(engine, replace(SHORT, seed=13))
    patch = POISON.format(how="time.sleep(100)") + "pool.HANG_TIMEOUT = 3.0"
    with running(patched(engine, 1, patch)):
        eventually(lambda: again(engine, bad).status == "failed")
        eventually(lambda: again(engine, good).status == "done")
    assert failures(engine) == {good.id: 0, bad.id: 2}


def test_workers_leave_when_the_app_is_killed_and_the_next_app_goes_on(engine: Engine) -> None:
    run = begin_slowly(engine)
    app = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time\n"
            "from seq2seq_core.workers import pool\n"
            "print(pool.launch_pool(sys.argv[1], 2).pid, flush=True)\n"
            "time.sleep(100)",
            url(engine),
        ],
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert app.stdout is not None
    supervisor = int(app.stdout.readline())
    eventually(lambda: again(engine, run).update > 10)
    left = [supervisor, *children(supervisor)]
    assert len(alive(left)) == 3
    app.kill()
    app.wait()
    eventually(lambda: not alive(left), SOON)
    reached = again(engine, run)
    assert reached.status == "queued"
    assert 10 < reached.update < PACED.updates
    hurry(engine, run)
    with running(pool.launch_pool(url(engine), 2)):
        eventually(lambda: again(engine, run).status == "done")
    assert same(state(engine, run), direct(PACED))


def test_workers_leave_when_the_supervisor_is_killed(engine: Engine) -> None:
    run = begin_slowly(engine)
    process = pool.launch_pool(url(engine), 2)
    eventually(lambda: again(engine, run).update > 10)
    workers = children(process.pid)
    process.kill()
    process.wait()
    eventually(lambda: not alive(workers), SOON)


def test_sigterm_ends_supervisor_and_workers_cleanly(engine: Engine) -> None:
    run = begin_slowly(engine)
    process = pool.launch_pool(url(engine), 2)
    eventually(lambda: again(engine, run).update > 10)
    workers = children(process.pid)
    process.send_signal(signal.SIGINT)  # Ctrl-C is for the app
    time.sleep(0.2)
    assert len(alive(workers)) == 2
    process.terminate()
    assert process.wait(SOON) == 0
    assert not alive(workers)
    assert again(engine, run).status == "queued"


def test_there_is_one_pool_for_a_store(engine: Engine) -> None:
    with running(pool.launch_pool(url(engine), 1)) as first:
        eventually(lambda: children(first.pid))
        second = pool.launch_pool(url(engine), 1)
        lock = Path(str(engine.url.database) + ".workers")
        eventually(lambda: lock in opened(second.pid))
        time.sleep(0.3)
        assert not children(second.pid)
        first.terminate()
        with running(second):
            eventually(lambda: children(second.pid), SOON)
            assert not children(first.pid)


def test_a_worker_that_dies_at_once_is_replaced_slowly(engine: Engine) -> None:
    patch = """
def run_worker(*_):
    print("born", flush=True)
    raise SystemExit
pool.run_worker = run_worker
"""
    with running(patched(engine, 1, patch)) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(1.5)
    assert len(process.stdout.read().split()) <= 3  # after .25 and .75 seconds, not yet 1.75
