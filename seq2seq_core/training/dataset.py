"""What a run learns from, fixed at its start and stored as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch

from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data.batches import Batches
from seq2seq_core.data.cleaning import clean_text
from seq2seq_core.data.codec import Codec
from seq2seq_core.data.corpus import Corpus, Pair, Row, build_corpus, split_held_out
from seq2seq_core.data.vocabulary import Vocabulary
from seq2seq_core.errors import CorpusError
from seq2seq_core.limits import LIMITS
from seq2seq_core.models import build_model

torch.set_num_threads(1)  # such small models run five times faster than with two
PREVIEW_COUNT = 3  # sentences whose translation is shown while a model learns


@dataclass(frozen=True)
class Dataset:
    """What a run learns from and is measured on."""

    pairs: tuple[Pair, ...]
    held_out: tuple[Pair, ...]
    codec: Codec

    @property
    def evaluation_pairs(self) -> tuple[Pair, ...]:
        """The held-out pairs, or the training pairs where nothing is held out."""
        return self.held_out or self.pairs

    @cached_property
    def train_batches(self) -> Batches:
        return self.make_batches(self.pairs)

    def make_batches(self, pairs: Sequence[Pair]) -> Batches:
        return Batches(pairs, self.codec.source, self.codec.target)


def require_pairs(corpus: Corpus) -> Corpus:
    """The corpus as it is. Raises CorpusError with code no_pairs for an empty one."""
    if not corpus.pairs:
        raise CorpusError("no_pairs")
    return corpus


def choose_preview_sources(
    training_rows: Sequence[Row], held_out_rows: Sequence[Row], texts: Sequence[str]
) -> list[str]:
    """At most PREVIEW_COUNT source sentences to show while the model learns.

    Those of `texts` that are in the dataset come first; the first training sentence, held-out ones
    and the other training ones fill the places that are left.
    """
    rows = (training_rows[0], *held_out_rows, *training_rows)
    sources = [row.source for row in rows]
    requested = [text for text in map(clean_text, texts) if text in set(sources)]
    return list(dict.fromkeys([*requested, *sources]))[:PREVIEW_COUNT]


def freeze_dataset(
    rows: Sequence[Row],
    held_out: Sequence[Row],
    tokenizer: str,
    model_config: ModelConfig,
    training_config: TrainingConfig,
    preview_texts: Sequence[str] = (),
) -> dict[str, Any]:
    """A run's own copy of its corpus, as JSON-ready data. Rows with problems are left out.

    Without held-out rows a tenth of the corpus is held out, see corpus.split_held_out.
    preview_texts: source sentences to show while the model learns, see choose_preview_sources.
    Raises CorpusError or ConfigError where something is empty or too large for the shared app.
    """
    corpus = require_pairs(build_corpus(rows, tokenizer))
    training_rows, held_out_rows = corpus.rows, build_corpus(held_out, tokenizer).rows
    if not held_out_rows:
        training_rows, held_out_rows = (
            tuple(part) for part in split_held_out(corpus.rows, training_config.seed)
        )
    training_sources = {row.source for row in training_rows}
    # a source sentence that is also among the training ones would not be new to the model
    held_out_rows = tuple(row for row in held_out_rows if row.source not in training_sources)
    source, target = require_pairs(build_corpus(training_rows, tokenizer)).build_vocabularies()
    for side, vocabulary in (("source", source), ("target", target)):
        if len(vocabulary) > LIMITS.vocabulary:
            raise CorpusError(
                "too_many_words", side=side, count=len(vocabulary), limit=LIMITS.vocabulary
            )
    description = {
        "rows": [[row.source, row.target, row.alignment] for row in training_rows],
        "held_out": [[row.source, row.target, row.alignment] for row in held_out_rows],
        "tokenizer": tokenizer,
        "source_vocabulary": list(source.tokens),
        "target_vocabulary": list(target.tokens),
        "watched": choose_preview_sources(training_rows, held_out_rows, preview_texts),
    }
    dataset = load_dataset(description)
    batches = dataset.make_batches(dataset.pairs)
    batches.check_update_size(training_config, model_config.attention_cost)
    # refuses what is too large
    build_model(model_config, len(source), len(target), training_config.seed)
    return description


def load_dataset(description: Mapping[str, Any]) -> Dataset:
    """The pairs of a stored description, cut as they were when the run was started."""

    def parse_pairs(rows: Sequence[Sequence[str]]) -> tuple[Pair, ...]:
        return build_corpus([Row(*row) for row in rows], description["tokenizer"]).pairs

    return Dataset(
        parse_pairs(description["rows"]),
        parse_pairs(description["held_out"]),
        Codec(
            description["tokenizer"],
            Vocabulary(tuple(description["source_vocabulary"])),
            Vocabulary(tuple(description["target_vocabulary"])),
        ),
    )
