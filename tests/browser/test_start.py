"""The first minute: one button, a model that learns before one's eyes, one question."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.server import Server
from tests.browser.test_journey import go, update, wait_until

TEXT = {
    "en": ("Learnt. Of sentences that it has never seen", "Yes: the position of"),
    "zh": ("学完了。从没见过的句子", "对了："),
}


@pytest.fixture
def server(shared_server: Server) -> Server:
    """One for all of these tests: each is a visitor with a workspace of its own."""
    return shared_server


def train_slowly(page: Page) -> None:
    """Press the one button, and see enough different moments of the beginning."""
    page.locator(".st-key-start_train button").click()
    early_updates: set[int] = set()

    def has_seen_enough() -> bool:
        early_updates.update({update(page)} & set(range(1, 160)))
        return len(early_updates) > 8

    wait_until(page, has_seen_enough)


def answer_quiz(page: Page, language: str) -> None:
    """Answer the one question; the answer stays."""
    answer = page.get_by_test_id("guess-verdict")
    expect(answer).to_be_hidden()
    expect(page.locator(".bar").first).to_be_hidden()
    words = page.get_by_test_id("guess-place")
    place = words.filter(has_text="昨天")
    place.click()
    expect(answer).to_be_visible()
    if place.get_attribute("data-best") == "true":  # whatever this model has learnt
        expect(answer).to_contain_text(TEXT[language][1])
    expect(page.locator("[data-testid=guess-place][data-best=true]")).to_have_count(1)
    answer_text = answer.inner_text()
    words.first.click(force=True)  # the first answer counts
    assert answer.inner_text() == answer_text
    expect(page).to_have_url(re.compile("guess="))
    page.reload()
    expect(answer).to_have_text(answer_text)


def test_one_press_and_it_learns_slowly_enough_to_follow_and_quickly_the_second_time(
    server: Server, open_page: Open
) -> None:
    page = open_page(server.url)
    hero = page.get_by_test_id("live-hero")
    expect(hero).to_contain_text("小冰")
    train_slowly(page)
    expect(page.get_by_text(TEXT["en"][0])).to_be_visible()  # the rest follows at full speed
    expect(hero).to_contain_text("XiaoBing bought two red sweaters yesterday")
    run_url = page.url
    answer_quiz(page, "en")
    chinese = open_page(run_url, "zh")
    expect(chinese.get_by_text(TEXT["zh"][0])).to_be_visible()
    answer_quiz(chinese, "zh")
    page.locator(".st-key-start_train button").click()
    wait_until(page, lambda: "run=2" in page.url)
    expect(page.get_by_text(TEXT["en"][0])).to_be_visible()
    go(page, "Train")
    runs = page.get_by_role("combobox").first
    expect(runs).to_be_visible()
    runs.click()
    expect(page.get_by_role("option")).to_have_count(2)  # the first run is kept
