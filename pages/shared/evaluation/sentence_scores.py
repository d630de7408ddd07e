"""Translations one by one: all in a table, worst first, and what the scores count in one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.shared.frame import errors, url_state
from pages.shared.frame.i18n import _, current_language
from pages.shared.frame.markdown import escape_markdown
from pages.shared.runs import actions
from seq2seq_core.evaluation.report import ScoredSentence
from seq2seq_core.evaluation.rouge_overlap import f1_score, find_overlap
from seq2seq_core.evaluation.text_metrics import first_words, unsmoothed_sentence_bleu, sentence_bleu

ROWS = 8  # in sight; the others are reached by scrolling


def table(key: str, texts: Sequence[str], sentences: Sequence[ScoredSentence], steady: bool) -> ScoredSentence:
    """All sentences, worst first. Gives the chosen one: the page's sentence, else the worst.

    steady: the order stays as it is, so a row can be chosen.
    """
    order = sorted(
        range(len(sentences)),
        key=lambda i: (sentences[i].is_exact_match, sentences[i].bleu, sentences[i].rougeL),
    )
    worst_first = [sentences[i] for i in order]
    names = [texts[i] for i in order]
    named = url_state.get_param("sentence")
    chosen = names.index(named) if named in names else 0
    key = f"metrics_table_{key}_{current_language()}"

    def choose() -> None:
        rows = st.session_state[key].selection.rows
        if rows:
            actions.show_sentence(names[rows[0]])

    selecting: dict[str, Any] = {
        "on_select": errors.deferred_errors(choose),
        "selection_mode": "single-row",
        "selection_default": {"selection": {"rows": [chosen]}},
    }
    st.subheader(_("Sentence by sentence"), anchor=False)
    st.dataframe(
        {
            "right": ["✓" if one.is_exact_match else "✗" for one in worst_first],
            "output": [one.output_text for one in worst_first],  # first: a phone shows no more
            "reference": [one.reference_text for one in worst_first],
            "source": names,
            "bleu": [one.bleu for one in worst_first],
            "rouge": [one.rougeL for one in worst_first],
        },
        column_config={
            "right": st.column_config.TextColumn(_("right?"), width="small"),
            "output": _("what it writes"),
            "reference": _("reference"),
            "source": _("source"),
            "bleu": st.column_config.NumberColumn("BLEU", format="%.1f", width="small"),
            "rouge": st.column_config.NumberColumn("ROUGE-L", format="%.3f", width="small"),
        },
        hide_index=True,
        height=35 * (min(len(sentences), ROWS) + 1) + 2,
        key=key,
        **(selecting if steady else {}),
    )
    st.caption(_("The worst come first. Choose a row to see below what was counted in it."))
    return worst_first[chosen]


def one_sentence(one: ScoredSentence) -> None:
    """What BLEU and ROUGE count in one sentence."""
    with st.container(border=True):
        lines = (
            _("Source: {text}", text=" ".join(one.source)),
            _("Reference: {text}", text=one.reference_text),
            _("It writes: {text}", text=one.output_text or "–"),
        )
        st.text("\n".join(lines))
        left, right = st.columns(2, gap="large")
        with left:
            bleu(one)
        with right:
            rouge(one)


def bleu(one: ScoredSentence) -> None:
    found = sentence_bleu(one.output_text, one.reference_text)
    plain = unsmoothed_sentence_bleu(one.output_text, one.reference_text)
    with st.container(horizontal=True, gap="medium"):
        st.metric(_("BLEU with effective_order"), f"{found.score:.1f}", width="content")
        st.metric(_("BLEU, plain formula"), f"{plain:.1f}", width="content")
    lines = []
    for n, (count, total) in enumerate(zip(found.counts, found.totals, strict=True), 1):
        if not total:
            lines.append(_("{n} in a row: there are none", n=n))
        elif count or not any(found.counts):
            lines.append(_("{n} in a row: {count} of {total}", n=n, count=count, total=total))
        else:
            lines.append(
                _("{n} in a row: 0 of {total}, a small number stands for 0", n=n, total=total)
            )
    if found.brevity_penalty < 1:
        penalty = f"{found.brevity_penalty:.3f}"
        lines.append(_("shorter than the reference: times {penalty}", penalty=penalty))
    st.text("\n".join(lines))
    three = first_words(one.reference_text, 3)
    st.caption(
        _(
            "BLEU is the geometric mean of these shares. The plain formula always wants four in a "
            "row: “{three}” alone, written perfectly, gets {plain}. With effective_order only what "
            "fits into the sentence counts: then it gets {score}.",
            three=escape_markdown(three),
            plain=f"{unsmoothed_sentence_bleu(three, three):.0f}",
            score=f"{sentence_bleu(three, three).score:.0f}",
        )
    )


def rouge(one: ScoredSentence) -> None:
    found = find_overlap(one.output_text, one.reference_text)
    sizes = len(found.output), len(found.reference)
    pairs = max(sizes[0] - 1, 0), max(sizes[1] - 1, 0)
    with st.container(horizontal=True, gap="medium"):
        for name, shared, among in (
            ("ROUGE-1 F1", found.unigrams, sizes),
            ("ROUGE-2 F1", found.bigrams, pairs),
            ("ROUGE-L F1", found.subsequence, sizes),
        ):
            st.metric(name, f"{f1_score(len(shared), *among):.3f}", width="content")
    neighbours = " · ".join(" ".join(pair) for pair in found.bigrams)
    lines = (
        _("Words in both: {words}", words=" · ".join(found.unigrams) or "–"),
        _("Neighbours in both: {pairs}", pairs=neighbours or "–"),
        _("In the same order in both: {words}", words=" … ".join(found.subsequence) or "–"),
    )
    st.text("\n".join(lines))
    st.caption(
        _(
            "F1 is twice what is in both, divided by what the two sentences have together. English "
            "is compared in lower case and without punctuation, Chinese character by character."
        )
    )
