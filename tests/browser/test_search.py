"""A beam grows before one's eyes and is ranked both ways; what is drawn by lot can be repeated."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.server import Server
from tests.browser.test_journey import wait_until

SENTENCE = "咖哥 写 了 两 封 信"
KEPT = {"en": "3 stay.", "zh": "留下 3 个。"}
SAMPLES = ".st-key-search_samples"
ENDS = {"en": "The winner:", "zh": "胜出的是"}


def states(page: Page) -> list[str]:
    """What has become of every node, the root left out."""
    nodes = page.get_by_test_id("tree-node")
    return nodes.evaluate_all("all => all.slice(1).map(node => node.dataset.state)")


def expect_position(page: Page, position: int) -> None:
    expect(page.get_by_test_id("tree")).to_have_attribute("data-position", str(position))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_beam_of_three_grows_step_by_step_and_is_ranked_both_ways(
    shared_server: Server, open_page: Open, trained: str, language: str
) -> None:
    url = f"{shared_server.url}/search?{trained}&sentence={SENTENCE}&beam=3&length_penalty=1&step=0"
    page = open_page(url, language)
    expect_position(page, 0)
    assert set(states(page)) == {"none"}
    page.get_by_test_id("tree-next").click()
    expect_position(page, 1)
    grown = [state for state in states(page) if state != "none"]
    assert grown == ["alive"] * 3 + ["pruned"] * 3
    expect(page.get_by_test_id("tree-said")).to_contain_text(KEPT[language])
    page.keyboard.press("ArrowRight")
    expect_position(page, 2)
    assert sum(state != "none" for state in states(page)) == 12
    assert states(page).count("alive") + states(page).count("dead") == 6
    expect(page).to_have_url(re.compile("step=2"))
    page.reload()
    expect_position(page, 2)

    page.keyboard.press("End")
    expect(page.get_by_test_id("tree")).to_have_attribute("data-over", "true")
    expect(page.get_by_test_id("tree-said")).to_contain_text(ENDS[language])
    path = page.locator("[data-testid=tree-node][data-state=won] b").all_inner_texts()
    assert path[-1] == "<eos>"
    rankings = page.get_by_test_id("stTable")
    expect(rankings).to_have_count(2)
    expect(first_ranked(rankings.nth(1))).to_have_text(" ".join(path[:-1]))
    for ranking in rankings.all():  # each by its own score, best first
        score_texts = ranking.locator("td:last-child").all_inner_texts()
        scores = [float(text.replace("−", "-")) for text in score_texts]
        assert scores == sorted(scores, reverse=True) and scores


def first_ranked(ranking: Locator) -> Locator:
    """The sentence in the first place: it alone is bold."""
    return ranking.locator("strong")


def drawn_sentences(page: Page) -> list[str]:
    """The drawn sentences, each with how often."""
    return page.locator(f"{SAMPLES} tr").all_inner_texts()


def chances(page: Page) -> str:
    """What the chart says to those who do not see it."""
    chart = page.locator(".st-key-search_chances [aria-label*='→']").first
    return chart.get_attribute("aria-label") or ""


def test_the_same_number_draws_the_same_sentences_and_another_draws_others(
    shared_server: Server, open_page: Open, trained: str
) -> None:
    url = f"{shared_server.url}/search?{trained}&sentence={SENTENCE}&way=sampling&temperature=2"
    page = open_page(url)
    page.locator(f"{SAMPLES} tr").first.wait_for()
    before = drawn_sentences(page)
    counts = page.locator(f"{SAMPLES} td:first-child").all_inner_texts()
    assert sum(int(count.split()[0]) for count in counts) == 10
    page.get_by_test_id("stNumberInputStepUp").click()
    wait_until(page, lambda: drawn_sentences(page) != before)
    expect(page).to_have_url(re.compile("draw=2"))
    page.get_by_test_id("stNumberInputStepDown").click()
    wait_until(page, lambda: drawn_sentences(page) == before)
    page.reload()
    wait_until(page, lambda: drawn_sentences(page) == before)


def test_at_temperature_0_everything_drawn_is_what_greedy_search_writes(
    shared_server: Server, open_page: Open, trained: str
) -> None:
    address = f"{shared_server.url}/search?{trained}&sentence={SENTENCE}"
    page = open_page(f"{address}&way=sampling&temperature=0&step=2")
    expect(page.locator(f"{SAMPLES} tr")).to_have_count(1)
    expect(page.locator(f"{SAMPLES} td:first-child")).to_have_text("10 ×")
    sentence = page.locator(f"{SAMPLES} td:nth-child(2)").inner_text().splitlines()[0]
    last = [word.rpartition(" → ")[2] for word in chances(page).split("; ")]
    assert last == ["100.0%"] + ["cut off"] * 9
    page.goto(f"{address}&beam=1&length_penalty=0")  # a beam of one is greedy
    page.get_by_test_id("tree").wait_for()
    expect(first_ranked(page.get_by_test_id("stTable").first)).to_have_text(sentence)
    expect(page.get_by_text("the same sentence as greedy search")).to_be_visible()
