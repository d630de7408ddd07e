"""A sentence guessed to its end: the score is what was right, and a refresh keeps it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.server import Server

SENTENCE = "咖哥 写 了 两 封 信"
KNEW = {"en": "You knew {right} of {count} words", "zh": "{count} 个词，你猜对了 {right} 个"}


def score(page: Page) -> dict[str, tuple[int, int]]:
    """Words and places: how many right, of how many."""
    scores = {}
    for kind in ("words", "places"):
        text = page.locator(f"[data-testid=guess-score] [data-kind={kind}] dd").first.inner_text()
        right, count = text.split(" / ")
        scores[kind] = int(right), int(count)
    return scores


def is_right(page: Page, kind: str) -> bool:
    """Whether what was chosen is what the model did, by the marks of the words themselves."""
    chosen = page.locator(f"[data-testid=guess-{kind}][data-chosen=true]")
    expect(chosen).to_have_count(1)
    return chosen.get_attribute("data-best") == "true"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_sentence_is_guessed_to_its_end_and_a_refresh_keeps_the_answers(
    shared_server: Server, open_page: Open, trained: str, language: str
) -> None:
    page = open_page(f"{shared_server.url}/guess?{trained}&sentence={SENTENCE}", language)
    game, onward = page.get_by_test_id("guess"), page.get_by_test_id("guess-next")
    words = places = step = 0
    while game.get_attribute("data-state") != "over":
        expect(game).to_have_attribute("data-state", "asking")
        page.get_by_test_id("guess-option").nth(step % 5).click()
        assert page.locator("[data-testid=guess-option][data-best=true]").count() == 0  # not yet
        page.get_by_test_id("guess-place").nth(step % 6).click()
        expect(game).to_have_attribute("data-state", "truth")
        expect(page.locator("[data-testid=guess-option][data-best=true]")).to_have_count(1)
        step += 1
        words += is_right(page, "option")
        places += is_right(page, "place")
        assert score(page) == {"words": (words, step), "places": (places, step)}
        before = page.get_by_test_id("guess-said").inner_text()
        page.get_by_test_id("guess-option").nth(step % 5).click(force=True)  # the first counts
        assert page.get_by_test_id("guess-said").inner_text() == before
        if step == 2:
            page.reload()  # the next question comes, with the score so far
            expect(game).to_have_attribute("data-step", "2")
            assert score(page) == {"words": (words, 2), "places": (places, 2)}
        else:
            onward.click()
    assert step > 3
    result = KNEW[language].format(right=words, count=step)
    expect(page.get_by_test_id("guess-said")).to_contain_text(result)
    page.reload()
    expect(page.get_by_test_id("guess-said")).to_contain_text(result)

    page.locator(".st-key-guess_next button").click()  # another sentence begins at nothing
    expect(game).to_have_attribute("data-state", "asking")
    assert score(page) == {"words": (0, 0), "places": (0, 0)}
    assert "guesses=" not in page.url
