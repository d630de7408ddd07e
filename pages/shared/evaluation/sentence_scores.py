"""Translations one by one: all in a table, worst first, and what the scores count in one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.shared.frame import errors, url_state
from pages.shared.frame.i18n import _, current_language
from pages.shared.frame.markdown import escape_markdown
from pages.shared.runs.selection import select_sentence
from seq2seq_core.evaluation.report import ScoredSentence
from seq2seq_core.evaluation.rouge_overlap import f1_score, find_overlap
from seq2seq_core.evaluation.text_metrics import (
    first_words,
    sentence_bleu,
    unsmoothed_sentence_bleu,
)

VISIBLE_ROWS = 8  # in sight; the others are reached by scrolling


def draw_sentence_table(
    key: str, texts: Sequence[str], sentences: Sequence[ScoredSentence], selectable: bool
) -> ScoredSentence:
    """All sentences, worst first. Gives the chosen one: the page's sentence, else the worst.

    selectable: false while the order may still change, so that no choice can slip to another row.
    """
    order = sorted(
        range(len(sentences)),
        key=lambda i: (sentences[i].is_exact_match, sentences[i].bleu, sentences[i].rougeL),
    )
    worst_first = [sentences[i] for i in order]
    names = [texts[i] for i in order]
    url_sentence = url_state.get_param("sentence")
    selected_row = names.index(url_sentence) if url_sentence in names else 0
    key = f"metrics_table_{key}_{current_language()}"

    def select_row() -> None:
        rows = st.session_state[key].selection.rows
        if rows:
            select_sentence(names[rows[0]])

    selection_options: dict[str, Any] = {
        "on_select": errors.deferred_errors(select_row),
        "selection_mode": "single-row",
        "selection_default": {"selection": {"rows": [selected_row]}},
    }
    st.subheader(_("Sentence by sentence"), anchor=False)
    st.dataframe(
        {
            "right": ["✓" if s.is_exact_match else "✗" for s in worst_first],
            "output": [s.output_text for s in worst_first],  # first: a phone shows no more
            "reference": [s.reference_text for s in worst_first],
            "source": names,
            "bleu": [s.bleu for s in worst_first],
            "rouge": [s.rougeL for s in worst_first],
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
        height=35 * (min(len(sentences), VISIBLE_ROWS) + 1) + 2,
        key=key,
        **(selection_options if selectable else {}),
    )
    st.caption(_("The worst come first. Choose a row to see below what was counted in it."))
    return worst_first[selected_row]


def draw_bleu_counts(sentence: ScoredSentence) -> None:
    """Words in a row, one to four, that the reference has too, and the score that comes of them."""
    bleu_score = sentence_bleu(sentence.output_text, sentence.reference_text)
    plain_bleu = unsmoothed_sentence_bleu(sentence.output_text, sentence.reference_text)
    with st.container(horizontal=True, gap="medium"):
        st.metric(_("BLEU with effective_order"), f"{bleu_score.score:.1f}", width="content")
        st.metric(_("BLEU, plain formula"), f"{plain_bleu:.1f}", width="content")
    lines = []
    for n, (count, total) in enumerate(zip(bleu_score.counts, bleu_score.totals, strict=True), 1):
        if not total:
            lines.append(_("{n} in a row: there are none", n=n))
        elif count or not any(bleu_score.counts):
            lines.append(_("{n} in a row: {count} of {total}", n=n, count=count, total=total))
        else:
            lines.append(
                _("{n} in a row: 0 of {total}, a small number stands for 0", n=n, total=total)
            )
    if bleu_score.brevity_penalty < 1:
        penalty = f"{bleu_score.brevity_penalty:.3f}"
        lines.append(_("shorter than the reference: times {penalty}", penalty=penalty))
    st.text("\n".join(lines))
    three_words = first_words(sentence.reference_text, 3)
    st.caption(
        _(
            "BLEU is the geometric mean of these shares. The plain formula always wants four in a "
            "row: “{three}” alone, written perfectly, gets {plain}. With effective_order only what "
            "fits into the sentence counts: then it gets {score}.",
            three=escape_markdown(three_words),
            plain=f"{unsmoothed_sentence_bleu(three_words, three_words):.0f}",
            score=f"{sentence_bleu(three_words, three_words).score:.0f}",
        )
    )


def draw_rouge_counts(sentence: ScoredSentence) -> None:
    """What both sentences have in common, and the F1 scores that come of it."""
    overlap = find_overlap(sentence.output_text, sentence.reference_text)
    sizes = len(overlap.output), len(overlap.reference)
    pairs = max(sizes[0] - 1, 0), max(sizes[1] - 1, 0)
    with st.container(horizontal=True, gap="medium"):
        for name, common, lengths in (
            ("ROUGE-1 F1", overlap.unigrams, sizes),
            ("ROUGE-2 F1", overlap.bigrams, pairs),
            ("ROUGE-L F1", overlap.subsequence, sizes),
        ):
            st.metric(name, f"{f1_score(len(common), *lengths):.3f}", width="content")
    neighbours = " · ".join(" ".join(pair) for pair in overlap.bigrams)
    lines = (
        _("Words in both: {words}", words=" · ".join(overlap.unigrams) or "–"),
        _("Neighbours in both: {pairs}", pairs=neighbours or "–"),
        _("In the same order in both: {words}", words=" … ".join(overlap.subsequence) or "–"),
    )
    st.text("\n".join(lines))
    st.caption(
        _(
            "F1 is twice what is in both, divided by what the two sentences have together. English "
            "is compared in lower case and without punctuation, Chinese character by character."
        )
    )


def draw_sentence_scores(sentence: ScoredSentence) -> None:
    """What BLEU and ROUGE count in one sentence."""
    with st.container(border=True):
        lines = (
            _("Source: {text}", text=" ".join(sentence.source)),
            _("Reference: {text}", text=sentence.reference_text),
            _("It writes: {text}", text=sentence.output_text or "–"),
        )
        st.text("\n".join(lines))
        left, right = st.columns(2, gap="large")
        with left:
            draw_bleu_counts(sentence)
        with right:
            draw_rouge_counts(sentence)
