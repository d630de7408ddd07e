"""Word classes from company: which words stand in the same slot, on both sides of a corpus.

"You shall know a word by the company it keeps" (Firth 1957). A word that stands in one row only
cannot be learnt; put into the slots of a known word of its class it stands in ten.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seq2seq_core.data.corpus import Corpus, Pair, Row
from seq2seq_core.data.tokenizers import TOKENIZERS

Phrase = tuple[str, ...]
EDGE = ""  # the neighbour of a sentence's first and last word; no token is empty
ENOUGH = 10  # rows from which a word is learnt
MUCH_WORSE = 1.0  # points of fit: one neighbour, or the rest of the sentence
VOWELS = tuple("aeiou")


@dataclass(frozen=True)
class Entry:
    """A word and its translation in one form: 毛衣 and sweaters."""

    source: str
    target: str


@dataclass(frozen=True)
class Company:
    """For each word: who has stood left of it, right of it, and in a sentence with it."""

    left: dict[str, set[str]]
    right: dict[str, set[str]]
    near: dict[str, set[str]]

    @classmethod
    def of(cls, sentences: Iterable[Sequence[str]]) -> Company:
        left: dict[str, set[str]] = defaultdict(set)
        right: dict[str, set[str]] = defaultdict(set)
        near: dict[str, set[str]] = defaultdict(set)
        for tokens in sentences:
            words = set(tokens)
            for before, word, after in zip(
                (EDGE, *tokens), tokens, (*tokens[1:], EDGE), strict=False
            ):
                left[word].add(before)
                right[word].add(after)
                near[word] |= words
        return cls(dict(left), dict(right), dict(near))

    def fit(self, word: str, tokens: Sequence[str], position: int) -> float:
        """How well a known word would stand there, 0–3: neighbour by neighbour, then the rest."""
        before = tokens[position - 1] if position else EDGE
        after = tokens[position + 1] if position + 1 < len(tokens) else EDGE
        others = {t for i, t in enumerate(tokens) if i != position and t in self.near}
        shared = len(others & self.near[word]) / len(others) if others else 1.0
        return (before in self.left[word]) + (after in self.right[word]) + shared


def translations(pairs: Sequence[Pair], limit: int = 4) -> dict[str, list[Phrase]]:
    """Source word -> its likely translations, of one word or more, the likeliest first.

    By the sure links, where it stands in rows that have any: then a word without one, such as 了,
    has no translation. Else by Dice's coefficient of common rows, which needs no links but takes
    a constant companion for a translation.
    """
    linked: dict[str, Counter[Phrase]] = defaultdict(Counter)
    together: dict[str, Counter[str]] = defaultdict(Counter)
    rows_with: tuple[Counter[str], Counter[str]] = Counter(), Counter()
    explained: set[str] = set()
    for pair in pairs:
        explained.update(pair.source if pair.sure else ())
        for j, word in enumerate(pair.source):
            for phrase in phrase_of(pair, j):
                linked[word][phrase] += 1
        sources, targets = set(pair.source), set(pair.target)
        rows_with[0].update(sources)
        rows_with[1].update(targets)
        for source in sources:
            together[source].update(targets)
    found = {word: [p for p, _ in linked[word].most_common(limit)] for word in explained}
    for source in together.keys() - explained:
        dice = {
            target: 2 * count / (rows_with[0][source] + rows_with[1][target])
            for target, count in together[source].items()
        }
        found[source] = [(t,) for t in sorted(dice, key=lambda target: -dice[target])[:limit]]
    return {word: found[word] for word in together}


def phrase_of(pair: Pair, j: int) -> list[Phrase]:
    """The target words of a source position, if it has any: "the teacher", "every day".

    A possible link counts where the word has no sure one to anybody: "the" goes with "teacher".
    """
    sure = {t for s, t in pair.sure if s == j}
    if not sure:
        return []
    taken = {t for _, t in pair.sure}
    beside = {t for s, t in pair.possible if s == j and t not in taken}
    return [tuple(pair.target[t] for t in sorted(sure | beside))]


@dataclass(frozen=True)
class Classes:
    """What the rows of a corpus say about their words."""

    source: Company
    target: Company
    translations: dict[str, list[Phrase]]

    @classmethod
    def of(cls, pairs: Sequence[Pair]) -> Classes:
        return cls(
            Company.of(pair.source for pair in pairs),
            Company.of(pair.target for pair in pairs),
            translations(pairs),
        )


def words_of(pairs: Iterable[Pair]) -> tuple[set[str], set[str]]:
    """All source words and all target words."""
    pairs = list(pairs)
    return {w for pair in pairs for w in pair.source}, {w for pair in pairs for w in pair.target}


def fresh(pair: Pair, others: tuple[set[str], set[str]]) -> tuple[list[str], list[str]]:
    """The source words and the target words that no other row has."""
    source, target = (
        [word for word in dict.fromkeys(side) if word not in known]
        for side, known in zip((pair.source, pair.target), others, strict=True)
    )
    return source, target


def new_words(pair: Pair, others: tuple[set[str], set[str]], known: Classes) -> list[Entry]:
    """New source words with their translations: the new or left-over target words, in order.

    None at all where there are more on one side: then nobody knows which belongs to which.
    """
    sources, targets = fresh(pair, others)
    if not targets:  # a new source word may have an old translation: what the others leave over
        old = [word for word in pair.source if word not in sources]
        taken = {t for word in old for p in known.translations.get(word, ()) for t in p}
        targets = [word for word in dict.fromkeys(pair.target) if word not in taken]
    if len(sources) != len(targets):
        return []
    return [Entry(*both) for both in zip(sources, targets, strict=True)]


def places(
    pair: Pair, new: Entry, known: Classes, pairs: Sequence[Pair] = (), limit: int = 6
) -> list[Entry]:
    """Known words of the class of a new one in its pair, best first.

    The class shows on both sides: 小雪 stands where 小冰 stands, XiaoXue where XiaoBing stands. So
    the exchange keeps the grammar, the number of a noun, the tense of a verb. First of all comes
    the word that one of `pairs` has in that very slot: the one that gave way to the new word.
    """
    at, there = pair.source.index(new.source), pair.target.index(new.target)
    scored: list[tuple[float, Entry]] = []
    for source, targets in known.translations.items():
        if source in pair.source:
            continue
        fit = known.source.fit(source, pair.source, at) + form(source, new.source)
        for target in (phrase[0] for phrase in targets if len(phrase) == 1):
            both = fit + known.target.fit(target, pair.target, there) + form(target, new.target)
            if target not in pair.target:
                scored.append((both, Entry(source, target)))
    scored.sort(key=lambda pair: -pair[0])
    best = [entry for fit, entry in scored if fit > scored[0][0] - MUCH_WORSE]
    before = gone(pair, at, there, pairs)
    if before in [entry for _fit, entry in scored]:
        best = [before, *(entry for entry in best if entry != before)]
    return best[:limit]


def gone(pair: Pair, at: int, there: int, pairs: Sequence[Pair]) -> Entry | None:
    """What stands in the two places in the pair that is most like this one, if the neighbours and
    more than half of it are the same: most likely this pair was made out of that one."""
    alike = [
        (same(pair.source, other.source, at) + same(pair.target, other.target, there), other)
        for other in pairs
        if same(pair.source, other.source, at) and same(pair.target, other.target, there)
    ]
    count, nearest = max(alike, key=lambda both: both[0], default=(0, None))
    edges = 4  # two a sentence
    if nearest is None or 2 * (count - edges) <= len(pair.source) + len(pair.target):
        return None
    return Entry(nearest.source[at], nearest.target[there])


def same(tokens: Sequence[str], others: Sequence[str], at: int) -> int:
    """How many words are the same in a sentence that is as long and has another word there between
    the same neighbours, the edges of the sentence counted; 0 for all other sentences."""
    if len(tokens) != len(others) or tokens[at] == others[at]:
        return 0
    equal = [True, *(a == b for a, b in zip(tokens, others, strict=True)), True]
    return sum(equal) if equal[at] and equal[at + 2] else 0


def form(word: str, other: str) -> float:
    """How alike two words look, 0–1: length, first and last character, capital or not."""
    same = (
        len(word) == len(other),
        word[0] == other[0],
        word[-1] == other[-1],
        word[0].isupper() == other[0].isupper(),
    )
    return sum(same) / len(same)


def spread(
    corpus: Corpus,
    tokenizer: str,
    new: Entry,
    like: Entry,
    held_out: Sequence[Row] = (),
    count: int = ENOUGH,
) -> list[Row]:
    """Up to `count` new rows: rows that hold `like` once on each side, with `new` in its place.

    No token moves, so alignment links stay valid. Nothing that is in the corpus already, nor held
    out, comes back. The rows are taken from all over the corpus: many constructions, not one.
    """
    taken = {row.source for row in (*corpus.rows, *held_out)}
    found: dict[str, Row] = {}
    for row, pair in zip(corpus.rows, corpus.pairs, strict=True):
        made = exchanged(row, pair, new, like, tokenizer)
        if made is not None and made.source not in taken:
            found.setdefault(made.source, made)
    usable = list(found.values())
    step = max(len(usable) / count, 1)
    return [usable[int(i * step)] for i in range(min(count, len(usable)))]


def exchanged(row: Row, pair: Pair, new: Entry, like: Entry, tokenizer: str) -> Row | None:
    """The row with the new word; None where it holds `like` not exactly once, or not as a pair."""
    if pair.source.count(like.source) != 1 or pair.target.count(like.target) != 1:
        return None
    at, there = pair.source.index(like.source), pair.target.index(like.target)
    links = pair.sure | pair.possible
    if links and (at, there) not in links:
        return None
    article = pair.target[there - 1] if there else EDGE
    if article in ("a", "an") and vowel(new.target) != vowel(like.target):
        return None  # a sweater, an apple
    source = rewritten(pair.source, at, new.source, tokenizer)
    target = rewritten(pair.target, there, new.target, tokenizer)
    return Row(source, target, row.alignment) if source and target else None


def vowel(word: str) -> bool:
    return word.lower().startswith(VOWELS)


def rewritten(tokens: Sequence[str], position: int, word: str, tokenizer: str) -> str | None:
    """The sentence with another word; None where the tokenizer would cut it elsewhere."""
    changed = [*tokens[:position], word, *tokens[position + 1 :]]
    text = TOKENIZERS[tokenizer].join(changed)
    return text if TOKENIZERS[tokenizer].split(text) == changed else None
