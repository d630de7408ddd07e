"""The main job as a learner does it, in both languages, and nothing is lost on the way."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page, expect

from seq2seq_core import store
from tests.browser.conftest import Open, run_server
from tests.browser.server import Server, children

WORDS = {
    "en": {
        "Start": "Start", "Corpus": "Corpus", "Train": "Train", "Decode": "Decode",
        "Attention": "Attention", "Metrics": "Metrics", "Pause": "Pause", "saved": "✓ saved",
    },
    "zh": {
        "Start": "开始", "Corpus": "语料", "Train": "训练", "Decode": "解码",
        "Attention": "注意力", "Metrics": "评测", "Pause": "暂停", "saved": "✓ 已保存",
    },
}  # fmt: skip
CHANGED = "小冰 昨天 买 了 三 件 红色 的 毛衣"


def go(page: Page, name: str) -> None:
    """To another page by the sidebar; back when its title stands there."""
    before = page.locator("h1").inner_text()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()
    expect(page.locator("h1")).not_to_have_text(before)


def update(page: Page) -> int:
    """The update that the Train page shows; 0 before there is one."""
    match = re.match(r"\d+", page.get_by_test_id("live-numbers").locator("dd").first.inner_text())
    return int(match[0]) if match else 0


def wait_until(page: Page, claim: Callable[[], bool], seconds: float = 60) -> None:
    """Wait in the browser's time: while Python sleeps Playwright hears of nothing, not of a URL."""
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline, "it never happened"
        page.wait_for_timeout(50)


PLACES = """() => {
    const inside = root => [...root.querySelectorAll("*")].flatMap(
        node => node.shadowRoot ? [node, ...inside(node.shadowRoot)] : [node]);
    return inside(document).map(node => node.getBoundingClientRect())
        .map(box => [box.x, box.y, box.width, box.height].map(Math.round)).join();
}"""  # of everything, in components too


def wait_until_still(page: Page) -> None:
    """Wait until nothing moves any more: a page is drawn in parts, and its fonts come late."""
    page.evaluate("() => document.fonts.ready.then(() => true)")
    before = ""
    while before != (before := page.evaluate(PLACES)):
        page.wait_for_timeout(200)


def edit_first_sentence(page: Page, text: str) -> None:
    """Double-click into the table's first source cell, as a learner would, and type."""
    page.bring_to_front()  # a tab in the background draws nothing
    if "view=table" not in page.url:
        page.get_by_text(re.compile("^(All pairs|全部句对)$")).click()
    expect(page.get_by_role("button", name=re.compile("Download|下载")).first).to_be_visible()
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box is not None
    page.mouse.dblclick(box["x"] + 200, box["y"] + 52)
    field = page.locator("textarea.gdg-input")
    field.fill(text)
    field.press("Enter")


def saved_sentence(server: Server, page: Page) -> str:
    """The first source sentence as it stands in the store."""
    engine = store.open_store(f"sqlite:///{server.folder / 'store.db'}")
    (key,) = parse_qs(urlparse(page.url).query)["w"]
    workspace = store.find_workspace(engine, key)
    assert workspace is not None
    head = store.find_head(engine, workspace.id)
    engine.dispose()
    assert head is not None
    return head.rows[0].source


def curve(page: Page) -> str:
    """The drawn loss curve."""
    return page.get_by_test_id("live-curve").inner_html()


