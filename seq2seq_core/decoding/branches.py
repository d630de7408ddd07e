"""Branches beside each other: which one is shown, what each comes to, and where two part."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from seq2seq_core.decoding.interventions import UNCHANGED, Branch, Intervention, parse_branch
from seq2seq_core.decoding.translator import Translation
from seq2seq_core.errors import ConfigError

MAX_BRANCHES = 8  # beside each other: more would not fit into a link


@dataclass(frozen=True)
class BranchList:
    """The branches of one sentence, and which of them is shown: a value, like its branches.

    Raises ConfigError with code too_many_branches.
    """

    branches: tuple[Branch, ...] = ()  # in the order in which they were made
    active: Branch = UNCHANGED  # one of them, or the model's own translation

    def __post_init__(self) -> None:
        assert self.active == UNCHANGED or self.active in self.branches
        if len(self.branches) > MAX_BRANCHES:
            raise ConfigError("too_many_branches")

    def show_branch(self, branch: Branch) -> BranchList:
        """The list with this branch shown; a new one comes last."""
        is_listed = branch in self.branches or branch == UNCHANGED
        return BranchList(self.branches if is_listed else (*self.branches, branch), branch)

    def remove_branch(self, branch: Branch) -> BranchList:
        """The list without this branch; if it was shown, the model's own translation is."""
        remaining = tuple(one for one in self.branches if one != branch)
        return BranchList(remaining, UNCHANGED if self.active == branch else self.active)

    def reshuffle_branch(self, parent: Branch, step: int) -> Branch:
        """The parent with shuffled weights at a step, in an order that no branch has yet.

        Another click on the same button is a wish for another shuffle.
        """
        seeds = range(1, MAX_BRANCHES + 2)  # one more than there can be branches
        shuffles = (parent.with_intervention(Intervention(step, "shuffled", n)) for n in seeds)
        return next(branch for branch in shuffles if branch not in self.branches)

    def url_params(self) -> dict[str, str]:
        """For a link: all branches, and the number of the one shown, from 1; "" for none."""
        number = self.branches.index(self.active) + 1 if self.active in self.branches else 0
        return {
            "branches": "_".join(map(str, self.branches)),
            "branch": str(number) if number else "",
        }


def parse_branches(text: str, check: Callable[[Branch], None]) -> tuple[tuple[Branch, ...], bool]:
    """The branches that a link names, each once, and whether anything in it is no branch.

    check: raises ConfigError for a branch that does not fit, see interventions.check_branch.
    """
    branches, damaged = [], False
    for part in list(dict.fromkeys(filter(None, text.split("_"))))[:MAX_BRANCHES]:
        try:
            branch = parse_branch(part)
            check(branch)
            branches.append(branch)
        except ConfigError:
            damaged = True
    return tuple(branches), damaged


@dataclass(frozen=True)
class BranchOutcome:
    """What a branch comes to, without the inside."""

    tokens: tuple[str, ...]  # <eos> included, where it was written
    log_probability: float  # natural logarithm, of the whole sentence


def summarize_outcome(translation: Translation) -> BranchOutcome:
    """The tokens of a translation and the log-probability of all of them together."""
    tiny = 1e-45  # the least that float32 can hold: a word put in may have probability 0
    logs = [math.log(max(step.probability, tiny)) for step in translation.steps]
    return BranchOutcome(tuple(step.token for step in translation.steps), sum(logs))


@dataclass(frozen=True)
class TokenDifference:
    """The tokens in which two translations differ, between the same beginning and the same end."""

    step: int  # the first that differs, counted from 1
    old_tokens: tuple[str, ...]
    new_tokens: tuple[str, ...]
    suffix_length: int  # tokens that both end with

    def only_forced_words(self, branch: Branch) -> bool:
        """Whether nothing differs but the words that the branch puts in."""
        forced_steps = {change.step for change in branch.interventions if change.is_word}
        changed_steps = range(self.step, self.step + len(self.new_tokens))
        same_length = len(self.old_tokens) == len(self.new_tokens)
        return same_length and forced_steps.issuperset(changed_steps)


def find_difference(old: Sequence[str], new: Sequence[str]) -> TokenDifference | None:
    """How two translations differ; None where they are the same."""
    if list(old) == list(new):
        return None
    shorter = min(len(old), len(new))
    prefix = next((i for i in range(shorter) if old[i] != new[i]), shorter)  # tokens in common
    rest = shorter - prefix  # a token belongs to one end only
    suffix = next((i for i in range(rest) if old[-1 - i] != new[-1 - i]), rest)
    old_tokens, new_tokens = old[prefix : len(old) - suffix], new[prefix : len(new) - suffix]
    return TokenDifference(prefix + 1, tuple(old_tokens), tuple(new_tokens), suffix)
