"""What ROUGE counts (Lin 2004), word by word: what two sentences have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from seq2seq_core.evaluation.text_metrics import CharacterTokenizer, contains_chinese

HashableItem = TypeVar("HashableItem", bound=Hashable)
Words = tuple[str, ...]


@dataclass(frozen=True)
class RougeOverlap:
    """Both sentences as ROUGE cuts them, and what they share."""

    output: Words
    reference: Words
    unigrams: Words  # ROUGE-1
    bigrams: tuple[Words, ...]  # ROUGE-2, neighbours
    subsequence: Words  # ROUGE-L, in this order in both, gaps allowed


def f1_score(shared: int, in_output: int, in_reference: int) -> float:
    """The harmonic mean of precision shared / in_output and recall shared / in_reference."""
    return 2 * shared / (in_output + in_reference) if shared else 0.0


def intersect_multisets(
    items: Sequence[HashableItem], other_items: Sequence[HashableItem]
) -> tuple[HashableItem, ...]:
    """What both have, each item as often as both have it, in the order of the first."""
    remaining, shared = Counter(other_items), []
    for item in items:
        if remaining[item]:
            remaining[item] -= 1
            shared.append(item)
    return tuple(shared)


def longest_common_subsequence(words: Sequence[str], other_words: Sequence[str]) -> Words:
    """The longest sequence of words that stands in both in the same order, gaps allowed."""
    # longest[j]: of the words read until now and the first j of other_words
    longest: list[Words] = [()] * (len(other_words) + 1)
    for word in words:
        row: list[Words] = [()]
        for j, other_word in enumerate(other_words):
            match = word == other_word
            row.append((*longest[j], word) if match else max(longest[j + 1], row[j], key=len))
        longest = row
    return longest[-1]


def find_overlap(output: str, reference: str) -> RougeOverlap:
    """What ROUGE-1, ROUGE-2 and ROUGE-L find in two sentences."""
    from rouge_score.tokenizers import DefaultTokenizer

    is_chinese = contains_chinese([reference, output])
    tokenize = (CharacterTokenizer() if is_chinese else DefaultTokenizer()).tokenize
    output_words, reference_words = tuple(tokenize(output)), tuple(tokenize(reference))
    return RougeOverlap(
        output=output_words,
        reference=reference_words,
        unigrams=intersect_multisets(output_words, reference_words),
        bigrams=intersect_multisets([*pairwise(output_words)], [*pairwise(reference_words)]),
        subsequence=longest_common_subsequence(output_words, reference_words),
    )
