"""The questions of the guessing game: which words are offered, and what guessing blindly gets."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zlib import crc32

from seq2seq_core.data.vocabulary import EOS, SPECIAL_TOKENS
from seq2seq_core.decoding.translator import Translation, TranslationStep

OFFERED_WORDS = 5  # words to choose from, <eos> always among them
EOS_TOKEN = SPECIAL_TOKENS[EOS]


@dataclass(frozen=True)
class OfferedWord:
    token: str
    probability: float
    is_upper_bound: bool = False  # its probability is not known, but less than this


def game_key(run_number: int, update: int, source_tokens: Sequence[str]) -> str:
    """The key of a game: answers count for one run's model at one update, and for one sentence."""
    return f"{run_number}.{update}.{crc32(' '.join(source_tokens).encode()):x}"


def offered_words(step: TranslationStep, seed: str) -> list[OfferedWord]:
    """The most probable words in a random order, the same for the same seed; <eos> last.

    The word that was written is among them where it was the most probable one.
    """
    offers = [OfferedWord(one.token, one.probability) for one in step.top]
    eos = next((one for one in offers if one.token == EOS_TOKEN), None)
    words = [one for one in offers if one.token != EOS_TOKEN][: OFFERED_WORDS - 1]
    random.Random(seed).shuffle(words)
    # whatever is not among the most probable ones has less than the last of them
    return [*words, eos or OfferedWord(EOS_TOKEN, step.top[-1].probability, is_upper_bound=True)]


def expected_by_chance(option_counts: Sequence[int]) -> list[float]:
    """What guessing blindly gets on average, after each step and before the first.

    option_counts: how many options each step offers.
    """
    return [sum(1 / count for count in option_counts[:n]) for n in range(len(option_counts) + 1)]


def find_question(
    translations: Iterable[tuple[Translation, str | None]], word: str
) -> tuple[Translation, int] | None:
    """A translation to ask about, and the position of the token that the question is about.

    translations: each with its reference, in the order in which they are tried; no more of them
    are made than needed. The first right one that has the word is taken; else the last one, and
    its last token. None where the last one is empty, or where there are none.
    """
    translation = None
    for translation, reference in translations:
        if word in translation.tokens and translation.text == reference:
            return translation, translation.tokens.index(word)
    if translation is None or not translation.tokens:
        return None
    return translation, len(translation.tokens) - 1
