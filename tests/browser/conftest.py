"""A real Chromium on a real server. Missing on a reader's computer: skipped; in CI: an error."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.server import Server

QUIET = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
]
Open = Callable[..., Page]
PATIENCE = 45_000  # ms, for a machine that does other things too; nobody waits so long for nothing
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: what is wrong in the core is seen first."""
    items.sort(key=lambda item: "browser" in item.path.parts)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        missing = "the browser tests need Chromium: apt-get install chromium fonts-noto-cjk"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield chromium
        chromium.close()


def run_server(server: Server) -> Iterator[Server]:
    """Started for a test, stopped after it; no page may have failed in between."""
    server.start()
    yield server
    server.stop()
    assert "Traceback" not in server.log(), server.log()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own, with an empty store."""
    yield from run_server(Server(tmp_path))


@pytest.fixture(scope="session")
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from run_server(Server(tmp_path_factory.mktemp("server")))


@pytest.fixture(scope="module")
def shared_server(one_server: Server) -> Iterator[Server]:
    """One server for all tests that leave it alive, each in a workspace of its own."""
    before = len(one_server.log())
    yield one_server
    new_lines = one_server.log()[before:]
    assert "Traceback" not in new_lines, new_lines


@pytest.fixture(scope="session")
def trained(one_server: Server, browser: Browser) -> str:
    """The address of a workspace with one trained run, for tests that only look at it."""
    page = browser.new_page(locale="en-US")
    page.goto(f"{one_server.url}/train?updates=200")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("Finished after 200 updates.")).to_be_visible()
    (key,) = parse_qs(urlparse(page.url).query)["w"]
    page.close()
    return f"w={key}"


Visitors = Callable[[str, bool], BrowserContext]


@pytest.fixture(scope="session")
def visitors(browser: Browser) -> Iterator[Visitors]:
    """A browser for each language and theme: what one test has loaded, the next need not load."""
    contexts: dict[tuple[str, bool], BrowserContext] = {}

    def visitor(language: str, dark: bool) -> BrowserContext:
        if (language, dark) not in contexts:
            contexts[language, dark] = browser.new_context(
                locale={"en": "en-US", "zh": "zh-CN"}[language],
                color_scheme="dark" if dark else "light",
            )
        return contexts[language, dark]

    yield visitor
    for context in contexts.values():
        context.close()


@pytest.fixture
def open_page(visitors: Visitors) -> Iterator[Open]:
    """Opens a page as a reader would: language, theme and width are the browser's."""
    used: list[BrowserContext] = []

    def open_url(
        url: str, language: str = "en", dark: bool = False, width: int = 1440, height: int = 900
    ) -> Page:
        used.append(visitors(language, dark))
        page = used[-1].new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.set_default_timeout(PATIENCE)
        page.goto(url)
        page.wait_for_selector("h1")
        return page

    yield open_url
    for page in [page for context in used for page in context.pages]:
        page.close()
