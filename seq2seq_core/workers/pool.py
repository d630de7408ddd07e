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
from seq2seq_core.store.engine import default_url, open_store, sqlite_path

if TYPE_CHECKING:
    from seq2seq_core.workers.worker import Heartbeat

LOG = logging.getLogger(__name__)

IDLE_WAIT = 0.02  # seconds between two polls of an empty queue
STORE_RETRY_DELAY = 0.5  # seconds until a store that did not answer is asked again
HANG_TIMEOUT = 10.0  # seconds without a sign of life during a turn
SHUTDOWN_TIMEOUT = 1.5  # seconds for a worker to leave by itself
# A worker that dies sooner after its start is restarted with a delay: it doubles with each such
# death, between the two bounds below (exponential backoff). All in seconds.
MIN_UPTIME = 2.0
MIN_RESTART_DELAY, MAX_RESTART_DELAY = 0.25, 10.0


def launch_pool(url: str, count: int | None = None) -> subprocess.Popen[bytes]:
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

    from seq2seq_core.workers.worker import Heartbeat

    torch.set_num_threads(1)
    store_url = url or default_url()
    if not hasattr(os, "fork"):
        run_single_worker(store_url, follow_stdin)
        return
    supervisor = Supervisor(
        store_url, count or count_cores(), follow_stdin, lambda: Heartbeat(mmap(-1, 16))
    )
    if supervisor.acquire_lock():
        supervisor.supervise()


def count_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_worker(
    url: str,
    pool_id: str,
    worker_number: int,
    peers: int,
    heartbeat: Heartbeat,
    stop_event: threading.Event,
) -> None:
    """Be worker `worker_number` of a pool until stop_event is set.

    The runs of a dead worker of this name are released first; the heartbeat's memory still names
    the run that it was busy with.
    """
    from seq2seq_core.workers.worker import Worker

    name, engine = f"{pool_id}-{worker_number}", open_store(url)
    blamed_run_id, _ = heartbeat.read()
    queue.release_runs(engine, queue.owned_by_worker(name), blamed_run_id)
    if worker_number == 0 and sqlite_path(url):  # there is one pool per file: the others are dead
        queue.release_runs(engine, ~queue.owned_by_pool(pool_id))
    heartbeat.write(0)
    worker = Worker(engine, name, heartbeat, peers, owns_store_file=worker_number == 0)
    while not stop_event.is_set():
        try:
            was_busy = worker.advance()
        except StoreError as error:
            LOG.warning("%s: %s", name, error)
            stop_event.wait(STORE_RETRY_DELAY)
        else:
            if not was_busy:
                stop_event.wait(IDLE_WAIT)
    worker.close()
    engine.dispose()


def exit_when_closed(pipe: int, stop_event: threading.Event) -> None:
    """Leave when a pipe ends: orderly, or by os._exit after SHUTDOWN_TIMEOUT."""

    def wait_for_close() -> None:
        while os.read(pipe, 4096):
            pass
        stop_event.set()
        time.sleep(SHUTDOWN_TIMEOUT)
        os._exit(1)

    threading.Thread(target=wait_for_close, daemon=True).start()


def run_single_worker(url: str, follow_stdin: bool) -> None:
    """Without fork there is one worker, in this process."""
    from seq2seq_core.workers.worker import Heartbeat

    stop_event = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN if follow_stdin else signal.SIG_DFL)
    if follow_stdin:
        exit_when_closed(sys.stdin.fileno(), stop_event)
    run_worker(url, uuid.uuid4().hex[:8], 0, 1, Heartbeat(), stop_event)


@dataclass
class WorkerSlot:
    """One of the pool's workers, and after its death the next one in its place."""

    worker_number: int
    heartbeat: Heartbeat
    pid: int = 0  # 0: no process
    started_at: float = 0.0
    restart_delay: float = 0.0  # seconds until the next one starts
    restart_at: float = 0.0


