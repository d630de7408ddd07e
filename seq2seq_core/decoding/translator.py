"""Translating with a trained model, as plain values: what pages and the command line show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from seq2seq_core.config import DecodingConfig
from seq2seq_core.data.batches import pad_sequences
from seq2seq_core.data.cleaning import clean_text
from seq2seq_core.data.corpus import segment_known
from seq2seq_core.data.tokenizers import TOKENIZERS
from seq2seq_core.data.vocabulary import EOS, PAD, Vocabulary
from seq2seq_core.decoding.beam_search import beam_search
from seq2seq_core.decoding.stepper import (
    DecodingStep,
    Stepper,
    by_lot,
    decode,
    most_probable,
    with_fillers,
)
from seq2seq_core.limits import LIMITS
from seq2seq_core.models.base import EncoderDecoder
from seq2seq_core.training.checkpoint import Checkpoint

GREEDY = DecodingConfig()


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
    return segment_known(clean_text(text), checkpoint.tokenizer, checkpoint.source.tokens)


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


def plain(
    walk: Stepper, checkpoint: Checkpoint, tokens: tuple[str, ...], top_k: int = 5
) -> Translation:
    """A walk through the translation of these source tokens, as plain values."""
    written = checkpoint.target.decode(walk.tokens[:-1] if walk.finished else walk.tokens)
    return Translation(
        text=TOKENIZERS[checkpoint.tokenizer].join(written),
        tokens=tuple(written),
        source_tokens=tokens,
        unknown=tuple(token for token in tokens if token not in checkpoint.source),
        steps=tuple(plain_step(step, checkpoint.target, top_k) for step in walk.steps),
    )


def beam_of(model: EncoderDecoder, ids: Sequence[int], config: DecodingConfig) -> list[int]:
    """The best sentence that a beam finds for one source, without <eos>."""
    best = beam_search(model, torch.tensor(ids), config.beam, config.length_penalty)[0]
    return list(best.tokens[:-1] if best.ended else best.tokens)


def chosen_otherwise(
    model: EncoderDecoder, ids: Sequence[int], config: DecodingConfig
) -> list[int]:
    """The tokens of a beam or a draw, with <eos>; none where the walk is greedy anyway."""
    if config.beam > 1:
        written = beam_of(model, ids, config)
    elif config.uses_sampling:
        src = torch.tensor([ids])
        written = decode(model, src, src != PAD, by_lot(config))[0]
    else:
        return []
    return [*written, EOS] if len(written) < LIMITS.decoded_tokens else written


def translate(
    model: EncoderDecoder, checkpoint: Checkpoint, text: str, config: DecodingConfig = GREEDY
) -> Translation:
    """The translation of one sentence, with everything inside each step."""
    tokens = source_tokens(text, checkpoint)
    ids = checkpoint.source.encode(tokens)
    walk = Stepper.start(model, torch.tensor(ids))
    for token in chosen_otherwise(model, ids, config):
        walk = walk.next(token)
    return plain(walk.finish(), checkpoint, tokens)


def translate_all(
    model: EncoderDecoder,
    checkpoint: Checkpoint,
    sources: Sequence[Sequence[str]],
    config: DecodingConfig = GREEDY,
) -> list[list[str]]:
    """Translations of many tokenised sentences; greedy and by lot 256 at a time."""
    ids = [checkpoint.source.encode(source) for source in sources]
    if config.beam > 1:
        return [checkpoint.target.decode(beam_of(model, one, config)) for one in ids]
    choose = by_lot(config) if config.uses_sampling else most_probable
    written: list[list[str]] = []
    for first in range(0, len(ids), 256):
        src = pad_sequences(ids[first : first + 256])
        written += map(checkpoint.target.decode, decode(model, src, src != PAD, choose))
    return written


def translate_with_fillers(
    model: EncoderDecoder, checkpoint: Checkpoint, source: Sequence[str], steps: int
) -> list[str]:
    """What the decoder writes where it reads <eos> instead of its own words, see decoding."""
    src = torch.tensor([checkpoint.source.encode(source)])
    return checkpoint.target.decode(with_fillers(model, src, src != PAD, [steps])[0])
