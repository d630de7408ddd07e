"""A few worker processes and the supervisor that replaces them when they die.

The supervisor loads torch once and forks; it does no tensor work and opens no store, because
neither torch's threads nor SQLite's connections cross a fork.
"""

from __future__ import annotations

import gc
import logging
import os
import select
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from mmap import mmap
from pathlib import Path
from typing import TYPE_CHECKING

from seq2seq_core.errors import StoreError
from seq2seq_core.store import queue
from seq2seq_core.store.schema import default_url, open_store, sqlite_path

if TYPE_CHECKING:
    from seq2seq_core.workers.worker import Cell

LOG = logging.getLogger(__name__)

IDLE = 0.02  # seconds between two looks at an empty queue
STORE_AWAY = 0.5  # seconds until a store that did not answer is asked again
HANGING = 10.0  # seconds without a sign of life during a turn
LEAVING = 1.5  # seconds for a worker to leave by itself
NEWBORN = 2.0  # who dies younger than this is replaced more and more slowly,
FIRST_DELAY, LONGEST_DELAY = 0.25, 10.0  # with these seconds in between


def start(url: str, count: int | None = None) -> subprocess.Popen[bytes]:
    """Start the workers of an app. They leave when it dies, or closes their standard input."""
    command = [sys.executable, "-m", "seq2seq_core", "workers", "--store", url, "--follow-stdin"]
    if count is not None:
        command += ["--count", str(count)]
    paths = [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        close_fds=True,
        start_new_session=True,  # Ctrl-C in the terminal is for the app
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
    )


def main(count: int | None = None, url: str | None = None, follow_stdin: bool = False) -> None:
    """Supervise `count` workers (None: one per core) until SIGTERM.

    follow_stdin: also until standard input ends, as it does when the app dies.
    """
    import torch
    import torch._dynamo  # the first optimizer of each worker would import it, for a second

    from seq2seq_core.workers.worker import Cell

    torch.set_num_threads(1)
    store = url or default_url()
    if not hasattr(os, "fork"):
        work_alone(store, follow_stdin)
        return
    supervisor = Supervisor(store, count or cores(), follow_stdin, lambda: Cell(mmap(-1, 16)))
    if supervisor.lock():
        supervisor.watch()


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def work(
    url: str,
    pool: str,
    number: int,
    peers: int,
    cell: Cell,
    leaving: threading.Event,
) -> None:
    """Be worker `number` of a pool until `leaving` is set.

    What a dead worker of this name held is given back first; the cell still says which run it was
    busy with.
    """
    from seq2seq_core.workers.worker import Worker

    name, engine = f"{pool}-{number}", open_store(url)
    blamed, _ = cell.read()
    queue.release(engine, queue.of_worker(name), blamed)
    if number == 0 and sqlite_path(url):  # there is one pool per file: the others are dead
        queue.release(engine, ~queue.of_pool(pool))
    cell.write(0)
    worker = Worker(engine, name, cell, peers, keeps=number == 0)
    while not leaving.is_set():
        try:
            busy = worker.advance()
        except StoreError as error:
            LOG.warning("%s: %s", name, error)
            leaving.wait(STORE_AWAY)
        else:
            if not busy:
                leaving.wait(IDLE)
    worker.close()
    engine.dispose()


def leave_with(pipe: int, leaving: threading.Event) -> None:
    """Leave when a pipe ends; without further ado where that takes too long."""

    def wait() -> None:
        while os.read(pipe, 4096):
            pass
        leaving.set()
        time.sleep(LEAVING)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def work_alone(url: str, follow_stdin: bool) -> None:
    """Without fork there is one worker, in this process."""
    from seq2seq_core.workers.worker import Cell

    leaving = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN if follow_stdin else signal.SIG_DFL)
    if follow_stdin:
        leave_with(sys.stdin.fileno(), leaving)
    work(url, uuid.uuid4().hex[:8], 0, 1, Cell(), leaving)


@dataclass
class Place:
    """One worker, and whoever replaces it."""

    number: int
    cell: Cell
    pid: int = 0  # 0: nobody
    born: float = 0.0
    delay: float = 0.0  # until the next one is born
    free_at: float = 0.0


