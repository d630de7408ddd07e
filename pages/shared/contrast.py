"""One sentence by two runs that differ in nothing but in having attention or not."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.shared import errors, learnt, runs, session
from pages.shared.i18n import _
from pages.shared.literal import literal
from pages.shared.live import marked
from seq2seq_core import store
from seq2seq_core.config import ModelConfig
from seq2seq_core.corpus import tokens_of
from seq2seq_core.store import Run
from seq2seq_core.translation import translate


def framed(words: Sequence[str], others: Sequence[str]) -> str:
    """Words as Markdown; those that the other sentence does not have stand in a frame."""
    return " ".join(
        literal(word["token"]) if word["right"] else f":violet-badge[{literal(word['token'])}]"
        for word in marked(words, others)
    )


def answer(run: Run, text: str) -> None:
    """One run's translation of the sentence, and how it does on all that it is measured on."""
    trained = learnt.trained(run)
    translation = translate(trained.model, trained.checkpoint, text)
    expected = runs.reference(run, text)
    wanted = None if expected is None else tokens_of(expected, trained.checkpoint.tokenizer)
    evaluation = store.history(session.engine(), run.id, "evaluation")
    with st.container(border=True, height="stretch"):
        st.caption(literal(runs.label(run)))
        if run.active:
            runs.say_how_far(run, trained.update)
        if wanted is None:
            st.text(translation.text or "–")
        elif translation.tokens == wanted:
            st.text(translation.text)
            st.text("✓ " + _("exactly as in the corpus"))
        else:
            st.markdown(framed(translation.tokens, wanted) or "–")
            lacking = framed(wanted, translation.tokens)
            st.markdown("✗ " + _("in the corpus: {expected}", expected=lacking))
        if evaluation["update"]:
            told = (
                _("New sentences right: {share} after {updates} updates")
                if runs.held_out_sources(run)
                else _("Sentences right: {share} after {updates} updates")
            )
            share = f"{evaluation['exact_match'][-1]:.0%}"
            st.text(told.format(share=share, updates=evaluation["update"][-1]))


def counterpart(run: Run, choices: list[Run]) -> Run | None:
    """The latest run that differs in nothing but in having attention or not."""

    def rest(other: Run) -> tuple[object, ...]:
        model = {name: value for name, value in other.model.items() if name != "attention"}
        return other.revision_id, model, other.training

    without = run.model["attention"] == "none"
    return next(
        (
            other
            for other in choices
            if (other.model["attention"] == "none") != without and rest(other) == rest(run)
        ),
        None,
    )


@errors.kept
def train_counterpart(run: Run) -> None:
    """The same run once more, only the attention differs."""
    other = ModelConfig().attention if run.model["attention"] == "none" else "none"
    runs.repeat(run, attention=other)


def contrast(run: Run, other: Run | None, text: str) -> None:
    st.subheader(_("The same sentence with and without attention"), anchor=False)
    st.caption(_("A word in a frame is not in the other sentence, or not in this place."))
    left, right = st.columns(2)
    with left:
        answer(run, text)
    with right:
        if other is not None:
            answer(other, text)
            return
        st.text(_("No run that differs in nothing else yet."))
        lacks = run.model["attention"] == "none"
        name = _("with attention") if lacks else _("without attention")
        st.button(
            _("Train the same model {kind}", kind=name),
            on_click=train_counterpart,
            args=(run,),
            key="attention_train_other",
        )
