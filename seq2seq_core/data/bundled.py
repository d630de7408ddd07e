"""The corpora that come with the lesson, and what is known about their Chinese words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from seq2seq_core.data.corpus import Row
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


def is_swapped(name: str, rows: Sequence[Row]) -> bool:
    """Whether a translation corpus of this name stands the other way round: English to Chinese.

    rows: as the learner has them, perhaps edited; most of them decide.
    """
    if name not in TRANSLATION_CORPORA:
        return False
    targets = {row.target for row in load_bundled(name).rows}
    return sum(row.source in targets for row in rows) > len(rows) / 2


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
