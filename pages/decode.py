"""Step through one translation, one token at a time."""

from __future__ import annotations

import streamlit as st

from pages.shared.decoding import interventions
from pages.shared.decoding.branch_list import branches_data
from pages.shared.decoding.eos_feeding import draw_eos_feeding
from pages.shared.decoding.interventions import branch_translation, branches_from_url
from pages.shared.decoding.stepper import stepper_data
from pages.shared.frame import components, errors, url_state
from pages.shared.frame.i18n import _, join_sentences
from pages.shared.runs.page import trained_page
from pages.shared.runs.run_corpus import reference_translation
from pages.shared.runs.selection import Selection, choose_run_and_sentence


def sync_step() -> None:
    """The step where the stepper rests; in the browser it stands in the URL already."""
    url_state.set_param("step", str(st.session_state["decode_stepper"].position))


def reset_stepper(sentence_key: str) -> None:
    """Another sentence begins at its beginning, with nothing changed. A refresh is none."""
    if st.session_state.setdefault("step_of", sentence_key) != sentence_key:
        st.session_state["step_of"] = sentence_key
        for name in url_state.DECODE_KEYS:
            url_state.remove_param(name)


@st.fragment
def show_stepper(selection: Selection) -> None:
    with errors.errors_on_page():
        source = selection.translation.source_tokens
        # without the update: a learner who steps while the model learns is not set back to 0
        key = f"{selection.run.id}:{' '.join(source)}"
        reset_stepper(key)
        branches = branches_from_url(selection)
        translation = branch_translation(branches.active, selection)
        position = min(url_state.get_option("step", range(1000), 0), len(translation.steps))
        data = stepper_data(
            key, translation, position, selection.run.model_config, source, branches.active
        )
        branch_data = branches_data(branches, selection)
        components.stepper_component(
            key="decode_stepper",
            data=data | branch_data | {"labels": data["labels"] | branch_data["labels"]},
            on_position_change=sync_step,
            on_what_change=lambda: interventions.apply_stepper_click(selection),
        )


def describe_vectors(selection: Selection) -> str:
    """What the strips and bars are."""
    strips_note = _(
        "The strips show the numbers of a vector: green above zero, violet below, the stronger "
        "the further away."
    )
    if selection.run.model_config.is_transformer:
        context_note = _(
            "The context is what the last layer has brought from the source; the bars are the mean "
            "of its heads."
        )
    elif selection.run.model_config.has_attention:
        context_note = _(
            "The context is the mean of the encoder's states, weighted by the attention."
        )
    else:
        context_note = None
    return join_sentences(strips_note, context_note)


def link_related_pages(has_attention: bool) -> None:
    """Links to other pages about the same sentence."""
    with st.container(horizontal=True, gap="medium"):
        if has_attention:
            st.page_link(
                "pages/attention.py", label=_("See where it looked"), icon=":material/grid_on:"
            )
        st.page_link("pages/inside.py", label=_("Look inside this step"), icon=":material/memory:")
        st.page_link(
            "pages/search.py", label=_("See what a beam finds"), icon=":material/account_tree:"
        )


def draw_decode(selection: Selection) -> None:
    show_stepper(selection)
    expected = reference_translation(selection.run, selection.text)
    if expected is not None:
        st.text(_("In the corpus: {expected}", expected=expected))
    st.caption(describe_vectors(selection))
    link_related_pages(selection.run.model_config.has_attention)
    draw_eos_feeding(selection, expected)


trained_page(
    "decode",
    _("Decode, one token at a time"),
    _("The decoder writes a word, reads it back, looks at the source and goes on."),
    choose_run_and_sentence,
    draw_decode,
)
