"""Translating with a trained model, as plain values: what pages and the command line show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from seq2seq_core.batches import pad
from seq2seq_core.checkpoint import Checkpoint
from seq2seq_core.corpus import cut
from seq2seq_core.decoding import DecodingStep, Stepper, greedy, with_fillers
from seq2seq_core.models.base import EncoderDecoder
from seq2seq_core.text import clean
from seq2seq_core.tokenizers import TOKENIZERS
from seq2seq_core.vocabulary import PAD, Vocabulary


@dataclass(frozen=True)
class Choice:
    token: str
    probability: float


@dataclass(frozen=True)
class TranslationStep:
    token: str
    probability: float
    top: tuple[Choice, ...]  # the most probable tokens, best first
    attention: tuple[float, ...] | None  # one weight per source token
    hidden: tuple[float, ...]
    context: tuple[float, ...] | None


@dataclass(frozen=True)
class Translation:
    text: str
    tokens: tuple[str, ...]  # without <eos>
    source_tokens: tuple[str, ...]
    unknown: tuple[str, ...]  # source tokens that the model has never seen
    steps: tuple[TranslationStep, ...]  # <eos> included, where it was written


def source_tokens(text: str, checkpoint: Checkpoint) -> tuple[str, ...]:
    """Cut typed text as the model knows it.

    Raises CorpusError, see text.clean and corpus.cut.
    """
    return cut(clean(text), checkpoint.tokenizer, checkpoint.source.tokens)


def plain_step(step: DecodingStep, target: Vocabulary, top_k: int) -> TranslationStep:
    probabilities, ids = step.probabilities.topk(min(top_k, len(target)))
    context, attention = step.inspection.context, step.attention
    return TranslationStep(
        token=target.tokens[step.token],
        probability=float(step.probabilities[step.token]),
        top=tuple(map(Choice, target.decode(ids.tolist()), probabilities.tolist())),
        attention=None if attention is None else tuple(attention.tolist()),
        hidden=tuple(step.inspection.hidden[0].tolist()),
        context=None if context is None else tuple(context[0].tolist()),
    )


def translate(
    model: EncoderDecoder, checkpoint: Checkpoint, text: str, top_k: int = 5
) -> Translation:
    """Greedy translation of one sentence, with everything inside each step."""
    tokens = source_tokens(text, checkpoint)
    ids = torch.tensor(checkpoint.source.encode(tokens))
    walk = Stepper.start(model, ids).finish()
    written = checkpoint.target.decode(walk.tokens[:-1] if walk.finished else walk.tokens)
    return Translation(
        text=TOKENIZERS[checkpoint.tokenizer].join(written),
        tokens=tuple(written),
        source_tokens=tokens,
        unknown=tuple(token for token in tokens if token not in checkpoint.source),
        steps=tuple(plain_step(step, checkpoint.target, top_k) for step in walk.steps),
    )


def translate_all(
    model: EncoderDecoder, checkpoint: Checkpoint, sources: Sequence[Sequence[str]]
) -> list[list[str]]:
    """Greedy translations of many tokenised sentences, 256 at a time."""
    written: list[list[str]] = []
    for first in range(0, len(sources), 256):
        src = pad([checkpoint.source.encode(s) for s in sources[first : first + 256]])
        written += map(checkpoint.target.decode, greedy(model, src, src != PAD))
    return written


def translate_with_fillers(
    model: EncoderDecoder, checkpoint: Checkpoint, source: Sequence[str], steps: int
) -> list[str]:
    """What the decoder writes where it reads <eos> instead of its own words, see decoding."""
    src = torch.tensor([checkpoint.source.encode(source)])
    return checkpoint.target.decode(with_fillers(model, src, src != PAD, [steps])[0])
