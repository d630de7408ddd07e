"""What the learner changed in a translation: kept in the address, shown beside the model's own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.shared.decoding.stepper import Segments, describe_intervention, format_probability
from pages.shared.frame import errors, url_state
from pages.shared.frame.i18n import _, segments
from pages.shared.runs.selection import Selection
from seq2seq_core.data.vocabulary import SPECIAL_TOKENS
from seq2seq_core.decoding.interventions import (
    Branch,
    BranchOutcome,
    Intervention,
    TokenDifference,
    check_branch,
    find_difference,
    parse_branch,
    replay_branch,
    summarize_outcome,
    word_intervention,
)
from seq2seq_core.decoding.translator import Translation
from seq2seq_core.errors import ConfigError, Seq2SeqError

MAX_BRANCHES = 8  # branches kept beside each other
QUOTED_WORDS = 5  # words of a difference that are said
COMPLETION_WORDS = 400  # words that complete what is typed: the most frequent ones
UNCHANGED_BRANCH = Branch()  # where nothing is changed


# --- in the address -----------------------------------------------------------------------------


def parse_fitting(text: str, selection: Selection) -> Branch | None:
    """A branch out of a link; None where it is none, or none of this sentence."""
    try:
        branch = parse_branch(text)
        check_branch(branch, selection.trained.translator, len(selection.translation.source_tokens))
    except ConfigError:
        return None
    return branch


def branches_from_url(selection: Selection) -> tuple[list[Branch], Branch]:
    """The branches of the address, and the one that is shown. What does not fit is left out."""
    texts = list(dict.fromkeys((url_state.get_param("branches") or "").split("_")))
    parsed_branches = [parse_fitting(text, selection) for text in texts if text][:MAX_BRANCHES]
    valid_branches = [branch for branch in parsed_branches if branch]
    active_number = url_state.get_option("branch", range(1, len(valid_branches) + 1), 0)
    if len(valid_branches) < len(parsed_branches):
        st.error(_("This link is damaged: what cannot be read in it is left out."))
        active_number = 0
        save_branches_to_url(valid_branches, UNCHANGED_BRANCH)
    return valid_branches, valid_branches[active_number - 1] if active_number else UNCHANGED_BRANCH


def save_branches_to_url(branches: Sequence[Branch], active_branch: Branch) -> None:
    """Put them into the address. Raises ConfigError with code too_many_branches."""
    text = "_".join(map(str, branches))
    if len(branches) > MAX_BRANCHES or len(text) > url_state.MAX_VALUE_LENGTH:
        raise ConfigError("too_many_branches")
    active_number = branches.index(active_branch) + 1 if active_branch in branches else 0
    for name, value in (
        ("branches", text),
        ("branch", str(active_number) if active_number else ""),
    ):
        if value:
            url_state.set_param(name, value)
        else:
            url_state.remove_param(name)


# --- what was clicked -----------------------------------------------------------------------------


def reshuffled_branch(parent: Branch, step: int, branches: Sequence[Branch]) -> Branch:
    """Another shuffle than those that are there: who clicks again wants to see another one."""
    candidates = (
        parent.with_intervention(Intervention(step, "shuffled", seed))
        for seed in range(1, MAX_BRANCHES + 2)
    )
    return next(branch for branch in candidates if branch not in branches)


def requested_branch(
    click: Mapping[str, Any], branches: Sequence[Branch], selection: Selection
) -> Branch:
    """The branch that a click asks for. Raises ConfigError or CorpusError."""
    parent, kind, value = parse_branch(str(click["of"])), str(click["do"]), click.get("value")
    if kind == "show":
        return parent
    if kind == "without":
        return parent.toggle_position(int(str(value)))
    step = int(str(click["step"]))
    if kind == "word":
        return parent.with_intervention(
            word_intervention(step, str(value), selection.trained.translator.codec.target)
        )
    if kind == "shuffled":
        return reshuffled_branch(parent, step, branches)
    number = str(value or 0)
    return parent.with_intervention(
        Intervention(step, kind, float(number) if kind == "sharpened" else int(number))
    )


def handle_click(click: Mapping[str, Any], selection: Selection) -> None:
    """Do what was clicked. Raises ConfigError or CorpusError."""
    branches, active_branch = branches_from_url(selection)
    if click["do"] == "remove":
        removed_branch = parse_branch(str(click["of"]))
        remaining_branches = [branch for branch in branches if branch != removed_branch]
        return save_branches_to_url(
            remaining_branches,
            UNCHANGED_BRANCH if active_branch == removed_branch else active_branch,
        )
    new_branch = requested_branch(click, branches, selection)
    check_branch(new_branch, selection.trained.translator, len(selection.translation.source_tokens))
    is_listed = new_branch in branches or new_branch == UNCHANGED_BRANCH
    return save_branches_to_url(branches if is_listed else [*branches, new_branch], new_branch)


@errors.deferred_errors
def apply_stepper_click(selection: Selection) -> None:
    """For the component's trigger; what is refused is said beside what was clicked."""
    click = st.session_state["decode_stepper"].what
    if not click:
        return
    try:
        handle_click(click, selection)
    except Seq2SeqError as error:
        st.session_state["decode_refused"] = errors.error_sentence(error.code, error.fields)


# --- in words -----------------------------------------------------------------------------------


def join_segments(pieces: Sequence[Segments]) -> Segments:
    return [
        part for i, piece in enumerate(pieces) for part in ([{"text": " · "}] * (i > 0) + piece)
    ]


