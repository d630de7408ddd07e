"""One sentence by two runs: one with attention, one without, alike in all else if possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

import streamlit as st

from pages.shared.frame import errors, session
from pages.shared.frame.i18n import _
from pages.shared.frame.markdown import escape_markdown
from pages.shared.runs import actions
from pages.shared.runs.labels import run_label
from pages.shared.runs.run_corpus import held_out_sources, reference_translation
from pages.shared.runs.selection import show_progress_note
from pages.shared.runs.trained import load_trained_run
from seq2seq_core import store
from seq2seq_core.config import ModelConfig
from seq2seq_core.evaluation.word_diff import mark_common_words
from seq2seq_core.store import Run


def frame_differences(words: Sequence[str], other_words: Sequence[str]) -> str:
    """Words as Markdown; those that the other sentence does not have stand in a frame."""
    return " ".join(
        escape_markdown(word) if is_common else f":violet-badge[{escape_markdown(word)}]"
        for word, is_common in zip(words, mark_common_words(words, other_words), strict=True)
    )


def draw_run_answer(run: Run, text: str) -> None:
    """One run's translation of the sentence, and its share of right ones at the last evaluation."""
    trained = load_trained_run(run)
    translation = trained.translator.translate(text)
    expected = reference_translation(run, text)
    codec = trained.translator.codec
    reference_tokens = None if expected is None else codec.tokenize_target(expected)
    evaluation = store.load_history(session.engine(), run.id, "evaluation")
    with st.container(border=True, height="stretch"):
        st.caption(escape_markdown(run_label(run)))
        if run.is_active:
            show_progress_note(run, trained.update)
        if reference_tokens is None:
            st.text(translation.text or "–")
        elif translation.tokens == reference_tokens:
            st.text(translation.text)
            st.text("✓ " + _("exactly as in the corpus"))
        else:
            st.markdown(frame_differences(translation.tokens, reference_tokens) or "–")
            framed_reference = frame_differences(reference_tokens, translation.tokens)
            st.markdown("✗ " + _("in the corpus: {expected}", expected=framed_reference))
        if evaluation["update"]:
            caption = (
                _("New sentences right: {share} after {updates} updates")
                if held_out_sources(run)
                else _("Sentences right: {share} after {updates} updates")
            )
            share = f"{evaluation['exact_match'][-1]:.0%}"
            st.text(caption.format(share=share, updates=evaluation["update"][-1]))


def without_attention(run: Run) -> ModelConfig:
    """The same model without attention. Of a Transformer nothing would be left: a GRU instead."""
    if run.model_config.is_transformer:
        return ModelConfig(attention="none")
    return replace(run.model_config, attention="none")


def find_counterpart(run: Run, runs: Sequence[Run]) -> Run | None:
    """The latest run on the same corpus, trained alike, that differs in attention.

    Of a run without attention never a Transformer: that would differ in everything.
    """

    def is_counterpart(other: Run) -> bool:
        if (other.revision_id, other.training) != (run.revision_id, run.training):
            return False
        if run.model_config.has_attention:
            return other.model_config == without_attention(run)
        return (
            other.model_config.has_attention
            and not other.model_config.is_transformer
            and without_attention(other) == run.model_config
        )

    return next(filter(is_counterpart, runs), None)


@errors.deferred_errors
def train_counterpart(run: Run) -> None:
    """Start a run without attention, or with it; beside a Transformer more than that differs."""
    if run.model_config.has_attention:
        actions.repeat_run(run, **asdict(without_attention(run)))
    else:
        actions.repeat_run(run, attention=ModelConfig().attention)


def offer_counterpart(run: Run) -> None:
    """A button that trains the run to stand beside this one."""
    if run.model_config.is_transformer:
        st.text(_("No GRU without attention has been trained on this corpus in the same way yet."))
        button_label = _("Train a GRU without attention")
    else:
        st.text(_("No run that differs in nothing else yet."))
        kind = _("without attention") if run.model_config.has_attention else _("with attention")
        button_label = _("Train the same model {kind}", kind=kind)
    st.button(button_label, on_click=train_counterpart, args=(run,), key="attention_train_other")


def draw_attention_contrast(run: Run, other: Run | None, text: str) -> None:
    """Both answers to the sentence side by side; other: None where there is no such run yet."""
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
        draw_run_answer(run, text)
    with right:
        if other is None:
            offer_counterpart(run)
        else:
            draw_run_answer(other, text)
