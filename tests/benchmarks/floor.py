"""What Streamlit itself takes: an empty page, served as the app is."""

from __future__ import annotations

from pathlib import Path

from tests.browser.server import Server

APP = """
import streamlit as st
def draw():
    st.session_state.count = st.session_state.get("count", 0) + 1
    st.container(key="count").text(st.session_state.count)
st.button("Again", key="again")
st.fragment(draw, run_every=0.25 if "tick" in st.query_params else None)()
"""


def server(folder: Path) -> Server:
    """The empty page; with ?tick it draws itself again four times a second, as Train does."""
    folder.mkdir()
    (folder / "floor.py").write_text(APP, encoding="utf-8")
    return Server(folder, str(folder / "floor.py"))
