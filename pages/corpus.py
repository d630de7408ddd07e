"""The corpus: one's own sentences, all pairs, and what the model sees of them."""

from __future__ import annotations

import streamlit as st

from pages.shared.corpus import edits, import_export, table
from pages.shared.corpus.cards import view_cards
from pages.shared.corpus.composer import view_own
from pages.shared.corpus.tensors_view import view_encoded
from pages.shared.frame import errors, session, url_state
from pages.shared.frame.i18n import N_, _, language
from pages.shared.frame.session import CorpusView
from pages.shared.runs import actions
from pages.shared.settings import panel
from pages.shared.training import controls
from seq2seq_core import store
from seq2seq_core.errors import Seq2SeqError

VIEWS = {
    "own": N_("My sentences"),
    "table": N_("All pairs"),
    "model": N_("What the model sees"),
}


@errors.kept
def undo() -> None:
    """Back to the version before the one that is shown, not before somebody else's."""
    view = edits.seen()["view"]
    table.unmount()
    if view is None or view.revision is None or view.revision.parent_id is None:
        return
    head = store.undo_revision(session.engine(), view.revision.workspace_id, view.revision.id)
    # a second click may come before the page is drawn: it goes back from here
    edits.seen()["view"] = CorpusView(head.name, head.tokenizer, head.rows, head.held_out, head)


def choose_view(key: str) -> None:
    url_state.put("view", st.session_state[key])


def views() -> str:
    """The control that chooses what is shown; the choice goes into the URL."""
    key = f"corpus_view_{language()}"
    now = url_state.option("view", list(VIEWS), "own")
    st.segmented_control(
        _("View"),
        list(VIEWS),
        default=url_state.first(key, now),
        required=True,
        format_func=lambda name: _(VIEWS[name]),
        key=key,
        on_change=choose_view,
        args=(key,),
        label_visibility="collapsed",
    )
    return now


def train() -> None:
    """Start a run on this corpus and go to where it is seen."""
    try:
        actions.start(*panel.configs(), controls.pace())
    except Seq2SeqError as error:
        errors.show(error)
    else:
        st.switch_page("pages/train.py")


def step_back(view: CorpusView) -> None:
    st.button(
        _("Undo"),
        on_click=undo,
        disabled=view.revision is None or view.revision.parent_id is None,
        icon=":material/undo:",
        key="corpus_undo",
    )


def state(view: CorpusView) -> None:
    """Whether all is kept, the step back, and the way on."""
    st.text("✓ " + _("saved") if view.revision else _("not changed yet"))
    step_back(view)
    if st.button(
        _("Train on it"), type="primary", icon=":material/show_chart:", key="corpus_train"
    ):
        train()


def all_pairs() -> CorpusView:
    """The table, on a phone the cards, and what can be done with all pairs."""
    place = st.container(key="corpus_above")  # above the table, but known only after it
    with st.container(key="corpus_grid"):
        view, rows = table.edited(table.shown_view())
    with st.container(key="corpus_cards"):
        view_cards(view)
    with place:
        import_export.tools(view)
        import_export.offers()
        table.problems(view, rows)
    if view.held_out:
        table.held_out(view)
    return view


def page() -> None:
    if st.session_state.pop("corpus_go", False):
        train()
    st.title(_("Corpus: what the model learns from"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center", key="corpus_head"):
        chosen = views()
        place = st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="right"
        )
    said = st.container()
    if chosen != "table":
        table.read_late_edit()
    if chosen == "table":
        view = all_pairs()
    else:
        view = session.corpus()
        if chosen == "own":
            view_own(view, language())
        else:
            view_encoded(view)
    edits.seen()["view"] = view
    with said:
        edits.show_said()
    with place:
        if chosen == "own":  # what is not added yet is known there alone, so the way on is, too
            step_back(view)
        else:
            state(view)


page()
