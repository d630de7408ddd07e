"""Everything that matters is in the URL and the store: a page finds itself again from there."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.frame import session
from seq2seq_core.data import bundled
from seq2seq_core.data.corpus import Row
from tests.pages.laboratory import HELD_OUT, ROWS, Laboratory, address


def draw() -> None:
    import streamlit as st

    from pages.shared.frame import session, url_state
    from seq2seq_core.data.corpus import Row

    session.report_lost_workspace()
    st.session_state["view"] = view = session.current_corpus()
    st.session_state["workspace"] = session.current_workspace()
    if st.button("save"):
        rows = [Row("我 笑", "I laugh"), *view.rows]
        st.session_state["saved"] = session.save_corpus(view, rows, view.held_out)
    url_state.sync_url("one")


def visit(**params: str) -> AppTest:
    app = AppTest.from_function(draw)
    for name, value in params.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def test_before_the_first_change_it_is_the_corpus_of_the_lesson(empty_lab: Laboratory) -> None:
    app = visit()
    view = app.session_state["view"]
    first = bundled.load_bundled(bundled.DEFAULT_CORPUS)
    assert (view.name, view.rows, view.held_out) == (first.name, first.rows, first.held_out)
    assert view.revision is None and app.session_state["workspace"] is None
    assert address(app) == {}


def test_the_first_change_makes_a_workspace_and_can_be_undone(empty_lab: Laboratory) -> None:
    app = visit()
    app.button[0].click().run()
    saved = app.session_state["saved"]
    assert saved.rows[0] == Row("我 笑", "I laugh")
    assert saved.revision.parent_id is not None  # the lesson's own rows stand before it
    key = address(app)["w"]
    refreshed = visit(w=key)
    assert refreshed.session_state["view"].rows == saved.rows
    assert refreshed.session_state["workspace"].id == saved.revision.workspace_id


def test_a_workspace_shows_its_own_corpus(lab: Laboratory) -> None:
    view = visit(w=lab.key).session_state["view"]
    assert (view.name, view.rows, view.held_out) == ("first", ROWS, HELD_OUT)


@pytest.mark.parametrize("key", ["nobody", "", "x" * 5000, "'; drop table runs; --"])
def test_a_key_that_opens_nothing_is_always_said_in_the_same_words(
    lab: Laboratory, english: None, key: str
) -> None:
    app = visit(w=key)
    (error,) = app.error
    assert error.value.startswith("This link leads to no work that is kept here")
    assert address(app) == {}
    assert app.session_state["view"].revision is None


def test_dead_workers_are_started_again_and_living_ones_left_alone(
    lab: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []

    class Pool:
        exit_code: int | None = None

        def poll(self) -> int | None:
            return self.exit_code

    pool = Pool()

    def start(url: str) -> Any:
        started.append(url)
        return pool

    monkeypatch.setattr(session, "start_pool", start)
    session.ensure_workers()
    session.ensure_workers()
    assert started == [lab.url]
    pool.exit_code = -9
    session.ensure_workers()
    assert started == [lab.url] * 2


def test_a_shared_database_has_workers_of_its_own(
    lab: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEQ2SEQ_LAB_STORE", "postgresql://host/lab")
    monkeypatch.setattr(session, "start_pool", lambda url: pytest.fail(url))
    session.ensure_workers()
