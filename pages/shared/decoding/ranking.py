"""What a beam search has found, in order: without and with length penalty, beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
import streamlit as st

from pages.shared.frame import theme
from pages.shared.frame.i18n import _
from pages.shared.frame.markdown import color_markdown, escape_markdown
from pages.shared.frame.numbers import format_log_probability
from seq2seq_core.decoding.beam_tree import BeamResult
from seq2seq_core.figures.palette import Palette

RANKING_SIZE = 5  # sentences


class RankedSentence(NamedTuple):
    text: str
    note: str  # how probable and how long it is
    rise: int  # how many places it stands higher than in the other ranking; negative: lower
    score: str


class Ranking(NamedTuple):
    title: str
    formula: str
    rows: list[RankedSentence]


def format_score(number: float) -> str:
    return f"{number:.2f}".replace("-", "−")


def rank_sentences(
    results: Sequence[BeamResult], reference_order: Sequence[BeamResult], penalty: float
) -> list[RankedSentence]:
    """The best of one ranking, each compared with where it stands in another."""
    return [
        RankedSentence(
            result.text or "<eos>",
            _(
                "{share}, {count} tokens",
                share=format_log_probability(result.log_probability),
                count=result.length,
            ),
            reference_order.index(result) - rank,
            format_score(result.score(penalty)),
        )
        for rank, result in enumerate(results[:RANKING_SIZE])
    ]


def order_results(
    results: Sequence[BeamResult], penalty: float
) -> tuple[list[BeamResult], list[BeamResult]]:
    """By log probability, and by the score that counts the length too."""
    by_log_probability = sorted(results, key=lambda result: -result.log_probability)
    by_score = sorted(results, key=lambda result: -result.score(penalty))
    return by_log_probability, by_score


def compare_rankings(results: Sequence[BeamResult], penalty: float) -> list[Ranking]:
    """Both rankings of what the beam has found; without a penalty there is one."""
    by_log_probability, by_score = order_results(results, penalty)
    rankings = [
        Ranking(
            _("Without length penalty"),
            _("by log p"),
            rank_sentences(by_log_probability, by_log_probability, 0.0),
        ),
        Ranking(
            _("With length penalty λ = {penalty}", penalty=f"{penalty:g}"),
            _("by log p / ((5 + n) / 6)^λ"),
            rank_sentences(by_score, by_log_probability, penalty),
        ),
    ]
    return rankings if penalty else rankings[:1]


def describe_ranking_change(results: Sequence[BeamResult], penalty: float) -> str:
    """Whether the length penalty changes the order, in words."""
    by_log_probability, by_score = order_results(results, penalty)
    if len(results) == 1:
        return _("The beam has found one sentence only: there is nothing to rank.")
    if not penalty:
        return _(
            "λ = 0: the length does not count. Choose another λ to see whether the order changes."
        )
    if by_log_probability == by_score:
        return _("The length penalty changes no place here.")
    if by_log_probability[0] == by_score[0]:
        return _("The length penalty changes places, but not the first one.")
    return _(
        "The length penalty changes the winner: {tokens} tokens instead of {before}.",
        tokens=by_score[0].length,
        before=by_log_probability[0].length,
    )


def rise_cell(rise: int, palette: Palette) -> str:
    """↑2, ↓1, or nothing where the place is the same."""
    if not rise:
        return ""
    arrow, color = ("↑", palette.correct) if rise > 0 else ("↓", palette.wrong)
    return color_markdown(f"{arrow}{abs(rise)}", color)


def ranking_table(ranking: Ranking, palette: Palette) -> pd.DataFrame:
    """A row a sentence, in Markdown: place, sentence and note, rise, score."""
    rows = []
    for place, sentence in enumerate(ranking.rows, 1):
        text = color_markdown(sentence.text, palette.target_ink)
        text = f"**{text}**" if place == 1 else text
        note = color_markdown(sentence.note, palette.muted_text)
        rows.append(
            [
                str(place),
                f"{text}  \n:small[{note}]",
                rise_cell(sentence.rise, palette),
                sentence.score,
            ]
        )
    return pd.DataFrame(rows, columns=["place", "text", "rise", "score"])


def draw_rankings(results: Sequence[BeamResult], penalty: float) -> None:
    """As tables of text: on a phone long sentences wrap, which those of st.dataframe do not."""
    palette = theme.current_palette()
    rankings = compare_rankings(results, penalty)
    for column, ranking in zip(st.columns(2), rankings, strict=False):
        with column, st.container(gap="xxsmall"):
            st.markdown(f"**{ranking.title}**")
            st.caption(escape_markdown(ranking.formula))
            st.table(
                ranking_table(ranking, palette),
                border="horizontal",
                hide_index=True,
                hide_header=True,
                alt=f"{ranking.title}, {ranking.formula}",
            )
