"""One sentence by two runs, one with attention and one without, alike in all else if possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

import streamlit as st

from pages.shared.frame import errors, session
from pages.shared.frame.i18n import _
from pages.shared.frame.markdown import escape_markdown
from pages.shared.runs import actions
from pages.shared.runs.trained import load_trained_run as trained_run
from pages.shared.training.live_view import marked
from seq2seq_core import store
from seq2seq_core.config import ModelConfig
from seq2seq_core.data.corpus import tokenize
from seq2seq_core.decoding.translator import translate
from seq2seq_core.store import Run


def framed(words: Sequence[str], others: Sequence[str]) -> str:
    """Words as Markdown; those that the other sentence does not have stand in a frame."""
    return " ".join(
        escape_markdown(word["token"]) if word["right"] else f":violet-badge[{escape_markdown(word['token'])}]"
        for word in marked(words, others)
    )


def answer(run: Run, text: str) -> None:
    """One run's translation of the sentence, and how it does on all that it is measured on."""
    trained = trained_run(run)
    translation = translate(trained.model, trained.checkpoint, text)
    expected = actions.reference(run, text)
    wanted = None if expected is None else tokenize(expected, trained.checkpoint.tokenizer)
    evaluation = store.load_history(session.engine(), run.id, "evaluation")
    with st.container(border=True, height="stretch"):
        st.caption(escape_markdown(actions.label(run)))
        if run.is_active:
            actions.say_how_far(run, trained.update)
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
                if actions.held_out_sources(run)
                else _("Sentences right: {share} after {updates} updates")
            )
            share = f"{evaluation['exact_match'][-1]:.0%}"
            st.text(told.format(share=share, updates=evaluation["update"][-1]))


def without(run: Run) -> ModelConfig:
    """The same model without attention. Of a Transformer nothing would be left: a GRU instead."""
    if run.model_config.is_transformer:
        return ModelConfig(attention="none")
    return replace(run.model_config, attention="none")


def counterpart(run: Run, choices: list[Run]) -> Run | None:
    """The latest run on the same corpus, trained alike, that differs in attention.

    Without it, if this one has it; else with it, but no Transformer: that differs in everything.
    """

    def fits(other: Run) -> bool:
        if (other.revision_id, other.training) != (run.revision_id, run.training):
            return False
        if run.model_config.has_attention:
            return other.model_config == without(run)
        return other.model_config.has_attention and not other.model_config.is_transformer and without(other) == run.model_config

    return next(filter(fits, choices), None)


@errors.deferred_errors
def train_counterpart(run: Run) -> None:
    """A run without attention, or with it; apart from a Transformer's nothing else differs."""
    if run.model_config.has_attention:
        actions.repeat(run, **asdict(without(run)))
    else:
        actions.repeat(run, attention=ModelConfig().attention)


def offer(run: Run) -> None:
    """To train what stands beside."""
    if run.model_config.is_transformer:
        st.text(_("No GRU without attention has been trained on this corpus in the same way yet."))
        told = _("Train a GRU without attention")
    else:
        st.text(_("No run that differs in nothing else yet."))
        name = _("without attention") if run.model_config.has_attention else _("with attention")
        told = _("Train the same model {kind}", kind=name)
    st.button(told, on_click=train_counterpart, args=(run,), key="attention_train_other")


def contrast(run: Run, other: Run | None, text: str) -> None:
    st.subheader(_("The same sentence with and without attention"), anchor=False)
    if run.model_config.is_transformer:
        st.markdown(
            _(
                "A Transformer without attention is no model of sequences any more: no word would "
                "hear of another. So a GRU without attention stands beside it; they differ in "
                "more than attention."
            )
        )
    st.caption(_("A word in a frame is not in the other sentence, or not in this place."))
    left, right = st.columns(2)
    with left:
        answer(run, text)
    with right:
        if other is None:
            offer(run)
        else:
            answer(other, text)
