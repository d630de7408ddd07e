"""Training to be played with: by hand, slowly, by presets, several runs with names."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page, expect

from seq2seq_core import store
from tests.browser.conftest import Open
from tests.browser.server import Server
from tests.browser.test_journey import update, wait_until


@pytest.fixture
def server(shared_server: Server) -> Server:
    """One for all of these tests: each is a visitor with a workspace of its own."""
    return shared_server


def stored_runs(server: Server, page: Page) -> list[store.Run]:
    """The runs of this page's workspace, as the store has them."""
    engine = store.open_store(f"sqlite:///{server.folder / 'store.db'}")
    workspace = store.find_workspace(engine, parse_qs(urlparse(page.url).query)["w"][0])
    assert workspace is not None
    runs = store.find_runs(engine, workspace.id)
    engine.dispose()
    return runs


def press(page: Page, key: str) -> None:
    page.locator(f"[class*=st-key-train_{key}] button").first.click()


def test_one_update_one_epoch_and_slow_motion(server: Server, open_page: Open) -> None:
    page = open_page(f"{server.url}/train?updates=100")
    page.get_by_test_id("live-cell").first.wait_for()
    press(page, "advance_update")  # without a run it begins one
    expect(page.get_by_text("Paused at update 1.")).to_be_visible()
    press(page, "advance_update")
    expect(page.get_by_text("Paused at update 2.")).to_be_visible()
    press(page, "advance_epoch")  # 300 pairs, 32 at a time
    expect(page.get_by_text("Paused at update 12.")).to_be_visible()

    slider = page.locator(".st-key-train_speed_en").get_by_role("slider")
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile("speed=1(&|$)"))
    press(page, "run")
    wait_until(page, lambda: update(page) >= 14)
    assert update(page) < 40  # at full speed it would be at its end by now
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Finished after 100 updates.")).to_be_visible()


def test_a_run_is_named_watched_and_deleted(server: Server, open_page: Open) -> None:
    page = open_page(f"{server.url}/train?updates=100")
    press(page, "start")
    expect(page.get_by_text("Finished after 100 updates.")).to_be_visible()
    press(page, "manage_")
    field = page.get_by_role("textbox", name="Name")
    field.fill("<b>mine</b> *1*")
    field.press("Enter")
    wait_until(page, lambda: stored_runs(server, page)[0].title == "<b>mine</b> *1*")
    expect(page.get_by_role("combobox").first).to_have_value("1 · <b>mine</b> *1*")
    if not page.get_by_role("button", name="Delete this run").is_visible():
        press(page, "manage_")
    page.get_by_role("button", name="Delete this run").click()
    page.get_by_role("button", name=re.compile("for ever$")).click()
    wait_until(page, lambda: stored_runs(server, page) == [])
    expect(page.get_by_text("Nothing is learnt yet")).to_be_visible()


def test_other_sentences_are_watched_while_it_learns_and_after(
    server: Server, open_page: Open
) -> None:
    page = open_page(f"{server.url}/train?updates=100")
    press(page, "start")
    expect(page.get_by_text("Finished after 100 updates.")).to_be_visible()
    press(page, "manage_")
    field = page.get_by_role("combobox", name="Sentences to watch while it learns")
    field.fill("我昨天买了香蕉")
    field.press("Enter")
    expect(page.get_by_test_id("live-sentence").filter(has_text="香蕉")).to_be_visible()
    page.keyboard.press("Escape")
    press(page, "more")
    expect(page.get_by_text("Finished after 300 updates.")).to_be_visible()
    expect(page.get_by_test_id("live-sentence").filter(has_text="香蕉")).to_be_visible()


def test_divergence_says_when_and_what_to_try(server: Server, open_page: Open) -> None:
    page = open_page(
        f"{server.url}/train?learning_rate=10&clip=1000000&updates=600&attention=none&architecture=rnn"
    )
    press(page, "start")
    expect(page.get_by_text("Training diverged at update")).to_be_visible()
    page.get_by_role("button", name="Try again with learning rate 0.003").click()
    wait_until(page, lambda: len(stored_runs(server, page)) == 2)
    assert stored_runs(server, page)[1].training.learning_rate == 0.003
