"""Sentence pairs, read from text with every problem named by row, column, reason and way out."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from seq2seq_core.data.cleaning import INVISIBLE_CHARACTERS, clean_text
from seq2seq_core.data.tokenizers import TOKENIZERS, longest_match
from seq2seq_core.data.vocabulary import SPECIAL_TOKENS, Vocabulary
from seq2seq_core.errors import CorpusError, Seq2SeqError
from seq2seq_core.limits import LIMITS

LINK_PATTERN = re.compile(r"(\d{1,4})([-?])(\d{1,4})")
HEADER = ("source", "target")
MIN_SPLIT_ROWS = 20  # of fewer rows none is held out


@dataclass(frozen=True)
class Row:
    """One line as written. alignment holds links 'source-target', '?' instead of '-' = possible."""

    source: str
    target: str
    alignment: str = ""


@dataclass(frozen=True)
class Pair:
    """A row that can be learnt from, cut into tokens."""

    source: tuple[str, ...]
    target: tuple[str, ...]
    sure: frozenset[tuple[int, int]] = frozenset()  # (source position, target position)
    possible: frozenset[tuple[int, int]] = frozenset()


def find_pair(pairs: Iterable[Pair], source: Sequence[str]) -> Pair | None:
    """The first pair with these source tokens."""
    return next((pair for pair in pairs if pair.source == tuple(source)), None)


@dataclass(frozen=True)
class Problem:
    row: int  # counted from 1, as the table shows it
    column: str  # source, target or alignment
    error: Seq2SeqError

    def __str__(self) -> str:
        return f"row {self.row}, {self.column}: {self.error}"


@dataclass(frozen=True)
class Corpus:
    """The rows that can be learnt from, and the problems of the others."""

    rows: tuple[Row, ...]  # the usable rows, clean
    pairs: tuple[Pair, ...]  # the same rows, cut into tokens
    problems: tuple[Problem, ...]

    def build_vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        return (
            Vocabulary.from_sentences(pair.source for pair in self.pairs),
            Vocabulary.from_sentences(pair.target for pair in self.pairs),
        )


@dataclass(frozen=True)
class SanitizedRows:
    """Rows as they may be stored, and the problems of those that must not be."""

    rows: tuple[Row, ...]  # clean, without those that have a problem
    problems: tuple[Problem, ...]
    altered_rows: tuple[int, ...]  # numbers of rows that lost invisible characters, from 1


def check_tokens(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """The same tokens.

    Raises CorpusError with code empty, too_many_tokens, token_too_long or reserved_token.
    """
    if not tokens:
        raise CorpusError("empty")
    if len(tokens) > LIMITS.tokens:
        raise CorpusError("too_many_tokens", count=len(tokens), limit=LIMITS.tokens)
    for token in tokens:
        if len(token) > LIMITS.token_characters:
            raise CorpusError(
                "token_too_long", token=f"{token[:12]}…", limit=LIMITS.token_characters
            )
        if token in SPECIAL_TOKENS:
            raise CorpusError("reserved_token", token=token)
    return tokens


def tokenize(text: str, tokenizer: str) -> tuple[str, ...]:
    """The tokens of one clean sentence. Raises what check_tokens raises."""
    return check_tokens(tuple(TOKENIZERS[tokenizer].split(text)))


def segment_known(text: str, tokenizer: str, known_words: Collection[str]) -> tuple[str, ...]:
    """The tokens of one clean sentence for a model that knows these words.

    Where spaces separate words, a text without any is cut by longest match; in one with spaces a
    token is cut only into known words, else it stays the unknown token that it is in the corpus.
    Raises what check_tokens raises.
    """
    tokens = tokenize(text, tokenizer)
    if tokenizer != "space":
        return tokens
    words = set(known_words).difference(SPECIAL_TOKENS)
    pieces: list[str] = []
    for token in tokens:
        segments = [token] if token in words else longest_match(token, words)
        may_cut = len(tokens) == 1 or words.issuperset(segments)
        # an unknown piece between two words may be a special token, and nobody can type one
        pieces += segments if may_cut and not set(segments) & set(SPECIAL_TOKENS) else [token]
    return check_tokens(tuple(pieces))


def parse_alignment(
    text: str, source_length: int, target_length: int
) -> tuple[frozenset, frozenset]:
    """Sure and possible links of an alignment such as '0-0 1-2 3?2', counted from 0.

    Raises CorpusError with code bad_alignment.
    """
    links: dict[str, set[tuple[int, int]]] = {"-": set(), "?": set()}
    for link in text.split():
        match = LINK_PATTERN.fullmatch(link)
        if not match or int(match[1]) >= source_length or int(match[3]) >= target_length:
            raise CorpusError("bad_alignment", link=link[:12])
        links[match[2]].add((int(match[1]), int(match[3])))
    return frozenset(links["-"]), frozenset(links["?"])


def sanitize_sentence(text: str, tokenizer: str) -> str:
    """One side of a row in its clean form; it may be empty, as in a row that is half written.

    Raises what clean_text and tokenize raise.
    """
    text = clean_text(text)
    # every token is a piece of its sentence, so a short one without < breaks no limit
    if len(text) > min(LIMITS.tokens, LIMITS.token_characters) or "<" in text:
        tokenize(text, tokenizer)
    return text


def sanitize_rows(rows: Sequence[Row], tokenizer: str) -> SanitizedRows:
    """The rows as they may be stored.

    An unfinished row, with an empty side or an alignment that does not fit, may be stored:
    build_corpus names it later. Problems are only what must not be stored: text that cannot be
    made clean, sentences and tokens over their limits, special tokens.
    """
    sanitized: list[Row] = []
    problems: list[Problem] = []
    altered: list[int] = []
    for number, row in enumerate(rows, 1):
        cells = {"source": row.source, "target": row.target, "alignment": row.alignment}
        row_problems: list[Problem] = []
        for column, text in cells.items():
            try:
                is_sentence = column != "alignment"
                cells[column] = (
                    sanitize_sentence(text, tokenizer) if is_sentence else clean_text(text)
                )
            except CorpusError as error:
                row_problems.append(Problem(number, column, error))
        if row_problems:
            problems += row_problems
            continue
        if INVISIBLE_CHARACTERS.search(row.source + row.target):
            altered.append(number)
        sanitized.append(Row(**cells))
    return SanitizedRows(tuple(sanitized), tuple(problems), tuple(altered))


def reverse_link(link: str) -> str:
    """A link with its two sides exchanged; a text that is no link stays as it is."""
    match = LINK_PATTERN.fullmatch(link)
    return f"{match[3]}{match[2]}{match[1]}" if match else link


def swap_sides(rows: Iterable[Row]) -> list[Row]:
    """The rows from target to source, their links reversed."""
    return [
        Row(row.target, row.source, " ".join(map(reverse_link, row.alignment.split())))
        for row in rows
    ]


def count_duplicates(rows: Sequence[Row]) -> int:
    """How many rows repeat an earlier pair."""
    return len(rows) - len({(row.source, row.target) for row in rows})


def build_corpus(rows: Sequence[Row], tokenizer: str, limit: int = LIMITS.pairs) -> Corpus:
    """Check and cut every row; a bad row becomes problems, the good ones stay usable.

    Raises CorpusError with code too_many_pairs.
    """
    if len(rows) > limit:
        raise CorpusError("too_many_pairs", count=len(rows), limit=limit)
    usable_rows: list[Row] = []
    pairs: list[Pair] = []
    problems: list[Problem] = []
    for number, row in enumerate(rows, 1):
        row_problems: list[Problem] = []
        sides: list[tuple[str, tuple[str, ...]]] = []
        for column, text in (("source", row.source), ("target", row.target)):
            try:
                text = clean_text(text)
                sides.append((text, tokenize(text, tokenizer)))
            except CorpusError as error:
                row_problems.append(Problem(number, column, error))
        if not row_problems:
            (source, source_tokens), (target, target_tokens) = sides
            try:
                sure, possible = parse_alignment(
                    row.alignment, len(source_tokens), len(target_tokens)
                )
            except CorpusError as error:
                row_problems.append(Problem(number, "alignment", error))
            else:
                usable_rows.append(Row(source, target, " ".join(row.alignment.split())))
                pairs.append(Pair(source_tokens, target_tokens, sure, possible))
        problems += row_problems
    return Corpus(tuple(usable_rows), tuple(pairs), tuple(problems))


def held_out_size(pair_count: int) -> int:
    """The most pairs that are held out: a tenth, 100 at most, none of fewer than 20."""
    return 0 if pair_count < MIN_SPLIT_ROWS else min(pair_count // 10, 100)


def split_held_out(rows: Sequence[Row], seed: int) -> tuple[list[Row], list[Row]]:
    """Training rows and held-out rows, drawn by the seed; see held_out_size.

    A row whose source sentence also stays in training is in neither: it would not be new.
    """
    order = random.Random(seed).sample(range(len(rows)), len(rows))
    held_out_positions = set(order[: held_out_size(len(rows))])
    train = [row for i, row in enumerate(rows) if i not in held_out_positions]
    train_sources = {row.source for row in train}
    drawn_rows = [rows[i] for i in sorted(held_out_positions)]
    return train, [row for row in drawn_rows if row.source not in train_sources]
