"""The first minute: press one button, see a model learn, guess where it looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared.frame import components, errors, session, url_state
from pages.shared.frame.i18n import _
from pages.shared.runs import actions
from pages.shared.runs.run_corpus import (
    held_out_sources,
    offered_sentences,
    reference_translation,
    unseen_sentences,
)
from pages.shared.runs.selection import list_runs, refresh_run, selected_run
from pages.shared.runs.trained import load_trained_run, untrained_preview
from pages.shared.training import controls, live_view
from seq2seq_core import store
from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data import bundled
from seq2seq_core.store import Run

if TYPE_CHECKING:
    from seq2seq_core.decoding.translator import Translation

LESSON_REFRESH_SECONDS = 0.2  # between two updates of the picture while the model learns
LESSON_UPDATES = 600
SLOW_UPDATES, SLOW_SECONDS = 160, 8.0  # the first run starts in slow motion
QUIZ_WORD = "yesterday"  # the word that the question is about, where the model writes it


@errors.deferred_errors
def train_lesson_model(is_first_run: bool) -> None:
    """The lesson's own model on the learner's corpus: the first time slowly enough to follow."""
    actions.start_and_select_run(
        ModelConfig(),
        TrainingConfig(updates=LESSON_UPDATES),
        SLOW_UPDATES / SLOW_SECONDS if is_first_run else None,
    )


def lesson_status(run: Run | None) -> str:
    if run is None:
        if not session.is_warm():
            return _("One moment …")
        return _("It has not learnt yet: its weights are random, and so is what it writes.")
    if run.is_active:
        return _("It learns.") if run.update else controls.describe_run_status(run)
    if run.status != "done":
        return controls.describe_run_status(run)
    share = (store.load_history(session.engine(), run.id, "evaluation")["exact_match"] or [0])[-1]
    if held_out_sources(run):
        return _(
            "Learnt. Of sentences that it has never seen it now gets {share} right to the last "
            "word.",
            share=f"{share:.0%}",
        )
    return _("Learnt. It gets {share} of its sentences right to the last word.",
             share=f"{share:.0%}")  # fmt: skip


def show_live_view(run: Run | None) -> None:
    """One sentence and its translation, where the model looks, and the loss."""
    sentences = (run.live or {}).get("sentences") if run else None
    if not sentences:
        sentences = untrained_preview(
            session.current_corpus(), ModelConfig(), TrainingConfig().seed
        )
    on_new = bool(held_out_sources(run) if run else session.current_corpus().held_out)
    with st.container(border=True, key="start_picture"):
        live_view.live_component(
            key="start_live",
            data=live_view.live_data("start", run, sentences, on_new, updates=LESSON_UPDATES),
        )


def find_quiz_sentence(run: Run) -> tuple[Translation, int] | None:
    """A sentence to ask about, with the position of the word in its translation.

    An unseen sentence where the model writes QUIZ_WORD; else the first sentence of all and its last
    word.
    """
    # torch comes with it: only a page that decodes pays
    from seq2seq_core.decoding.guess_questions import find_question

    trained = load_trained_run(run)
    watched_texts = [" ".join(s["source"]) for s in (run.live or {}).get("sentences", [])[:1]]
    texts = [text for text in unseen_sentences(run, QUIZ_WORD) if text not in watched_texts]
    translations = (
        (trained.translator.translate(text), reference_translation(run, text))
        for text in [*texts[:3], *offered_sentences(run)[:1]]
    )
    return find_question(translations, QUIZ_WORD)


@errors.deferred_errors
def sync_quiz_answer() -> None:
    """The answer; in the browser it stands in the URL already."""
    answers = st.session_state["start_quiz"].answers
    if answers:
        url_state.set_param("guess", answers)


def show_quiz(run: Run) -> None:
    """Predict, then see: the answer is this model's own."""
    quiz = find_quiz_sentence(run)
    if quiz is None or quiz[0].steps[quiz[1]].attention is None:
        return
    # torch comes with it: only a page that decodes pays
    from pages.shared.decoding.guess_game import quiz_data

    translation, position = quiz
    word = translation.tokens[position]
    question = (
        _(
            "A sentence that it has never seen. Which source word will it look at when it "
            "writes “{word}”? Choose one.",
            word=word,
        )
        if " ".join(translation.source_tokens) in unseen_sentences(run)
        else _("Which source word does it look at when it writes “{word}”? Choose one.", word=word)
    )
    st.subheader(_("Your turn: where will it look?"), anchor=False)
    components.guess_component(
        key="start_quiz",
        data=quiz_data(run, load_trained_run(run).update, translation, position, question),
        on_answers_change=sync_quiz_answer,
    )


