"""Pages on stores of the tests' own: no worker process starts, nothing is looked up at home."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import app_test

from pages.shared.frame import i18n, session
from tests.pages.laboratory import IdlePool, Laboratory, build_laboratory, empty_laboratory


class PagesAfterFirstVisit(PagesManager):
    """As every visitor but a server's very first one finds it, see pages/shared/__init__.py."""


def serve(patch: pytest.MonkeyPatch, lab: Laboratory) -> None:
    """Let the pages of this process work on this store."""
    st.cache_data.clear()
    st.cache_resource.clear()
    patch.setenv("SEQ2SEQ_LAB_STORE", lab.url)
    patch.setattr(session, "start_pool", lambda _url: IdlePool())
    patch.setattr(session, "_pool", None)
    patch.setattr(session, "warm_up", session._warm.set)
    session._warm.set()
    patch.setattr(PagesManager, "uses_pages_directory", False)
    patch.setattr(app_test, "PagesManager", PagesAfterFirstVisit)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Laboratory:
    """Trained once for all tests; they only read it."""
    return build_laboratory(tmp_path_factory.mktemp("laboratory"))


@pytest.fixture
def lab(trained: Laboratory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Laboratory]:
    """The trained runs, to be read."""
    serve(monkeypatch, trained)
    yield trained


@pytest.fixture
def own_lab(
    trained: Laboratory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Laboratory]:
    """A copy of them, to be changed."""
    copy = trained.copy_to(tmp_path)
    serve(monkeypatch, copy)
    yield copy


@pytest.fixture
def empty_lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Laboratory]:
    """A workspace in which nothing was done yet."""
    lab = empty_laboratory(tmp_path)
    serve(monkeypatch, lab)
    yield lab


@pytest.fixture(params=["en", "zh"])
def language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Once for a reader of each language."""
    monkeypatch.setattr(i18n, "browsers_language", lambda: request.param)
    return request.param


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "browsers_language", lambda: "en")


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "browsers_language", lambda: "zh")
