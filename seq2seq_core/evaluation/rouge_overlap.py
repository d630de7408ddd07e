"""What ROUGE counts (Lin 2004), word by word: what two sentences have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from seq2seq_core.evaluation.text_metrics import Characters, chinese

Item = TypeVar("Item", bound=Hashable)
Words = tuple[str, ...]


@dataclass(frozen=True)
class Overlap:
    """Both sentences as ROUGE cuts them, and what they share."""

    output: Words
    reference: Words
    words: Words  # ROUGE-1
    pairs: tuple[Words, ...]  # ROUGE-2, neighbours
    sequence: Words  # ROUGE-L, in this order in both, gaps allowed


def f1(shared: int, in_output: int, in_reference: int) -> float:
    """The harmonic mean of precision shared / in_output and recall shared / in_reference."""
    return 2 * shared / (in_output + in_reference) if shared else 0.0


def in_both(one: Sequence[Item], other: Sequence[Item]) -> tuple[Item, ...]:
    """What both have, each as often as both have it, in the order of the first."""
    left, found = Counter(other), []
    for item in one:
        if left[item]:
            left[item] -= 1
            found.append(item)
    return tuple(found)


def longest_common(one: Sequence[str], other: Sequence[str]) -> Words:
    """The longest sequence of words that stands in both in the same order, gaps allowed."""
    best: list[Words] = [()] * (len(other) + 1)  # for what was read of `one`, by prefix of `other`
    for word in one:
        row: list[Words] = [()]
        for j, there in enumerate(other):
            row.append((*best[j], word) if word == there else max(best[j + 1], row[j], key=len))
        best = row
    return best[-1]


def overlap(output: str, reference: str) -> Overlap:
    """What ROUGE-1, ROUGE-2 and ROUGE-L find in two sentences."""
    from rouge_score.tokenizers import DefaultTokenizer

    cut = Characters() if chinese([reference, output]) else DefaultTokenizer()
    one, other = tuple(cut.tokenize(output)), tuple(cut.tokenize(reference))
    pairs = in_both(tuple(pairwise(one)), tuple(pairwise(other)))
    return Overlap(one, other, in_both(one, other), pairs, longest_common(one, other))
