"""What the learner changed in a translation: kept in the address, shown beside the model's own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.shared.decoding.stepper import Said, changed_here, percent
from pages.shared.frame import errors, url_state
from pages.shared.frame.i18n import _, segments
from pages.shared.runs.selection import Selection
from seq2seq_core.data.vocabulary import SPECIAL_TOKENS
from seq2seq_core.decoding.interventions import (
    Branch,
    Intervention,
    TokenDifference,
    BranchOutcome,
    check_branch,
    find_difference,
    summarize_outcome,
    parse_branch,
    replay_branch,
    word_intervention,
)
from seq2seq_core.decoding.translator import Translation
from seq2seq_core.errors import ConfigError, Seq2SeqError

MOST = 8  # branches kept beside each other
QUOTED = 5  # words of a difference that are said
OFFERED = 400  # words that complete what is typed: the most frequent ones
OWN = Branch()  # where nothing is changed


# --- in the address -----------------------------------------------------------------------------


def fitting(text: str, now: Selection) -> Branch | None:
    """A branch out of a link; None where it is none, or none of this sentence."""
    try:
        branch = parse_branch(text)
        check_branch(branch, now.trained.checkpoint, len(now.translation.source_tokens))
    except ConfigError:
        return None
    return branch


def kept(now: Selection) -> tuple[list[Branch], Branch]:
    """The branches of the address, and the one that is shown. What does not fit is left out."""
    texts = list(dict.fromkeys((url_state.get_param("branches") or "").split("_")))
    found = [fitting(text, now) for text in texts if text][:MOST]
    good = [branch for branch in found if branch]
    shown = url_state.get_option("branch", range(1, len(good) + 1), 0)
    if len(good) < len(found):
        st.error(_("This link is damaged: what cannot be read in it is left out."))
        shown = 0
        keep(good, OWN)
    return good, good[shown - 1] if shown else OWN


def keep(branches: Sequence[Branch], shown: Branch) -> None:
    """Put them into the address. Raises ConfigError with code too_many_branches."""
    text = "_".join(map(str, branches))
    if len(branches) > MOST or len(text) > url_state.MAX_VALUE_LENGTH:
        raise ConfigError("too_many_branches")
    place = branches.index(shown) + 1 if shown in branches else 0
    for name, value in (("branches", text), ("branch", str(place) if place else "")):
        if value:
            url_state.set_param(name, value)
        else:
            url_state.remove_param(name)


# --- what was clicked -----------------------------------------------------------------------------


def reshuffled(of: Branch, step: int, branches: Sequence[Branch]) -> Branch:
    """Another shuffle than those that are there: who clicks again wants to see another one."""
    tries = (of.with_intervention(Intervention(step, "shuffled", seed)) for seed in range(1, MOST + 2))
    return next(branch for branch in tries if branch not in branches)


def wanted(said: Mapping[str, Any], branches: Sequence[Branch], now: Selection) -> Branch:
    """The branch that a click asks for. Raises ConfigError or CorpusError."""
    of, kind, value = parse_branch(str(said["of"])), str(said["do"]), said.get("value")
    if kind == "show":
        return of
    if kind == "without":
        return of.toggle_position(int(str(value)))
    step = int(str(said["step"]))
    if kind == "word":
        return of.with_intervention(word_intervention(step, str(value), now.trained.checkpoint.target))
    if kind == "shuffled":
        return reshuffled(of, step, branches)
    number = str(value or 0)
    return of.with_intervention(Intervention(step, kind, float(number) if kind == "sharpened" else int(number)))


def act(said: Mapping[str, Any], now: Selection) -> None:
    """Do what was clicked. Raises ConfigError or CorpusError."""
    branches, shown = kept(now)
    if said["do"] == "remove":
        gone = parse_branch(str(said["of"]))
        left = [branch for branch in branches if branch != gone]
        return keep(left, OWN if shown == gone else shown)
    new = wanted(said, branches, now)
    check_branch(new, now.trained.checkpoint, len(now.translation.source_tokens))
    there = new in branches or new == OWN
    return keep(branches if there else [*branches, new], new)


@errors.deferred_errors
def changed(now: Selection) -> None:
    """For the component's trigger; what is refused is said beside what was clicked."""
    said = st.session_state["decode_stepper"].what
    if not said:
        return
    try:
        act(said, now)
    except Seq2SeqError as error:
        st.session_state["decode_refused"] = errors.error_sentence(error.code, error.fields)


# --- in words -----------------------------------------------------------------------------------


def joined(pieces: Sequence[Said]) -> Said:
    return [
        part for i, piece in enumerate(pieces) for part in ([{"text": " · "}] * (i > 0) + piece)
    ]


def changes_said(branch: Branch, source: Sequence[str], written: BranchOutcome, now: Selection) -> Said:
    """What was changed; not what stands behind the end of the sentence."""
    target = now.trained.checkpoint.target
    left_out = [segments("without {source}", source={"source": source[i]}) for i in branch.omitted_positions]
    reached = [change for change in branch.interventions if change.step <= len(written.tokens)]
    said = [
        [
            *segments("step {step}: ", step={"text": str(change.step)}),
            *changed_here(change, source, target.tokens),
        ]
        for change in reached
    ]
    return joined([*left_out, *said])


