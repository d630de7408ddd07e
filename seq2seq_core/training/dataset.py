"""A run as plain data: what it learns from, fixed at its start, and the model that came out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch

from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data.batches import Batches
from seq2seq_core.data.cleaning import clean_text
from seq2seq_core.data.corpus import Corpus, Pair, Row, build_corpus, split_held_out
from seq2seq_core.data.vocabulary import Vocabulary
from seq2seq_core.errors import ConfigError, CorpusError
from seq2seq_core.evaluation.alignment import AlignmentScore, argmax_positions, score_alignment
from seq2seq_core.evaluation.metrics import teacher_forced_attention
from seq2seq_core.limits import LIMITS
from seq2seq_core.models import build_model
from seq2seq_core.models.base import EncoderDecoder
from seq2seq_core.training.checkpoint import Checkpoint, model_size, unpack_state
from seq2seq_core.workers import preview

torch.set_num_threads(1)  # such small models run five times faster than with two
PREVIEW_COUNT = 3  # sentences whose translation is shown while a model learns


@dataclass(frozen=True)
class Dataset:
    """What a run learns from and is measured on."""

    pairs: tuple[Pair, ...]
    held_out: tuple[Pair, ...]
    source: Vocabulary
    target: Vocabulary

    @property
    def evaluation_pairs(self) -> tuple[Pair, ...]:
        """The held-out pairs, or the training pairs where nothing is held out."""
        return self.held_out or self.pairs

    @cached_property
    def train_batches(self) -> Batches:
        return self.make_batches(self.pairs)

    def make_batches(self, pairs: Sequence[Pair]) -> Batches:
        return Batches(pairs, self.source, self.target)


def require_pairs(corpus: Corpus) -> Corpus:
    if not corpus.pairs:
        raise CorpusError("no_pairs")
    return corpus


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
    `watched` are source sentences to show while the model learns; the first one of the corpus and
    held-out ones fill the places that are left.
    Raises CorpusError or ConfigError where something is empty or too large for the shared app.
    """
    corpus = require_pairs(build_corpus(rows, tokenizer))
    training_rows, held_out_rows = corpus.rows, build_corpus(held_out, tokenizer).rows
    if not held_out_rows:
        training_rows, held_out_rows = (
            tuple(part) for part in split_held_out(corpus.rows, training_config.seed)
        )
    training_sources = {row.source for row in training_rows}
    held_out_rows = tuple(
        row for row in held_out_rows if row.source not in training_sources
    )  # else it would not be new
    source, target = require_pairs(build_corpus(training_rows, tokenizer)).build_vocabularies()
    for side, vocabulary in (("source", source), ("target", target)):
        if len(vocabulary) > LIMITS.vocabulary:
            raise CorpusError(
                "too_many_words", side=side, count=len(vocabulary), limit=LIMITS.vocabulary
            )
    sources = training_sources | {row.source for row in held_out_rows}
    preview_candidates = [text for text in map(clean_text, preview_texts) if text in sources]
    preview_candidates += [
        r.source
        for r in (training_rows[0], *held_out_rows, *training_rows)
        if r.source not in preview_candidates
    ]
    description = {
        "rows": [[row.source, row.target, row.alignment] for row in training_rows],
        "held_out": [[row.source, row.target, row.alignment] for row in held_out_rows],
        "tokenizer": tokenizer,
        "source_vocabulary": list(source.tokens),
        "target_vocabulary": list(target.tokens),
        "watched": list(dict.fromkeys(preview_candidates))[:PREVIEW_COUNT],
    }
    load_dataset(description).make_batches(
        build_corpus(training_rows, tokenizer).pairs
    ).check_update_size(training_config, model_config.attention_cost)
    build_model(
        model_config, len(source), len(target), training_config.seed
    )  # refuses what is too large
    return description