class Supervisor:
    def __init__(
        self, url: str, count: int, follow_stdin: bool, new_heartbeat: Callable[[], Heartbeat]
    ) -> None:
        self.url, self.follow_stdin = url, follow_stdin
        self.pool_id = uuid.uuid4().hex[:8]
        self.slots = [WorkerSlot(number, new_heartbeat()) for number in range(max(count, 1))]
        # its other end stays here: when this process dies, however it does, the pipe ends
        self.pipe_read_end, self.pipe_write_end = os.pipe()
        self.lock_file: int | None = None
        self.shutting_down = False
        signal.signal(signal.SIGTERM, self.request_shutdown)
        # Ctrl-C is for the app, where there is one
        signal.signal(signal.SIGINT, signal.SIG_IGN if follow_stdin else self.request_shutdown)

    def request_shutdown(self, *_: object) -> None:
        self.shutting_down = True

    def wait(self, seconds: float) -> None:
        """Sleep, but notice the end of standard input."""
        if not self.follow_stdin:
            time.sleep(seconds)
        elif select.select([0], [], [], seconds)[0] and not os.read(0, 4096):
            self.shutting_down = True

    def acquire_lock(self) -> bool:
        """Wait until this is the only pool of its file; False: asked to leave before."""
        import fcntl

        path = sqlite_path(self.url)
        if path is None:
            return True
        path.parent.mkdir(parents=True, exist_ok=True)
        lock_path = path.with_name(path.name + ".workers")
        self.lock_file = os.open(lock_path, os.O_RDWR | os.O_CREAT, 0o600)
        while not self.shutting_down:
            try:
                fcntl.flock(self.lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                self.wait(0.2)
        return False

    def supervise(self) -> None:
        """Keep a worker in every slot until it is time to leave."""
        gc.collect()
        gc.freeze()  # so that the collector of a worker leaves the shared pages alone
        while not self.shutting_down:
            for slot in self.slots:
                if slot.pid:
                    self.reap(slot)
                if not slot.pid and time.monotonic() >= slot.restart_at:
                    self.spawn(slot)
            self.wait(0.05)
        self.shut_down()

    def spawn(self, slot: WorkerSlot) -> None:
        """Fork a worker into a free slot."""
        run_id, _ = slot.heartbeat.read()
        # the run stays, to be blamed by the new worker; the time is new, to notice one that hangs
        slot.heartbeat.write(run_id)
        slot.started_at = time.monotonic()
        slot.pid = os.fork()
        if slot.pid == 0:
            exit_code = 1
            try:
                self.run_child(slot)
                exit_code = 0
            except BaseException:
                LOG.exception("worker %d", slot.worker_number)
            finally:
                os._exit(exit_code)  # nothing of the supervisor's is to be cleaned up here

    def run_child(self, slot: WorkerSlot) -> None:
        os.close(self.pipe_write_end)
        if self.lock_file is not None:
            os.close(self.lock_file)
        stop_event = threading.Event()
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signal_number, signal.SIG_IGN)  # the supervisor says when to leave
        os.nice(5)  # pages come first
        exit_when_closed(self.pipe_read_end, stop_event)
        run_worker(
            self.url, self.pool_id, slot.worker_number, len(self.slots), slot.heartbeat, stop_event
        )

    def reap(self, slot: WorkerSlot) -> None:
        """Notice a worker that is dead, and end one that hangs."""
        pid, wait_status = os.waitpid(slot.pid, os.WNOHANG)
        run_id, heartbeat_at = slot.heartbeat.read()
        clock = time.monotonic()
        if pid == 0:
            if run_id and clock - heartbeat_at > HANG_TIMEOUT:
                os.kill(slot.pid, signal.SIGKILL)
            return
        LOG.warning(
            "worker %d ended with %d, busy with run %d",
            slot.worker_number,
            os.waitstatus_to_exitcode(wait_status),
            run_id,
        )
        is_short_lived = clock - slot.started_at < MIN_UPTIME
        slot.restart_delay = (
            min(max(2 * slot.restart_delay, MIN_RESTART_DELAY), MAX_RESTART_DELAY)
            if is_short_lived
            else 0.0
        )
        slot.pid, slot.restart_at = 0, clock + slot.restart_delay

    def shut_down(self) -> None:
        """Let all workers leave; end those that do not."""
        os.close(self.pipe_write_end)
        deadline = time.monotonic() + SHUTDOWN_TIMEOUT + 0.2
        remaining_pids = [slot.pid for slot in self.slots if slot.pid]
        while remaining_pids:
            remaining_pids = [pid for pid in remaining_pids if os.waitpid(pid, os.WNOHANG)[0] == 0]
            if time.monotonic() > deadline:
                for pid in remaining_pids:
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.01)
