"""What the corpus says about its words, worked out once for each version of it."""

from __future__ import annotations

from pages.shared.frame.session import CorpusView
from pages.shared.runs.caching import cache_by_identity
from seq2seq_core.data import augmentation, bundled
from seq2seq_core.data.augmentation import WordHint
from seq2seq_core.data.corpus import Corpus, build_corpus
from seq2seq_core.data.word_classes import WordClasses

MAX_CACHED_VERSIONS = 16  # of all learners together; a version never changes
MAX_TOP_ROWS = 5  # shown as one's own where nothing says who wrote them


@cache_by_identity(max_entries=MAX_CACHED_VERSIONS)
def usable_corpus(view: CorpusView) -> Corpus:
    """The usable pairs, cut into tokens, and the problems of the others."""
    return build_corpus(view.rows, view.tokenizer)


@cache_by_identity(max_entries=MAX_CACHED_VERSIONS)
def corpus_classes(view: CorpusView) -> WordClasses:
    return WordClasses.from_pairs(usable_corpus(view).pairs)


def own_rows(view: CorpusView) -> list[int]:
    """Positions of the rows that the learner wrote or changed; else of those on top."""
    if view.name in bundled.CORPUS_NAMES:
        return bundled.find_changed_rows(view.name, view.rows)
    return list(range(min(MAX_TOP_ROWS, len(view.rows))))


@cache_by_identity(max_entries=MAX_CACHED_VERSIONS)
def word_hints(view: CorpusView) -> dict[int, WordHint]:
    """Position of a row -> what is to be said of the new words in it."""
    # nobody knows which rows of a corpus of one's own are new: the one on top at most
    positions = own_rows(view)[: None if view.name in bundled.CORPUS_NAMES else 1]
    return augmentation.find_word_hints(
        {(view.rows[i].source, view.rows[i].target): i for i in reversed(positions)},
        corpus_classes(view),
        usable_corpus(view),
        view.tokenizer,
        view.held_out,
    )
