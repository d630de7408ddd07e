"""What a map of attention says in words: which links cross, and which words nobody needs.

A link is the source position with the largest weight of a target word. It names a position that
the encoder has read with its neighbours around it, not the word alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

Weights = Sequence[Sequence[float]]  # target × source
Links = frozenset[tuple[int, int]]
NEEDED = 0.1  # the share of a target word's attention from which a source position counts as needed


def strongest(weights: Weights) -> list[int]:
    """For each target word the source position with the largest weight, the first of equal ones."""
    return [max(range(len(row)), key=row.__getitem__) for row in weights]


def crossings(places: Sequence[int]) -> int:
    """How many pairs of links cross: the later target word looks further to the left."""
    return sum(before > place for t, place in enumerate(places) for before in places[:t])


def unneeded(weights: Weights, share: float = NEEDED) -> list[int]:
    """Source positions to which every target word gives less than `share` of its attention."""
    columns = zip(*weights, strict=True)
    return [j for j, column in enumerate(columns) if max(column) < share]


def elsewhere(weights: Weights, sure: Links, possible: Links) -> list[tuple[int, int, int]]:
    """(target position, where its largest weight lies, where a sure link says) if they differ.

    Links are (source position, target position), as in corpus.Pair. A target word without a sure
    link is left out, and one that looks at a possible link is not elsewhere.
    """
    found = []
    for t, looked in enumerate(strongest(weights)):
        named = sorted(source for source, target in sure if target == t)
        if named and (looked, t) not in sure | possible:
            found.append((t, looked, named[0]))
    return found


def words_at(
    positions: Iterable[Sequence[int]], sources: Sequence[Sequence[str]]
) -> list[tuple[str, int, int]]:
    """(word, how often it stands at one of the positions, how often it stands anywhere).

    positions: for each sentence those that count. The most frequent word comes first.
    """
    everywhere = Counter(word for source in sources for word in source)
    found = Counter(
        source[j] for places, source in zip(positions, sources, strict=True) for j in places
    )
    return [(word, count, everywhere[word]) for word, count in found.most_common()]


def every_word_once(sources: Iterable[Sequence[str]]) -> bool:
    """Whether no source word stands in two places of a corpus.

    The first word then gives the whole sentence away: a model need not look at any other.
    """
    return max(Counter(word for source in sources for word in source).values(), default=0) <= 1
