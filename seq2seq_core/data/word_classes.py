"""Word classes from company: which words stand in the same slot, on both sides of a corpus.

"You shall know a word by the company it keeps" (Firth 1957).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from seq2seq_core.data.corpus import Pair

Phrase = tuple[str, ...]
SENTENCE_BOUNDARY = ""  # the neighbour of a sentence's first and last word; no token is empty


@dataclass(frozen=True)
class ContextProfile:
    """For each word: the words that have stood left of it, right of it, in a sentence with it."""

    words: tuple[str, ...]  # all, the most frequent first
    left_neighbours: dict[str, set[str]]
    right_neighbours: dict[str, set[str]]
    cooccurring_words: dict[str, set[str]]

    @classmethod
    def from_sentences(cls, sentences: Sequence[Sequence[str]]) -> ContextProfile:
        counts = Counter(token for tokens in sentences for token in tokens)
        left_neighbours: dict[str, set[str]] = defaultdict(set)
        right_neighbours: dict[str, set[str]] = defaultdict(set)
        cooccurring_words: dict[str, set[str]] = defaultdict(set)
        for tokens in sentences:
            lefts, rights = (SENTENCE_BOUNDARY, *tokens), (*tokens[1:], SENTENCE_BOUNDARY)
            for left, word, right in zip(lefts, tokens, rights, strict=False):
                left_neighbours[word].add(left)
                right_neighbours[word].add(right)
                cooccurring_words[word].update(tokens)
        return cls(
            tuple(word for word, _count in counts.most_common()),
            dict(left_neighbours),
            dict(right_neighbours),
            dict(cooccurring_words),
        )

    def neighbour_score(
        self, phrase: Sequence[str], tokens: Sequence[str], start: int, length: int = 1
    ) -> int:
        """How many of two neighbours a phrase has stood beside: 0–2.

        The neighbours are those that it would have in the place of `length` tokens from `start`.
        """
        end = start + length
        left = tokens[start - 1] if start else SENTENCE_BOUNDARY
        right = tokens[end] if end < len(tokens) else SENTENCE_BOUNDARY
        fits_left = left in self.left_neighbours.get(phrase[0], ())
        fits_right = right in self.right_neighbours.get(phrase[-1], ())
        return fits_left + fits_right

    def context_score(
        self, phrase: Sequence[str], tokens: Sequence[str], start: int, length: int = 1
    ) -> float:
        """How well a phrase would stand there, 0–3; 0 for an unknown phrase.

        One point for each neighbour, and the share of the other known words of the sentence that
        have stood in a sentence with the phrase.
        """
        first_company = self.cooccurring_words.get(phrase[0])
        last_company = self.cooccurring_words.get(phrase[-1])
        if first_company is None or last_company is None:
            return 0.0
        others = [*tokens[:start], *tokens[start + length :]]
        known_others = [token for token in others if token in self.cooccurring_words]
        shared_count = sum(t in first_company and t in last_company for t in known_others)
        shared_fraction = shared_count / len(known_others) if known_others else 1.0
        return self.neighbour_score(phrase, tokens, start, length) + shared_fraction


def aligned_phrase(pair: Pair, position: int) -> Phrase | None:
    """The target words of a source position, if it has any: "the teacher", "every day".

    A possible link counts where its target word has no sure one: "the" goes with "teacher".
    """
    sure_targets = {t for s, t in pair.sure if s == position}
    if not sure_targets:
        return None
    linked_targets = {t for _, t in pair.sure}
    possible_targets = {t for s, t in pair.possible if s == position and t not in linked_targets}
    return tuple(pair.target[t] for t in sorted(sure_targets | possible_targets))


def extract_translations(pairs: Sequence[Pair], limit: int = 4) -> dict[str, list[Phrase]]:
    """Source word -> its likely translations, of one word or more, the likeliest first.

    By the sure links, where it stands in rows that have any: then a word without one, such as 了,
    has no translation. Else by Dice's coefficient of common rows, which needs no links but takes
    a constant companion for a translation.
    """
    phrase_counts: dict[str, Counter[Phrase]] = defaultdict(Counter)
    cooccurrences: dict[str, Counter[str]] = defaultdict(Counter)
    source_counts, target_counts = Counter[str](), Counter[str]()  # rows that hold a word
    linked_words: set[str] = set()
    for pair in pairs:
        linked_words.update(pair.source if pair.sure else ())
        for position, word in enumerate(pair.source):
            phrase = aligned_phrase(pair, position)
            if phrase is not None:
                phrase_counts[word][phrase] += 1
        # each word once, and in order: among equals the same one is the likeliest every time
        sources, targets = [*dict.fromkeys(pair.source)], [*dict.fromkeys(pair.target)]
        source_counts.update(sources)
        target_counts.update(targets)
        for source in sources:
            cooccurrences[source].update(targets)
    lexicon = {
        word: [phrase for phrase, _count in phrase_counts[word].most_common(limit)]
        for word in linked_words
    }
    for source in cooccurrences.keys() - linked_words:
        dice = {
            target: 2 * count / (source_counts[source] + target_counts[target])
            for target, count in cooccurrences[source].items()
        }
        lexicon[source] = [(t,) for t in sorted(dice, key=lambda target: -dice[target])[:limit]]
    return {word: lexicon[word] for word in cooccurrences}


@dataclass(frozen=True)
class WordClasses:
    """What the rows of a corpus say about their words."""

    source: ContextProfile
    target: ContextProfile
    translations: dict[str, list[Phrase]]

    @classmethod
    def from_pairs(cls, pairs: Sequence[Pair]) -> WordClasses:
        return cls(
            ContextProfile.from_sentences([pair.source for pair in pairs]),
            ContextProfile.from_sentences([pair.target for pair in pairs]),
            extract_translations(pairs),
        )
