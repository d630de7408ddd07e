"""What goes over the wire: the first visit of a page, and a run that is watched."""

from __future__ import annotations

import re
from base64 import b64decode
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.benchmarks.clicks import START
from tests.benchmarks.table import Figures, Row

VISITS = 5  # to each page
SECONDS = 10  # that a run is watched
CLASS = 80  # kB a second: thirty viewers share a classroom's 20 Mbit a second
CHARTS = re.compile(r"plotly|vega|/embed\.", re.IGNORECASE)  # embed: Streamlit's name for Vega
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


class Wire:
    """All that a page asks for and hears, as Chromium counts it."""

    def __init__(self, page: Page) -> None:
        self.urls: dict[str, str] = {}  # request → address
        self.sent = self.unpacked = 0  # bytes of all files
        self.messages: list[bytes] = []  # from the server; a proxy may compress them on their way
        session = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self.record_request)
        session.on("Network.dataReceived", self.count_unpacked)
        session.on("Network.loadingFinished", self.count_sent)
        session.on("Network.webSocketFrameReceived", self.record_message)
        session.send("Network.enable")

    def record_request(self, event: dict[str, Any]) -> None:
        url = event["request"]["url"]
        if url.startswith("http"):  # a blob comes from the page itself
            self.urls[event["requestId"]] = url

    def count_unpacked(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self.urls:
            self.unpacked += event["dataLength"]

    def count_sent(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self.urls:
            self.sent += event["encodedDataLength"]

    def record_message(self, event: dict[str, Any]) -> None:
        if event["response"]["opcode"] == 2:  # all of Streamlit's are binary
            self.messages.append(b64decode(event["response"]["payloadData"]))


def code(message: bytes) -> int:
    """Bytes of JavaScript and CSS in a message."""
    component = ForwardMsg.FromString(message).delta.new_element.bidi_component
    return len(component.js_content.encode()) + len(component.css_content.encode())


# --- first visits ---------------------------------------------------------------------------


class Place(NamedTuple):
    name: str
    url: str
    ready: str  # the path to what the learner came for


class Visit(NamedTuple):
    sent: float  # MB
    unpacked: float  # MB
    requests: int
    charts: int  # files of chart libraries
    paint: float  # ms until anything is seen
    drawn: float  # ms until what the learner came for is


def visit(browser: Browser, place: Place) -> Visit:
    """With nothing in the cache."""
    context = browser.new_context(locale="en-US", viewport={"width": 1440, "height": 900})
    context.add_init_script(path=Path(__file__).with_name("watch.js"))
    context.add_init_script(f"bench.answers([() => Boolean(bench.find('{place.ready}'))], false)")
    page = context.new_page()
    wire = Wire(page)
    page.goto(place.url)
    (drawn,) = page.evaluate("answered")
    page.wait_for_load_state("networkidle")
    paint = page.evaluate(PAINTED)
    context.close()
    message_bytes = sum(map(len, wire.messages))
    charts = sum(bool(CHARTS.search(url)) for url in wire.urls.values())
    size = (wire.sent + message_bytes) / 1e6, (wire.unpacked + message_bytes) / 1e6
    return Visit(*size, len(wire.urls), charts, paint, drawn)


def visits(browser: Browser, root: Place, other: Place, empty: Place) -> list[Row]:
    """First visits of the root page and of another, beside those of an empty page."""
    visits_by_place: dict[Place, list[Visit]] = {place: [] for place in (root, other, empty)}
    for _ in range(VISITS):
        for place in visits_by_place:
            visits_by_place[place].append(visit(browser, place))

    def row(place: Place, what: str, label: str, aim: float, unit: str = "") -> Row:
        measured, beside = (
            Figures(
                f"first visit of {at.name}: {label}",
                [getattr(v, what) for v in visits_by_place[at]],
            )
            for at in (place, empty)
        )
        return Row(measured, beside, aim, unit, of_ratio=unit == "times it")

    rows = []
    for place in (root, other):
        rows += [
            row(place, "sent", "MB sent", 4.5, "MB"),
            row(place, "unpacked", "MB unpacked", 4.5, "MB"),
            row(place, "requests", "requests", 2, "times it"),
            row(place, "paint", "ms to first paint", 2, "times it"),
            row(place, "drawn", "ms until drawn", 2, "times it"),
        ]
    return [*rows, row(root, "charts", "files of chart libraries", 0)]


# --- a watched run --------------------------------------------------------------------------


def watched(page: Page, ticking: Page) -> list[Row]:
    """What one viewer of a run is sent. On `page` one is begun again; `ticking` draws a number."""
    page.locator(START).click()
    page.wait_for_function("bench.update() > 50 && bench.update() < 500")  # not the run before
    run, timer = (Wire(each) for each in (page, ticking))
    totals, codes, timers = ([] for _ in range(3))
    for _ in range(SECONDS):
        for wire in (run, timer):
            wire.messages.clear()
        page.wait_for_timeout(1000)
        totals.append(sum(map(len, run.messages)) / 1000)
        codes.append(sum(map(code, run.messages)) / 1000)
        timers.append(sum(map(len, timer.messages)) / 1000)
    beside = Figures("an empty page, same timer", timers)
    data = [total - part for total, part in zip(totals, codes, strict=True)]
    return [
        Row(Figures("a watched run, kB a second", totals), beside, CLASS, "kB"),
        Row(
            Figures("code in it, kB a second", codes),
            Figures("data in it", data),
            1,
            "times it",
            of_ratio=True,
        ),
    ]