def expect_step(page: Page, position: int) -> None:
    expect(page.get_by_test_id("stepper")).to_have_attribute("data-position", str(position))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_change_a_word_train_step_through_it_and_see_the_attention(
    shared_server: Server, open_page: Open, language: str
) -> None:
    words = WORDS[language]
    page = open_page(shared_server.url, language)
    expect(page.get_by_test_id("live-hero")).to_be_visible()

    go(page, words["Corpus"])
    edit_first_sentence(page, CHANGED)
    expect(page.get_by_text(words["saved"])).to_be_visible()

    go(page, words["Train"])
    page.get_by_role("button", name=words["Train"]).click()
    wait_until(page, lambda: update(page) > 0)
    before = curve(page)
    wait_until(page, lambda: update(page) > 20 and curve(page) != before)
    expect(page.get_by_test_id("live")).to_contain_text(CHANGED)
    page.get_by_role("button", name=words["Pause"]).click()
    expect(page.locator(".st-key-train_run")).to_be_visible()
    stopped_at = update(page)
    assert stopped_at > 20

    go(page, words["Decode"])
    expect(page.get_by_test_id("stepper")).to_be_visible()
    expect(page.get_by_test_id("stepper")).to_contain_text("三")  # the changed sentence
    expect_step(page, 0)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect_step(page, 2)
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect_step(page, 1)
    expect(page).to_have_url(re.compile(r"step=1"))

    page.reload()
    expect_step(page, 1)

    go(page, words["Attention"])
    heat_map = page.get_by_test_id("map")
    expect(heat_map).to_contain_text("三")
    page.reload()
    expect(heat_map).to_contain_text("三")

    go(page, words["Corpus"])
    page.reload()
    expect(page.get_by_text(words["saved"])).to_be_visible()
    go(page, words["Train"])
    page.reload()
    wait_until(page, lambda: update(page) >= stopped_at)


def long_run(page: Page) -> None:
    """Start a run that outlives the test."""
    page.get_by_role("button", name="Train").click()
    wait_until(page, lambda: update(page) > 5)


LONG = "/train?updates=5000"


def test_two_tabs_of_one_workspace_lose_no_edit(shared_server: Server, open_page: Open) -> None:
    page = open_page(shared_server.url + "/corpus")
    edit_first_sentence(page, CHANGED)
    expect(page.get_by_text("✓ saved")).to_be_visible()
    expect(page).to_have_url(re.compile("[?&]w="))
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector("h1")
    newest = CHANGED.replace("三", "那")
    edit_first_sentence(page, newest)
    wait_until(page, lambda: saved_sentence(shared_server, page) == newest)
    edit_first_sentence(other, CHANGED.replace("三", "一"))
    expect(other.get_by_text("Somebody changed this corpus")).to_be_visible()
    assert saved_sentence(shared_server, page) == newest
    # whose table is out of date gets a sentence, not a traceback, for an undo that is none
    for tab in (page, page, other):
        tab.get_by_role("button", name="Undo").click()
        tab.wait_for_timeout(300)
    expect(other.get_by_text("could not be drawn")).to_have_count(0)


@pytest.mark.parametrize("path", ["corpus", "decode", "attention"])
def test_a_link_straight_to_a_page_shows_it_in_its_frame(
    server: Server, open_page: Open, path: str
) -> None:
    page = open_page(f"{server.url}/{path}")  # the first visit to this server
    links = page.get_by_test_id("stSidebarNav").get_by_role("link")
    names = ["Start", "Corpus", "Train", "Decode", "Guess your model", "Search", "Attention"]
    names += ["Inside one step", "Words", "Metrics"]
    expect(links).to_have_text([re.compile(f"{name}$") for name in names])


def test_a_second_train_says_what_became_of_the_first(
    shared_server: Server, open_page: Open
) -> None:
    page = open_page(shared_server.url + LONG)
    long_run(page)
    page.wait_for_timeout(1500)  # a second press within a second is a double click: one run
    page.get_by_role("button", name="Start again").click()
    expect(page.get_by_text("Run 1 was stopped for this one")).to_be_visible()
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused at update")).to_be_visible()
    paused = update(page)
    page.get_by_role("button", name="Go on").click()
    wait_until(page, lambda: update(page) > paused)
    page.get_by_role("button", name="Pause").click()  # the server is needed
    expect(page.get_by_text("Paused at update")).to_be_visible()


def test_another_language_loses_no_edit(shared_server: Server, open_page: Open) -> None:
    page = open_page(shared_server.url + "/corpus")
    edit_first_sentence(page, CHANGED)
    expect(page.get_by_text("✓ saved")).to_be_visible()
    page.get_by_text("中文", exact=True).click()
    expect(page.get_by_text("✓ 已保存")).to_be_visible()
    page.wait_for_timeout(500)
    assert saved_sentence(shared_server, page) == CHANGED
    expect(page).to_have_url(re.compile("lang=zh"))


