"""Learner text stays text in every place that shows it, whatever a browser, Markdown, LaTeX or a
chart might take it for: no dialog, no request to the outside, the text as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlparse

import pytest
from playwright.sync_api import Browser, Dialog, Locator, Page, expect

from seq2seq_core import store
from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data.corpus import Row
from seq2seq_core.training import dataset
from tests.browser.conftest import PATIENCE, Open
from tests.browser.server import Server
from tests.browser.test_journey import wait_until

PAYLOADS = [  # one token each: no spaces
    "<img/src=x/onerror=alert(1)>",
    "<script>alert(1)</script>",
    "<iframe/srcdoc='<script>parent.alert(1)</script>'>",
    '"><svg/onload=alert(1)>',
    "<style>*{display:none}</style>",
    "![x](https://tracker.invalid/p.png)",
    "[x](javascript:alert(1))",
    "$\\href{javascript:alert(1)}{x}$",
    "$$\\frac{1}{0}$$",
    ":red[x]",
    ":material/bolt:",
    "**b**_i_`c`~~d~~",
    "#h",
    "{{7*7}}${7*7}{x}",
    "=cmd|'/C",
    "a.b[0]:Q",
    "%s%n&amp;&lt;",
]
ALL = " ".join(PAYLOADS)
# the learnt target words are I love he loves and the payloads: each of them at one step
EVERY_WORD = "-".join(f"{step}w{step + 3}" for step in range(1, len(PAYLOADS) + 5))
TITLES = [payload for payload in PAYLOADS if len(payload) <= 40]
NEW = "<b>new</b>![y](https://tracker.invalid/q.png)"  # in no corpus


@pytest.fixture(scope="module")
def workspace(shared_server: Server, browser: Browser) -> str:
    """Its address: each payload is a word of the corpus, all of them stand in one sentence, and
    two runs with payloads for names have learnt it."""
    engine = store.open_store(f"sqlite:///{shared_server.folder / 'store.db'}")
    key = store.create_workspace(engine)
    mine = store.find_workspace(engine, key)
    assert mine is not None
    rows = [Row(f"我 爱 {ALL}", f"I love {ALL}", "0-0 1-1")]
    rows += [Row(f"他 爱 {payload}", f"he loves {payload}", "0-0 2-2") for payload in PAYLOADS]
    revision = store.save_revision(engine, mine.id, None, TITLES[0], "space", rows, [])
    training = TrainingConfig(updates=150, batch_size="full", learning_rate=0.01)
    for attention in ("general", "none"):
        model = ModelConfig(attention=attention, dropout=0.0)
        corpus = dataset.freeze_dataset(rows, [], "space", model, training)
        run, _ = store.start_run(
            engine, mine.id, revision.id, model, training, corpus, TITLES[0], goal=None
        )
        store.command_run(engine, run.id, "run")
        store.edit_run(engine, run.id, title=TITLES[run.number])
    engine.dispose()
    first = browser.new_page()  # a server starts its workers for its first visitor
    first.goto(shared_server.url)
    wait_until(first, lambda: finished(shared_server, key))
    first.close()
    return f"{shared_server.url}/?w={key}"


def finished(server: Server, key: str) -> bool:
    engine = store.open_store(f"sqlite:///{server.folder / 'store.db'}")
    mine = store.find_workspace(engine, key)
    assert mine is not None
    runs = store.find_runs(engine, mine.id)
    for run in runs:
        if run.status in ("stopped", "paused"):  # one learns at a time
            store.command_run(engine, run.id, "run")
            break
    engine.dispose()
    return all(run.status == "done" for run in runs)


def record_escapes(page: Page) -> list[str]:
    """Messages of dialogs, and URLs of requests to other hosts, from here on."""
    escapes: list[str] = []

    def record_request(url: str) -> None:
        if urlparse(url).hostname not in ("127.0.0.1", None):
            escapes.append(url)

    def record_dialog(dialog: Dialog) -> None:
        escapes.append(dialog.message)
        dialog.dismiss()

    page.context.on("dialog", record_dialog)
    page.context.on("request", lambda request: record_request(request.url))
    return escapes


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Any dialog and any request to another host fails the test that caused it."""
    context = browser.new_context(locale="en-US", viewport={"width": 1440, "height": 900})
    new_page = context.new_page()
    new_page.set_default_timeout(PATIENCE)
    escapes = record_escapes(new_page)
    yield new_page
    assert escapes == []
    assert new_page.locator("img[src=x], iframe[srcdoc], svg[onload]").count() == 0
    context.close()


def visit(page: Page, workspace: str, path: str, query: str = "") -> None:
    page.goto(workspace.replace("/?", f"/{path}?") + query)
    page.wait_for_selector("h1")
    page.wait_for_load_state("networkidle")


def expect_texts(place: Locator, payloads: list[str] = PAYLOADS) -> None:
    """The place shows each of them as it is."""
    expect(place).to_be_visible()
    for payload in payloads:
        # in Markdown a word joiner keeps an address text
        expect(place).to_contain_text(re.compile(re.escape(payload).replace("://", ":\u2060?//")))


