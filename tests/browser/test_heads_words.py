"""One tiny Transformer: all its layers and heads on Attention, its words and states as points."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from seq2seq_core import store
from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data.corpus import Row
from seq2seq_core.training import dataset
from tests.browser.conftest import Open
from tests.browser.server import Server
from tests.browser.test_journey import wait_until

PAYLOAD = "$x$ <b>"
ROWS = [
    Row(f"我 爱 {PAYLOAD}", f"I love {PAYLOAD}", "0-0 1-1"),
    Row("他 爱 <b>", "he loves <b>", "0-0 1-1"),
    Row("她 爱 $x$", "she loves $x$", "0-0 1-1"),
]
MODEL = ModelConfig(
    "transformer", layers=2, heads=2, model_size=16, feed_forward_size=16, dropout=0.0
)
LANGUAGES = ["en", "zh"]


@pytest.fixture(scope="module")
def workspace(shared_server: Server, browser: Browser) -> str:
    """The address of a workspace with one Transformer that has learnt three sentences."""
    engine = store.open_store(f"sqlite:///{shared_server.folder / 'store.db'}")
    key = store.create_workspace(engine)
    mine = store.find_workspace(engine, key)
    assert mine is not None
    revision = store.save_revision(engine, mine.id, None, "<b>$x$", "space", ROWS, [])
    training = TrainingConfig(updates=60, batch_size="full", learning_rate=0.01)
    corpus = dataset.freeze_dataset(ROWS, [], "space", MODEL, training)
    run, _ = store.start_run(
        engine, mine.id, revision.id, MODEL, training, corpus, "<b>$x$", goal=None
    )
    store.command_run(engine, run.id, "run")
    first = browser.new_page()  # a server starts its workers for its first visitor
    first.goto(shared_server.url)

    def finished() -> bool:
        current_run = store.find_run(engine, mine.id, run.id)
        return current_run is not None and current_run.status == "done"

    wait_until(first, finished)
    first.close()
    engine.dispose()
    return f"w={key}"


def rows_and_cells(page: Page) -> tuple[int, int]:
    big = page.get_by_test_id("map")
    return big.locator(".row").count(), big.locator(".cell:not(.absent)").count()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_head_opens_large_and_the_decoder_sees_nothing_to_come(
    shared_server: Server, open_page: Open, workspace: str, language: str
) -> None:
    page = open_page(f"{shared_server.url}/attention?{workspace}&part=encoder", language)
    tiles = page.locator(".st-key-attention_heads").get_by_test_id("attention-tile")
    expect(tiles).to_have_count(2 * 3)  # of each layer two heads and their mean
    expect(tiles.nth(3)).to_have_attribute("aria-selected", "true")  # the last layer's mean
    wait_until(page, lambda: rows_and_cells(page) == (4, 16))  # it comes with its own styles
    expect(page.get_by_test_id("map").locator(".column").nth(2)).to_have_text("$x$")

    tiles.nth(1).click()
    title = {"en": "Layer 1, head 1", "zh": "第 1 层第 1 头"}[language]
    expect(page.locator(".st-key-attention_picture").get_by_text(title)).to_be_visible()
    expect(tiles.nth(1)).to_have_attribute("aria-selected", "true")
    wait_until(page, lambda: "layer=1" in page.url and "head=1" in page.url, 20)

    name = {"en": "decoder self-attention", "zh": "解码器自注意力"}[language]
    page.get_by_role("radio", name=name).click()
    expect(page.get_by_test_id("map").locator(".row").first).to_have_text("<sos>")
    count, cell_count = rows_and_cells(page)
    assert cell_count == count * (count + 1) // 2
    numbers = page.get_by_test_id("map").locator(".cell:not(.absent)").all_inner_texts()
    assert numbers[0] == "1.00"  # the first row has nowhere else to look

    contrast = {"en": "Train a GRU without attention", "zh": "训练一个没有注意力的 GRU"}[language]
    expect(page.get_by_role("button", name=contrast)).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_points_and_learner_text_stays_text(
    shared_server: Server, open_page: Open, workspace: str, language: str
) -> None:
    page = open_page(f"{shared_server.url}/words?{workspace}&near=$x$", language)
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    chart = page.get_by_test_id("stPlotlyChart")
    words = chart.locator(".textpoint")
    expect(words).to_have_count(6)  # 我 他 她 爱 $x$ <b>: they lie apart
    assert {"$x$", "<b>"} <= {text.replace("\u200b", "") for text in words.all_text_contents()}
    expect(page.get_by_role("combobox").nth(1)).to_have_value("$x$")

    after = chart.locator(".xtitle").text_content()
    assert after is not None and re.search(r"\d+%", after)
    page.get_by_text({"en": "before training", "zh": "训练之前"}[language]).click()

    def has_changed() -> bool:  # for a moment the old picture and the new one are both there
        titles = chart.locator(".xtitle").all_text_contents()
        return len(titles) == 1 and titles != [after]

    wait_until(page, has_changed)
    wait_until(page, lambda: "untrained=true" in page.url, 20)

    name = {"en": "decoder states", "zh": "解码器状态"}[language]
    page.get_by_role("radio", name=name).click()
    note = {"en": "10 states out of 3 of 3 sentences", "zh": "3 句中 3 句的 10 个状态"}[language]
    expect(page.get_by_text(note)).to_be_visible()
    points = chart.locator(".scatterlayer .trace .points path.point")
    expect(points.first).to_be_visible()
    assert points.count() >= 10
    points.first.hover(force=True)
    expect(chart.locator(".hovertext").first).to_contain_text("[")
    assert not failed
