"""A game: before each step the learner says which word comes, and where the model will look."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.shared.decoding.guess_game import current_game, guess_data, saved_answers
from pages.shared.frame import components, errors, url_state
from pages.shared.frame.i18n import _
from pages.shared.runs.page import trained_page
from pages.shared.runs.run_corpus import offered_sentences
from pages.shared.runs.selection import (
    Selection,
    choose_run_and_sentence,
    list_runs,
    select_sentence,
)
from seq2seq_core.store import Run


def sync_answers() -> None:
    """The answers so far; in the browser they stand in the URL already."""
    answers = st.session_state["guess_game"].answers
    if answers:
        url_state.set_param("guesses", answers)


@st.fragment
def show_guess_game(selection: Selection) -> None:
    with errors.errors_on_page():
        components.guess_component(
            key="guess_game",
            data=guess_data(selection),
            on_answers_change=errors.deferred_errors(sync_answers),
        )


@errors.deferred_errors
def show_next_sentence(run_number: int, text: str) -> None:
    """Go to the sentence that comes after this one in the list."""
    run = next((run for run in list_runs() if run.number == run_number), None)
    if run is not None:
        texts = offered_sentences(run)
        next_index = texts.index(text) + 1 if text in texts else 0
        select_sentence(texts[next_index % len(texts)])


def choose_sentence_to_guess(page: str, runs: Sequence[Run]) -> Selection:
    """The introduction speaks of a model, so it waits for one."""
    st.markdown(
        _(
            "You have seen it learn. How well do you know it? Say before each step what it will "
            "write and where it will look; then see."
        )
    )
    return choose_run_and_sentence(page, runs)


def draw_guess(selection: Selection) -> None:
    saved_answers("guesses", current_game(selection))  # drops those for another sentence
    show_guess_game(selection)
    st.button(
        _("Another sentence"),
        key="guess_next",
        icon=":material/skip_next:",
        on_click=show_next_sentence,
        args=(selection.run.number, selection.text),
    )
    st.caption(
        _(
            "What counts is what this model does, not what would be right: it may be wrong, and it "
            "need not look where a human would."
        )
    )


# it does not follow a run that goes on: that would interrupt the game
trained_page(
    "guess", _("Guess your model"), None, choose_sentence_to_guess, draw_guess, follows=False
)
