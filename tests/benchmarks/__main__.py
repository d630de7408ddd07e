"""All benchmarks in one run, in about five minutes. Nothing fails on time: a slow machine is
slow in both columns. With BESIDE=folder only page actions, beside those of another checkout."""

from __future__ import annotations

import os
import shutil
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlparse

from playwright.sync_api import Browser, Page, sync_playwright

from tests.benchmarks import actions, changes, clicks, commits, compute, floor, redraws, speed, wire
from tests.benchmarks.table import Row, table
from tests.benchmarks.wire import Place
from tests.browser.conftest import QUIET
from tests.browser.server import Server

LONG = "/train?updates=5000&learning_rate=0.0003"  # slow: no run ends, no picture stands still
SHORT = "/train?updates=200"


def open_page(browser: Browser, url: str, ready: str) -> Page:
    context = browser.new_context(locale="en-US", viewport={"width": 1440, "height": 900})
    context.add_init_script(path=Path(__file__).with_name("watch.js"))
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector(ready)
    return page


def measure_in_browser(chromium: str) -> list[Row]:
    """The app and an empty page, each on a server of its own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)))
        app, plain = Server(folder), floor.server(folder / "floor")
        for server in (app, plain):
            stack.callback(server.stop)
            server.start()
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        stack.callback(browser.close)

        page = open_page(browser, app.url + SHORT, "[data-testid=live-cell]")  # torch is loaded
        empty = open_page(browser, plain.url, ".st-key-count")
        rows = clicks.at_rest(page, empty)
        page.wait_for_selector(".st-key-train_more")  # its last run is finished
        two = open_page(browser, f"{plain.url}?pages", ".st-key-count")
        table = open_page(browser, f"{plain.url}?table", "[data-testid=stDataFrame] canvas")
        rows += actions.actions(page, two, table, empty)
        actions.go(page, "Decode", actions.PAGES["Decode"])
        rows.append(clicks.step(page, empty))
        rows += changes.what_if(page, empty)
        actions.go(page, "Search", actions.PAGES["Search"])
        rows.append(changes.growing(page, empty))
        key = parse_qs(urlparse(page.url).query)["w"][0]
        for each in (page, two, table):
            each.context.close()

        page = open_page(browser, app.url + LONG, "[data-testid=live-cell]")
        ticking = open_page(browser, f"{plain.url}?tick=1", ".st-key-count")
        rows += clicks.in_the_middle(page, empty)
        clicks.pause(page)
        rows += redraws.redraws(page, ticking)
        rows += wire.watched(page, ticking)
        clicks.pause(page)
        rows.append(actions.one_update(page, empty))
        for each in (page, ticking):
            each.context.close()

        start = Place("Start", app.url, actions.PAGES["Start"])
        attention = Place("Attention", f"{app.url}/attention?w={key}", actions.PAGES["Attention"])
        nothing = Place("an empty page", plain.url, ".st-key-count")
        return [*rows, *wire.visits(browser, start, attention, nothing)]


def beside_another_commit(chromium: str, folder: Path) -> list[Row]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)

        def start_training(url: str) -> Page:
            page = open_page(browser, url + SHORT, "[data-testid=live-cell]")
            page.locator(clicks.START).click()
            return page

        return commits.compare_checkouts(folder, start_training)


def load_average() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("the benchmarks need Chromium: make browser")
    start_time, before = time.monotonic(), load_average()
    if other := os.environ.get("BESIDE"):
        rows = beside_another_commit(chromium, Path(other))
    else:
        rows = [*measure_in_browser(chromium), speed.speed(), *compute.compute()]
    print(table(rows))
    print(
        f"\n{os.cpu_count()} cores, load {before} before and {load_average()} after, "
        f"{time.monotonic() - start_time:.0f} s in all. p95: 95 in 100 were as good or better."
    )


if __name__ == "__main__":
    main()
