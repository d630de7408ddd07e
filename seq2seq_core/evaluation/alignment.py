"""What a map of attention says in words: which links cross, and which words nobody needs.

A link is the source position with the largest weight of a target word. It names a position that
the encoder has read with its neighbours around it, not the word alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

AttentionMatrix = Sequence[Sequence[float]]  # target × source
AlignmentLinks = frozenset[tuple[int, int]]
MIN_ATTENTION = (
    0.1  # the share of a target word's attention from which a source position counts as needed
)


def argmax_positions(weights: AttentionMatrix) -> list[int]:
    """For each target word the source position with the largest weight, the first of equal ones."""
    return [max(range(len(row)), key=row.__getitem__) for row in weights]


def count_crossings(positions: Sequence[int]) -> int:
    """How many pairs of links cross: the later target word looks further to the left."""
    return sum(
        earlier_position > position
        for t, position in enumerate(positions)
        for earlier_position in positions[:t]
    )


def unattended(weights: AttentionMatrix, threshold: float = MIN_ATTENTION) -> list[int]:
    """Source positions to which every target word gives less than `share` of its attention."""
    columns = zip(*weights, strict=True)
    return [j for j, column in enumerate(columns) if max(column) < threshold]


def misaligned(
    weights: AttentionMatrix, sure: AlignmentLinks, possible: AlignmentLinks
) -> list[tuple[int, int, int]]:
    """(target position, where its largest weight lies, where a sure link says) if they differ.

    Links are (source position, target position), as in corpus.Pair. A target word without a sure
    link is left out, and one that looks at a possible link is not elsewhere.
    """
    misaligned_words = []
    for t, peak in enumerate(argmax_positions(weights)):
        gold_positions = sorted(source for source, target in sure if target == t)
        if gold_positions and (peak, t) not in sure | possible:
            misaligned_words.append((t, peak, gold_positions[0]))
    return misaligned_words


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
