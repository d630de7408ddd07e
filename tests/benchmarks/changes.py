"""What if: how long until the stepper shows what the model writes after a change."""

from __future__ import annotations

from dataclasses import replace

from playwright.sync_api import Page

from tests.benchmarks.actions import CHANGES, act
from tests.benchmarks.clicks import STEPPER, component, floor
from tests.benchmarks.table import Figures, Row

TIMES = 20  # each
FEW = 4  # different ones: a sentence has at most eight branches
SLOWEST = 150  # ms, 95 times in 100
TREE = component("search_tree") + ".tree"


def beside(name: str, took: list[float], floors: list[float]) -> Row:
    row = Row(
        Figures(f"{name}, ms", took), Figures("click on an empty page", floors), SLOWEST, "ms"
    )
    return replace(row, of_p95=True)


def what_if(page: Page, empty: Page) -> list[Row]:
    """On Decode, at its second step."""
    page.locator(".stepper").focus()
    page.keyboard.press("Home")
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    guesses = page.locator(".stepper .top button")
    sources = page.locator(".stepper .words button")
    rows = []
    for name, buttons, watched in (
        ("another word put in → what it writes", guesses, " .boxes"),
        ("one source word looked at → the weights", sources, " .words"),
    ):
        took, floors = [], []
        for i in range(TIMES):
            click = buttons.nth(i % FEW + 1).click  # the first guess is what it has written itself
            took.append(act(page, click, CHANGES, STEPPER + watched))
            floors.append(floor(empty))
        rows.append(beside(name, took, floors))
    return rows


def growing(page: Page, empty: Page) -> Row:
    """A beam of three, round by round; answered in the browser."""
    took, floors = [], []
    page.locator(".tree .restart").click()
    for i in range(TIMES):
        if i % 5 == 4:
            page.locator(".tree .restart").click()
        took.append(act(page, page.locator(".tree .next").click, CHANGES, TREE + " .said"))
        floors.append(floor(empty))
    return beside("Next on Search → one more round", took, floors)