def describe_changes(
    branch: Branch, source: Sequence[str], branch_result: BranchOutcome, selection: Selection
) -> Segments:
    """What was changed; not what stands behind the end of the sentence."""
    target = selection.trained.translator.codec.target
    left_out = [
        segments("without {source}", source={"source": source[i]}) for i in branch.omitted_positions
    ]
    reached_changes = [
        change for change in branch.interventions if change.step <= len(branch_result.tokens)
    ]
    descriptions = [
        [
            *segments("step {step}: ", step={"text": str(change.step)}),
            *describe_intervention(change, source, target.tokens),
        ]
        for change in reached_changes
    ]
    return join_segments([*left_out, *descriptions])


def quote_tokens(tokens: Sequence[str]) -> str:
    return " ".join(tokens[:QUOTED_WORDS]) + (" …" if len(tokens) > QUOTED_WORDS else "")


def only_forced_words_differ(divergence: TokenDifference, branch: Branch) -> bool:
    """Whether nothing differs but the words that were put in."""
    forced = {change.step for change in branch.interventions if change.is_word}
    steps = range(divergence.step, divergence.step + len(divergence.new_tokens))
    return len(divergence.old_tokens) == len(divergence.new_tokens) and forced.issuperset(steps)


def describe_effect(divergence: TokenDifference | None, branch: Branch) -> Segments:
    """What the changes did to the translation."""
    if divergence is None:
        return segments("Nothing changed: it wrote the same words.")
    if only_forced_words_differ(divergence, branch):
        return segments("Nothing else changed: it went on as before.")
    placeholders = {
        "step": {"text": str(divergence.step)},
        "old": {"target": quote_tokens(divergence.old_tokens)},
        "new": {"target": quote_tokens(divergence.new_tokens)},
    }
    if not divergence.old_tokens:
        return segments("It added {new} at step {step}.", **placeholders)
    if not divergence.new_tokens:
        return segments("It left out {old} at step {step}.", **placeholders)
    if divergence.suffix_length > 1:  # more than <eos>
        return segments(
            "It wrote {new} instead of {old} at step {step}; the words after that are the same.",
            **placeholders,
        )
    return segments("It wrote {new} instead of {old} from step {step} on.", **placeholders)


def format_sentence_probability(log_probability: float) -> str:
    """Of a whole sentence: as a share, and as its logarithm, which can be told apart when tiny."""
    share = (
        format_probability(math.exp(log_probability))
        if log_probability > math.log(0.0005)
        else "<0.1%"
    )
    return f"{share} · ln P = {log_probability:.2f}".replace("-", "\u2212")


# --- for the component ----------------------------------------------------------------------------


@st.cache_resource(show_spinner=False, max_entries=1000)
def _cached_outcome(
    run_id: int, update: int, source: tuple[str, ...], branch: Branch, _selection: Selection
) -> BranchOutcome:
    return summarize_outcome(replay_branch(_selection.trained.translator, source, branch))


def branch_outcome(branch: Branch, selection: Selection) -> BranchOutcome:
    if branch == UNCHANGED_BRANCH:
        return summarize_outcome(selection.translation)
    source = selection.translation.source_tokens
    return _cached_outcome(selection.run.id, selection.trained.update, source, branch, selection)


def branch_translation(branch: Branch, selection: Selection) -> Translation:
    if branch == UNCHANGED_BRANCH:
        return selection.translation
    return replay_branch(selection.trained.translator, selection.translation.source_tokens, branch)


def branch_row(
    branch: Branch, active_branch: Branch, own_result: BranchOutcome, selection: Selection
) -> dict[str, Any]:
    """One line of the list."""
    source, branch_result = selection.translation.source_tokens, branch_outcome(branch, selection)
    divergence = find_difference(own_result.tokens, branch_result.tokens)
    is_own = branch == UNCHANGED_BRANCH
    return {
        "is": str(branch),
        "shown": branch == active_branch,
        "tokens": branch_result.tokens,
        "special": [token in SPECIAL_TOKENS for token in branch_result.tokens],
        "leaves": divergence.step - 1 if divergence else -1,
        "again": len(branch_result.tokens) - divergence.suffix_length if divergence else -1,
        "changed": segments("The model's own translation")
        if is_own
        else describe_changes(branch, source, branch_result, selection),
        "came": [] if is_own else describe_effect(divergence, branch),
        "probability": format_sentence_probability(branch_result.log_probability),
    }


def intervention_hint(attends: bool) -> str:
    if attends:
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


def branches_data(
    branches: Sequence[Branch], active_branch: Branch, selection: Selection
) -> dict[str, Any]:
    """The branches as the component lists them, and everything that can be changed."""
    own_result = summarize_outcome(selection.translation)
    active_number = branches.index(active_branch) + 1 if active_branch in branches else 0
    target = selection.trained.translator.codec.target.tokens
    return {
        "branch": str(active_branch),
        "address": {
            "branches": "_".join(map(str, branches)),
            "branch": str(active_number) if active_number else "",
        },
        "branches": [
            branch_row(branch, active_branch, own_result, selection)
            for branch in (UNCHANGED_BRANCH, *branches)
        ],
        "words": [
            token
            for token in target[: COMPLETION_WORDS + len(SPECIAL_TOKENS)]
            if token not in SPECIAL_TOKENS
        ],
        "refused": st.session_state.pop("decode_refused", ""),
        "labels": branch_labels(selection),
    }
