"""How often the Train page moves while a run goes, and whether anything flickers or jumps."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.benchmarks.clicks import CURVE, LIVE
from tests.benchmarks.table import Figures, Row

SECONDS = 10
SOON_WIDER = "() => bench.update() >= 900"  # its fourth digit comes while we look
COUNT = ".st-key-count [data-testid=stText]"


def watch(pages: dict[Page, list[str]]) -> list[dict[str, Any]]:
    """What `bench.frames` finds on several pages at the same time."""
    for page, paths in pages.items():
        page.evaluate("([paths, seconds]) => bench.frames(paths, seconds)", [paths, SECONDS])
    return [page.evaluate("watched") for page in pages]


def redraws(page: Page, ticking: Page) -> list[Row]:
    """`page` is paused; its run must outlast this. `ticking` draws a number by a timer."""
    (rest,) = watch({page: [CURVE, LIVE]})
    page.locator(".st-key-train_run button").click()
    page.wait_for_selector(".st-key-train_pause")
    page.wait_for_function(SOON_WIDER, timeout=300_000)
    moving, floor = watch({page: [CURVE, LIVE], ticking: [COUNT]})
    timer = Figures("an empty page, same timer", floor["redraws"][0])
    rows = [
        Row(Figures(f"redraws of {name} a second", counts), timer, 4, "", at_least=True)
        for name, counts in zip(("the curve", "live part"), moving["redraws"], strict=True)
    ]
    for what, name in (("blank", "blank frames"), ("shift", "layout shift")):
        measured = Figures(f"{name} in {moving['frames']} frames", [moving[what]])
        beside = Figures(f"at rest, in {rest['frames']} frames", [rest[what]])
        rows.append(Row(measured, beside, 0, ""))
    return rows