class Supervisor:
    def __init__(
        self, url: str, count: int, follow_stdin: bool, new_cell: Callable[[], Cell]
    ) -> None:
        self.url, self.follow_stdin = url, follow_stdin
        self.pool = uuid.uuid4().hex[:8]
        self.places = [Place(number, new_cell()) for number in range(max(count, 1))]
        # its other end stays here: when this process dies, however it does, the pipe ends
        self.pipe, self.held = os.pipe()
        self.lock_file: int | None = None
        self.leaving = False
        signal.signal(signal.SIGTERM, self.leave)
        # Ctrl-C is for the app, where there is one
        signal.signal(signal.SIGINT, signal.SIG_IGN if follow_stdin else self.leave)

    def leave(self, *_: object) -> None:
        self.leaving = True

    def wait(self, seconds: float) -> None:
        """Sleep, but notice the end of standard input."""
        if not self.follow_stdin:
            time.sleep(seconds)
        elif select.select([0], [], [], seconds)[0] and not os.read(0, 4096):
            self.leaving = True

    def lock(self) -> bool:
        """Wait until this is the only pool of its file; False: asked to leave before."""
        import fcntl

        path = sqlite_path(self.url)
        if path is None:
            return True
        path.parent.mkdir(parents=True, exist_ok=True)
        lock_path = path.with_name(path.name + ".workers")
        self.lock_file = os.open(lock_path, os.O_RDWR | os.O_CREAT, 0o600)
        while not self.leaving:
            try:
                fcntl.flock(self.lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                self.wait(0.2)
        return False

    def watch(self) -> None:
        """Keep every place filled until it is time to leave."""
        gc.collect()
        gc.freeze()  # so that the collector of a worker leaves the shared pages alone
        while not self.leaving:
            for place in self.places:
                if place.pid:
                    self.check(place)
                if not place.pid and time.monotonic() >= place.free_at:
                    self.fill(place)
            self.wait(0.05)
        self.dismiss()

    def fill(self, place: Place) -> None:
        """Fork a worker into a free place."""
        run_id, _ = place.cell.read()
        place.cell.write(run_id)  # still to be blamed; a worker that hangs before that is noticed
        place.born = time.monotonic()
        place.pid = os.fork()
        if place.pid == 0:
            code = 1
            try:
                self.child(place)
                code = 0
            except BaseException:
                LOG.exception("worker %d", place.number)
            finally:
                os._exit(code)  # nothing of the supervisor's is to be cleaned up here

    def child(self, place: Place) -> None:
        os.close(self.held)
        if self.lock_file is not None:
            os.close(self.lock_file)
        leaving = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, signal.SIG_IGN)  # the supervisor says when to leave
        os.nice(5)  # pages come first
        leave_with(self.pipe, leaving)
        work(self.url, self.pool, place.number, len(self.places), place.cell, leaving)

    def check(self, place: Place) -> None:
        """Notice a worker that is dead, and end one that hangs."""
        pid, how = os.waitpid(place.pid, os.WNOHANG)
        run_id, seen = place.cell.read()
        now = time.monotonic()
        if pid == 0:
            if run_id and now - seen > HANGING:
                os.kill(place.pid, signal.SIGKILL)
            return
        LOG.warning(
            "worker %d ended with %d, busy with run %d",
            place.number,
            os.waitstatus_to_exitcode(how),
            run_id,
        )
        young = now - place.born < NEWBORN
        place.delay = min(max(2 * place.delay, FIRST_DELAY), LONGEST_DELAY) if young else 0.0
        place.pid, place.free_at = 0, now + place.delay

    def dismiss(self) -> None:
        """Let all workers leave; end those that do not."""
        os.close(self.held)
        end = time.monotonic() + LEAVING + 0.2
        left = [place.pid for place in self.places if place.pid]
        while left:
            left = [pid for pid in left if os.waitpid(pid, os.WNOHANG)[0] == 0]
            if time.monotonic() > end:
                for pid in left:
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.01)
