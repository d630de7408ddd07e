"""Every page in both languages, both themes and both widths: nothing overflows, nothing fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Open
from tests.browser.server import Server
from tests.browser.test_journey import eventually

SENTENCE = "小冰 昨天 买 了 两 件 红色 的 毛衣"

DOMINANT = {
    "": "live-hero",
    "corpus": "composer",
    "train": "live-cell",
    "decode": "stepper",
    "attention": "map",
    "metrics": "stMetricValue",
}


OVERFLOW = """() => Math.max(
    ...[document.documentElement, document.querySelector("[data-testid=stMain]")]
        .map(node => node.scrollWidth - node.clientWidth))"""


@pytest.fixture(scope="module")
def address(shared_server: Server, browser: Browser) -> Iterator[str]:
    """The query of a workspace with one trained run."""
    page = browser.new_page(locale="en-US")
    page.goto(f"{shared_server.url}/train?updates=100")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("Finished after 100 updates.")).to_be_visible(timeout=60_000)
    (key,) = parse_qs(urlparse(page.url).query)["w"]
    yield f"w={key}&sentence={SENTENCE}&step=3"
    page.close()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", list(DOMINANT))
def test_nothing_overflows_and_nothing_stays_untranslated(
    shared_server: Server, open_page: Open, address: str, path: str, language: str, dark: bool
) -> None:
    page = open_page(f"{shared_server.url}/{path}?{address}", language, dark)
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_load_state("networkidle")
        expect(page.get_by_test_id(DOMINANT[path]).first).to_be_visible()
        eventually(page, lambda: page.evaluate(OVERFLOW) <= 0, 20)  # once it has settled
    body = page.locator("[data-testid=stMain]").inner_text()
    assert "could not be drawn" not in body and "没能显示" not in body
    if language == "zh":  # English words are there, as targets: but no English sentence of ours
        assert not re.search(r"\b(the model|a run|press|settings|looked)\b", body, re.IGNORECASE)
