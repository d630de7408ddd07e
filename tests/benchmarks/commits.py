"""What pages do, beside the same in another checkout of the app: `make bench BESIDE=folder`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page

from tests.benchmarks.actions import ACTIONS, PAGES, TIMES, TimedAction, beside, go
from tests.benchmarks.table import Row
from tests.browser.server import ROOT, Server

SLOWER = 1.1  # times as long as the other, at most
FINISHED = ".st-key-train_more"
IS_OPEN = "(path) => Boolean(bench.find(path))"


def compare(name: str, this: TimedAction, other: TimedAction) -> Row:
    """In turns, and each of the two first every other time: the machine is the same for both."""
    times: tuple[list[float], list[float]] = ([], [])
    for i in range(TIMES):
        for side in (0, 1) if i % 2 else (1, 0):
            times[side].append((this, other)[side](i))
    row = beside(name, times[0], "the other", times[1])
    return Row(row.measured, row.beside, SLOWER, "times it", of_ratio=True)


def open_from_elsewhere(page: Page, name: str) -> TimedAction:
    elsewhere = "Metrics" if name != "Metrics" else "Guess your model"

    def leave_and_open(_i: int) -> float:
        if not page.evaluate(IS_OPEN, PAGES[elsewhere]):
            go(page, elsewhere, PAGES[elsewhere])
        return go(page, name, PAGES[name])

    return leave_and_open


def compare_pages(this: Page, other: Page) -> list[Row]:
    """Both have a run that is finished."""
    rows = [
        compare(f"open {name}", *(open_from_elsewhere(page, name) for page in (this, other)))
        for name in PAGES
    ]
    for page_name, name, prepare in ACTIONS:
        for page in (this, other):
            open_from_elsewhere(page, page_name)(0)
        rows.append(compare(name, prepare(this), prepare(other)))
    return rows


def compare_checkouts(folder: Path, start_training: Callable[[str], Page]) -> list[Row]:
    """start_training: opens the Train page of a server and starts a short run."""
    with ExitStack() as stack:
        store = Path(stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)))
        pages = []
        for name, root in (("this", ROOT), ("other", folder.resolve())):
            (store / name).mkdir()
            server = Server(store / name, root=root)
            stack.callback(server.stop)
            server.start()
            pages.append(start_training(server.url))
            pages[-1].wait_for_selector(FINISHED)
        return compare_pages(*pages)