def quoted(tokens: Sequence[str]) -> str:
    return " ".join(tokens[:QUOTED]) + (" …" if len(tokens) > QUOTED else "")


def only_forced(found: TokenDifference, branch: Branch) -> bool:
    """Whether nothing differs but the words that were put in."""
    forced = {change.step for change in branch.interventions if change.is_word}
    places = range(found.step, found.step + len(found.new_tokens))
    return len(found.old_tokens) == len(found.new_tokens) and forced.issuperset(places)


def came_of_it(found: TokenDifference | None, branch: Branch) -> Said:
    """What the changes did to the translation."""
    if found is None:
        return segments("Nothing changed: it wrote the same words.")
    if only_forced(found, branch):
        return segments("Nothing else changed: it went on as before.")
    places = {
        "step": {"text": str(found.step)},
        "old": {"target": quoted(found.old_tokens)},
        "new": {"target": quoted(found.new_tokens)},
    }
    if not found.old_tokens:
        return segments("It added {new} at step {step}.", **places)
    if not found.new_tokens:
        return segments("It left out {old} at step {step}.", **places)
    if found.suffix_length > 1:  # more than <eos>
        return segments(
            "It wrote {new} instead of {old} at step {step}; the words after that are the same.",
            **places,
        )
    return segments("It wrote {new} instead of {old} from step {step} on.", **places)


def probability(log: float) -> str:
    """Of a whole sentence: as a share, and as its logarithm, which can be told apart when tiny."""
    share = percent(math.exp(log)) if log > math.log(0.0005) else "<0.1%"
    return f"{share} · ln P = {log:.2f}".replace("-", "\u2212")


# --- for the component ----------------------------------------------------------------------------


@st.cache_resource(show_spinner=False, max_entries=1000)
def _outcome(
    run: int, update: int, source: tuple[str, ...], branch: Branch, _now: Selection
) -> BranchOutcome:
    return summarize_outcome(replay_branch(_now.trained.model, _now.trained.checkpoint, source, branch))


def outcome_of(branch: Branch, now: Selection) -> BranchOutcome:
    if branch == OWN:
        return summarize_outcome(now.translation)
    source = now.translation.source_tokens
    return _outcome(now.run.id, now.trained.update, source, branch, now)


def shown_walk(branch: Branch, now: Selection) -> Translation:
    if branch == OWN:
        return now.translation
    trained = now.trained
    return replay_branch(trained.model, trained.checkpoint, now.translation.source_tokens, branch)


def row(branch: Branch, shown: Branch, own: BranchOutcome, now: Selection) -> dict[str, Any]:
    """One line of the list."""
    source, written = now.translation.source_tokens, outcome_of(branch, now)
    found = find_difference(own.tokens, written.tokens)
    is_own = branch == OWN
    return {
        "is": str(branch),
        "shown": branch == shown,
        "tokens": written.tokens,
        "special": [token in SPECIAL_TOKENS for token in written.tokens],
        "leaves": found.step - 1 if found else -1,
        "again": len(written.tokens) - found.suffix_length if found else -1,
        "changed": segments("The model's own translation")
        if is_own
        else changes_said(branch, source, written, now),
        "came": [] if is_own else came_of_it(found, branch),
        "probability": probability(written.log_probability),
    }


def hint(attends: bool) -> str:
    if attends:
        return _(
            "Choose a word in the list above or a source word, and see how it goes on. The "
            "translation of before stays beside it."
        )
    return _(
        "Choose a word in the list above to put it in, or a source word to leave it out. The "
        "translation of before stays beside it."
    )


def labels(now: Selection) -> dict[str, str]:
    deep = now.run.model_config.is_transformer
    return {
        "what": _("What if?"),
        "hint": hint(now.run.model_config.has_attention),
        "typed": _("Another word at this step"),
        "put": _("Put in"),
        "put_here": _("Put this word in at this step"),
        "click": _("A source word that you choose"),
        "only": _("is all it looks at"),
        "leave": _("is left out"),
        "look": _("Where it looks at this step, in all layers and heads")
        if deep
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


def branches_data(branches: Sequence[Branch], shown: Branch, now: Selection) -> dict[str, Any]:
    """The branches as the component lists them, and everything that can be changed."""
    own = summarize_outcome(now.translation)
    place = branches.index(shown) + 1 if shown in branches else 0
    target = now.trained.checkpoint.target.tokens
    return {
        "branch": str(shown),
        "address": {
            "branches": "_".join(map(str, branches)),
            "branch": str(place) if place else "",
        },
        "branches": [row(branch, shown, own, now) for branch in (OWN, *branches)],
        "words": [token for token in target[: OFFERED + len(SPECIAL_TOKENS)] if token not in SPECIAL_TOKENS],
        "refused": st.session_state.pop("decode_refused", ""),
        "labels": labels(now),
    }
