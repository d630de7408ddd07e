"""A run as plain data: what it learns from, fixed at its start, and the model that came out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch

from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data.batches import Batches
from seq2seq_core.data.cleaning import clean_text
from seq2seq_core.data.corpus import Corpus, Pair, Row, build_corpus, split_held_out
from seq2seq_core.data.vocabulary import Vocabulary
from seq2seq_core.errors import ConfigError, CorpusError
from seq2seq_core.evaluation.metrics import AlignmentScore, alignment, teacher_forced_attention
from seq2seq_core.limits import LIMITS
from seq2seq_core.models import build
from seq2seq_core.models.base import EncoderDecoder
from seq2seq_core.training.checkpoint import Checkpoint, model_size, unpack_state
from seq2seq_core.workers import preview

torch.set_num_threads(1)  # such small models run five times faster than with two
WATCHED = 3  # sentences whose translation is shown while a model learns


@dataclass(frozen=True)
class Material:
    """What a run learns from and is measured on."""

    pairs: tuple[Pair, ...]
    held_out: tuple[Pair, ...]
    source: Vocabulary
    target: Vocabulary

    @property
    def measured(self) -> tuple[Pair, ...]:
        """The held-out pairs, or the training pairs where nothing is held out."""
        return self.held_out or self.pairs

    def batches(self, pairs: Sequence[Pair]) -> Batches:
        return Batches(pairs, self.source, self.target)


def usable(corpus: Corpus) -> Corpus:
    if not corpus.pairs:
        raise CorpusError("no_pairs")
    return corpus


def prepare(
    rows: Sequence[Row],
    held_out: Sequence[Row],
    tokenizer: str,
    model: ModelConfig,
    training: TrainingConfig,
    watched: Sequence[str] = (),
) -> dict[str, Any]:
    """A run's own copy of its corpus, as JSON-ready data. Rows with problems are left out.

    Without held-out rows a tenth of the corpus is held out, see corpus.split_held_out.
    `watched` are source sentences to show while the model learns; the first one of the corpus and
    held-out ones fill the places that are left.
    Raises CorpusError or ConfigError where something is empty or too large for the shared app.
    """
    corpus = usable(build_corpus(rows, tokenizer))
    kept, held = corpus.rows, build_corpus(held_out, tokenizer).rows
    if not held:
        kept, held = (tuple(part) for part in split_held_out(corpus.rows, training.seed))
    learnt = {row.source for row in kept}
    held = tuple(row for row in held if row.source not in learnt)  # else it would not be new
    source, target = usable(build_corpus(kept, tokenizer)).build_vocabularies()
    for side, vocabulary in (("source", source), ("target", target)):
        if len(vocabulary) > LIMITS.vocabulary:
            raise CorpusError(
                "too_many_words", side=side, count=len(vocabulary), limit=LIMITS.vocabulary
            )
    known = learnt | {row.source for row in held}
    choices = [text for text in map(clean_text, watched) if text in known]
    choices += [r.source for r in (kept[0], *held, *kept) if r.source not in choices]
    description = {
        "rows": [[row.source, row.target, row.alignment] for row in kept],
        "held_out": [[row.source, row.target, row.alignment] for row in held],
        "tokenizer": tokenizer,
        "source_vocabulary": list(source.tokens),
        "target_vocabulary": list(target.tokens),
        "watched": list(dict.fromkeys(choices))[:WATCHED],
    }
    material(description).batches(build_corpus(kept, tokenizer).pairs).check_update_size(
        training, model.attention_cost
    )
    build(model, len(source), len(target), training.seed)  # refuses what is too large
    return description


def parameters(rows: Sequence[Row], tokenizer: str, model: ModelConfig) -> int:
    """How many weights a model for these rows has; its vocabulary sizes alone matter."""
    source, target = build_corpus(rows, tokenizer).build_vocabularies()
    try:
        return model_size(build(model, len(source), len(target), seed=0))
    except ConfigError as error:  # too many: the count is in it
        return int(str(error.fields["count"]))


def material(description: Mapping[str, Any]) -> Material:
    """The pairs of a stored description, cut as they were when the run was started."""

    def pairs(rows: Sequence[Sequence[str]]) -> tuple[Pair, ...]:
        return build_corpus([Row(*row) for row in rows], description["tokenizer"]).pairs

    return Material(
        pairs(description["rows"]),
        pairs(description["held_out"]),
        Vocabulary(tuple(description["source_vocabulary"])),
        Vocabulary(tuple(description["target_vocabulary"])),
    )


def known(description: Mapping[str, Any], made_of: Material) -> dict[str, preview.Watched]:
    """Every sentence of a stored description by its source text; training wins over held-out."""
    return {
        row[0]: preview.Watched(pair.source, pair.target)
        for part, pairs in (("held_out", made_of.held_out), ("rows", made_of.pairs))
        for row, pair in zip(description[part], pairs, strict=True)
    }


@dataclass(frozen=True)
class Trained:
    """A model at one update of its run."""

    model: EncoderDecoder
    checkpoint: Checkpoint
    material: Material
    update: int

    def alignment(self) -> AlignmentScore | None:
        """Attention against the gold links of the measured pairs; None without either."""
        pairs = self.material.measured
        maps = teacher_forced_attention(self.model, self.material.batches(pairs))
        return None if maps is None else alignment(maps, pairs)


def restore(
    description: Mapping[str, Any], model: Mapping[str, Any], weights: bytes | None, seed: int
) -> Trained:
    """The model of a stored run from its latest snapshot, or untrained where there is none yet.

    Raises CheckpointError for a damaged snapshot.
    """
    config, made_of = ModelConfig(**model), material(description)
    untrained = build(config, len(made_of.source), len(made_of.target), seed)
    if weights is None:
        update, parameters = 0, torch.cat([p.detach().flatten() for p in untrained.parameters()])
    else:
        state = unpack_state(weights, model_size(untrained))
        update, parameters = state.update, state.parameters
    checkpoint = Checkpoint(
        config, description["tokenizer"], made_of.source, made_of.target, parameters
    )
    return Trained(checkpoint.build(), checkpoint, made_of, update)


def watched(
    description: Mapping[str, Any], trained: Trained, texts: Sequence[str]
) -> list[dict[str, Any]]:
    """What the model of a stored run writes for these sentences, in `frame.sentences`' form."""
    chosen = preview.watch(texts, known(description, trained.material), trained.checkpoint)
    return preview.sentences(trained.model, chosen, trained.checkpoint, LIMITS.decoded_tokens)


def untrained_sentences(
    rows: Sequence[Row],
    held_out: Sequence[Row],
    tokenizer: str,
    model: ModelConfig,
    training: TrainingConfig,
    watched: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """What a run would show before its first update, in the form of `frame.sentences`.

    Raises what `prepare` raises.
    """
    description = prepare(rows, held_out, tokenizer, model, training, watched)
    fresh = restore(description, asdict(model), None, training.seed)
    sentences = known(description, fresh.material)
    chosen = preview.watch(description["watched"], sentences, fresh.checkpoint)
    return preview.sentences(fresh.model, chosen, fresh.checkpoint, max_length=12)
