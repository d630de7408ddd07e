"""What the stepper shows of the branches: each with what was changed and what became of it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.shared.decoding.interventions import branch_outcome
from pages.shared.decoding.wording import describe_changes, describe_effect
from pages.shared.frame.i18n import _, segments
from pages.shared.frame.numbers import format_sentence_probability
from pages.shared.runs.selection import Selection
from seq2seq_core.data.vocabulary import SPECIAL_TOKENS
from seq2seq_core.decoding.branches import BranchList, BranchOutcome, find_difference
from seq2seq_core.decoding.interventions import UNCHANGED, Branch

COMPLETION_WORDS = 400  # words that complete what is typed: the most frequent ones


def branch_row(
    branch: Branch, active_branch: Branch, own_outcome: BranchOutcome, selection: Selection
) -> dict[str, Any]:
    """One line of the list, beside the model's own translation.

    leaves: index of the first token that differs; again: of the first that is the same again; both
    -1 where none differs.
    """
    outcome = branch_outcome(branch, selection)
    difference = find_difference(own_outcome.tokens, outcome.tokens)
    source = selection.translation.source_tokens
    target = selection.trained.translator.codec.target.tokens
    is_own = branch == UNCHANGED
    return {
        "is": str(branch),
        "shown": branch == active_branch,
        "tokens": outcome.tokens,
        "special": [token in SPECIAL_TOKENS for token in outcome.tokens],
        "leaves": difference.step - 1 if difference else -1,
        "again": len(outcome.tokens) - difference.suffix_length if difference else -1,
        "changed": segments("The model's own translation")
        if is_own
        else describe_changes(branch, source, target, len(outcome.tokens)),
        "came": [] if is_own else describe_effect(difference, branch),
        "probability": format_sentence_probability(outcome.log_probability),
    }


def intervention_hint(has_attention: bool) -> str:
    if has_attention:
        return _(
            "Choose a word in the list above or a source word, and see how it goes on. The "
            "translation of before stays beside it."
        )
    return _(
        "Choose a word in the list above to put it in, or a source word to leave it out. The "
        "translation of before stays beside it."
    )


def branch_labels(selection: Selection) -> dict[str, str]:
    is_transformer = selection.run.model_config.is_transformer
    return {
        "what": _("What if?"),
        "hint": intervention_hint(selection.run.model_config.has_attention),
        "typed": _("Another word at this step"),
        "put": _("Put in"),
        "put_here": _("Put this word in at this step"),
        "click": _("A source word that you choose"),
        "only": _("is all it looks at"),
        "leave": _("is left out"),
        "look": _("Where it looks at this step, in all layers and heads")
        if is_transformer
        else _("Where it looks at this step"),
        "even": _("evenly"),
        "most": _("only at its maximum"),
        "shuffled": _("shuffled"),
        "sharper": _("Its weights to the power of β, then made to sum to 1: the softmax of β times "
                     "the scores. 1 is as learnt."),
        "first": _("Go to a step first: then you can change it."),
        "branches": _("Branches: what it writes when you change something"),
        "whole": _("The number is the probability of the whole sentence, P."),
        "remove": _("Remove this branch"),
        "leaves": _("from here on it is another sentence"),
    }  # fmt: skip


def branches_data(branches: BranchList, selection: Selection) -> dict[str, Any]:
    """The branches as the component lists them, and everything that can be changed."""
    own_outcome = branch_outcome(UNCHANGED, selection)
    target = selection.trained.translator.codec.target.tokens
    return {
        "branch": str(branches.active),
        "address": branches.url_params(),
        "branches": [
            branch_row(branch, branches.active, own_outcome, selection)
            for branch in (UNCHANGED, *branches.branches)
        ],
        "words": [
            token
            for token in target[: COMPLETION_WORDS + len(SPECIAL_TOKENS)]
            if token not in SPECIAL_TOKENS
        ],
        "refused": st.session_state.pop("decode_refused", ""),
        "labels": branch_labels(selection),
    }
