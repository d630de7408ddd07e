"""How good is the model, on what it has learnt from and on what is new to it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared.evaluation.bleu_signature import draw_bleu_signature
from pages.shared.evaluation.generalization import describe_generalization
from pages.shared.evaluation.sentence_scores import draw_sentence_scores, draw_sentence_table
from pages.shared.frame import theme
from pages.shared.frame.i18n import _
from pages.shared.runs import evaluations
from pages.shared.runs.page import trained_page
from pages.shared.runs.selection import SelectedRun, choose_trained_run
from seq2seq_core.evaluation import report
from seq2seq_core.evaluation.report import EvaluationReport
from seq2seq_core.figures.bars import Bar, bar_chart
from seq2seq_core.store import Run

if TYPE_CHECKING:
    from seq2seq_core.training.restore import TrainedRun


def describe_measurement(run: Run, trained: TrainedRun) -> str:
    """A sentence that says what is measured on what."""
    training_sample = evaluations.evaluation_sample(run, held_out=False)
    counts = {"count": len(training_sample.rows), "all": training_sample.count}
    if not evaluations.has_held_out(trained):
        return _(
            "Measured on {count} of {all} training pairs. Nothing is held out of so small a "
            "corpus: these numbers say nothing about new sentences.",
            **counts,
        )
    held_out_sample = evaluations.evaluation_sample(run, held_out=True)
    return _(
        "Measured on {count} of {all} pairs that it has learnt from, and on {new} of {new_all} "
        "held-out pairs that it has never seen. The choice is always the same.",
        **counts,
        new=len(held_out_sample.rows),
        new_all=held_out_sample.count,
    )


def show_exact_match(
    training_report: EvaluationReport, held_out_report: EvaluationReport | None
) -> None:
    """The two largest numbers of the page, and a sentence on what they say about the model."""
    training_share = training_report.exact_match
    held_out_share = None if held_out_report is None else held_out_report.exact_match
    with st.container(border=True, key="metrics_exact", height="stretch"):
        st.markdown(_("**Exact match**: sentences that are right to the last word"))
        with st.container(horizontal=True, gap="large"):
            st.metric(_("training pairs"), f"{training_share:.0%}", width="content")
            held_out = "–" if held_out_share is None else f"{held_out_share:.0%}"
            st.metric(_("held-out pairs"), held_out, width="content")
        st.caption(describe_generalization(training_share, held_out_share))


def show_exact_match_by_length(evaluation_report: EvaluationReport, on_held_out: bool) -> None:
    bars = [
        Bar(
            str(group.min_length)
            if group.min_length == group.max_length
            else f"{group.min_length}–{group.max_length}",
            group.exact_matches / group.count,
            group.count,
        )
        for group in report.group_by_length(evaluation_report.sentences)
    ]
    palette = theme.current_palette()
    with st.container(border=True, height="stretch"):
        st.markdown(_("**Exact match by length of the source**"))
        st.altair_chart(
            bar_chart(
                bars,
                palette.held_out if on_held_out else palette.text,
                palette,
                _("source tokens"),
                _("exact match"),
                _("sentences"),
            ),
            height=250,
            key="metrics_lengths",
            alt=" ".join(
                _(
                    "{length} tokens: {share} of {count} sentences.",
                    length=bar.name,
                    share=f"{bar.share:.0%}",
                    count=bar.count,
                )
                for bar in bars
            ),
        )


def show_text_metrics(evaluation_report: EvaluationReport, on_held_out: bool) -> None:
    st.subheader(_("Partly right counts too"), anchor=False)
    st.markdown(_("On the held-out pairs:") if on_held_out else _("On the training pairs:"))
    scores = evaluation_report.scores
    with st.container(horizontal=True, gap="large", key="metrics_partly"):
        for name, value in (
            ("BLEU", f"{scores.bleu:.1f}"),
            ("chrF", f"{scores.chrf:.1f}"),
            ("ROUGE-1 F1", f"{scores.rouge1:.3f}"),
            ("ROUGE-2 F1", f"{scores.rouge2:.3f}"),
            ("ROUGE-L F1", f"{scores.rougeL:.3f}"),
        ):
            st.metric(name, value, width="content")
    st.caption(
        _(
            "BLEU (0–100) counts one to four words in a row that the reference has too, over all "
            "sentences together; chrF (0–100) does so with characters. ROUGE (0–1) is the mean "
            "over sentences: words in common, pairs of neighbours, the longest sequence in common. "
            "BLEU and chrF were made for translation, ROUGE for summaries."
        )
    )


def show_teacher_forcing(evaluation_report: EvaluationReport) -> None:
    st.subheader(_("Why token accuracy is not translation quality"), anchor=False)
    with st.container(horizontal=True, gap="large", key="metrics_forced"):
        st.metric(
            _("token accuracy, teacher forcing"),
            f"{evaluation_report.token_accuracy:.1%}",
            width="content",
        )
        st.metric(
            _("exact match, written alone"), f"{evaluation_report.exact_match:.1%}", width="content"
        )
    st.caption(
        _(
            "For the first number the model is given the true words before each token, and only "
            "has to name the next one: a mistake never leads it astray. For the second it reads "
            "its own words, as in use: one wrong token and the sentence is not right."
        )
    )


def draw_metrics(selected: SelectedRun) -> None:
    run, trained = selected.run, selected.trained
    has_held_out = evaluations.has_held_out(trained)
    training_report = evaluations.evaluation_report(run, trained, held_out=False)
    held_out_report = (
        evaluations.evaluation_report(run, trained, held_out=True) if has_held_out else None
    )
    evaluation_report = held_out_report or training_report
    st.markdown(describe_measurement(run, trained))
    numbers_column, lengths_column = st.columns([2, 3])
    with numbers_column:
        show_exact_match(training_report, held_out_report)
    with lengths_column:
        show_exact_match_by_length(evaluation_report, has_held_out)
    show_text_metrics(evaluation_report, has_held_out)
    show_teacher_forcing(evaluation_report)
    texts = evaluations.evaluation_sample(run, has_held_out).texts
    # while the model learns the rows change places: no choice would stay at its sentence
    key = str(run.id) if run.is_active else f"{run.id}_{trained.update}"
    sentence = draw_sentence_table(
        key, texts, evaluation_report.sentences, selectable=not run.is_active
    )
    draw_sentence_scores(sentence)
    draw_bleu_signature(evaluation_report.scores.bleu_signature, sentence)


trained_page("metrics", _("Metrics: how good is it?"), None, choose_trained_run, draw_metrics)
