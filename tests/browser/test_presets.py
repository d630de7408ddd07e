"""Published models at one click: trained in the app, decoded, looked into, in both languages."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from seq2seq_core.store import Run
from tests.browser.conftest import Open
from tests.browser.server import Server
from tests.browser.test_journey import WORDS, go, wait_until
from tests.browser.test_play import press, stored_runs

FIVE = "咖哥 喜欢 小冰", "KaGe likes XiaoBing"
FIRST = "小冰 昨天 买 了 两 件 红色 的 毛衣", "XiaoBing bought two red sweaters yesterday"
NOWHERE = {"en": "there is nowhere it could have looked", "zh": "它没有地方可看"}
OTHER = {"en": ("zh", "中文"), "zh": ("en", "English")}


@pytest.fixture
def server(shared_server: Server) -> Server:
    """One for all of these tests: each is a visitor with a workspace of its own."""
    return shared_server


def choose(server: Server, page: Page, key: str) -> Run:
    """One click on a preset, and its run when it is done."""
    before = len(stored_runs(server, page)) if "w=" in page.url else 0
    press(page, "presets_")
    press(page, f"preset_{key}")

    def done() -> bool:
        runs = stored_runs(server, page) if "w=" in page.url else []
        return len(runs) > before and runs[-1].status == "done"

    wait_until(page, done, 120)
    return stored_runs(server, page)[-1]


def has_settings(run: Run, settings: dict[str, Any]) -> bool:
    actual = asdict(run.model) | asdict(run.training)
    return actual | settings == actual


def check_translation_and_map(
    page: Page, language: str, pair: tuple[str, str], attends: bool
) -> None:
    """Decode the first sentence, and see where it looked, or why that cannot be seen."""
    source, target = pair
    go(page, WORDS[language]["Decode"])
    words = page.locator("[data-testid=stepper-target] > span")
    expect(words).to_have_count(len(target.split()) + 1)
    page.keyboard.press("End")
    expect(words).to_have_text([*target.split(), "<eos>"])
    go(page, WORDS[language]["Attention"])
    heat_map = page.get_by_test_id("map")
    if not attends:
        expect(page.get_by_text(NOWHERE[language])).to_be_visible()
        expect(heat_map).to_have_count(0)
        return
    for word in (*source.split(), *target.split()):
        expect(heat_map).to_contain_text(word)


def check_in_both_languages(
    page: Page, language: str, pair: tuple[str, str], attends: bool
) -> None:
    check_translation_and_map(page, language, pair, attends)
    other, name = OTHER[language]
    page.get_by_text(name, exact=True).click()
    expect(page.get_by_test_id("stSidebarNav")).to_contain_text(WORDS[other]["Decode"])
    check_translation_and_map(page, other, pair, attends)


def test_five_sentences_one_by_one_and_all_at_once(server: Server, open_page: Open) -> None:
    page = open_page(f"{server.url}/train")
    page.get_by_test_id("live-cell").first.wait_for()
    plain = {"architecture": "rnn", "hidden_size": 128, "embedding_size": 128, "attention": "none",
             "bidirectional": False, "learning_rate": 0.001, "updates": 400}  # fmt: skip
    one = choose(server, page, "five_one")
    assert has_settings(one, plain | {"batch_size": "one"})
    full = choose(server, page, "five_full")
    assert has_settings(full, plain | {"batch_size": "full"})
    assert (one.name, one.update, full.update) == ("five_sentences", 400, 400)
    expect(page.get_by_test_id("live-sentence").first).to_contain_text(FIVE[1])
    # the first run is the pale line behind the second one
    expect(page.get_by_test_id("live-curve").locator("polyline.before")).to_have_count(1)
    check_in_both_languages(page, "en", FIVE, attends=False)


@pytest.mark.parametrize(
    ("key", "language", "attends", "settings"),
    [
        (
            "context", "zh", False,
            {"architecture": "lstm", "bidirectional": False, "attention": "none",
             "context": "every_step", "decoder_relu": True},
        ),
        (
            "additive", "en", True,
            {"architecture": "lstm", "bidirectional": False, "attention": "additive",
             "embedding_size": 15, "hidden_size": 20, "attention_size": 30},
        ),
        (
            "both_ways", "zh", True,
            {"architecture": "gru", "bidirectional": True, "attention": "additive",
             "sharpness": 1.0},
        ),
    ],
    ids=["context vector", "LSTM with additive attention", "bidirectional encoder"],
)  # fmt: skip
def test_a_recurrent_model_on_the_first_corpus(
    server: Server,
    open_page: Open,
    key: str,
    language: str,
    attends: bool,
    settings: dict[str, Any],
) -> None:
    page = open_page(f"{server.url}/train", language)
    page.get_by_test_id("live-cell").first.wait_for()
    run = choose(server, page, key)
    assert has_settings(run, settings) and run.name == "first"
    expect(page.get_by_test_id("live-sentence").first).to_contain_text(FIRST[1])
    if key == "additive":  # the settings say what was chosen, also after a refresh
        for name, value in (
            ("hidden_size", "20"),
            ("embedding_size", "15"),
            ("attention_size", "30"),
        ):
            expect(page).to_have_url(re.compile(f"{name}={value}"))
        page.reload()
        hidden = page.get_by_role("slider", name="Hidden size")
        expect(hidden).to_have_attribute("aria-valuetext", "20")
    check_in_both_languages(page, language, FIRST, attends)


def test_a_transformer_from_english_to_chinese(server: Server, open_page: Open) -> None:
    page = open_page(f"{server.url}/train")
    page.get_by_test_id("live-cell").first.wait_for()
    run = choose(server, page, "transformer")
    shape = {"architecture": "transformer", "layers": 2, "heads": 4, "model_size": 64}
    assert has_settings(run, shape) and run.name == "first_swapped"
    sentence = page.get_by_test_id("live-sentence").first
    expect(sentence).to_contain_text(FIRST[1] + FIRST[0])
    # the cells of the live map: words written, with <eos>, times words read
    cells = (len(FIRST[0].split()) + 1) * len(FIRST[1].split())
    expect(page.get_by_test_id("live-cell")).to_have_count(cells)
    expect(page.get_by_test_id("live")).to_contain_text("its last layer, the mean of all heads")
    expect(page.get_by_role("radiogroup", name="Heads")).to_be_visible()
    expect(page.get_by_role("slider", name="Hidden size")).to_have_count(0)
    check_in_both_languages(page, "en", (FIRST[1], FIRST[0]), attends=True)
