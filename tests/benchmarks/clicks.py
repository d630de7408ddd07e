"""From a click to what the learner sees of it, beside a click on an empty Streamlit page."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.benchmarks.table import Figures, Row

TRAIN, NEXT = 10, 24  # clicks
REST = 1200  # ms between two of them: longer than what counts as a double click
CURVE = "[data-testid=stVegaLiteChart] svg"
COMPONENT = "[data-testid=stBidiComponentIsolated]"  # the only one of its page

COUNT = """() => {
  const count = () => bench.find('.st-key-count').textContent;
  const before = count();
  bench.answers(document.body, [() => count() !== before]);
}"""
# A new run counts from the beginning: a number smaller than the one before is the new run's.
UPDATE = """(path) => {
  const curve = () => bench.find(path)?.innerHTML;
  const before = bench.update() || Infinity; // 0: there is no run yet
  let drawn;
  bench.answers(document.body, [
    () => { drawn = curve(); return bench.update() >= 1 && bench.update() < before; },
    () => curve() !== drawn]);
}"""
STEP = """(path) => {
  const stepper = bench.find(path);
  const words = () => stepper.querySelector('.said').textContent;
  const [position, said] = [stepper.dataset.position, words()];
  bench.answers(stepper, [() => stepper.dataset.position !== position && words() !== said]);
}"""


def answer(page: Page, button: str, watch: str, path: str = "") -> list[float]:
    """ms from a click on a button to each of the things watched for."""
    page.evaluate(watch, path)
    page.locator(button).click()
    return page.evaluate("answered")


def floor(page: Page) -> float:
    return answer(page, ".st-key-again button", COUNT)[0]


def stop(page: Page) -> None:
    page.locator(".st-key-train_stop button").click()
    page.wait_for_selector(".st-key-train_run")
    page.wait_for_timeout(REST)


def train(page: Page, empty: Page) -> list[Row]:
    """First where nothing runs, then in the middle of the run before. The last run goes on."""
    rows = []
    for name, at_rest in (("Train", True), ("Start again", False)):
        updates, points, floors = [], [], []
        for _ in range(TRAIN):
            page.wait_for_timeout(REST)
            if page.locator(".st-key-train_stop").count():
                page.wait_for_function("bench.update() > 50")  # the next run shows less at first
                if at_rest:
                    stop(page)
            floors.append(floor(empty))
            update, point = answer(page, ".st-key-train_start button", UPDATE, CURVE)
            updates.append(update)
            points.append(point)
        beside = Figures("click on an empty page, ms", floors)
        rows.append(Row(Figures(f"{name} → first update, ms", updates), beside, 300, "ms"))
        rows.append(Row(Figures(f"{name} → on the curve, ms", points), beside, 300, "ms"))
    return rows


def step(page: Page, empty: Page) -> Row:
    """Some clicks follow at once, some while the server hears of the one before."""
    steps, floors = [], []
    for i in range(NEXT):
        page.wait_for_timeout((50, 430, 600)[i % 3])
        if page.locator(".next[aria-disabled=true]").count():
            page.locator(".restart").click()
        steps += answer(page, ".stepper .next", STEP, f"{COMPONENT} >>> .stepper")
        floors.append(floor(empty))
    beside = Figures("click on an empty page, ms", floors)
    return Row(Figures("Next → its step, ms", steps), beside, 100, "ms")
