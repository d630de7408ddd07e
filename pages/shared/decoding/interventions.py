"""What the learner changed in a translation: a click goes into the URL, and comes back from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.shared.frame import errors, url_state
from pages.shared.frame.i18n import _
from pages.shared.runs.caching import cache_by_identity
from pages.shared.runs.selection import Selection
from seq2seq_core.decoding.branches import (
    BranchList,
    BranchOutcome,
    parse_branches,
    summarize_outcome,
)
from seq2seq_core.decoding.interventions import (
    UNCHANGED,
    Branch,
    Intervention,
    check_branch,
    parse_branch,
    replay_branch,
    word_intervention,
)
from seq2seq_core.decoding.translator import Translation
from seq2seq_core.errors import ConfigError, Seq2SeqError

# --- in the URL -----------------------------------------------------------------------------


def check_fit(branch: Branch, selection: Selection) -> None:
    """Raises ConfigError where a branch does not fit this model and sentence."""
    check_branch(branch, selection.trained.translator, len(selection.translation.source_tokens))


def branches_from_url(selection: Selection) -> BranchList:
    """The branches of the URL, and the one that is shown. What does not fit is left out."""
    branches, damaged = parse_branches(
        url_state.get_param("branches") or "", lambda branch: check_fit(branch, selection)
    )
    number = url_state.get_option("branch", range(1, len(branches) + 1), 0)
    if not damaged:
        return BranchList(branches, branches[number - 1] if number else UNCHANGED)
    st.error(_("This link is damaged: what cannot be read in it is left out."))
    readable = BranchList(branches)
    save_branches_to_url(readable)
    return readable


def save_branches_to_url(branches: BranchList) -> None:
    """Raises ConfigError with code too_many_branches where they are too long for a link."""
    params = branches.url_params()
    if any(len(value) > url_state.MAX_VALUE_LENGTH for value in params.values()):
        raise ConfigError("too_many_branches")
    for name, value in params.items():
        if value:
            url_state.set_param(name, value)
        else:
            url_state.remove_param(name)


# --- from a click ---------------------------------------------------------------------------


def requested_branch(
    click: Mapping[str, Any], branches: BranchList, selection: Selection
) -> Branch:
    """The branch that a click asks for. Raises ConfigError or CorpusError."""
    parent, kind, value = parse_branch(str(click["of"])), str(click["do"]), click.get("value")
    if kind == "show":
        return parent
    if kind == "without":
        return parent.toggle_position(int(str(value)))
    step = int(str(click["step"]))
    if kind == "shuffled":
        return branches.reshuffle_branch(parent, step)
    if kind == "word":
        target = selection.trained.translator.codec.target
        return parent.with_intervention(word_intervention(step, str(value), target))
    number = float(str(value or 0)) if kind == "sharpened" else int(str(value or 0))
    return parent.with_intervention(Intervention(step, kind, number))


def handle_click(click: Mapping[str, Any], selection: Selection) -> None:
    """Do what was clicked. Raises ConfigError or CorpusError."""
    branches = branches_from_url(selection)
    if click["do"] == "remove":
        return save_branches_to_url(branches.remove_branch(parse_branch(str(click["of"]))))
    branch = requested_branch(click, branches, selection)
    check_fit(branch, selection)
    return save_branches_to_url(branches.show_branch(branch))


@errors.deferred_errors
def apply_stepper_click(selection: Selection) -> None:
    """For the component's trigger; the reason of a refusal stands beside what was clicked."""
    click = st.session_state["decode_stepper"].what
    if not click:
        return
    try:
        handle_click(click, selection)
    except Seq2SeqError as error:
        st.session_state["decode_refused"] = errors.error_sentence(error.code, error.fields)


# --- the translation of a branch ------------------------------------------------------------


def branch_translation(branch: Branch, selection: Selection) -> Translation:
    if branch == UNCHANGED:
        return selection.translation
    return replay_branch(selection.trained.translator, selection.translation.source_tokens, branch)


@cache_by_identity(max_entries=1000)
def branch_outcome(branch: Branch, selection: Selection) -> BranchOutcome:
    return summarize_outcome(branch_translation(branch, selection))
