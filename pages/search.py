"""How the next word is chosen: by a beam, whose tree grows step by step, or by sampling."""

from __future__ import annotations

from math import log

import streamlit as st

from pages.shared.decoding.beam_tree import cached_tree, tree_component, tree_data
from pages.shared.decoding.ranking import describe_ranking_change, draw_rankings
from pages.shared.decoding.sampling import sampling_view
from pages.shared.frame import errors, url_state, widgets
from pages.shared.frame.i18n import N_, _
from pages.shared.frame.numbers import format_log_probability
from pages.shared.runs.page import trained_page
from pages.shared.runs.run_corpus import reference_translation
from pages.shared.runs.selection import Selection, choose_run_and_sentence
from pages.shared.settings.decoding import BEAM, LENGTH_PENALTY
from pages.shared.settings.panel import draw_setting
from seq2seq_core.decoding.beam_tree import BeamResult, BeamTree

METHODS = {"beam": N_("Beam search"), "sampling": N_("Sampling")}


def choose_search_method() -> str:
    return widgets.choose_option(
        "search",
        "way",
        _("How the next word is chosen"),
        list(METHODS),
        lambda name: _(METHODS[name]),
    )


def sync_tree_step() -> None:
    """The step where the tree rests; in the browser it stands in the URL already."""
    url_state.set_param("step", str(st.session_state["search_tree"].position))


@st.fragment
def show_tree(selection: Selection, tree: BeamTree, width: int, penalty: float) -> None:
    with errors.errors_on_page():
        key = f"{selection.run.id}:{' '.join(selection.translation.source_tokens)}"
        position = url_state.get_option("step", range(1000), 1)  # the first column invites to go on
        tokenizer = selection.trained.translator.codec.tokenizer
        tree_component(
            key="search_tree",
            data=tree_data(key, tree, selection.translation, width, penalty, tokenizer, position),
            on_position_change=sync_tree_step,
        )


def show_beam_search(selection: Selection) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        width = draw_setting(BEAM)
    with right:
        penalty = draw_setting(LENGTH_PENALTY)
    pruned_count = 3 if width < 6 else 2  # drawn in each step: more would hide the beam
    tree = cached_tree(selection, width, penalty, pruned_count)
    show_tree(selection, tree, width, penalty)
    st.caption(
        _(
            "Every step tries every word of the vocabulary; of those that are cut off only the "
            "best {count} are drawn. A beginning whose branches are all cut off turns grey.",
            count=pruned_count,
        )
    )
    st.subheader(_("What the beam has found, in order"), anchor=False)
    draw_rankings(tree.results, penalty)
    st.text(describe_ranking_change(tree.results, penalty))
    compare_with_greedy(selection, tree.results[0])


def describe_comparison(winner: BeamResult, greedy_log_probability: float, same: bool) -> str:
    """The beam's sentence beside greedy's, in words."""
    if same:
        return _("The beam has found the same sentence as greedy search.")
    shares = {
        "beam": format_log_probability(winner.log_probability),
        "greedy": format_log_probability(greedy_log_probability),
    }
    if winner.log_probability > greedy_log_probability:
        return _("The beam has found a more probable sentence: {beam} against {greedy}.", **shares)
    return _("The beam has chosen a sentence that is not more probable: {beam} against {greedy}.",
             **shares)  # fmt: skip


def correctness_mark(tokens: tuple[str, ...], selection: Selection, expected: str | None) -> str:
    if expected is None:
        return ""
    reference_tokens = selection.trained.translator.codec.tokenize_target(expected)
    return "✓ " if tokens == reference_tokens else "✗ "


def compare_with_greedy(selection: Selection, winner: BeamResult) -> None:
    """The winner and greedy's sentence, both against the reference where the corpus has one."""
    greedy = selection.translation
    expected = reference_translation(selection.run, selection.text)
    greedy_log_probability = sum(log(step.probability) for step in greedy.steps)
    st.subheader(_("Beside greedy search"), anchor=False)
    st.text(describe_comparison(winner, greedy_log_probability, winner.tokens == greedy.tokens))
    for message, tokens, text, log_probability in (
        (_("Beam: {text} ({share})"), winner.tokens, winner.text, winner.log_probability),
        (_("Greedy: {text} ({share})"), greedy.tokens, greedy.text, greedy_log_probability),
    ):
        marked_text = correctness_mark(tokens, selection, expected) + (text or "<eos>")
        st.text(message.format(text=marked_text, share=format_log_probability(log_probability)))
    if expected is not None:
        st.text(_("In the corpus: {expected}", expected=expected))
    st.caption(
        _(
            "The probability says what the model believes, not what is right: a more probable "
            "sentence need not be a better one."
        )
    )


def draw_search(selection: Selection) -> None:
    if choose_search_method() == "beam":
        show_beam_search(selection)
    else:
        sampling_view(selection)


trained_page(
    "search",
    _("Search: which word next?"),
    _(
        "At each step the model gives every word a probability. It does not say which one to "
        "write: that is what a search decides."
    ),
    choose_run_and_sentence,
    draw_search,
)
