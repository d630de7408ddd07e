"""Data augmentation: a new word is put into the slots of a known word of its class.

A word that stands in one row only cannot be learnt; in ten it can.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from seq2seq_core.data.corpus import Corpus, Pair, Row
from seq2seq_core.data.tokenizers import TOKENIZERS
from seq2seq_core.data.word_classes import SENTENCE_BOUNDARY, WordClasses

MIN_ROWS_PER_WORD = 10  # from which a word is learnt
MAX_SCORE_GAP = 1.0  # behind the best score: one neighbour, or the rest of the sentence
VOWELS = tuple("aeiou")


@dataclass(frozen=True)
class LexiconEntry:
    """A word and its translation in one form: 毛衣 and sweaters."""

    source: str
    target: str


def collect_words(pairs: Iterable[Pair]) -> tuple[set[str], set[str]]:
    """All source words and all target words."""
    pairs = list(pairs)
    return {w for pair in pairs for w in pair.source}, {w for pair in pairs for w in pair.target}


def unseen_words(pair: Pair, other_words: tuple[set[str], set[str]]) -> tuple[list[str], list[str]]:
    """The source words and the target words that no other row has."""
    source, target = (
        [word for word in dict.fromkeys(side) if word not in words]
        for side, words in zip((pair.source, pair.target), other_words, strict=True)
    )
    return source, target


def align_unseen_words(
    pair: Pair, other_words: tuple[set[str], set[str]], classes: WordClasses
) -> list[LexiconEntry]:
    """New source words with their translations: the new or left-over target words, in order.

    Empty where there are more on one side: then nobody knows which belongs to which.
    """
    sources, targets = unseen_words(pair, other_words)
    if not targets:  # a new source word may have an old translation, one that no other word needs
        known_sources = [word for word in pair.source if word not in sources]
        known_targets = {
            t for word in known_sources for p in classes.translations.get(word, ()) for t in p
        }
        targets = [word for word in dict.fromkeys(pair.target) if word not in known_targets]
    if len(sources) != len(targets):
        return []
    return list(map(LexiconEntry, sources, targets))


def matching_tokens(tokens: Sequence[str], other_tokens: Sequence[str], position: int) -> int:
    """How many words of two sentences are the same, both edges of the sentence counted.

    0 unless they are equally long and differ at the position between the same neighbours.
    """
    if len(tokens) != len(other_tokens) or tokens[position] == other_tokens[position]:
        return 0
    matches = [True, *(a == b for a, b in zip(tokens, other_tokens, strict=True)), True]
    return sum(matches) if matches[position] and matches[position + 2] else 0


def replaced_entry(
    pair: Pair, source_position: int, target_position: int, pairs: Sequence[Pair]
) -> LexiconEntry | None:
    """The words at the two positions of the pair that is most like this one.

    None unless their neighbours and more than half of both sentences are the same: then most
    likely this pair was made out of that one.
    """
    most_matches, nearest = 0, None
    for other in pairs:
        source_matches = matching_tokens(pair.source, other.source, source_position)
        target_matches = matching_tokens(pair.target, other.target, target_position)
        if source_matches and target_matches and source_matches + target_matches > most_matches:
            most_matches, nearest = source_matches + target_matches, other
    edges = 4  # two a sentence
    if nearest is None or 2 * (most_matches - edges) <= len(pair.source) + len(pair.target):
        return None
    return LexiconEntry(nearest.source[source_position], nearest.target[target_position])


def surface_similarity(word: str, other_word: str) -> float:
    """How alike two words look, 0–1: length, first and last character, capital or not."""
    matches = (
        len(word) == len(other_word),
        word[0] == other_word[0],
        word[-1] == other_word[-1],
        word[0].isupper() == other_word[0].isupper(),
    )
    return sum(matches) / len(matches)


def rank_substitutes(
    pair: Pair,
    new_entry: LexiconEntry,
    classes: WordClasses,
    pairs: Sequence[Pair] = (),
    limit: int = 6,
) -> list[LexiconEntry]:
    """Known words of the class of a new one in its pair, best first.

    The class shows on both sides: 小雪 stands where 小冰 stands, XiaoXue where XiaoBing stands. So
    the exchange keeps the grammar, the number of a noun, the tense of a verb. First of all comes
    the word that one of `pairs` has in that very slot: the one that gave way to the new word.
    """
    source_position = pair.source.index(new_entry.source)
    target_position = pair.target.index(new_entry.target)
    scores: dict[LexiconEntry, float] = {}
    for source, phrases in classes.translations.items():
        if source in pair.source:
            continue
        source_score = classes.source.context_score((source,), pair.source, source_position)
        source_score += surface_similarity(source, new_entry.source)
        for target, *rest in phrases:
            if rest or target in pair.target:
                continue  # one word takes the place of one word
            target_score = classes.target.context_score((target,), pair.target, target_position)
            score = source_score + target_score + surface_similarity(target, new_entry.target)
            scores[LexiconEntry(source, target)] = score
    ranked = sorted(scores, key=lambda entry: -scores[entry])
    candidates = [entry for entry in ranked if scores[entry] > scores[ranked[0]] - MAX_SCORE_GAP]
    replaced = replaced_entry(pair, source_position, target_position, pairs)
    if replaced in scores:
        candidates = [replaced, *(entry for entry in candidates if entry != replaced)]
    return candidates[:limit]


def starts_with_vowel(word: str) -> bool:
    return word.lower().startswith(VOWELS)


def replace_token(tokens: Sequence[str], position: int, word: str, tokenizer: str) -> str | None:
    """The sentence with another word; None where the tokenizer would cut it elsewhere."""
    new_tokens = [*tokens[:position], word, *tokens[position + 1 :]]
    text = TOKENIZERS[tokenizer].join(new_tokens)
    return text if TOKENIZERS[tokenizer].split(text) == new_tokens else None


def substitute_entry(
    row: Row, pair: Pair, new_entry: LexiconEntry, known_entry: LexiconEntry, tokenizer: str
) -> Row | None:
    """The row with the new word in the place of the known one.

    None unless it holds the known word once on each side, linked, and beside an article that fits
    the new word too.
    """
    if pair.source.count(known_entry.source) != 1 or pair.target.count(known_entry.target) != 1:
        return None
    source_position = pair.source.index(known_entry.source)
    target_position = pair.target.index(known_entry.target)
    links = pair.sure | pair.possible
    if links and (source_position, target_position) not in links:
        return None
    article = pair.target[target_position - 1] if target_position else SENTENCE_BOUNDARY
    same_onset = starts_with_vowel(new_entry.target) == starts_with_vowel(known_entry.target)
    if article in ("a", "an") and not same_onset:
        return None  # a sweater, an apple
    source = replace_token(pair.source, source_position, new_entry.source, tokenizer)
    target = replace_token(pair.target, target_position, new_entry.target, tokenizer)
    return Row(source, target, row.alignment) if source and target else None


def augment(
    corpus: Corpus,
    tokenizer: str,
    new_entry: LexiconEntry,
    known_entry: LexiconEntry,
    held_out: Sequence[Row] = (),
    count: int = MIN_ROWS_PER_WORD,
) -> list[Row]:
    """Up to `count` new rows: rows that hold the known entry once on each side, with the new one
    in its place.

    No token moves, so alignment links stay valid. Nothing that is in the corpus already, nor held
    out, comes back. The rows are taken from all over the corpus: many constructions, not one.
    """
    existing_sources = {row.source for row in (*corpus.rows, *held_out)}
    rows_by_source: dict[str, Row] = {}
    for row, pair in zip(corpus.rows, corpus.pairs, strict=True):
        new_row = substitute_entry(row, pair, new_entry, known_entry, tokenizer)
        if new_row is not None and new_row.source not in existing_sources:
            rows_by_source.setdefault(new_row.source, new_row)
    new_rows = list(rows_by_source.values())
    stride = max(len(new_rows) / count, 1)
    return [new_rows[int(i * stride)] for i in range(min(count, len(new_rows)))]


@dataclass(frozen=True)
class AugmentationOffer:
    """A word that stands in too few rows, and the known words whose place it could take."""

    new_entry: LexiconEntry
    row_count: int  # rows that hold it so far
    substitutes: tuple[LexiconEntry, ...]


@dataclass(frozen=True)
class UnclearWords:
    """New words of a row; which of them translates which cannot be told."""

    source: list[str]
    target: list[str]


WordHint = AugmentationOffer | UnclearWords


def offer_augmentation(
    pair: Pair,
    new_entry: LexiconEntry,
    classes: WordClasses,
    corpus: Corpus,
    tokenizer: str,
    held_out: Sequence[Row],
) -> AugmentationOffer | None:
    """None where the word stands in enough rows, or where no other row has a slot for it."""
    row_count = sum(new_entry.source in other.source for other in corpus.pairs)
    if row_count >= MIN_ROWS_PER_WORD:
        return None
    substitutes = tuple(
        known_entry
        for known_entry in rank_substitutes(pair, new_entry, classes, corpus.pairs)
        if augment(corpus, tokenizer, new_entry, known_entry, held_out)
    )
    return AugmentationOffer(new_entry, row_count, substitutes) if substitutes else None


def find_word_hints(
    own_rows: Mapping[tuple[str, str], int],
    classes: WordClasses,
    corpus: Corpus,
    tokenizer: str,
    held_out: Sequence[Row] = (),
) -> dict[int, WordHint]:
    """Hints on the new words in a learner's own rows, at most one a row and each word once.

    own_rows: source and target of a row -> its position; the keys of the result are positions.
    """
    positioned_pairs = [
        (own_rows.get((row.source, row.target)), pair)
        for row, pair in zip(corpus.rows, corpus.pairs, strict=True)
    ]
    other_words = collect_words(pair for position, pair in positioned_pairs if position is None)
    hints: dict[int, WordHint] = {}
    handled_words: set[str] = set()
    for position, pair in positioned_pairs:
        if position is None:
            continue
        entries = align_unseen_words(pair, other_words, classes)
        for entry in entries:
            if entry.source not in handled_words:
                offer = offer_augmentation(pair, entry, classes, corpus, tokenizer, held_out)
                if offer is not None:
                    hints.setdefault(position, offer)
            handled_words.add(entry.source)
        words = unseen_words(pair, other_words)
        if not entries and {*words[0], *words[1]} - handled_words:
            handled_words.update(*words)
            hints[position] = UnclearWords(*words)
    return hints
