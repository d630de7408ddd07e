"""The frame of a page that looks at a trained model."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.runs import page as frame
from tests.pages.runs.test_caching import RUN

followed: list[Any] = []


def draw_script(intro: str | None, follows: bool) -> None:
    """A page that says what it was given."""
    from collections.abc import Sequence

    import streamlit as st

    from pages.shared.runs.page import trained_page
    from pages.shared.runs.selection import SelectedRun
    from seq2seq_core.store import Run
    from tests.pages.runs.test_caching import TRAINED

    def select(page: str, choices: Sequence[Run]) -> SelectedRun:
        st.text(f"{page} chooses of {len(choices)}")
        return SelectedRun(choices[0], TRAINED)

    def draw(selected: SelectedRun) -> None:
        st.text(f"run {selected.run.id} at {selected.trained.update}")

    trained_page("words", "The title", intro, select, draw, follows=follows)


def visit(
    monkeypatch: pytest.MonkeyPatch, runs: list, intro: str | None = None, follows: bool = True
) -> list[str]:
    """What stands on the page, from above."""
    followed.clear()
    monkeypatch.setattr(frame, "list_runs", lambda: runs)
    monkeypatch.setattr(frame, "rerun_on_progress", followed.append)
    page = AppTest.from_function(draw_script, args=(intro, follows)).run()
    assert not page.exception
    elements: list[Any] = list(page.main.children.values())
    return [element.label if element.type == "button" else element.value for element in elements]


def test_a_page_without_a_run_shows_the_way_to_one(monkeypatch: pytest.MonkeyPatch) -> None:
    note = "There is no model yet: train one first, it takes a few seconds."
    assert visit(monkeypatch, [], "What it shows.") == [
        "The title",
        "What it shows.",
        note,
        "To Start",
    ]
    assert followed == []


def test_a_page_chooses_then_draws_and_follows_its_run(monkeypatch: pytest.MonkeyPatch) -> None:
    assert visit(monkeypatch, [RUN], "What it shows.") == [
        "The title",
        "What it shows.",
        "words chooses of 1",
        "run 1 at 5",
    ]
    assert followed == [RUN]


def test_a_page_may_go_without_introduction_and_follow_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert visit(monkeypatch, [RUN], follows=False) == [
        "The title",
        "words chooses of 1",
        "run 1 at 5",
    ]
    assert followed == []
