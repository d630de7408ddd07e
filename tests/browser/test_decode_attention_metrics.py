"""Decode, Attention and Metrics on one trained model: what is shown is what was computed."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.server import Server
from tests.browser.test_journey import wait_until, wait_until_still

SENTENCE = "小冰 昨天 买 了 两 件 红色 的 毛衣"
LANGUAGES = ["en", "zh"]
POINTED_AT = """tiles => tiles.map(tile => {
    tile.dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
    return tile.closest(".attention-tiles").querySelector(".description").offsetHeight;
})"""  # how high the line below is, for each picture


def words(page: Page, selector: str) -> list[str]:
    return page.locator(selector).all_inner_texts()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_greedy_lane_is_the_stepper_and_the_other_reads_fillers(
    shared_server: Server, open_page: Open, trained: str, language: str
) -> None:
    page = open_page(f"{shared_server.url}/decode?{trained}&sentence={SENTENCE}", language)
    stepper = page.get_by_test_id("stepper")
    phrase = {"en": "start of sequence", "zh": "序列开始"}[language]
    expect(stepper.get_by_test_id("stepper-said")).to_contain_text(phrase)
    page.keyboard.press("End")
    phrase = {"en": "decides to stop", "zh": "决定停下"}[language]
    expect(stepper.get_by_test_id("stepper-said")).to_contain_text(phrase)
    written = words(page, "[data-testid=stepper-target]")
    rows = page.get_by_test_id("tensors").get_by_role("row")
    expect(rows).to_have_count(4)
    lanes = [rows.nth(i).locator(".cell > span").all_inner_texts() for i in range(4)]
    assert lanes[0] == written
    assert lanes[1] == ["<sos>", *written[:-1]]
    assert len(lanes[2]) == len(written) and lanes[2] != written
    assert lanes[3] == ["<sos>", *["<eos>"] * (len(written) - 1)]


def test_on_a_phone_what_just_happened_stands_between_the_words_and_the_buttons(
    shared_server: Server, open_page: Open, trained: str
) -> None:
    url = f"{shared_server.url}/decode?{trained}&sentence={SENTENCE}&step=2"
    page = open_page(url, width=390, height=844)
    expect(page.get_by_test_id("stepper")).to_have_attribute("data-position", "2")
    wait_until_still(page)
    buttons = page.locator(".stepper .controls")
    buttons.evaluate("node => node.parentNode.scrollIntoView({ block: 'end' })")
    explanation = page.get_by_test_id("stepper-said").bounding_box()
    last_word = page.get_by_test_id("stepper-target").last.bounding_box()
    controls = buttons.bounding_box()
    assert explanation is not None and last_word is not None and controls is not None
    assert last_word["y"] + last_word["height"] <= explanation["y"]
    assert explanation["y"] + explanation["height"] <= controls["y"]
    assert controls["height"] < 60


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_picture_tells_its_sentence_and_a_click_shows_it_above(
    shared_server: Server, open_page: Open, trained: str, language: str
) -> None:
    page = open_page(f"{shared_server.url}/attention?{trained}", language)
    tiles = page.locator(".st-key-attention_maps").get_by_test_id("attention-tile")
    expect(tiles).to_have_count(100)
    line = page.locator(".st-key-attention_maps .description")
    wait_until_still(page)
    height = line.evaluate("node => node.offsetHeight")
    assert set(tiles.evaluate_all(POINTED_AT)) == {height}  # nothing jumps under the pointer
    tiles.nth(60).hover()
    source = line.locator(".title .source")
    expect(source).not_to_be_empty()
    sentence = source.inner_text()
    expect(line).to_contain_text({"en": "looked at the position of", "zh": "看了"}[language])
    tiles.nth(60).click()
    wait_until(page, lambda: f"sentence={sentence}" in unquote(page.url).replace("+", " "), 15)
    expect(page.get_by_role("combobox").nth(1)).to_have_value(sentence)
    big = page.get_by_test_id("map")
    expect(big).to_contain_text(sentence.split()[0])
    expect(big).to_contain_text(sentence.split()[-1])
    expect(tiles.nth(60)).to_have_attribute("aria-selected", "true")
    expect(big).to_be_in_viewport(ratio=1)  # it was out of sight

    tiles.nth(60).focus()  # and by keyboard
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(tiles.nth(61)).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize("language", LANGUAGES)
def test_metrics_shows_both_shares_the_table_and_the_signature(
    shared_server: Server, open_page: Open, trained: str, language: str
) -> None:
    page = open_page(f"{shared_server.url}/metrics?{trained}", language)
    shares = page.locator(".st-key-metrics_exact [data-testid=stMetricValue]")
    expect(shares).to_have_count(2)
    for share in shares.all_inner_texts():
        assert re.fullmatch(r"\d+%", share)
    expect(page.get_by_test_id("stVegaLiteChart")).to_be_visible()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    expect(page.get_by_text(re.compile(r"nrefs:1\|case:mixed\|eff:no\|tok:13a"))).to_be_visible()
    table = page.get_by_test_id("stTable")
    for part in ("nrefs", "case", "eff", "tok", "smooth", "version"):
        expect(table).to_contain_text(part)

    source = page.get_by_text(re.compile({"en": "^Source: ", "zh": "^源句："}[language]))
    before = source.inner_text()
    frame = page.get_by_test_id("stDataFrame")
    wait_until_still(page)
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 18, box["y"] + 35 * 3 + 17)  # the third row's own box
    wait_until(page, lambda: source.inner_text() != before, 15)
    wait_until(page, lambda: "sentence=" in page.url, 15)