Places = list[Callable[[Page], Locator]]
PAGES: dict[str, tuple[str, str, Places]] = {
    "start": (
        "",
        "&run=1",
        [
            lambda page: page.get_by_test_id("live-hero"),
            lambda page: page.get_by_test_id("live").locator(".matrix"),
            lambda page: page.get_by_test_id("guess"),
        ],
    ),
    "train": ("train", "&run=1", [lambda page: page.get_by_test_id("live-sentence").first]),
    "corpus": (
        "corpus",
        "",
        [
            lambda page: page.get_by_test_id("composer-source"),
            lambda page: page.get_by_test_id("composer-target"),
            lambda page: page.get_by_test_id("composer-chips"),
            lambda page: page.get_by_test_id("composer-own"),
        ],
    ),
    "corpus table": ("corpus", "&view=table", []),  # a canvas: no dialog, no request, no failure
    "corpus model": (
        "corpus",
        "&view=model",
        [lambda page: page.get_by_test_id("tensors").first],
    ),
    "decode": (
        "decode",
        "&run=1",
        [
            lambda page: page.get_by_test_id("stepper"),
            lambda page: page.get_by_test_id("tensors").first,
        ],
    ),
    "decode with every word put in": (
        "decode",
        f"&run=1&branches={EVERY_WORD}&branch=1&step={len(PAYLOADS) + 4}",
        [
            lambda page: page.get_by_test_id("stepper").locator(".boxes"),
            lambda page: page.get_by_test_id("branches"),
        ],
    ),
    "decode without attention": (
        "decode",
        "&run=2",
        [lambda page: page.get_by_test_id("stepper")],
    ),
    "search": ("search", "&run=1", [lambda page: page.get_by_test_id("stTable").first]),
    "search by sampling": (
        "search",
        "&run=1&way=sampling&temperature=0&step=1000",
        [
            lambda page: page.locator(".st-key-search_chances"),
            lambda page: page.locator(".st-key-search_samples"),
        ],
    ),
    "attention": ("attention", "&run=1", [lambda page: page.get_by_test_id("stMain")]),
    "metrics": ("metrics", "&run=1", [lambda page: page.get_by_test_id("stMain")]),
}


@pytest.mark.parametrize("name", PAGES)
def test_every_place_shows_every_text_as_it_is(page: Page, workspace: str, name: str) -> None:
    path, query, places = PAGES[name]
    visit(page, workspace, path, query)
    for place in places:
        expect_texts(place(page))
    page.wait_for_timeout(300)
    expect(page.get_by_text("could not be drawn")).to_have_count(0)


def test_cards_on_a_phone_show_it_as_it_is(page: Page, workspace: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    visit(page, workspace, "corpus", "&view=table")
    cards = page.get_by_test_id("cards")
    expect(cards.locator("li").first).to_be_visible()
    values = cards.locator("input, textarea").evaluate_all("nodes => nodes.map(n => n.value)")
    for payload in PAYLOADS:
        assert any(payload in value for value in [*values, cards.inner_text()])


def test_names_of_runs_and_watched_sentences_are_text(page: Page, workspace: str) -> None:
    visit(page, workspace, "train", "&run=1")
    control = page.get_by_role("combobox").first
    expect(control).to_have_value(f"1 · {TITLES[1]}")
    control.click()
    expect(page.get_by_role("option").filter(has_text=TITLES[2])).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("[class*=st-key-train_manage_] button").first.click()
    expect(page.get_by_role("textbox", name="Name")).to_have_value(TITLES[1])
    field = page.get_by_role("textbox", name="Name")
    for payload in TITLES[3:6]:
        field.fill(payload)
        field.press("Enter")
        expect(control).to_have_value(f"1 · {payload}")
        if not field.is_visible():
            page.locator("[class*=st-key-train_manage_] button").first.click()


def test_an_unknown_word_is_text(page: Page, workspace: str) -> None:
    visit(page, workspace, "decode", f"&run=1&sentence={quote('我 爱 ' + NEW)}")
    expect(page.get_by_text(f"Never seen in training, read as <unk>: {NEW}")).to_be_visible()
    expect(page.get_by_test_id("stepper")).to_contain_text(NEW)


def test_a_word_that_cannot_be_put_in_is_text(page: Page, workspace: str) -> None:
    visit(page, workspace, "decode", "&run=1&step=1")
    page.get_by_test_id("what-typed").fill(NEW)
    page.get_by_test_id("what-put").click()
    refused = page.get_by_test_id("what-refused")
    expect(refused).to_contain_text(NEW[:40])  # an error quotes so much


def test_file_names_are_text(page: Page, workspace: str, tmp_path: Path) -> None:
    visit(page, workspace, "corpus", "&view=table")
    for payload in PAYLOADS:
        if "/" in payload:
            continue  # no file can be called so
        file = tmp_path / f"{payload}.tsv"
        file.write_text(f"我 爱 {payload}\tI love {payload}\n", encoding="utf-8")
        if not page.locator("input[type=file]").count():
            page.get_by_role("button", name="Load a corpus").click()
        page.locator("input[type=file]").set_input_files(file)
        expect(page.get_by_test_id("stMain")).to_contain_text(payload)
        page.wait_for_timeout(500)  # the field for the next file is another one
    expect(page.get_by_text("could not be drawn")).to_have_count(0)


def test_the_watch_sees_what_it_watches_for(shared_server: Server, open_page: Open) -> None:
    page = open_page(shared_server.url)
    escapes = record_escapes(page)
    page.evaluate("() => { new Image().src = 'https://tracker.invalid/p.png'; }")
    page.evaluate("() => { setTimeout(() => alert('boo')); }")
    wait_until(page, lambda: {"boo", "https://tracker.invalid/p.png"} <= set(escapes))
