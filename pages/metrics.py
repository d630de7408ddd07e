"""How good is the model, on what it has learnt from and on what is new to it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared.evaluation.bleu_signature import signature
from pages.shared.evaluation.generalization import verdict
from pages.shared.evaluation.sentence_scores import one_sentence, table
from pages.shared.frame import theme
from pages.shared.frame.i18n import _
from pages.shared.runs import actions, evaluations, selection
from seq2seq_core import figures
from seq2seq_core.evaluation import report
from seq2seq_core.evaluation.report import EvaluationReport
from seq2seq_core.store import Run

if TYPE_CHECKING:
    from seq2seq_core.training.dataset import TrainedRun


def measured_on(run: Run, trained: TrainedRun) -> str:
    """A sentence that says what is measured on what."""
    learnt = evaluations.sample(run, held_out=False)
    counts = {"count": len(learnt.rows), "all": learnt.count}
    if not evaluations.has_held_out(trained):
        return _(
            "Measured on {count} of {all} training pairs. Nothing is held out of so small a "
            "corpus: these numbers say nothing about new sentences.",
            **counts,
        )
    new = evaluations.sample(run, held_out=True)
    return _(
        "Measured on {count} of {all} pairs that it has learnt from, and on {new} of {new_all} "
        "held-out pairs that it has never seen. The choice is always the same.",
        **counts,
        new=len(new.rows),
        new_all=new.count,
    )


def exact(learnt: EvaluationReport, new: EvaluationReport | None) -> None:
    """The dominant numbers: sentences that are right to the last word."""
    with st.container(border=True, key="metrics_exact", height="stretch"):
        st.markdown(_("**Exact match**: sentences that are right to the last word"))
        with st.container(horizontal=True, gap="large"):
            st.metric(_("training pairs"), f"{learnt.exact_match:.0%}", width="content")
            held_out = "–" if new is None else f"{new.exact_match:.0%}"
            st.metric(_("held-out pairs"), held_out, width="content")
        st.caption(verdict(learnt.exact_match, None if new is None else new.exact_match))


def by_length(shown: EvaluationReport, new: bool) -> None:
    bars = [
        figures.Bar(
            str(group.min_length) if group.min_length == group.max_length else f"{group.min_length}–{group.max_length}",
            group.exact_matches / group.count,
            group.count,
        )
        for group in report.group_by_length(shown.sentences)
    ]
    palette = theme.palette()
    with st.container(border=True, height="stretch"):
        st.markdown(_("**Exact match by length of the source**"))
        st.altair_chart(
            figures.bar_chart(
                bars,
                palette.held_out if new else palette.text,
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


def partly_right(shown: EvaluationReport, new: bool) -> None:
    st.subheader(_("Partly right counts too"), anchor=False)
    st.markdown(_("On the held-out pairs:") if new else _("On the training pairs:"))
    scores = shown.scores
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


def forced(shown: EvaluationReport) -> None:
    st.subheader(_("Why token accuracy is not translation quality"), anchor=False)
    with st.container(horizontal=True, gap="large", key="metrics_forced"):
        st.metric(
            _("token accuracy, teacher forcing"), f"{shown.token_accuracy:.1%}", width="content"
        )
        st.metric(_("exact match, written alone"), f"{shown.exact_match:.1%}", width="content")
    st.caption(
        _(
            "For the first number the model is given the true words before each token, and only "
            "has to name the next one: a mistake never leads it astray. For the second it reads "
            "its own words, as in use: one wrong token and the sentence is not right."
        )
    )


def page() -> None:
    st.title(_("Metrics: how good is it?"), anchor=False)
    choices = actions.listed()
    if not choices:
        actions.nothing_trained()
        return
    run, trained = selection.choose_run("metrics", choices)
    has_new = evaluations.has_held_out(trained)
    learnt = evaluations.measured(run, trained, held_out=False)
    new = evaluations.measured(run, trained, held_out=True) if has_new else None
    shown = new or learnt
    st.markdown(measured_on(run, trained))
    numbers, lengths = st.columns([2, 3])
    with numbers:
        exact(learnt, new)
    with lengths:
        by_length(shown, has_new)
    partly_right(shown, has_new)
    forced(shown)
    texts = evaluations.sample(run, has_new).texts
    # while the model learns the rows change places: nothing can be chosen among them
    key = str(run.id) if run.is_active else f"{run.id}_{trained.update}"
    one = table(key, texts, shown.sentences, steady=not run.is_active)
    one_sentence(one)
    signature(shown.scores.bleu_signature, one)
    selection.follow(run)


page()
