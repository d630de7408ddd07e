"""What if: force a word, look elsewhere, leave a word out; the old translation stays beside it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Locator, Page, expect

from seq2seq_core.decoding.interventions import parse_branch
from tests.browser.conftest import Open
from tests.browser.server import Server
from tests.browser.test_journey import wait_until, wait_until_still

SENTENCE = "小冰 昨天 买 了 两 件 红色 的 毛衣"
PAYLOAD = "<img/src=x/onerror=alert(1)>"
REFUSED = {"en": "it has learnt no such target word", "zh": "它没学过这个目标词"}
DAMAGED = {"en": "This link is damaged", "zh": "链接已损坏"}


def expect_step(page: Page, step: int) -> None:
    expect(page.get_by_test_id("stepper")).to_have_attribute("data-position", str(step))


def branches(page: Page) -> Locator:
    return page.get_by_test_id("branch")


def sentences(page: Page) -> list[str]:
    """What the list shows, one line a branch."""
    return branches(page).locator(".sentence").all_inner_texts()


def branches_in_url(page: Page) -> list[str]:
    """The branches that the address names, and the one that is shown."""
    named = parse_qs(urlparse(page.url).query)
    return [*named.get("branches", [""])[0].split("_"), *named.get("branch", [""])]


def translation_words(page: Page) -> list[str]:
    """All words that the stepper shows."""
    page.keyboard.press("End")
    return page.locator("[data-testid=stepper-target] > span").all_inner_texts()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_word_put_in_makes_a_branch_and_both_stay(
    shared_server: Server, open_page: Open, trained: str, language: str
) -> None:
    url = f"{shared_server.url}/decode?{trained}&sentence={SENTENCE}&step=2"
    page = open_page(url, language)
    expect_step(page, 2)
    expect(page.get_by_test_id("branches")).to_be_hidden()
    own = page.get_by_test_id("stepper-target").nth(1).inner_text()
    other = page.get_by_test_id("stepper-guess").nth(1)
    forced = other.locator(".guess").inner_text()
    other.click()
    expect(branches(page)).to_have_count(2)
    expect_step(page, 2)  # where it was changed, and the page did not move on
    second = page.get_by_test_id("stepper-target").nth(1)
    expect(second).to_have_text(forced)
    expect(second.get_by_role("img")).to_be_visible()  # a mark, not a colour
    expect(page.get_by_test_id("stepper-said")).to_contain_text(own)  # what it would have written
    own_words_line, forked = sentences(page)
    assert own_words_line.split()[1] == own and forked.replace("▸", "").split()[1] == forced
    expect(branches(page).nth(1)).to_have_attribute("aria-current", "true")
    assert translation_words(page) == forked.replace("▸", "").split()

    branches(page).first.click()  # back to the model's own: the branch stays
    expect(branches(page).first).to_have_attribute("aria-current", "true")
    assert translation_words(page) == own_words_line.split()
    assert sentences(page) == [own_words_line, forked]
    expect(page.get_by_test_id("stepper-target").get_by_role("img")).to_have_count(0)

    branches(page).nth(1).click()
    expect(branches(page).nth(1)).to_have_attribute("aria-current", "true")
    wait_until(page, lambda: branches_in_url(page)[-1] == "1", 10)
    page.reload()
    expect(branches(page)).to_have_count(2)
    assert sentences(page) == [own_words_line, forked]
    expect(branches(page).nth(1)).to_have_attribute("aria-current", "true")
    assert translation_words(page) == forked.replace("▸", "").split()
    page.get_by_test_id("branch-remove").locator("visible=true").click()
    expect(page.get_by_test_id("branches")).to_be_hidden()
    assert translation_words(page) == own_words_line.split()


def test_looking_elsewhere_changes_the_probabilities_and_a_word_left_out_the_translation(
    shared_server: Server, open_page: Open, trained: str
) -> None:
    page = open_page(f"{shared_server.url}/decode?{trained}&sentence={SENTENCE}&step=3")
    expect_step(page, 3)
    wait_until_still(page)
    likely = page.locator(".stepper .top")
    before = likely.inner_text()
    words = page.locator(".stepper .words button")
    words.nth(8).click()
    weights = page.locator(".stepper .words .weight span")
    expect(weights.nth(8)).to_have_text("1.00")
    assert [text for text in weights.all_inner_texts() if text] == ["1.00"]
    assert likely.inner_text() != before
    expect(page.get_by_test_id("stepper-target").nth(2).get_by_role("img")).to_be_visible()

    page.get_by_role("button", name="evenly").click()  # from here: it takes the other look's place
    expect(weights.first).to_have_text("0.11")
    assert set(weights.all_inner_texts()) == {"0.11"}
    page.get_by_role("button", name="is left out").click()
    words.nth(6).click()
    expect(page.locator(".words li").nth(6)).to_have_attribute("data-left", "true")
    expect(weights.first).to_have_text("0.13")
    assert weights.all_inner_texts().count("0.13") == 8
    expect(branches(page)).to_have_count(4)
    expect(branches(page).last).to_contain_text("without 红色 · step 3: looked everywhere alike")
    wait_until(page, lambda: branches_in_url(page) == ["3a8", "3e", "3e-x6", "3"], 10)
    words.nth(6).click()  # it comes back: that branch is there already
    expect(branches(page).nth(2)).to_have_attribute("aria-current", "true")
    expect(branches(page)).to_have_count(4)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_typed_word_is_put_in_or_refused_with_a_sentence(
    shared_server: Server, open_page: Open, trained: str, language: str
) -> None:
    page = open_page(f"{shared_server.url}/decode?{trained}&sentence={SENTENCE}&step=1", language)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    expect_step(page, 1)
    typed, refused = page.get_by_test_id("what-typed"), page.get_by_test_id("what-refused")
    typed.fill(PAYLOAD)
    typed.press("Enter")
    expect(refused).to_contain_text(REFUSED[language])
    expect(refused).to_contain_text(PAYLOAD)
    assert page.locator("img[src=x]").count() == 0 and dialogs == []
    expect(page.get_by_test_id("branches")).to_be_hidden()
    assert page.locator("datalist option").count() > 20
    typed.fill(" he ")
    page.get_by_test_id("what-put").click()
    expect(page.get_by_test_id("stepper-target").first).to_have_text("he")
    expect(refused).to_be_empty()
    expect(typed).to_have_value("")
    parse_branch(branches_in_url(page)[0])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_another_sentence_has_no_branches_and_a_damaged_link_is_said(
    shared_server: Server, open_page: Open, trained: str, language: str
) -> None:
    url = f"{shared_server.url}/decode?{trained}&sentence={SENTENCE}"
    page = open_page(f"{url}&branches=2e_x99_<b>_2e&branch=1&step=2", language)
    expect(page.get_by_text(DAMAGED[language])).to_be_visible()
    expect(branches(page)).to_have_count(2)
    box = page.get_by_role("combobox").nth(1)
    box.fill("我 昨天 看 了 一 本 书")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stepper").locator(".words li")).to_have_count(7)
    expect(page.get_by_test_id("branches")).to_be_hidden()
    wait_until(page, lambda: branches_in_url(page) == ["", ""], 10)
    expect(page.get_by_text("could not be drawn")).to_have_count(0)


def test_on_a_phone_all_of_it_is_reached_by_touch_and_by_keyboard(
    shared_server: Server, open_page: Open, trained: str
) -> None:
    url = f"{shared_server.url}/decode?{trained}&sentence={SENTENCE}&step=2"
    page = open_page(url, width=390, height=844)
    expect_step(page, 2)
    wait_until_still(page)
    what = page.get_by_test_id("what")
    card = page.locator(".stepper .card").bounding_box()
    panel = what.bounding_box()
    assert card is not None and panel is not None and panel["y"] >= card["y"] + card["height"]
    for button in what.get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None and box["height"] >= 44
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    page.locator(".stepper .words button").first.focus()
    page.keyboard.press("Enter")
    expect(branches(page)).to_have_count(2)
    expect(branches(page).nth(1)).to_contain_text("looked only at the position of 小冰")
    expect_step(page, 2)
