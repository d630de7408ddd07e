"""How the next word is chosen: a beam that grows before one's eyes, and drawing by lot."""

from __future__ import annotations

from math import log

import streamlit as st

from pages.shared.decoding.beam_tree import (
    changes,
    grow,
    percent,
    ranking_component,
    ranking_data,
    tree_component,
    tree_data,
)
from pages.shared.decoding.sampling import lots
from pages.shared.frame import errors, url_state
from pages.shared.frame.i18n import N_, _, language
from pages.shared.runs import actions, selection
from pages.shared.runs.selection import Chosen
from pages.shared.settings.decoding import BEAM, PENALTY, turn
from seq2seq_core.data.corpus import tokenize
from seq2seq_core.decoding.beam_tree import BeamResult, BeamTree

WAYS = {"beam": N_("Beam search"), "sampling": N_("Sampling")}


def choose_way() -> str:
    key = f"search_way_{language()}"
    way = st.segmented_control(
        _("How the next word is chosen"),
        list(WAYS),
        default=url_state.first(key, url_state.option("way", list(WAYS), "beam")),
        required=True,
        format_func=lambda name: _(WAYS[name]),
        key=key,
        label_visibility="collapsed",
    )
    if way == "beam":
        url_state.drop("way")
    else:
        url_state.put("way", way)
    return way


def remember() -> None:
    """Where the tree came to rest; the component has put it into the URL already."""
    url_state.put("step", str(st.session_state["search_tree"].position))


@st.fragment
def growing(now: Chosen, grown: BeamTree, width: int, penalty: float) -> None:
    with errors.shown():
        key = f"{now.run.id}:{' '.join(now.translation.source_tokens)}"
        at = url_state.option("step", range(1000), 1)  # the first column invites to go on
        tokenizer = now.trained.checkpoint.tokenizer
        tree_component(
            key="search_tree",
            data=tree_data(key, grown, now.translation, width, penalty, tokenizer, at),
            on_position_change=remember,
        )


def beam(now: Chosen) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        width = int(turn(BEAM))
    with right:
        penalty = turn(PENALTY)
    show = 3 if width < 6 else 2  # of those cut off: more would hide the beam
    grown = grow(now, width, penalty, show)
    growing(now, grown, width, penalty)
    st.caption(
        _(
            "Every step tries every word of the vocabulary; of those that are cut off only the "
            "best {count} are drawn. A beginning whose branches are all cut off turns grey.",
            count=show,
        )
    )
    st.subheader(_("What the beam has found, in order"), anchor=False)
    ranking_component(key="search_ranking", data=ranking_data(grown.results, penalty))
    st.text(changes(grown.results, penalty))
    beside_greedy(now, grown.results[0])


def verdict(winner: BeamResult, greedy_log: float, same: bool) -> str:
    """The beam's sentence beside greedy's, in words."""
    if same:
        return _("The beam has found the same sentence as greedy search.")
    shares = {"beam": percent(winner.log_probability), "greedy": percent(greedy_log)}
    if winner.log_probability > greedy_log:
        return _("The beam has found a more probable sentence: {beam} against {greedy}.", **shares)
    return _("The beam has chosen a sentence that is not more probable: {beam} against {greedy}.",
             **shares)  # fmt: skip


def mark(tokens: tuple[str, ...], now: Chosen, expected: str | None) -> str:
    if expected is None:
        return ""
    return "✓ " if tokens == tokenize(expected, now.trained.checkpoint.tokenizer) else "✗ "


def beside_greedy(now: Chosen, winner: BeamResult) -> None:
    """The winner and greedy's sentence, both against the reference where the corpus has one."""
    greedy, expected = now.translation, actions.reference(now.run, now.text)
    greedy_log = sum(log(step.probability) for step in greedy.steps)
    st.subheader(_("Beside greedy search"), anchor=False)
    st.text(verdict(winner, greedy_log, winner.tokens == greedy.tokens))
    for message, tokens, text, log_probability in (
        (_("Beam: {text} ({share})"), winner.tokens, winner.text, winner.log_probability),
        (_("Greedy: {text} ({share})"), greedy.tokens, greedy.text, greedy_log),
    ):
        shown = mark(tokens, now, expected) + (text or "<eos>")
        st.text(message.format(text=shown, share=percent(log_probability)))
    if expected is not None:
        st.text(_("In the corpus: {expected}", expected=expected))
    st.caption(
        _(
            "The probability says what the model believes, not what is right: a more probable "
            "sentence need not be a better one."
        )
    )


def page() -> None:
    st.title(_("Search: which word next?"), anchor=False)
    st.markdown(
        _(
            "At each step the model gives every word a probability. It does not say which one to "
            "write: that is what a search decides."
        )
    )
    choices = actions.listed()
    if not choices:
        actions.nothing_trained()
        return
    now = selection.choose_run_and_sentence("search", choices)
    if choose_way() == "beam":
        beam(now)
    else:
        lots(now)
    selection.follow(now.run)


page()
