"""The corpora that come with the lesson, and what is known about their Chinese words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from seq2seq_core.data.corpus import Row
from seq2seq_core.data.formats import read_file

FOLDER = Path(__file__).parents[2] / "assets/corpora"
TRANSLATIONS = ("first", "five_sentences")  # Chinese to English
NAMES = (*TRANSLATIONS, "reverse", "labels", "summaries", "dialogue", "questions")
DEFAULT = "first"


@dataclass(frozen=True)
class Shipped:
    name: str
    rows: tuple[Row, ...]
    held_out: tuple[Row, ...]  # recombinations of the same words, never trained on


@cache
def shipped(name: str) -> Shipped:
    """One of NAMES."""
    held_out = FOLDER / name / "held_out.tsv"
    return Shipped(
        name,
        tuple(read_file(FOLDER / name / "train.tsv")),
        tuple(read_file(held_out)) if held_out.exists() else (),
    )


@dataclass(frozen=True)
class Word:
    pinyin: str
    gloss: str  # in English


@cache
def words() -> dict[str, Word]:
    """Pinyin and gloss of every Chinese word in the shipped corpora."""
    lines = (FOLDER / "words.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return {word: Word(pinyin, gloss) for word, pinyin, gloss in (x.split("\t") for x in lines)}