def parameter_count(rows: Sequence[Row], tokenizer: str, model_config: ModelConfig) -> int:
    """How many weights a model for these rows has; its vocabulary sizes alone matter."""
    source, target = build_corpus(rows, tokenizer).build_vocabularies()
    try:
        return model_size(build_model(model_config, len(source), len(target), seed=0))
    except ConfigError as error:  # too many: the count is in it
        return int(str(error.fields["count"]))


def load_dataset(description: Mapping[str, Any]) -> Dataset:
    """The pairs of a stored description, cut as they were when the run was started."""

    def parse_pairs(rows: Sequence[Sequence[str]]) -> tuple[Pair, ...]:
        return build_corpus([Row(*row) for row in rows], description["tokenizer"]).pairs

    return Dataset(
        parse_pairs(description["rows"]),
        parse_pairs(description["held_out"]),
        Vocabulary(tuple(description["source_vocabulary"])),
        Vocabulary(tuple(description["target_vocabulary"])),
    )


def sentences_by_source(
    description: Mapping[str, Any], dataset: Dataset
) -> dict[str, preview.PreviewSentence]:
    """Every sentence of a stored description by its source text; training wins over held-out."""
    return {
        row[0]: preview.PreviewSentence(pair.source, pair.target)
        for key, pairs in (("held_out", dataset.held_out), ("rows", dataset.pairs))
        for row, pair in zip(description[key], pairs, strict=True)
    }


@dataclass(frozen=True)
class TrainedRun:
    """A model at one update of its run."""

    model: EncoderDecoder
    checkpoint: Checkpoint
    dataset: Dataset
    update: int

    def alignment_score(self) -> AlignmentScore | None:
        """Attention against the gold links of the measured pairs; None without either."""
        pairs = self.dataset.evaluation_pairs
        matrices = teacher_forced_attention(self.model, self.dataset.make_batches(pairs))
        if matrices is None:
            return None
        return score_alignment([*map(argmax_positions, matrices)], pairs)


def restore_run(
    description: Mapping[str, Any],
    config: ModelConfig,
    snapshot: bytes | None,
    seed: int,
) -> TrainedRun:
    """The model of a stored run from its latest snapshot, or untrained where there is none yet.

    Raises CheckpointError for a damaged snapshot.
    """
    dataset = load_dataset(description)
    untrained = build_model(config, len(dataset.source), len(dataset.target), seed)
    if snapshot is None:
        update, parameters = 0, torch.cat([p.detach().flatten() for p in untrained.parameters()])
    else:
        state = unpack_state(snapshot, model_size(untrained))
        update, parameters = state.update, state.parameters
    checkpoint = Checkpoint(
        config, description["tokenizer"], dataset.source, dataset.target, parameters
    )
    return TrainedRun(checkpoint.build(), checkpoint, dataset, update)


def preview_run(
    description: Mapping[str, Any], trained_run: TrainedRun, preview_texts: Sequence[str]
) -> list[dict[str, Any]]:
    """What the model of a stored run writes for these sentences, in `frame.sentences`' form."""
    previews = preview.tokenize_previews(
        preview_texts, sentences_by_source(description, trained_run.dataset), trained_run.checkpoint
    )
    return preview.translate_previews(
        trained_run.model, previews, trained_run.checkpoint, LIMITS.decoded_tokens
    )


def preview_untrained(
    rows: Sequence[Row],
    held_out: Sequence[Row],
    tokenizer: str,
    model_config: ModelConfig,
    training_config: TrainingConfig,
    preview_texts: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """What a run would show before its first update, in the form of `frame.sentences`.

    Raises what `prepare` raises.
    """
    description = freeze_dataset(
        rows, held_out, tokenizer, model_config, training_config, preview_texts
    )
    untrained_run = restore_run(description, model_config, None, training_config.seed)
    corpus_sentences = sentences_by_source(description, untrained_run.dataset)
    previews = preview.tokenize_previews(
        description["watched"], corpus_sentences, untrained_run.checkpoint
    )
    return preview.translate_previews(
        untrained_run.model, previews, untrained_run.checkpoint, max_length=12
    )
