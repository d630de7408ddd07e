"""The corpus page as a learner uses it: by clicking, by typing, in the table, on a phone."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Locator, Page, expect

from seq2seq_core import store
from seq2seq_core.data import bundled
from seq2seq_core.data.corpus import Row, build_corpus, swap_sides
from seq2seq_core.data.suggestions import Draft, choose_word
from seq2seq_core.data.tokenizers import longest_match
from seq2seq_core.data.word_classes import WordClasses
from tests.browser.conftest import Open
from tests.browser.server import Server
from tests.browser.test_journey import edit_first_sentence, wait_until

FIRST = bundled.load_bundled("first").rows
WORDS = {word for row in FIRST for word in row.source.split()}


@pytest.fixture
def server(shared_server: Server) -> Server:
    """One for all of these tests: each is a visitor with a workspace of its own."""
    return shared_server


def stored_rows(server: Server, page: Page) -> tuple[Row, ...]:
    """The rows as they stand in the store; the shipped ones before the first change."""
    key = parse_qs(urlparse(page.url).query).get("w")
    if key is None:
        return FIRST
    engine = store.open_store(f"sqlite:///{server.folder / 'store.db'}")
    workspace = store.find_workspace(engine, key[0])
    head = store.find_head(engine, workspace.id) if workspace else None
    engine.dispose()
    return head.rows if head else FIRST


def first_pair(server: Server, page: Page) -> tuple[str, str]:
    row = stored_rows(server, page)[0]
    return row.source, row.target


def tokens(page: Page, side: str) -> Locator:
    return page.get_by_test_id(f"composer-{side}").locator(".token > span")


def click_word(page: Page, side: str, word: str) -> None:
    box = page.get_by_test_id(f"composer-{side}").locator(".token")
    box.filter(has=page.get_by_text(word, exact=True)).first.click()


def chip(page: Page, word: str) -> Locator:
    return page.get_by_test_id("composer-chips").locator(f"button[data-token='{word}']")


def test_a_word_changed_by_clicks_is_added_with_its_translation(
    server: Server, open_page: Open
) -> None:
    page = open_page(server.url + "/corpus")
    click_word(page, "source", "毛衣")
    chip(page, "苹果").click()
    click_word(page, "source", "两")
    chip(page, "一").click()
    wanted = ("小冰 昨天 买 了 一 个 红色 的 苹果", "XiaoBing bought a red apple yesterday")
    # measure word, noun, number and article go along
    expect(tokens(page, "source")).to_have_text(wanted[0].split())
    expect(tokens(page, "target")).to_have_text(wanted[1].split())
    page.get_by_test_id("composer-add").click()
    expect(page.get_by_text("✓ saved")).to_be_visible()
    wait_until(page, lambda: first_pair(server, page) == wanted)
    page.reload()
    expect(page.get_by_test_id("composer-own")).to_contain_text("XiaoBing bought a red apple")
    page.get_by_role("button", name="Remove").last.click()
    wait_until(page, lambda: stored_rows(server, page) == FIRST)


QUICK_HANDS = """root => {
    const part = name => root.querySelector(`[data-testid=composer-${name}]`);
    const field = part("type-source");
    const type = (text, key) => {
        field.value = text;
        field.dispatchEvent(new Event("input"));
        if (key) field.dispatchEvent(new KeyboardEvent("keydown", { key }));
    };
    part("chips").querySelector("[data-token=茶]").click();
    part("chips").querySelector("[data-token=苹果]").click();
    type("小雪", "Enter");
    type("看书");
}"""


def test_what_is_done_before_the_server_answers_is_done_after_it(
    shared_server: Server, open_page: Open
) -> None:
    page = open_page(shared_server.url + "/corpus")
    pairs = build_corpus(FIRST, "space").pairs
    expected = Draft(pairs[0].source, pairs[0].target)
    for word in ("茶", "苹果"):
        expected = choose_word(expected, "source", None, word, WordClasses.from_pairs(pairs))
    page.get_by_test_id("composer").evaluate(QUICK_HANDS)
    expect(tokens(page, "source")).to_have_text([*expected.source, "小雪", "看", "书"])
    expect(tokens(page, "target")).to_have_text(expected.target)
    expect(page.get_by_test_id("composer-type-source")).to_have_value("看书")


def test_the_focus_stays_and_no_letter_is_lost_while_words_are_chosen(
    shared_server: Server, open_page: Open
) -> None:
    page = open_page(shared_server.url + "/corpus")
    field = page.get_by_test_id("composer-type-source")
    field.press_sequentially("cha", delay=5)
    chip(page, "茶").click()
    page.keyboard.type("小雪看书", delay=5)
    expect(field).to_be_focused()
    expect(field).to_have_value("小雪看书")
    expect(tokens(page, "source")).to_have_text(
        [*FIRST[0].source.split(), "茶", "小雪", "看", "书"]
    )
    expect(tokens(page, "target").filter(has_text="tea")).to_have_count(1)


def test_typed_text_is_cut_as_the_server_would_cut_it(
    shared_server: Server, open_page: Open
) -> None:
    page = open_page(shared_server.url + "/corpus", "zh")
    field = page.get_by_test_id("composer-type-source")
    shipped = FIRST[0].source.split()
    for text in ("她昨天买了香蕉", "小雪看电影小说", "咖啡咖哥的", "𠀀茶<b>&书"):
        field.fill(text)
        expect(tokens(page, "source")).to_have_text([*shipped, *longest_match(text, WORDS)])
    field.fill("mao")  # a sound, looked for among the words: in English alone there are any
    expect(tokens(page, "source")).to_have_text([*shipped, "mao"])


def test_a_sound_or_a_meaning_finds_a_word(shared_server: Server, open_page: Open) -> None:
    page = open_page(shared_server.url + "/corpus")
    click_word(page, "source", "毛衣")
    field = page.get_by_test_id("composer-type-source")
    field.fill("newsp")
    field.press("Enter")
    expect(tokens(page, "source").last).to_have_text("报纸")
    expect(tokens(page, "target").nth(4)).to_have_text("newspapers")


def test_a_new_word_comes_into_ten_sentences(server: Server, open_page: Open) -> None:
    page = open_page(server.url + "/corpus", "zh")
    for side, old, new in (("source", "小冰", "小雪"), ("target", "XiaoBing", "XiaoXue")):
        click_word(page, side, old)
        page.get_by_test_id(f"composer-type-{side}").fill(new)
        page.get_by_test_id(f"composer-type-{side}").press("Enter")
    expect(page.get_by_test_id("composer-source")).to_contain_text("新词")
    page.get_by_test_id("composer-add").click()
    # the word that gave way is the first place that is offered
    expect(page.get_by_test_id("composer-own").locator("select")).to_have_value("小冰 → XiaoBing")
    page.get_by_role("button", name="放进十个句子").click()
    wait_until(page, lambda: len(stored_rows(server, page)) == len(FIRST) + 11)
    for row in stored_rows(server, page)[:11]:
        assert "小雪" in row.source.split() and "XiaoXue" in row.target.split()
    page.get_by_role("button", name="撤销").click()
    wait_until(page, lambda: len(stored_rows(server, page)) == len(FIRST) + 1)


def test_the_table_is_edited_pasted_swapped_and_undone(server: Server, open_page: Open) -> None:
    page = open_page(server.url + "/corpus?view=table")
    edit_first_sentence(page, "她 笑 了")
    wait_until(page, lambda: stored_rows(server, page)[0].source == "她 笑 了")
    edited = stored_rows(server, page)

    page.get_by_role("button", name="Paste rows").click()
    page.get_by_role("textbox", name="Rows out of a spreadsheet").fill(
        "我 跑\tI run\n你 跑\tyou run"
    )
    page.get_by_role("button", name="Append").click()
    pasted = (*edited, Row("我 跑", "I run"), Row("你 跑", "you run"))
    wait_until(page, lambda: stored_rows(server, page) == pasted)
    page.keyboard.press("Escape")

    swap = page.get_by_role("button", name="Swap sides")
    swap.click()
    wait_until(page, lambda: stored_rows(server, page) == tuple(swap_sides(pasted)))
    page.wait_for_timeout(300)
    swap.click()
    wait_until(page, lambda: stored_rows(server, page) == pasted)

    for before in (tuple(swap_sides(pasted)), pasted, edited, FIRST):
        page.wait_for_timeout(300)
        page.get_by_role("button", name="Undo").click()
        wait_until(page, lambda rows=before: stored_rows(server, page) == rows)


def test_what_the_door_refuses_is_named_and_not_stored(server: Server, open_page: Open) -> None:
    page = open_page(server.url + "/corpus?view=table")
    edit_first_sentence(page, "小冰 <eos>")
    expect(page.get_by_text(re.compile("Row 1.*<eos> is a special token"))).to_be_visible()
    assert stored_rows(server, page) == FIRST
    page.wait_for_timeout(500)  # the table is a new one
    edit_first_sentence(page, "小\u200b冰 来 了")
    expect(page.get_by_text("Invisible characters were taken out of row 1.")).to_be_visible()
    wait_until(page, lambda: stored_rows(server, page)[0].source == "小冰 来 了")


def test_the_last_edit_outlives_a_change_of_the_view(server: Server, open_page: Open) -> None:
    page = open_page(server.url + "/corpus?view=table")
    edit_first_sentence(page, "她 笑 了")
    page.wait_for_timeout(250)  # so long Streamlit's editor itself waits before it tells of an edit
    page.get_by_text("What the model sees").click()
    expect(page.get_by_test_id("tensors")).to_be_visible()
    wait_until(page, lambda: stored_rows(server, page)[0].source == "她 笑 了")


def test_a_phone_shows_cards_to_edit(server: Server, open_page: Open) -> None:
    page = open_page(server.url + "/corpus?view=table", width=390, height=844)
    expect(page.get_by_test_id("stDataFrame").first).to_be_hidden()
    page.get_by_test_id("cards-search").fill("咖啡")
    count = sum("咖啡" in row.source for row in FIRST)
    expect(page.get_by_text(f"{count} pairs")).to_be_visible()
    card = page.get_by_test_id("cards").locator("li").first
    field = card.locator("textarea.target")
    field.fill("KaGe sleeps")
    field.press("Enter")
    wait_until(page, lambda: stored_rows(server, page)[1].target == "KaGe sleeps")
    expect(field).to_have_value("KaGe sleeps")
    card.get_by_role("button", name="Remove").click()
    wait_until(page, lambda: stored_rows(server, page) == (FIRST[0], *FIRST[2:]))


def test_the_loudest_button_trains_on_the_sentence_that_is_seen(
    server: Server, open_page: Open
) -> None:
    page = open_page(server.url + "/corpus?updates=100")
    go_on = page.get_by_test_id("composer-go")
    expect(go_on).to_have_text("Train on it")
    click_word(page, "source", "两")
    chip(page, "三").click()
    expect(page.get_by_text("✓ saved")).to_have_count(0)
    expect(go_on).to_have_text("Add and train")
    go_on.dblclick()  # the second half starts no second run
    expect(page.get_by_test_id("live")).to_contain_text("三 件 红色 的 毛衣")
    assert first_pair(server, page)[0] == "小冰 昨天 买 了 三 件 红色 的 毛衣"
    assert parse_qs(urlparse(page.url).query)["run"] == ["1"]


def test_a_greyed_button_says_why(shared_server: Server, open_page: Open) -> None:
    page = open_page(shared_server.url + "/corpus")
    add = page.get_by_test_id("composer-add")
    status = page.get_by_test_id("composer").locator(".said")
    expect(status).to_contain_text("Change a word")
    field = page.get_by_test_id("composer-type-target")
    for _word in FIRST[0].target.split():
        field.press("Backspace")
    expect(status).to_contain_text("The target has no word yet")
    expect(add).to_be_disabled()
    expect(page.get_by_test_id("composer-go")).to_be_disabled()
    field.fill("KaGe sleeps")
    field.press("Enter")
    expect(status).to_contain_text("sleeps is new, but the source has no new word")
    add.click()
    expect(status).to_contain_text("✓ saved · Row 2 translates the same sentence differently")
    page.reload()
    expect(status).to_contain_text("✓ saved · This pair is row 1 of the corpus.")
    expect(add).to_be_disabled()
    expect(page.get_by_test_id("composer-own")).to_contain_text("the source has no new word")


def test_a_refused_change_of_a_pair_is_still_a_change_of_that_pair(
    server: Server, open_page: Open
) -> None:
    page = open_page(server.url + "/corpus")
    field = page.get_by_test_id("composer-type-target")
    field.fill("blorps")
    page.get_by_test_id("composer-add").click()
    page.get_by_role("button", name="Edit").click()
    for text, answer in (("<eos>", "is a special token"), ("today", "✓ saved")):
        field.press("Backspace")
        field.fill(text)
        expect(page.get_by_test_id("composer-add")).to_have_text("Save the change")
        page.get_by_test_id("composer-add").click()
        expect(page.get_by_test_id("composer").locator(".said")).to_contain_text(answer)
    assert stored_rows(server, page)[1:] == FIRST
    assert first_pair(server, page)[1] == f"{FIRST[0].target} today"


def test_a_second_click_on_undo_is_no_edit_of_somebody_else(
    server: Server, open_page: Open
) -> None:
    page = open_page(server.url + "/corpus")
    for number, text in enumerate(("now", "here", "there"), 1):
        page.get_by_test_id("composer-type-target").fill(text)
        page.get_by_test_id("composer-add").click()
        wait_until(page, lambda count=number: len(stored_rows(server, page)) == len(FIRST) + count)
    page.wait_for_timeout(500)
    for _click in range(2):
        page.get_by_role("button", name="Undo").click()
        page.wait_for_timeout(100)  # so quick that the page is drawn once at most
    wait_until(page, lambda: len(stored_rows(server, page)) <= len(FIRST) + 2)
    page.wait_for_timeout(1000)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)


def test_a_paste_of_which_nothing_is_taken_changes_nothing(server: Server, open_page: Open) -> None:
    page = open_page(server.url + "/corpus?view=table")
    expect(page.get_by_test_id("cards").locator("li")).to_have_count(0)  # sent to phones alone
    page.get_by_role("button", name="Paste rows").click()
    page.get_by_role("textbox", name="Rows out of a spreadsheet").fill("我 <eos>\tI run")
    page.get_by_role("button", name="Append").click()
    expect(page.get_by_text("Not stored: Row 1")).to_be_visible()
    expect(page.get_by_text("were appended")).to_have_count(0)
    assert stored_rows(server, page) == FIRST
    assert "w" not in parse_qs(urlparse(page.url).query)  # nothing was written at all
