"""Two thousand sentences without spaces go all the way: in, changed, learnt, walked through.

Real, untidy ones where they lie beside the project; else as many made up of as many words.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.server import Server
from tests.browser.test_journey import edit_first_sentence, go, saved_sentence, wait_until
from tests.browser.test_looks import OVERFLOW

REAL = Path(__file__).parents[3] / "shared/data/tatoeba/open.simp.tsv"
CHANGED = "这是很严重的问题。"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    if REAL.exists():
        return REAL
    generator = random.Random(1)
    characters = [chr(0x4E00 + i) for i in range(2000)]
    rows = []
    for number in range(2000):
        length = generator.randint(3, 9)
        source = "".join(generator.choices(characters, k=length)) + "。"
        words = [f"w{generator.randint(1, 2000)}" for _ in range(length)]
        rows.append(f"{source}\tIt's {' '.join(words)}, no. {number}.")
    path = tmp_path / "made.tsv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def expect_fit(page: Page) -> None:
    """Nothing is wider than the page, and everything could be drawn."""
    wait_until(page, lambda: page.evaluate(OVERFLOW) <= 0, 20)  # once it has settled
    expect(page.get_by_text("could not be drawn")).to_have_count(0)


def test_two_thousand_rows_are_changed_learnt_and_looked_at(
    server: Server, open_page: Open, file: Path
) -> None:
    page = open_page(f"{server.url}/corpus?view=table&updates=100")
    page.get_by_role("button", name="Load a corpus").click()
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text(f"2000 pairs from {file.name}")).to_be_visible()
    page.keyboard.press("Escape")
    page.wait_for_timeout(500)
    edit_first_sentence(page, CHANGED)
    wait_until(page, lambda: saved_sentence(server, page) == CHANGED)
    expect_fit(page)

    page.get_by_role("button", name="Train on it").click()
    expect(page.get_by_text("Finished after 100 updates.")).to_be_visible(timeout=120_000)
    expect(page.get_by_test_id("live-sentence").first).to_contain_text("问题")
    expect_fit(page)
    go(page, "Decode")
    expect(page.get_by_test_id("stepper")).to_contain_text("问题")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("stepper")).to_have_attribute("data-position", "1")
    expect_fit(page)
    go(page, "Attention")
    expect(page.get_by_test_id("map")).to_contain_text("问题")
    expect(page.get_by_test_id("attention-tile").nth(50)).to_be_visible()  # of those held out
    expect_fit(page)
    go(page, "Metrics")
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    expect_fit(page)
    page.set_viewport_size({"width": 390, "height": 844})
    for name in ("Attention", "Decode", "Train", "Corpus"):
        page.get_by_test_id("stExpandSidebarButton").click()
        go(page, name)
        expect_fit(page)