def link_next_pages() -> None:
    st.subheader(_("Go on"), anchor=False)
    for path, label, icon in (
        ("decode", _("Follow it word by word"), "footprint"),
        ("attention", _("See where it looked in a hundred sentences"), "grid_on"),
        ("train", _("Play with the training: slower, smaller, without attention"), "show_chart"),
    ):
        st.page_link(f"pages/{path}.py", label=label, icon=f":material/{icon}:")


@errors.deferred_errors
def set_full_speed() -> None:
    run = selected_run(list_runs())
    if run is not None:
        store.set_run_pace(session.engine(), run.id, None)
    url_state.remove_param("speed")


def training_buttons(run: Run | None) -> None:
    """Train, and then the way on: to change a sentence."""
    is_learning = run is not None and run.is_active
    is_retrain = run is not None and not is_learning
    st.button(
        _("Train again") if is_retrain else _("Train"),
        on_click=train_lesson_model,
        args=(run is None,),
        type="secondary" if is_retrain else "primary",
        icon=":material/play_arrow:",
        disabled=is_learning,
        key="start_train",
    )
    if is_learning and run is not None and run.pace:
        st.button(
            _("Full speed"),
            on_click=set_full_speed,
            icon=":material/fast_forward:",
            key="start_fast",
        )
    elif st.button(
        _("Change a sentence"),
        type="primary" if is_retrain else "secondary",
        icon=":material/edit_note:",
        disabled=is_learning,
        key="start_change",
    ):
        st.switch_page("pages/corpus.py")


def introduction_text(view: session.CorpusView) -> str:
    """What a learner can do here; it speaks of the languages of the corpus where they are known."""
    if view.name in bundled.TRANSLATION_CORPORA and not bundled.is_swapped(view.name, view.rows):
        return _(
            "Change a sentence, press Train, and in a few seconds a small model learns to turn "
            "these Chinese sentences into English. It writes one word at a time and spreads its "
            "attention over the Chinese words; watch every step, or force another word and see "
            "what happens. The numbers come from the model you have just trained: it knows a "
            "few dozen words and makes mistakes, and its mistakes are the best part."
        )
    return _(
        "Change a sentence, press Train, and in a few seconds a small model learns to turn the "
        "sentences of your corpus into their counterparts. It writes one word at a time and "
        "spreads its attention over the source words; watch every step, or force another word and "
        "see what happens. The numbers come from the model you have just trained: it knows only "
        "these words and makes mistakes, and its mistakes are the best part."
    )


def page() -> None:
    st.title(_("How a sentence becomes another sentence"), anchor=False)
    st.markdown(introduction_text(session.current_corpus()))
    run = selected_run(list_runs())
    is_learning = run is not None and run.is_active
    with st.container(horizontal=True, vertical_alignment="center"):
        training_buttons(run)
        status_area = st.empty()
    is_live = is_learning or not session.is_warm()

    @st.fragment(run_every=LESSON_REFRESH_SECONDS if is_live else None)
    def show_progress() -> None:
        current_run = refresh_run(run) if run else None
        if run is not None and current_run is None:
            st.rerun()  # deleted in another tab
        if (
            current_run is not None
            and current_run.pace == SLOW_UPDATES / SLOW_SECONDS
            and current_run.update >= SLOW_UPDATES
        ):
            store.set_run_pace(session.engine(), current_run.id, None)  # the rest at full speed
        with errors.errors_on_page():
            status_area.text(lesson_status(current_run))
            show_live_view(current_run)
        is_idle = current_run is None or not current_run.is_active
        if is_live and is_idle and session.is_warm():
            st.rerun()  # the buttons change too

    show_progress()
    if run is not None and not run.is_active:
        show_quiz(run)
        link_next_pages()


page()
