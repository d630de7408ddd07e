"""The frame of every page: title, pages, language, and a heartbeat."""

from __future__ import annotations

import streamlit as st

from pages.shared.frame import components, errors, session, theme, url_state, widgets
from pages.shared.frame.i18n import _
from seq2seq_core import limits

st.set_page_config("Seq2Seq Lab", page_icon="🔤", layout="wide")
theme.apply_css()

page = st.navigation(
    {
        _("Learn"): [
            st.Page("pages/start.py", title=_("Start"), icon=":material/play_circle:", default=True)
        ],
        _("Laboratory"): [
            st.Page("pages/corpus.py", title=_("Corpus"), icon=":material/edit_note:"),
            st.Page("pages/train.py", title=_("Train"), icon=":material/show_chart:"),
            st.Page("pages/decode.py", title=_("Decode"), icon=":material/footprint:"),
            st.Page("pages/guess.py", title=_("Guess your model"), icon=":material/quiz:"),
            st.Page("pages/search.py", title=_("Search"), icon=":material/account_tree:"),
            st.Page("pages/attention.py", title=_("Attention"), icon=":material/grid_on:"),
            st.Page("pages/inside.py", title=_("Inside one step"), icon=":material/memory:"),
            st.Page(
                "pages/embeddings.py",
                title=_("Words"),
                url_path="words",
                icon=":material/scatter_plot:",
            ),
            st.Page("pages/metrics.py", title=_("Metrics"), icon=":material/straighten:"),
        ],
    },
    position="sidebar",
)
with st.container(key="lang_place"):
    widgets.language_switch()
with st.container(key="frame_place"):
    components.sidebar_closer(key="frame")
url_state.sync_url(page.url_path)  # before the page, so that a refresh in the middle loses nothing
errors.show_deferred()
with errors.errors_on_page():
    limits.check_environment()
    session.engine()
    session.ensure_workers()
    session.report_lost_workspace()
    if url_state.pop_damaged_flag():
        st.error(_("This link is damaged: what cannot be read in it is left out."))
    page.run()
if url_state.get_param("w"):
    st.sidebar.caption(
        _("The address of this page is the key to your work: keep it as a bookmark.")
    )
url_state.sync_url(page.url_path)  # and after it, for what was chosen on it


@st.fragment(run_every=3)
def keep_workers_alive() -> None:
    """A page notices by itself a restart of the server, and the server a death of its workers."""
    session.ensure_workers()


keep_workers_alive()
