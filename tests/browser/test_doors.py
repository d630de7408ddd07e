"""What comes in by an address: damaged links, wrong keys, other sites. The page stays usable."""

from __future__ import annotations

import http.client
import socket
from urllib.parse import parse_qs, quote, urlparse

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.server import Server
from tests.browser.test_journey import wait_until

DAMAGED = "This link is damaged"
LOST = "This link leads to no work that is kept here"


def query_params(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlparse(page.url).query, keep_blank_values=True)


def expect_usable(page: Page) -> None:
    """No error but the one expected above it, and a button that can be pressed."""
    expect(page.get_by_text("This could not be drawn")).to_have_count(0)
    expect(page.get_by_text("Traceback")).to_have_count(0)
    expect(page.get_by_role("button", name="Train", exact=True).first).to_be_enabled()


def test_a_step_that_is_none_is_the_beginning(shared_server: Server, open_page: Open) -> None:
    page = open_page(f"{shared_server.url}/train?step=-1")
    expect_usable(page)
    page.goto(f"{shared_server.url}/train?step=NaN")
    expect_usable(page)
    expect(page.get_by_text(DAMAGED)).to_have_count(0)


def test_sizes_in_a_link_get_the_same_answer_as_in_the_form(
    shared_server: Server, open_page: Open
) -> None:
    page = open_page(
        f"{shared_server.url}/train?hidden_size=1000000&updates=1000000000&learning_rate=inf"
    )
    expect(page.get_by_text("must be between 1 and 256, not 1000000")).to_be_visible()
    expect(page.get_by_text("must be between 1 and 100000, not 1000000000")).to_be_visible()
    expect(page.get_by_text("must be a finite number, not “inf”")).to_be_visible()
    expect_usable(page)


def test_settings_of_a_link_that_do_not_go_together_are_said_and_can_be_mended(
    shared_server: Server, open_page: Open
) -> None:
    page = open_page(f"{shared_server.url}/train?hidden_size=33")
    expect(page.get_by_text("hidden_size must be even for a bidirectional encoder")).to_be_visible()
    expect(page.get_by_role("slider", name="Hidden size")).to_be_visible()
    expect_usable(page)


def test_a_link_that_is_no_text_is_said_once_and_left_out(
    shared_server: Server, open_page: Open
) -> None:
    page = open_page(f"{shared_server.url}/train?sentence=%ED%A0%80&tok=%ED%A0%80&hidden_size=32")
    expect(page.get_by_text(DAMAGED)).to_be_visible()
    wait_until(page, lambda: set(query_params(page)) == {"hidden_size"})
    expect_usable(page)
    page.reload()
    expect_usable(page)
    expect(page.get_by_text(DAMAGED)).to_have_count(0)


def test_a_name_that_nobody_knows_leads_nowhere(shared_server: Server, open_page: Open) -> None:
    page = open_page(f"{shared_server.url}/train?next=//evil.invalid")
    wait_until(page, lambda: "next" not in query_params(page))
    assert urlparse(page.url).netloc == urlparse(shared_server.url).netloc
    expect_usable(page)


WRONG_KEYS = (
    "A" * 43,  # as a true one looks
    "a" * 10_000,
    "../" * 9 + "\r\nSet-Cookie:x\ufffd",
)


def test_a_wrong_key_gets_one_answer_whatever_it_looks_like(
    shared_server: Server, open_page: Open
) -> None:
    page = open_page(f"{shared_server.url}/train")
    for key in WRONG_KEYS:
        page.goto(f"{shared_server.url}/train?w={quote(key, safe='')}")
        expect(page.get_by_text(LOST)).to_be_visible()
        wait_until(page, lambda: "w" not in query_params(page))
        expect(page.get_by_text(DAMAGED)).to_have_count(0)
        expect_usable(page)


def test_no_file_of_the_server_is_served(shared_server: Server) -> None:
    place = urlparse(shared_server.url).netloc
    for path in ("/media/..%2f..%2fetc%2fpasswd", "/media/../../etc/passwd"):
        connection = http.client.HTTPConnection(place, timeout=10)
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status in (400, 404)
        assert b"root:" not in answer.read()
        connection.close()


@pytest.mark.parametrize(("origin", "status"), [("https://evil.example", "403"), ("", "101")])
def test_another_site_cannot_open_the_channel(
    origin: str, status: str, shared_server: Server
) -> None:
    place = urlparse(shared_server.url)
    lines = [
        "GET /_stcore/stream HTTP/1.1",
        f"Host: {place.netloc}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        f"Origin: {origin or shared_server.url}",
    ]
    with socket.create_connection((place.hostname, place.port), 10) as channel:
        channel.sendall("\r\n".join([*lines, "", ""]).encode())
        assert channel.recv(100).decode(errors="replace").split()[1] == status
