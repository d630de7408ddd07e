"""How good is a trained model? Everything that can be measured on a set of pairs, in one go."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from seq2seq_core.data.batches import Batches, pad_sequences
from seq2seq_core.data.corpus import Pair
from seq2seq_core.data.tokenizers import TOKENIZERS
from seq2seq_core.data.vocabulary import EOS, PAD
from seq2seq_core.decoding.stepper import with_fillers
from seq2seq_core.decoding.translator import translate_all
from seq2seq_core.evaluation.metrics import evaluate
from seq2seq_core.evaluation.text_metrics import (
    TextScores,
    exact_match,
    rouge,
    sentence_bleu,
    text_scores,
)
from seq2seq_core.models.base import EncoderDecoder
from seq2seq_core.training.checkpoint import Checkpoint

AT_MOST = 100  # pairs measured at once: enough to tell models apart, and quick
LENGTH_GROUPS = 12

Item = TypeVar("Item")


def sample(items: Sequence[Item], seed: int = 0) -> list[Item]:
    """At most AT_MOST of them, always the same ones, in their own order."""
    if len(items) <= AT_MOST:
        return list(items)
    return [items[i] for i in sorted(random.Random(seed).sample(range(len(items)), AT_MOST))]


@dataclass(frozen=True)
class Sentence:
    """One pair beside what the model writes by itself."""

    source: tuple[str, ...]
    reference: tuple[str, ...]
    output: tuple[str, ...]
    reference_text: str
    output_text: str
    bleu: float  # 0 to 100, with effective_order
    rougeL: float  # 0 to 1

    @property
    def right(self) -> bool:
        return self.output == self.reference


@dataclass(frozen=True)
class Measured:
    """A model on a set of pairs."""

    sentences: tuple[Sentence, ...]
    exact_match: float
    token_accuracy: float  # with the true words before each token: teacher forcing
    scores: TextScores


def measure(model: EncoderDecoder, checkpoint: Checkpoint, pairs: Sequence[Pair]) -> Measured:
    """Greedy translations of all pairs in one batch, scored sentence by sentence and together."""
    join = TOKENIZERS[checkpoint.tokenizer].join
    written = translate_all(model, checkpoint, [pair.source for pair in pairs])
    sentences = []
    for pair, output in zip(pairs, written, strict=True):
        reference_text, output_text = join(pair.target), join(output)
        bleu = sentence_bleu(output_text, reference_text).score
        common = rouge(output_text, reference_text)[2]
        sentences.append(
            Sentence(
                pair.source, pair.target, tuple(output), reference_text, output_text, bleu, common
            )
        )
    read = evaluate(model, Batches(pairs, checkpoint.source, checkpoint.target), pairs)
    return Measured(
        tuple(sentences),
        exact_match(written, [pair.target for pair in pairs]),
        read.token_accuracy,
        text_scores([s.output_text for s in sentences], [s.reference_text for s in sentences]),
    )


@dataclass(frozen=True)
class LengthGroup:
    """Sentences whose source has from `first` to `last` tokens."""

    first: int
    last: int
    right: int
    count: int


def by_length(sentences: Sequence[Sentence]) -> list[LengthGroup]:
    """Exact match by source length; many lengths are taken together in groups of equal width."""
    lengths = [len(sentence.source) for sentence in sentences]
    width = -(-(max(lengths) - min(lengths) + 1) // LENGTH_GROUPS)
    groups = []
    for first in range(min(lengths), max(lengths) + 1, width):
        inside = [s for s in sentences if first <= len(s.source) < first + width]
        if inside:
            right = sum(s.right for s in inside)
            groups.append(LengthGroup(first, first + width - 1, right, len(inside)))
    return groups


def greedy_right(model: EncoderDecoder, checkpoint: Checkpoint, pairs: Sequence[Pair]) -> float:
    """Exact match of greedy decoding."""
    written = translate_all(model, checkpoint, [pair.source for pair in pairs])
    return exact_match(written, [pair.target for pair in pairs])


def fillers_right(model: EncoderDecoder, checkpoint: Checkpoint, pairs: Sequence[Pair]) -> float:
    """Exact match of the test with <eos> fillers, see decoding.with_fillers.

    It is even told how long each translation is; what follows an <eos> does not count.
    """
    src = pad_sequences([checkpoint.source.encode(pair.source) for pair in pairs])
    lengths = [len(pair.target) + 1 for pair in pairs]
    rows = with_fillers(model, src, src != PAD, lengths)
    written = [ids[: ids.index(EOS)] if EOS in ids else ids for ids in rows]
    return exact_match(
        [checkpoint.target.decode(ids) for ids in written], [pair.target for pair in pairs]
    )
