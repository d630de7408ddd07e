"""Walk through one translation, one token at a time."""

from __future__ import annotations

import streamlit as st

from pages.shared.decoding import interventions
from pages.shared.decoding.eos_feeding import fillers
from pages.shared.decoding.interventions import branches_data, kept, shown_walk
from pages.shared.decoding.stepper import walk
from pages.shared.frame import components, errors, url_state
from pages.shared.frame.i18n import _, together
from pages.shared.runs import actions, selection
from pages.shared.runs.selection import Chosen


def remember() -> None:
    """Where the walk came to rest; the stepper has put it into the URL already."""
    url_state.put("step", str(st.session_state["decode_stepper"].position))


def new_walk(walk_of: str) -> None:
    """Another sentence begins at its beginning, with nothing changed. A refresh is none."""
    if st.session_state.setdefault("step_of", walk_of) != walk_of:
        st.session_state["step_of"] = walk_of
        for name in url_state.OF_A_WALK:
            url_state.drop(name)


@st.fragment
def stepping(now: Chosen) -> None:
    with errors.shown():
        source = now.translation.source_tokens
        # not the update: who walks while the model still learns is not thrown back
        key = f"{now.run.id}:{' '.join(source)}"
        new_walk(key)
        there, shown = kept(now)
        translation = shown_walk(shown, now)
        position = min(url_state.option("step", range(1000), 0), len(translation.steps))
        data = walk(key, translation, position, now.run.model_config, source, shown)
        what = branches_data(there, shown, now)
        components.stepper(
            key="decode_stepper",
            data=data | what | {"labels": data["labels"] | what["labels"]},
            on_position_change=remember,
            on_what_change=lambda: interventions.changed(now),
        )


def pictured(now: Chosen) -> str:
    """What the strips and bars are."""
    strips = _(
        "The strips show the numbers of a vector: green above zero, violet below, the stronger "
        "the further away."
    )
    if now.run.model_config.is_transformer:
        context = _(
            "The context is what the last layer has brought from the source; the bars are the mean "
            "of its heads."
        )
    elif now.run.model_config.has_attention:
        context = _("The context is the mean of the encoder's states, weighted by the attention.")
    else:
        context = None
    return together(strips, context)


def onward(attends: bool) -> None:
    """Other ways to look at the same sentence."""
    with st.container(horizontal=True, gap="medium"):
        if attends:
            st.page_link(
                "pages/attention.py", label=_("See where it looked"), icon=":material/grid_on:"
            )
        st.page_link("pages/inside.py", label=_("Look inside this step"), icon=":material/memory:")
        st.page_link(
            "pages/search.py", label=_("See what a beam finds"), icon=":material/account_tree:"
        )


def page() -> None:
    st.title(_("Decode, one token at a time"), anchor=False)
    st.markdown(_("The decoder writes a word, reads it back, looks at the source and goes on."))
    choices = actions.listed()
    if not choices:
        actions.nothing_trained()
        return
    now = selection.choose_run_and_sentence("decode", choices)
    stepping(now)
    expected = actions.reference(now.run, now.text)
    if expected is not None:
        st.text(_("In the corpus: {expected}", expected=expected))
    st.caption(pictured(now))
    onward(now.run.model_config.has_attention)
    fillers(now, expected)
    selection.follow(now.run)


page()
