"""What a learner does on each page, until it shows, beside the same on empty Streamlit pages."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, Position

from tests.benchmarks.clicks import LIVE, STEPPER, answer, component, floor
from tests.benchmarks.table import Figures, Row

TIMES = 10  # each
REST = 250  # ms of quiet before each
QUIET = "[data-testid=stApp][data-test-script-state=notRunning]"
MOST = 2  # times what Streamlit itself takes

# What stands on a page once its first screen is drawn.
PAGES = {
    "Start": component("start_live") + ".hero b",
    "Corpus": component("corpus_composer") + ".chip",
    "Train": LIVE + " .line",
    "Decode": STEPPER + " .words li",
    "Guess your model": component("guess_game") + ".guess",
    "Search": component("search_tree") + ".tree",
    "Attention": component("attention_map") + ".matrix",
    "Inside one step": component("inside_strips") + ".strips",
    "Words": ".st-key-words_picture .js-plotly-plot",
    "Metrics": "[class*=st-key-metrics_table] canvas",
}
EMPTY = {"One": ".st-key-count", "Two": ".st-key-two"}
VIEWS = {
    "My sentences": component("corpus_composer") + ".chip",
    "All pairs": ".st-key-corpus_grid canvas",
    "What the model sees": component("corpus_tensors") + ".tensors",
}
WEIGHTS = ".st-key-train_model h3"
MINE = component("corpus_composer") + ".pairs"
COUNTED = "[data-testid=stMain] [data-testid=stText]"

COUNTS_ON = """() => {
  const before = bench.update();
  bench.answers([() => bench.update() > before]);
}"""
APPEARS = """(path) => {
  if (bench.find(path)) throw new Error(`${path} is there already`);
  bench.answers([() => Boolean(bench.find(path))]);
}"""
CHANGES = """(path) => {
  const text = () => bench.find(path)?.textContent;
  const before = text();
  bench.answers([() => text() && text() !== before]);
}"""


def act(page: Page, click: Callable[[], None], watch: str, path: str = "") -> float:
    page.wait_for_selector(QUIET)
    page.wait_for_timeout(REST)
    return answer(page, click, watch, path)[0]


def beside(name: str, took: list[float], empty: str, floors: list[float]) -> Row:
    measured, floor = Figures(f"{name}, ms", took), Figures(f"{empty}, ms", floors)
    return Row(measured, floor, MOST, "times it", of_ratio=True)


def beside_a_click(name: str, empty: Page, timed: Callable[[int], float]) -> Row:
    """`timed` does it once, for the i-th time; a click on the empty page after each."""
    took, floors = [], []
    for i in range(TIMES):
        took.append(timed(i))
        floors.append(floor(empty))
    return beside(name, took, "click on an empty page", floors)


def go(page: Page, name: str, path: str) -> float:
    link = page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True)
    return act(page, link.click, APPEARS, path)


def pages(page: Page, two: Page) -> list[Row]:
    """Every page by the sidebar, all of them in turn; one of two empty pages after each."""
    took: dict[str, list[float]] = {name: [] for name in PAGES}
    floors: list[float] = []
    for _ in range(TIMES):
        for name, path in PAGES.items():
            took[name].append(go(page, name, path))
            floors.append(go(two, *list(EMPTY.items())[len(floors) % 2 - 1]))
    return [
        beside(f"open {name}", times, "open an empty page", floors) for name, times in took.items()
    ]


def one_update(page: Page, empty: Page) -> Row:
    """The run is paused before and after."""
    button = page.locator(".st-key-train_advance_update button")
    row = beside_a_click(
        "+1 update → its number", empty, lambda _: act(page, button.click, COUNTS_ON)
    )
    return Row(row.measured, row.beside, 300, "ms")


# Each of these prepares an action on a page that stands open: called with i, the action is done for
# the i-th time, and ms until it shows are returned.
TimedAction = Callable[[int], float]


def change_setting(page: Page) -> TimedAction:
    """Hidden size, one step up or down; how many weights the model will have stands above it."""
    slider = page.locator(".st-key-train_model").get_by_role("slider")

    def step(i: int) -> float:
        return act(page, lambda: slider.press(f"Arrow{('Right', 'Left')[i % 2]}"), CHANGES, WEIGHTS)

    return step


def choose_sentence(page: Page) -> TimedAction:
    def choose(i: int) -> float:
        page.get_by_role("combobox").nth(1).click()
        option = page.get_by_role("option").nth(i + 1)
        return act(page, option.click, CHANGES, STEPPER + " .words")

    return choose


def pin_map(page: Page) -> TimedAction:
    tiles = page.get_by_test_id("attention-tile")

    def click(i: int) -> float:
        return act(page, tiles.nth(i + 5).click, CHANGES, PAGES["Attention"])

    return click


def choose_row(page: Page, i: int, path: str) -> float:
    """The rows are drawn on a canvas: the mouse finds each row's box by its place."""
    table = page.get_by_test_id("stDataFrame").first
    place: Position = {"x": 18, "y": 35 * (i % 6 + 2) + 17}
    return act(page, lambda: table.click(position=place), CHANGES, path)


def choose_metrics_row(page: Page) -> TimedAction:
    return lambda i: choose_row(page, i, COUNTED)


def compose_sentence(page: Page, place: int, chip: int) -> float:
    """A sentence is written by clicks on words: only what the server does is timed."""
    page.get_by_test_id("composer-source").locator(".token").nth(place).click()
    page.get_by_test_id("composer-chips").locator("button").nth(chip).click()
    return act(page, page.get_by_test_id("composer-add").click, CHANGES, MINE)


def add_sentence(page: Page) -> TimedAction:
    return lambda i: compose_sentence(page, -1, i)


def edit_sentence(page: Page) -> TimedAction:
    def edit(i: int) -> float:
        page.locator("[data-act=edit]").first.click()
        return compose_sentence(page, 1, i)

    return edit


def change_view(page: Page) -> TimedAction:
    def change(i: int) -> float:
        name, path = list(VIEWS.items())[(i + 1) % 3]
        return act(page, page.get_by_text(name, exact=True).first.click, APPEARS, path)

    return change


# the page, what is done there, and how
ACTIONS: list[tuple[str, str, Callable[[Page], TimedAction]]] = [
    ("Train", "a setting → weights of the model", change_setting),
    ("Decode", "another sentence on Decode", choose_sentence),
    ("Attention", "a small map → the large one", pin_map),
    ("Metrics", "a row on Metrics → its counts", choose_metrics_row),
    ("Corpus", "a sentence added → listed", add_sentence),
    ("Corpus", "a sentence changed → listed", edit_sentence),
    ("Corpus", "another view of the corpus", change_view),
]


def actions(page: Page, two: Page, table: Page, empty: Page) -> list[Row]:
    """`page` has a run that is finished; the others are empty pages."""
    rows, opened_page = pages(page, two), ""
    for page_name, name, prepare in ACTIONS:
        if page_name != opened_page:
            go(page, page_name, PAGES[page_name])
            opened_page = page_name
        if page_name != "Metrics":
            rows.append(beside_a_click(name, empty, prepare(page)))
            continue
        # Streamlit itself waits 150 ms for more rows to be chosen: so the floor is a table, too
        timed, measured, floors = prepare(page), [], []
        for i in range(TIMES):
            measured.append(timed(i))
            floors.append(choose_row(table, i, EMPTY["One"]))
        rows.append(beside(name, measured, "a row of an empty page", floors))
    return rows
