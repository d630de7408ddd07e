"""Attention read as a word alignment: where the largest weights lie, and what that is worth.

A link of a map is the source position with the largest weight of a target word. It names a position
that the encoder has read with its neighbours around it, not the word alone.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seq2seq_core.data.corpus import Pair, find_pair

AttentionMatrix = Sequence[Sequence[float]]  # target × source, every row sums to one
AlignmentLinks = frozenset[tuple[int, int]]  # gold: (source position, target position)
# the share of a target word's attention from which a source position counts as needed
MIN_ATTENTION = 0.1


def argmax_positions(weights: AttentionMatrix) -> list[int]:
    """For each target word the source position with the largest weight, the first of equal ones."""
    return [max(range(len(row)), key=row.__getitem__) for row in weights]


def linked_sources(links: AlignmentLinks, t: int) -> set[int]:
    """The source positions that gold links name for target position t."""
    return {source for source, target in links if target == t}


def linked_targets(links: AlignmentLinks) -> list[int]:
    """The target positions that have a gold link, from left to right."""
    return sorted({target for _source, target in links})


def find_gold_links(
    pairs: Iterable[Pair], source: Sequence[str], output: Sequence[str]
) -> tuple[AlignmentLinks, AlignmentLinks]:
    """(sure, possible) links of the pair that has this source; both empty where none has.

    Sure links count only for the words of the output that are right.
    """
    pair = find_pair(pairs, source)
    if pair is None:
        return frozenset(), frozenset()
    token_pairs = zip(output, pair.target, strict=False)
    correct = {t for t, (token, expected) in enumerate(token_pairs) if token == expected}
    return frozenset(link for link in pair.sure if link[1] in correct), pair.possible


def chance_alignment(pairs: Sequence[Pair]) -> float | None:
    """The score to expect of weights that lie anywhere by chance; None without a sure link."""
    shares = [
        len(linked_sources(pair.sure, t)) / len(pair.source)
        for pair in pairs
        for t in linked_targets(pair.sure)
    ]
    return sum(shares) / len(shares) if shares else None


def diagonal_position(t: int, target_length: int, source_length: int) -> int:
    """The source position at the same share of the sentence as target position t, rounded."""
    return math.floor(t * (source_length - 1) / max(target_length - 1, 1) + 0.5)


@dataclass(frozen=True)
class AlignmentScore:
    """Shares of the target words that have a sure gold link."""

    score: float  # the largest weight lies on a sure link
    lenient: float  # … on a sure or a possible one
    chance: float  # expected when looking anywhere
    diagonal: float  # when always looking at the same relative position
    word_count: int


def score_alignment(
    positions: Sequence[Sequence[int]], pairs: Sequence[Pair]
) -> AlignmentScore | None:
    """Attention against gold links, beside two guesses that know nothing of the words.

    positions: for each pair the places of the largest weights, see `argmax_positions`; those after
    the last target word do not count. None where no target word has a sure link.
    """
    score = lenient = diagonal = word_count = 0
    for peaks, pair in zip(positions, pairs, strict=True):
        for t in linked_targets(pair.sure):
            guess = diagonal_position(t, len(pair.target), len(pair.source))
            word_count += 1
            score += (peaks[t], t) in pair.sure
            lenient += (peaks[t], t) in pair.sure | pair.possible
            diagonal += (guess, t) in pair.sure
    chance = chance_alignment(pairs)
    if chance is None:
        return None
    return AlignmentScore(
        score / word_count, lenient / word_count, chance, diagonal / word_count, word_count
    )


def find_misalignments(
    positions: Sequence[int], sure: AlignmentLinks, possible: AlignmentLinks
) -> list[tuple[int, int, int]]:
    """(target position, source position of its largest weight, that of a sure link) that differ.

    A target word without a sure link is left out, and so is one whose weight lies on a possible
    link.
    """
    return [
        (t, peak, min(linked_sources(sure, t)))
        for t, peak in enumerate(positions)
        if linked_sources(sure, t) and (peak, t) not in sure | possible
    ]


def count_crossings(positions: Sequence[int]) -> int:
    """How many pairs of links cross: the later target word looks further to the left."""
    return sum(
        earlier > position for t, position in enumerate(positions) for earlier in positions[:t]
    )


def unattended_positions(weights: AttentionMatrix, threshold: float = MIN_ATTENTION) -> list[int]:
    """Source positions to which every target word gives less than `threshold` of its attention."""
    columns = zip(*weights, strict=True)
    return [j for j, column in enumerate(columns) if max(column) < threshold]


def count_words_at(
    positions: Iterable[Sequence[int]], sources: Sequence[Sequence[str]]
) -> list[tuple[str, int, int]]:
    """(word, how often it stands at one of the positions, how often it stands anywhere).

    positions: for each sentence those that count. The most frequent word comes first.
    """
    totals = Counter(word for source in sources for word in source)
    counts = Counter(
        source[j]
        for sentence_positions, source in zip(positions, sources, strict=True)
        for j in sentence_positions
    )
    return [(word, count, totals[word]) for word, count in counts.most_common()]


def all_words_unique(sources: Iterable[Sequence[str]]) -> bool:
    """Whether no source word stands in two places of a corpus.

    The first word then gives the whole sentence away: a model need not look at any other.
    """
    return max(Counter(word for source in sources for word in source).values(), default=0) <= 1
