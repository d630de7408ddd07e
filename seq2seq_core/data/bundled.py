"""The corpora that come with the lesson, and what is known about their Chinese words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from seq2seq_core.data.corpus import Row, swap_sides
from seq2seq_core.data.formats import read_file

CORPORA_FOLDER = Path(__file__).parents[2] / "assets/corpora"
TRANSLATION_CORPORA = ("first", "five_sentences")  # Chinese to English
CORPUS_NAMES = (*TRANSLATION_CORPORA, "reverse", "labels", "summaries", "dialogue", "questions")
DEFAULT_CORPUS = "first"


@dataclass(frozen=True)
class BundledCorpus:
    name: str
    rows: tuple[Row, ...]
    held_out: tuple[Row, ...]  # recombinations of the same words, never trained on


@cache
def load_bundled(name: str) -> BundledCorpus:
    """One of NAMES."""
    held_out_path = CORPORA_FOLDER / name / "held_out.tsv"
    return BundledCorpus(
        name,
        tuple(read_file(CORPORA_FOLDER / name / "train.tsv")),
        tuple(read_file(held_out_path)) if held_out_path.exists() else (),
    )


def find_changed_rows(name: str, rows: Sequence[Row]) -> list[int]:
    """Positions of the rows that do not come with the corpus of that name, either way round: a
    learner wrote or changed them. None at all where that corpus is not one of the lesson's."""
    if name not in CORPUS_NAMES:
        return []
    original_rows = load_bundled(name).rows
    originals = {(row.source, row.target) for row in (*original_rows, *swap_sides(original_rows))}
    return [i for i, row in enumerate(rows) if (row.source, row.target) not in originals]


@dataclass(frozen=True)
class WordGloss:
    pinyin: str
    gloss: str  # in English


@cache
def load_word_glosses() -> dict[str, WordGloss]:
    """Pinyin and gloss of every Chinese word in the shipped corpora."""
    lines = (CORPORA_FOLDER / "words.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return {
        word: WordGloss(pinyin, gloss) for word, pinyin, gloss in (x.split("\t") for x in lines)
    }
