"""Every page in both languages, both themes and both widths: nothing overflows, nothing fails."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.server import Server
from tests.browser.test_journey import wait_until

SENTENCE = "小冰 昨天 买 了 两 件 红色 的 毛衣"

DOMINANT = {
    "": "live-hero",
    "corpus": "composer",
    "train": "live-cell",
    "decode": "stepper",
    "search": "tree",
    "guess": "guess",
    "attention": "map",
    "inside": "strips",
    "words": "stPlotlyChart",
    "metrics": "stMetricValue",
}


OVERFLOW = """() => Math.max(
    ...[document.documentElement, document.querySelector("[data-testid=stMain]")]
        .map(node => node.scrollWidth - node.clientWidth))"""

DARK = """() => getComputedStyle(document.querySelector(".stApp")).backgroundColor
    .match(/\\d+/g).slice(0, 3).every(part => part < 60)"""


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", list(DOMINANT))
def test_nothing_overflows_and_nothing_stays_untranslated(
    shared_server: Server, open_page: Open, trained: str, path: str, language: str
) -> None:
    page = open_page(f"{shared_server.url}/{path}?{trained}&sentence={SENTENCE}&step=3", language)
    for theme, width in (("light", 1440), ("light", 390), ("dark", 390), ("dark", 1440)):
        page.emulate_media(color_scheme=theme)  # as when evening comes: an open page follows
        page.set_viewport_size({"width": width, "height": 900})
        expect(page.get_by_test_id(DOMINANT[path]).first).to_be_visible()
        wait_until(page, lambda: page.evaluate(OVERFLOW) <= 0, 20)  # once it has settled
        wait_until(page, lambda dark=theme == "dark": page.evaluate(DARK) == dark, 20)
    body = page.locator("[data-testid=stMain]").inner_text()
    assert "could not be drawn" not in body and "没能显示" not in body
    if language == "zh":  # English words are there, as targets: but no English sentence of ours
        assert not re.search(r"\b(the model|a run|press|settings|looked)\b", body, re.IGNORECASE)
