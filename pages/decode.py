"""Walk through one translation, one token at a time."""

from __future__ import annotations

import streamlit as st

from pages.shared import address, chosen, components, errors, runs
from pages.shared.chosen import Chosen
from pages.shared.fillers import fillers
from pages.shared.i18n import _
from pages.shared.walk import walk


def remember() -> None:
    """Where the walk came to rest; the stepper has put it into the URL already."""
    address.put("step", str(st.session_state["decode_stepper"].position))


def position_of(walk_of: str) -> int:
    """Where to stand in this walk: where it was left, in this session or by the URL; else at 0."""
    if st.session_state.setdefault("step_of", walk_of) != walk_of:
        st.session_state["step_of"] = walk_of
        address.drop("step")
    return address.option("step", range(1000), 0)


@st.fragment
def stepping(now: Chosen) -> None:
    with errors.shown():
        # not the update: who walks while the model still learns is not thrown back
        key = f"{now.run.id}:{' '.join(now.translation.source_tokens)}"
        position = min(position_of(key), len(now.translation.steps))
        components.stepper(
            key="decode_stepper",
            data=walk(key, now.translation, position, now.run.model["bidirectional"]),
            on_position_change=remember,
        )


def page() -> None:
    st.title(_("Decode, one token at a time"), anchor=False)
    st.markdown(_("The decoder writes a word, reads it back, looks at the source and goes on."))
    choices = runs.listed()
    if not choices:
        runs.nothing_trained()
        return
    now = chosen.choose_run_and_sentence("decode", choices)
    stepping(now)
    expected = runs.reference(now.run, now.text)
    if expected is not None:
        st.text(_("In the corpus: {expected}", expected=expected))
    st.caption(
        _(
            "The strips show the numbers of a vector: green above zero, violet below, the stronger "
            "the further away. The context is the mean of the encoder's states, weighted by the "
            "attention."
        )
    )
    st.page_link("pages/attention.py", label=_("See where it looked"), icon=":material/grid_on:")
    fillers(now, expected)
    chosen.follow(now.run)


page()
