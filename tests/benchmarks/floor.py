"""What Streamlit itself takes: an empty page, served as the app is."""

from __future__ import annotations

from pathlib import Path

from tests.browser.server import Server

APP = """
import streamlit as st

def draw():
    st.session_state.count = st.session_state.get("count", 0) + 1
    st.container(key="count").text(st.session_state.count)

def one():
    st.button("Again", key="again")
    st.fragment(draw, run_every=0.25 if "tick" in st.query_params else None)()

    if "table" in st.query_params:
        st.dataframe(list(range(9)), key="rows", on_select="rerun", selection_mode="single-row")

def two():
    st.container(key="two").text("two")

if st.session_state.setdefault("pages", "pages" in st.query_params):
    st.navigation([st.Page(one, title="One"), st.Page(two, title="Two")]).run()
else:
    one()
"""


def server(folder: Path) -> Server:
    """The empty page; with ?tick it draws itself again four times a second, as Train does; with
    ?pages it is one of two; with ?table it has a table whose rows can be chosen."""
    folder.mkdir()
    (folder / "floor.py").write_text(APP, encoding="utf-8")
    return Server(folder, str(folder / "floor.py"))
