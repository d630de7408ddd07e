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
from seq2seq_core.decoding.sampling import sampler
from seq2seq_core.decoding.stepper import (
    DecodingStep,
    Stepper,
    argmax_token,
    decode,
    decode_feeding_eos,
)
from seq2seq_core.limits import LIMITS
from seq2seq_core.models.base import EncoderDecoder
from seq2seq_core.training.checkpoint import Checkpoint

GREEDY = DecodingConfig()


@dataclass(frozen=True)
class TokenCandidate:
    token: str
    probability: float


@dataclass(frozen=True)
class TranslationStep:
    token: str
    probability: float
    top: tuple[TokenCandidate, ...]  # the most probable tokens, best first
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


def tokenize_source(text: str, checkpoint: Checkpoint) -> tuple[str, ...]:
    """Cut typed text as the model knows it.

    Raises CorpusError, see text.clean and corpus.cut.
    """
    return segment_known(clean_text(text), checkpoint.tokenizer, checkpoint.source.tokens)


def to_step(step: DecodingStep, target: Vocabulary, top_k: int) -> TranslationStep:
    probabilities, ids = step.probabilities.topk(min(top_k, len(target)))
    context, attention = step.inspection.context, step.attention
    return TranslationStep(
        token=target.tokens[step.token],
        probability=float(step.probabilities[step.token]),
        top=tuple(map(TokenCandidate, target.decode(ids.tolist()), probabilities.tolist())),
        attention=None if attention is None else tuple(attention.tolist()),
        hidden=tuple(step.inspection.hidden[0].tolist()),
        context=None if context is None else tuple(context[0].tolist()),
    )


def to_translation(
    stepper: Stepper, checkpoint: Checkpoint, tokens: tuple[str, ...], top_k: int = 5
) -> Translation:
    """A walk through the translation of these source tokens, as plain values."""
    target_tokens = checkpoint.target.decode(
        stepper.tokens[:-1] if stepper.finished else stepper.tokens
    )
    return Translation(
        text=TOKENIZERS[checkpoint.tokenizer].join(target_tokens),
        tokens=tuple(target_tokens),
        source_tokens=tokens,
        unknown=tuple(token for token in tokens if token not in checkpoint.source),
        steps=tuple(to_step(step, checkpoint.target, top_k) for step in stepper.steps),
    )


def beam_tokens(model: EncoderDecoder, ids: Sequence[int], config: DecodingConfig) -> list[int]:
    """The best sentence that a beam finds for one source, without <eos>."""
    best_hypothesis = beam_search(model, torch.tensor(ids), config.beam, config.length_penalty)[0]
    return list(best_hypothesis.tokens[:-1] if best_hypothesis.finished else best_hypothesis.tokens)


def decode_tokens(model: EncoderDecoder, ids: Sequence[int], config: DecodingConfig) -> list[int]:
    """The tokens of a beam or a draw, with <eos>; none where the walk is greedy anyway."""
    if config.beam > 1:
        token_ids = beam_tokens(model, ids, config)
    elif config.uses_sampling:
        src = torch.tensor([ids])
        token_ids = decode(model, src, src != PAD, sampler(config))[0]
    else:
        return []
    return [*token_ids, EOS] if len(token_ids) < LIMITS.decoded_tokens else token_ids


def translate(
    model: EncoderDecoder, checkpoint: Checkpoint, text: str, config: DecodingConfig = GREEDY
) -> Translation:
    """The translation of one sentence, with everything inside each step."""
    tokens = tokenize_source(text, checkpoint)
    ids = checkpoint.source.encode(tokens)
    stepper = Stepper.from_source(model, torch.tensor(ids))
    for token in decode_tokens(model, ids, config):
        stepper = stepper.write_token(token)
    return to_translation(stepper.decode_to_end(), checkpoint, tokens)


def translate_all(
    model: EncoderDecoder,
    checkpoint: Checkpoint,
    sources: Sequence[Sequence[str]],
    config: DecodingConfig = GREEDY,
) -> list[list[str]]:
    """Translations of many tokenised sentences; greedy and by lot 256 at a time."""
    ids = [checkpoint.source.encode(source) for source in sources]
    if config.beam > 1:
        return [checkpoint.target.decode(beam_tokens(model, one, config)) for one in ids]
    choose_token = sampler(config) if config.uses_sampling else argmax_token
    translations: list[list[str]] = []
    for start in range(0, len(ids), 256):
        src = pad_sequences(ids[start : start + 256])
        translations += map(checkpoint.target.decode, decode(model, src, src != PAD, choose_token))
    return translations


def translate_feeding_eos(
    model: EncoderDecoder, checkpoint: Checkpoint, source: Sequence[str], steps: int
) -> list[str]:
    """What the decoder writes where it reads <eos> instead of its own words, see decoding."""
    src = torch.tensor([checkpoint.source.encode(source)])
    return checkpoint.target.decode(decode_feeding_eos(model, src, src != PAD, [steps])[0])
