"""The corpus: one's own sentences, all pairs, and what the model sees of them."""

from __future__ import annotations

import streamlit as st

from pages.shared.corpus import edits, import_export, table
from pages.shared.corpus.cards import view_cards
from pages.shared.corpus.composer import view_own_pairs
from pages.shared.corpus.tensors_view import view_tensors
from pages.shared.frame import errors, session, widgets
from pages.shared.frame.i18n import N_, _, current_language
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


@errors.deferred_errors
def undo_change() -> None:
    """Back to the version before the one shown here, whatever another tab has saved since."""
    view = edits.shown_revision()["view"]
    table.unmount_editor()
    if view is None or view.revision is None or view.revision.parent_id is None:
        return
    head = store.undo_revision(session.engine(), view.revision.workspace_id, view.revision.id)
    # a second click may come before the page is drawn: it goes back from here
    edits.shown_revision()["view"] = CorpusView.from_revision(head)


def view_switch() -> str:
    """The control that chooses what is shown; the choice goes into the URL."""
    return widgets.choose_option(
        "corpus", "view", _("View"), list(VIEWS), lambda name: _(VIEWS[name])
    )


def start_training() -> None:
    """Start a run on this corpus and go to the page that shows it."""
    try:
        actions.start_and_select_run(*panel.chosen_configs(), controls.chosen_pace())
    except Seq2SeqError as error:
        errors.show_error(error)
    else:
        st.switch_page("pages/train.py")


def undo_button(view: CorpusView) -> None:
    st.button(
        _("Undo"),
        on_click=undo_change,
        disabled=view.revision is None or view.revision.parent_id is None,
        icon=":material/undo:",
        key="corpus_undo",
    )


def corpus_actions(view: CorpusView) -> None:
    """Whether the corpus is saved, the step back, and the way on."""
    st.text("✓ " + _("saved") if view.revision else _("not changed yet"))
    undo_button(view)
    if st.button(
        _("Train on it"), type="primary", icon=":material/show_chart:", key="corpus_train"
    ):
        start_training()


def show_all_pairs() -> CorpusView:
    """The table, on a phone the cards, and the toolbar for all pairs."""
    toolbar_area = st.container(key="corpus_above")  # above the table, but filled after its edits
    with st.container(key="corpus_grid"):
        view, rows = table.draw_editor(table.mounted_view())
    with st.container(key="corpus_cards"):
        view_cards(view)
    with toolbar_area:
        import_export.corpus_toolbar(view)
        import_export.pending_uploads()
        table.draw_problems(view, rows)
    if view.held_out:
        table.draw_held_out(view)
    return view


def page() -> None:
    if st.session_state.pop("corpus_go", False):
        start_training()
    st.title(_("Corpus: what the model learns from"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center", key="corpus_head"):
        view_name = view_switch()
        actions_area = st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="right"
        )
    notices_area = st.container()
    if view_name != "table":
        table.read_late_edit()
    if view_name == "table":
        view = show_all_pairs()
    else:
        view = session.current_corpus()
        if view_name == "own":
            view_own_pairs(view, current_language())
        else:
            view_tensors(view)
    edits.shown_revision()["view"] = view
    with notices_area:
        edits.show_notices()
    with actions_area:
        if view_name == "own":  # the composer has its own way on: it alone knows an unsaved pair
            undo_button(view)
        else:
            corpus_actions(view)


page()
