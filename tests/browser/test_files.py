"""Files in and out of the corpus page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from seq2seq_core.data.corpus import Row
from seq2seq_core.data.formats import dump_rows, parse_rows
from tests.browser.conftest import Open
from tests.browser.server import Server
from tests.browser.test_corpus import first_pair, stored_rows
from tests.browser.test_journey import saved_sentence, wait_until, wait_until_still


@pytest.fixture
def server(shared_server: Server) -> Server:
    """One for all of these tests: each is a visitor with a workspace of its own."""
    return shared_server


def test_a_file_goes_in_and_comes_out_as_it_was(
    server: Server, open_page: Open, tmp_path: Path
) -> None:
    rows = [Row("我 爱 书", "=1+1"), Row("<b>你</b> 好", "hi\u3000there"), Row("咖哥 来 了", "-x")]
    page = open_page(server.url + "/corpus?view=table")
    uploader = page.get_by_test_id("stFileUploader")
    page.get_by_role("button", name="Load a corpus").click()
    gbk = tmp_path / "gbk.tsv"
    gbk.write_bytes("你好\thello\n".encode("gbk"))
    page.locator("input[type=file]").set_input_files(gbk)
    expect(page.get_by_text("it may be GB18030: choose that encoding")).to_be_visible()
    file = tmp_path / "<img src=x>.csv"
    file.write_bytes(dump_rows(rows, "csv"))
    page.wait_for_timeout(1000)
    if not uploader.is_visible():  # what was refused leaves the place open or closes it
        page.get_by_role("button", name="Load a corpus").click()
    expect(uploader).to_be_visible()
    page.locator("input[type=file]").set_input_files(file)
    expect(page).to_have_url(re.compile("[?&]w="))
    wait_until(page, lambda: saved_sentence(server, page) == rows[0].source)
    expect(page.get_by_text(f"3 pairs from {file.name}")).to_be_visible()  # the page knows too,
    expect(uploader).to_be_hidden()  # and has closed the place
    wait_until_still(page)
    page.get_by_role("button", name="Download", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="TSV", exact=True).click()
    text = download.value.path().read_text(encoding="utf-8")
    assert "'=1+1" in text and "'-x" in text  # no spreadsheet runs them
    assert [r.target for r in parse_rows(text, "a.tsv")] == [
        "=1+1",
        "hi there",
        "-x",
    ]  # clean, as stored


def test_good_rows_of_a_file_are_taken_and_the_others_named(
    server: Server, open_page: Open, tmp_path: Path
) -> None:
    file = tmp_path / "mixed.tsv"
    file.write_text("我 跑\tI run\n<pad>\tx\n你 跑\tyou run\n", encoding="utf-8-sig")
    page = open_page(server.url + "/corpus?view=table")
    page.get_by_role("button", name="Load a corpus").click()
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text(re.compile("Not stored: Row 2"))).to_be_visible()
    wait_until(page, lambda: [r.target for r in stored_rows(server, page)] == ["I run", "you run"])
    page.reload()
    page.get_by_text("What the model sees").click()
    expect(page.get_by_test_id("tensors").locator(".cell > span")).to_have_text(
        ["我", "跑", "<sos>", "I", "run", "I", "run", "<eos>"]
    )


def test_a_file_in_another_encoding_is_read_at_a_click(
    server: Server, open_page: Open, tmp_path: Path
) -> None:
    file = tmp_path / "gb.csv"
    file.write_bytes("我跑,I run\n".encode("gb18030"))
    page = open_page(server.url + "/corpus?view=table", "zh")
    page.get_by_role("button", name="载入语料").click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="按 GB18030 读取 gb.csv").click()
    wait_until(page, lambda: first_pair(server, page) == ("我跑", "I run"))


def test_the_offer_to_take_a_part_of_a_file_ends_with_another_corpus(
    server: Server, open_page: Open, tmp_path: Path
) -> None:
    file = tmp_path / "many.tsv"
    file.write_text("".join(f"s {i}\tt {i}\n" for i in range(2001)), encoding="utf-8")
    page = open_page(server.url + "/corpus?view=table")
    page.get_by_role("button", name="Load a corpus").click()
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("many.tsv has 2001 pairs; here there may be 2000.")).to_be_visible()
    page.get_by_role("button", name="Load a corpus").click()
    page.get_by_role("button", name="Five sentences").click()
    wait_until(page, lambda: len(stored_rows(server, page)) == 5)
    expect(page.get_by_text("many.tsv has")).to_have_count(0)
