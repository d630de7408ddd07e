"""The corpora that come with the lesson, and what is known about their Chinese words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from seq2seq_core.data.corpus import Row, swap_sides
from seq2seq_core.data.formats import read_file

CORPORA_FOLDER = Path(__file__).parents[2] / "assets/corpora"
SWAPPED_SUFFIX = "_swapped"  # of the corpus name of a run that learns a translation corpus swapped


@dataclass(frozen=True)
class CorpusInfo:
    """A corpus before it is read. Pages translate its title, label and description by lookup."""

    name: str  # also of its folder, with train.tsv and perhaps held_out.tsv
    task: str  # "translation": from Chinese to English, and English to Chinese when swapped
    title: str
    label: str  # in the middle of a line
    description: str


# A corpus of the lesson is a folder in assets/corpora and an entry here.
CORPORA = {
    info.name: info
    for info in (
        CorpusInfo(
            "first", "translation", "First", "First", "300 pairs in which words recombine."
        ),
        CorpusInfo(
            "five_sentences", "translation", "Five sentences", "five sentences",
            "No word occurs twice.",
        ),
        CorpusInfo(
            "reverse", "reversal", "Reverse", "reverse",
            "Three to eight symbols, written backwards: for each there is one place to look at.",
        ),
        CorpusInfo(
            "labels", "tagging", "Labels", "labels",
            "A label for every word; for 要, 把, 画, 在 and 信 only the neighbours decide.",
        ),
        CorpusInfo(
            "summaries", "summarization", "Summaries", "summaries",
            "Long becomes short: who did what is kept; time, place and number are dropped.",
        ),
        CorpusInfo(
            "dialogue", "dialogue", "Dialogue", "dialogue",
            "Something is said, and a reply takes up its names and things.",
        ),
        CorpusInfo(
            "questions", "question answering", "Questions", "questions",
            "Two facts and a question; the answer is a word of the facts.",
        ),
    )
}  # fmt: skip
CORPUS_NAMES = tuple(CORPORA)
TRANSLATION_CORPORA = tuple(name for name in CORPORA if CORPORA[name].task == "translation")
DEFAULT_CORPUS = "first"


@dataclass(frozen=True)
class BundledCorpus:
    name: str
    rows: tuple[Row, ...]
    held_out: tuple[Row, ...]  # recombinations of the same words, never trained on


@cache
def load_bundled(name: str) -> BundledCorpus:
    """The rows of one of CORPORA."""
    held_out_path = CORPORA_FOLDER / name / "held_out.tsv"
    return BundledCorpus(
        name,
        tuple(read_file(CORPORA_FOLDER / name / "train.tsv")),
        tuple(read_file(held_out_path)) if held_out_path.exists() else (),
    )


def find_changed_rows(name: str, rows: Sequence[Row]) -> list[int]:
    """Positions of the rows that do not come with the corpus of that name, either way round: a
    learner wrote or changed them. Empty for a corpus that is not one of the lesson's."""
    if name not in CORPUS_NAMES:
        return []
    original_rows = load_bundled(name).rows
    originals = {(row.source, row.target) for row in (*original_rows, *swap_sides(original_rows))}
    return [i for i, row in enumerate(rows) if (row.source, row.target) not in originals]


def is_swapped(name: str, rows: Sequence[Row]) -> bool:
    """Whether a translation corpus of this name is swapped: English to Chinese.

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
    """Chinese word -> its pinyin and gloss."""
    lines = (CORPORA_FOLDER / "words.tsv").read_text(encoding="utf-8").splitlines()[1:]
    entries = (line.split("\t") for line in lines)
    return {word: WordGloss(pinyin, gloss) for word, pinyin, gloss in entries}
