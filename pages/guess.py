"""Guess mode: before each step one says which word comes, and where the model will look."""

from __future__ import annotations

import streamlit as st

from pages.shared.decoding.guess_game import answers_of, guess, guess_data
from pages.shared.frame import errors, url_state
from pages.shared.frame.i18n import _
from pages.shared.runs import actions, selection
from pages.shared.runs.selection import Chosen


def remember() -> None:
    """What was answered so far; the component has put it into the URL already."""
    answers = st.session_state["guess_game"].answers
    if answers:
        url_state.put("guesses", answers)


@st.fragment
def guessing(now: Chosen) -> None:
    with errors.shown():
        guess(key="guess_game", data=guess_data(now), on_answers_change=errors.kept(remember))


@errors.kept
def go_on(run_number: int, text: str) -> None:
    """To the sentence that stands after this one in the list."""
    run = next((run for run in actions.listed() if run.number == run_number), None)
    if run is not None:
        texts = actions.sentences(run)
        place = texts.index(text) + 1 if text in texts else 0
        actions.show_sentence(texts[place % len(texts)])


def page() -> None:
    st.title(_("Guess your model"), anchor=False)
    choices = actions.listed()
    if not choices:
        actions.nothing_trained()
        return
    st.markdown(
        _(
            "You have seen it learn. How well do you know it? Say before each step what it will "
            "write and where it will look; then see."
        )
    )
    now = selection.choose_run_and_sentence("guess", choices)
    answers_of(now)  # those for another sentence are forgotten
    guessing(now)
    st.button(
        _("Another sentence"),
        key="guess_next",
        icon=":material/skip_next:",
        on_click=go_on,
        args=(now.run.number, now.text),
    )
    st.caption(
        _(
            "What counts is what this model does, not what would be right: it may be wrong, and it "
            "need not look where a human would."
        )
    )


page()
