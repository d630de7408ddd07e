"""From a click to what the learner sees of it, beside a click on an empty Streamlit page."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.benchmarks.table import Figures, Row

TRAIN, NEXT = 10, 24  # clicks
REST = 1200  # ms between two of them: longer than what counts as a double click


def component(key: str) -> str:
    """The path to a component's shadow, where it draws."""
    return f".st-key-{key} [data-testid=stBidiComponentIsolated] >>> "


LIVE = component("train_live") + ".live"
CURVE = component("train_live") + "[data-testid=live-curve] svg"
STEPPER = component("decode_stepper") + ".stepper"
START = ".st-key-train_start button"

COUNT = """() => {
  const count = () => bench.find('.st-key-count').textContent;
  const before = count();
  bench.answers([() => count() !== before]);
}"""
# A new run counts from the beginning: a number smaller than the one before is the new run's.
UPDATE = """(path) => {
  const curve = () => bench.find(path)?.innerHTML;
  const before = bench.update() || Infinity; // 0: there is no run yet
  const drawn = curve();
  bench.answers([
    () => bench.update() >= 1 && bench.update() < before,
    () => bench.find(path).querySelector('.training') && curve() !== drawn]);
}"""
STEP = """(path) => {
  const stepper = bench.find(path);
  const words = () => stepper.querySelector('.said').textContent;
  const [position, said] = [stepper.dataset.position, words()];
  bench.answers([() => stepper.dataset.position !== position && words() !== said]);
}"""


def answer(page: Page, act: Callable[[], None], watch: str, path: str = "") -> list[float]:
    """ms from a click or a key to each of the things watched for."""
    page.evaluate(watch, path)
    act()
    return page.evaluate("answered")


def floor(page: Page) -> float:
    return answer(page, page.locator(".st-key-again button").click, COUNT)[0]


def pause(page: Page) -> None:
    page.locator(".st-key-train_pause button").click()
    page.wait_for_selector(".st-key-train_run")
    page.wait_for_timeout(REST)


def train(page: Page, empty: Page, name: str, ready: str) -> list[Row]:
    """Run after run, each started when the page is ready. The last run goes on."""
    updates, points, floors = [], [], []
    for _ in range(TRAIN):
        page.wait_for_timeout(REST)
        page.wait_for_function(ready)
        floors.append(floor(empty))
        update, point = answer(page, page.locator(START).click, UPDATE, CURVE)
        updates.append(update)
        points.append(point)
    beside = Figures("click on an empty page, ms", floors)
    return [
        Row(Figures(f"{name} → first update, ms", updates), beside, 300, "ms"),
        Row(Figures(f"{name} → on the curve, ms", points), beside, 300, "ms"),
    ]


def at_rest(page: Page, empty: Page) -> list[Row]:
    """The runs are short: each is at its end before the next begins."""
    return train(page, empty, "Train", "!bench.find('.st-key-train_pause')")


def in_the_middle(page: Page, empty: Page) -> list[Row]:
    """The runs are long: each is in the middle when it is begun again."""
    page.locator(START).click()
    return train(page, empty, "Start again", "bench.update() > 50")


def step(page: Page, empty: Page) -> Row:
    """Some clicks follow at once, some while the server hears of the one before."""
    steps, floors = [], []
    for i in range(NEXT):
        page.wait_for_timeout((50, 430, 600)[i % 3])
        if page.locator(".next[aria-disabled=true]").count():
            page.locator(".restart").click()
        steps += answer(page, page.locator(".stepper .next").click, STEP, STEPPER)
        floors.append(floor(empty))
    beside = Figures("click on an empty page, ms", floors)
    return Row(Figures("Next → its step, ms", steps), beside, 100, "ms")