def test_settings_survive_a_run_a_page_switch_and_a_refresh(
    shared_server: Server, open_page: Open
) -> None:
    page = open_page(f"{shared_server.url}/train?updates=100&learning_rate=0.01&architecture=lstm")
    page.get_by_role("button", name="Train").click()
    expect(page.get_by_text("Finished after 100 updates.")).to_be_visible()
    page.get_by_role("button", name="More settings").click()
    seed = page.get_by_role("radiogroup", name="Random seed")
    seed.get_by_text("2", exact=True).click()
    expect(page).to_have_url(re.compile("seed=2"))
    expect(page.get_by_text("The settings are for the next model")).to_be_visible()
    page.keyboard.press("Escape")
    go(page, "Corpus")
    expect(page).to_have_url(re.compile("seed=2"))
    page.reload()
    go(page, "Train")
    for setting in ("updates=100", "learning_rate=0.01", "architecture=lstm", "seed=2"):
        expect(page).to_have_url(re.compile(setting))


def test_a_typed_sentence_goes_along_from_page_to_page(
    shared_server: Server, open_page: Open
) -> None:
    page = open_page(f"{shared_server.url}/train?updates=100")
    page.get_by_role("button", name="Train").click()
    expect(page.get_by_text("Finished after 100 updates.")).to_be_visible()
    go(page, "Decode")
    field = page.get_by_role("combobox").nth(1)
    field.fill("她昨天买了香蕉")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Never seen in training, read as <unk>: 香蕉")).to_be_visible()
    expect(page.get_by_test_id("stepper")).to_contain_text("香蕉")
    page.wait_for_timeout(300)
    page.keyboard.press("ArrowRight")  # the keys are the stepper's again
    expect_step(page, 1)
    for name in ("Attention", "Decode", "Attention"):
        go(page, name)
        expect(page.get_by_text("香蕉").first).to_be_visible()
    page.reload()
    expect(page.get_by_text("香蕉").first).to_be_visible()


@pytest.fixture(scope="module")
def frail_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for the tests that kill what belongs to it."""
    yield from run_server(Server(tmp_path_factory.mktemp("server")))


def test_a_killed_worker_is_replaced_and_the_run_goes_on(
    frail_server: Server, open_page: Open
) -> None:
    page = open_page(frail_server.url + LONG)
    long_run(page)
    killed = frail_server.workers()
    for worker in killed:
        os.kill(worker, signal.SIGKILL)
    before = update(page)
    wait_until(page, lambda: update(page) > before + 50)
    assert frail_server.workers() and not set(frail_server.workers()) & set(killed)
    page.get_by_role("button", name="Pause").click()  # it would outlive this test
    expect(page.get_by_text("Paused at update")).to_be_visible()


def test_a_dead_supervisor_is_replaced(frail_server: Server, open_page: Open) -> None:
    page = open_page(frail_server.url + LONG)
    long_run(page)
    (supervisor,) = children(frail_server.pid)
    os.kill(supervisor, signal.SIGKILL)
    before = update(page)
    wait_until(page, lambda: update(page) > before + 50)
    page.get_by_role("button", name="Pause").click()  # it would outlive this test
    expect(page.get_by_text("Paused at update")).to_be_visible()


def test_a_killed_server_comes_back_with_everything_and_the_run_goes_on(
    frail_server: Server, open_page: Open
) -> None:
    page = open_page(frail_server.url + LONG)
    long_run(page)
    workers = frail_server.workers()
    assert workers
    frail_server.kill()
    wait_until(page, lambda: not any(os.path.exists(f"/proc/{pid}/cmdline") for pid in workers), 3)
    before = update(page)
    frail_server.start()
    # nobody clicks: the page notices by itself, and the run goes on by itself
    wait_until(page, lambda: update(page) > before + 50)
    go(page, "Decode")
    expect(page.get_by_test_id("stepper")).to_be_visible()
