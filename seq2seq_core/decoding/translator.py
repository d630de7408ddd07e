"""Translating with a trained model, as plain values: what pages and the command line show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from seq2seq_core.config import DecodingConfig
from seq2seq_core.data.batches import pad_sequences
from seq2seq_core.data.codec import Codec
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

GREEDY = DecodingConfig()
BATCH_SIZE = 256  # sentences decoded at once: their states stand in memory together


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


def to_step(step: DecodingStep, target: Vocabulary, top_k: int) -> TranslationStep:
    """One decoding step as plain values, with its top_k most probable tokens."""
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


def beam_tokens(model: EncoderDecoder, ids: Sequence[int], config: DecodingConfig) -> list[int]:
    """The best sentence that a beam finds for one source, without <eos>."""
    best = beam_search(model, torch.tensor(ids), config.beam, config.length_penalty)[0]
    return list(best.tokens[:-1] if best.finished else best.tokens)


def decode_tokens(model: EncoderDecoder, ids: Sequence[int], config: DecodingConfig) -> list[int]:
    """The ids that a beam or sampling chooses, with <eos>; none for greedy decoding."""
    if config.beam > 1:
        token_ids = beam_tokens(model, ids, config)
    elif config.uses_sampling:
        src = torch.tensor([ids])
        token_ids = decode(model, src, src != PAD, sampler(config))[0]
    else:
        return []
    return [*token_ids, EOS] if len(token_ids) < LIMITS.decoded_tokens else token_ids


@dataclass(frozen=True)
class Translator:
    """A model and the words that its numbers stand for: all that is needed to translate."""

    model: EncoderDecoder
    codec: Codec

    def start_stepper(self, tokens: Sequence[str]) -> Stepper:
        """A stepper before its first token, for these source tokens."""
        return Stepper.from_source(self.model, torch.tensor(self.codec.encode_source(tokens)))

    def to_translation(
        self, stepper: Stepper, tokens: tuple[str, ...], top_k: int = 5
    ) -> Translation:
        """The tokens that a stepper has written for these source tokens, as plain values."""
        codec = self.codec
        target_ids = stepper.tokens[:-1] if stepper.finished else stepper.tokens
        target_tokens = codec.decode_target(target_ids)
        return Translation(
            text=codec.join_tokens(target_tokens),
            tokens=target_tokens,
            source_tokens=tokens,
            unknown=codec.find_unknown(tokens),
            steps=tuple(to_step(step, codec.target, top_k) for step in stepper.steps),
        )

    def translate(self, text: str, config: DecodingConfig = GREEDY) -> Translation:
        """The translation of one typed sentence, with everything inside each step.

        Raises CorpusError where the text is no sentence, see Codec.tokenize_source.
        """
        tokens = self.codec.tokenize_source(text)
        stepper = self.start_stepper(tokens)
        # a beam and sampling choose the whole sentence first; the stepper then repeats it
        for token in decode_tokens(self.model, self.codec.encode_source(tokens), config):
            stepper = stepper.write_token(token)
        return self.to_translation(stepper.decode_to_end(), tokens)

    def translate_batch(
        self, sources: Sequence[Sequence[str]], config: DecodingConfig = GREEDY
    ) -> list[tuple[str, ...]]:
        """Translations of many tokenised sentences, without <eos>.

        Greedy and sampled ones are decoded BATCH_SIZE at a time, beams one after the other.
        """
        ids = [self.codec.encode_source(source) for source in sources]
        if config.beam > 1:
            return [self.codec.decode_target(beam_tokens(self.model, one, config)) for one in ids]
        choose_token = sampler(config) if config.uses_sampling else argmax_token
        translations: list[tuple[str, ...]] = []
        for start in range(0, len(ids), BATCH_SIZE):
            src = pad_sequences(ids[start : start + BATCH_SIZE])  # (B, S)
            outputs = decode(self.model, src, src != PAD, choose_token)
            translations += map(self.codec.decode_target, outputs)
        return translations

    def translate_feeding_eos(self, source: Sequence[str], steps: int) -> tuple[str, ...]:
        """What the decoder writes where it reads <eos> instead of its own words.

        See stepper.decode_feeding_eos; source: tokens, one target token per step.
        """
        src = torch.tensor([self.codec.encode_source(source)])  # (1, S)
        return self.codec.decode_target(decode_feeding_eos(self.model, src, src != PAD, [steps])[0])
