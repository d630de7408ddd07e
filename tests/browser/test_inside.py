"""Inside one step: a click chooses the step and the word, and the numbers are the model's own."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from seq2seq_core import store
from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data import bundled
from seq2seq_core.training import dataset
from tests.browser.conftest import Open
from tests.browser.server import Server
from tests.browser.test_journey import wait_until

SENTENCE = "小冰 昨天 买 了 两 件 红色 的 毛衣"
GRU = "r = σ(Wr x + Ur h + br)"
GATES = {"i": "i = σ", "f": "f = σ", "g": "g = tanh", "o": "o = σ", "c": "c' = f ⊙ c + i ⊙ g"}
OTHER_MODELS = [
    ModelConfig("lstm", True, "additive", 8, 8, layers=2, timing="before"),
    ModelConfig("transformer", layers=2, heads=2, model_size=16, feed_forward_size=16),
]


@pytest.fixture(scope="module")
def other_models(shared_server: Server, trained: str, browser: Browser) -> str:
    """The address of a workspace with a small LSTM, run 1, and a small Transformer, run 2."""
    engine = store.open_store(f"sqlite:///{shared_server.folder / 'store.db'}")
    key = store.create_workspace(engine)
    workspace = store.find_workspace(engine, key)
    assert workspace is not None
    first, training = bundled.load_bundled("first"), TrainingConfig(updates=40)
    rows, held_out = first.rows, first.held_out
    revision = store.save_revision(engine, workspace.id, None, "first", "space", rows, held_out)
    page = browser.new_page()
    for kind in OTHER_MODELS:  # one learns at a time
        corpus = dataset.freeze_dataset(rows, held_out, "space", kind, training)
        run, _ = store.start_run(engine, workspace.id, revision.id, kind, training, corpus, "first")
        number = run.id

        def done(number: int = number) -> bool:
            current_run = store.find_run(engine, workspace.id, number)
            return current_run is not None and current_run.status == "done"

        wait_until(page, done)
    page.close()
    engine.dispose()
    return f"w={key}"


def line(page: Page, code: str) -> Locator:
    return page.locator(f"[data-testid=numbers-line][data-code={code}]")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_click_chooses_and_the_numbers_end_where_decode_ends(
    shared_server: Server, open_page: Open, trained: str, language: str
) -> None:
    page = open_page(f"{shared_server.url}/inside?{trained}&sentence={SENTENCE}", language)
    page.get_by_test_id("strips-target").nth(2).click()
    wait_until(page, lambda: "target=3" in page.url, 15)
    word = page.get_by_test_id("strips-target").nth(2)
    expect(word).to_have_attribute("aria-pressed", "true")
    page.get_by_test_id("strips-source").nth(5).click()
    wait_until(page, lambda: "source=6" in page.url, 15)
    expect(line(page, "score").locator(".name")).to_contain_text("件")
    expect(line(page, "weights").locator(".word[data-chosen=true]")).to_have_text("件")
    line(page, "weights").get_by_role("button", name="两", exact=True).click()  # and by its word
    expect(page.get_by_test_id("strips-source").nth(4)).to_have_attribute("aria-pressed", "true")
    expect(line(page, "r").locator(".formula")).to_have_text(GRU)
    for gate in "zn":
        expect(line(page, gate).locator("[data-role=result] .cell")).to_have_count(8)
    target = word.locator(".word").inner_text()
    end = page.get_by_test_id("numbers-end").last
    expect(end).to_contain_text(target)
    share = re.search(r"[\d.]+%", end.inner_text())
    assert share is not None
    number_text = line(page, "probability").locator(".cell[data-chosen=true]").last.inner_text()
    assert float(number_text) == pytest.approx(float(share[0][:-1]) / 100, abs=0.001)
    page.goto(page.url.replace("/inside", "/decode") + "&step=3")
    explanation = page.get_by_test_id("stepper-said")
    expect(explanation).to_contain_text(target)
    expect(explanation).to_contain_text(share[0])


def test_a_number_of_a_matrix_opens_its_own_sum_and_long_vectors_turn(
    shared_server: Server, open_page: Open, trained: str
) -> None:
    page = open_page(f"{shared_server.url}/inside?{trained}&sentence={SENTENCE}", width=390)
    number = line(page, "combined").get_by_role("button").nth(1)
    result = number.inner_text()
    number.click()
    sum_lines = page.locator("[data-testid=numbers-sum][data-code=combined]")
    expect(sum_lines.locator(".row").last.locator(".cell")).to_have_text(result)
    page.get_by_test_id("numbers-next").last.click()
    expect(line(page, "state").locator(".more").first).to_contain_text("9–16 and 56 more")
    expect(line(page, "r").locator(".more").first).to_contain_text("1–8 and 56 more")  # its own


def test_an_lstm_names_its_gates_in_both_directions(
    shared_server: Server, open_page: Open, other_models: str
) -> None:
    page = open_page(f"{shared_server.url}/inside?{other_models}&run=1&layer=1")
    for gate, formula in GATES.items():
        expect(line(page, gate).locator(".formula")).to_contain_text(formula)
    order = page.locator("[data-testid=numbers-line]").evaluate_all(
        "lines => lines.map(line => line.dataset.code)"
    )
    assert order.index("asks") < order.index("context") < order.index("state")
    before = line(page, "i").locator(".cell").all_inner_texts()
    page.get_by_role("radio", name="encoder, backwards").or_(
        page.get_by_role("button", name="encoder, backwards")
    ).first.click()
    wait_until(page, lambda: line(page, "i").locator(".cell").all_inner_texts() != before, 15)
    expect(line(page, "i").locator(".cell")).to_have_count(4)  # half of 8


def test_a_transformer_shows_its_projections_and_what_it_may_not_see(
    shared_server: Server, open_page: Open, other_models: str
) -> None:
    url = f"{shared_server.url}/inside?{other_models}&run=2&target=1"
    page = open_page(url)
    for code in ("query", "key", "value", "mixed"):
        expect(line(page, code).locator("[data-role=result] .cell")).to_have_count(8)
    expect(line(page, "query").locator(".formula")).to_have_text("q = WQ x + bQ")
    expect(line(page, "projected").locator(".symbol").first).to_have_text("o1")
    page.goto(f"{url}&part=decoder")
    expect(line(page, "weights")).to_contain_text("−∞")
