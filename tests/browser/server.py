"""The app as its own process, as `make run` starts it, on a free port and a store of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def children(pid: int) -> list[int]:
    """The processes that a process has started, from /proc."""
    with suppress(FileNotFoundError):
        threads = Path(f"/proc/{pid}/task").iterdir()
        return [int(child) for t in threads for child in (t / "children").read_text().split()]
    return []


class Server:
    """Stopped and killed by the process id that started it, never by name."""

    def __init__(self, folder: Path, app: str = "app.py", root: Path = ROOT) -> None:
        self.folder, self.port, self.app, self.root = folder, free_port(), app, root
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        log = (self.folder / "server.log").open("ab")
        store = f"sqlite:///{self.folder / 'store.db'}"
        command = ["-m", "streamlit", "run", self.app, "--server.address", "127.0.0.1"]
        self.process = subprocess.Popen(
            [sys.executable, *command, "--server.port", str(self.port)],
            cwd=self.root,
            env={**os.environ, "SEQ2SEQ_LAB_STORE": store},
            stdout=log,
            stderr=log,
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with suppress(OSError):
                if urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2).status == 200:
                    return
            assert self.process.poll() is None, self.log()
            time.sleep(0.1)
        raise AssertionError(self.log())

    def log(self) -> str:
        return (self.folder / "server.log").read_text(errors="replace")

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def workers(self) -> list[int]:
        """Process ids of the training workers: children of the supervisor, our child."""
        return [worker for supervisor in children(self.pid) for worker in children(supervisor)]

    def kill(self) -> None:
        """As a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
