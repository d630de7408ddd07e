"""The runs that are kept: how one is called, what of it is watched, and whether it stays."""

from __future__ import annotations

import streamlit as st

from pages.shared.frame import errors, session, url_state, widgets
from pages.shared.frame.i18n import _
from pages.shared.frame.markdown import escape_markdown
from pages.shared.runs.labels import describe_settings, short_run_label
from pages.shared.runs.run_corpus import offered_sentences
from pages.shared.runs.selection import choose_run
from seq2seq_core import store
from seq2seq_core.limits import LIMITS
from seq2seq_core.store import Run
from seq2seq_core.store.runs import MAX_TITLE_LENGTH

MAX_WATCHED = 5  # sentences at most


def run_exists(run: Run) -> bool:
    """Whether it is still there: the browser reports the fields of a deleted run for a moment."""
    return store.find_run(session.engine(), run.workspace_id, run.id) is not None


@errors.deferred_errors
def rename_run(run: Run, key: str) -> None:
    if run_exists(run):
        store.edit_run(session.engine(), run.id, title=st.session_state[key])


@errors.deferred_errors
def watch_sentences(run: Run, key: str) -> None:
    if run_exists(run):
        store.edit_run(session.engine(), run.id, watched=st.session_state[key][:MAX_WATCHED])


def ask_to_delete(run: Run) -> None:
    st.session_state["train_delete_asked"] = run.id


@errors.deferred_errors
def delete_and_deselect(run: Run) -> None:
    store.delete_run(session.engine(), run.id)
    url_state.remove_param("run")


def run_menu(run: Run, choices: list[Run]) -> None:
    """The runs that are kept: which one is looked at, how it is called, what of it is watched."""
    with st.container(width="stretch"):
        choose_run("train", choices)
    with st.popover("⋯", help=_("Name, watch or delete this run"), key=f"train_manage_{run.id}"):
        key = f"train_title_{run.id}"
        st.text_input(
            _("Name"),
            value=widgets.initial_value(key, run.title),
            max_chars=MAX_TITLE_LENGTH,
            placeholder=describe_settings(run),
            on_change=rename_run,
            args=(run, key),
            key=key,
        )
        key = f"train_watched_{run.id}"
        watched_texts = run.watched or store.load_run_corpus(session.engine(), run.id)["watched"]
        initial_texts = widgets.initial_value(key, watched_texts)
        st.multiselect(
            _("Sentences to watch while it learns"),
            list(dict.fromkeys([*initial_texts, *watched_texts, *offered_sentences(run)])),
            default=initial_texts,
            max_selections=MAX_WATCHED,
            accept_new_options=True,
            on_change=watch_sentences,
            args=(run, key),
            key=key,
        )
        if st.session_state.get("train_delete_asked") == run.id:
            label = _("Delete {name} for ever", name=escape_markdown(short_run_label(run)))
            st.button(
                label,
                on_click=delete_and_deselect,
                args=(run,),
                type="primary",
                key="train_delete_yes",
            )
        else:
            st.button(
                _("Delete this run"),
                on_click=ask_to_delete,
                args=(run,),
                icon=":material/delete:",
                key="train_delete",
            )
        st.caption(_("{count} of {limit} runs are kept.", count=len(choices), limit=LIMITS.runs))
