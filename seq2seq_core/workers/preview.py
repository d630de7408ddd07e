"""What a page shows of a run while it learns: a few sentences as the model writes them now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from seq2seq_core.data.batches import pad_sequences
from seq2seq_core.data.vocabulary import PAD
from seq2seq_core.decoding.stepper import Stepper, greedy
from seq2seq_core.decoding.translator import source_tokens
from seq2seq_core.models.base import EncoderDecoder
from seq2seq_core.training.checkpoint import Checkpoint

Attention = list[list[float]]  # target × source, with a last row for <eos> where it was written


@dataclass(frozen=True)
class Watched:
    source: tuple[str, ...]
    reference: tuple[str, ...] | None  # None for a sentence outside of the corpus


def watch(
    texts: Sequence[str], known: Mapping[str, Watched], checkpoint: Checkpoint
) -> list[Watched]:
    """Cut the sentences to be watched; those of the corpus, `known`, are cut as they are there.

    Raises CorpusError, see corpus.tokens_of.
    """
    return [known.get(text) or Watched(source_tokens(text, checkpoint), None) for text in texts]


def shown(watched: Watched, output: list[str], attention: Attention | None) -> dict[str, Any]:
    return {
        "source": list(watched.source),
        "reference": None if watched.reference is None else list(watched.reference),
        "output": output,
        "attention": attention,
    }


def sentences(
    model: EncoderDecoder, watched: Sequence[Watched], checkpoint: Checkpoint, max_length: int
) -> list[dict[str, Any]]:
    """Greedy translations, the first one with its attention: source, reference, output, attention.

    Only the names of `checkpoint` are used, not its weights.
    """
    if not watched:
        return []
    ids = [checkpoint.source.encode(sentence.source) for sentence in watched]
    walk = Stepper.start(model, torch.tensor(ids[0])).finish(max_length)
    weights = [step.attention for step in walk.steps]
    attention = [
        [round(number, 3) for number in row.tolist()] for row in weights if row is not None
    ]
    written = [walk.tokens[:-1] if walk.finished else walk.tokens]
    if len(ids) > 1:
        src = pad_sequences(ids[1:])
        written += greedy(model, src, src != PAD, max_length)
    outputs = map(checkpoint.target.decode, written)
    return [
        shown(sentence, output, attention or None if number == 0 else None)
        for number, (sentence, output) in enumerate(zip(watched, outputs, strict=True))
    ]
