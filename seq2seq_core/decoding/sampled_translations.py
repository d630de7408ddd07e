"""What sampling does to one sentence, as plain values: what a page shows of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from seq2seq_core.config import DecodingConfig
from seq2seq_core.data.batches import pad_sequences
from seq2seq_core.data.vocabulary import EOS, SOS
from seq2seq_core.decoding.sampling import sampler, sampling_distribution
from seq2seq_core.decoding.stepper import decode
from seq2seq_core.decoding.translator import Translator
from seq2seq_core.limits import LIMITS
from seq2seq_core.models.base import EncoderDecoder


@dataclass(frozen=True)
class TokenProbability:
    token: str
    model_probability: float  # as the model says
    sampling_probability: float  # with temperature, top_k and top_p; 0 where it was cut off


@dataclass(frozen=True)
class NextTokens:
    top: tuple[TokenProbability, ...]  # the most probable tokens, best first
    candidate_count: int  # tokens that can be drawn: those that were not cut off
    vocabulary_size: int


@dataclass(frozen=True)
class SampledTranslation:
    tokens: tuple[str, ...]  # without <eos>
    text: str
    count: int  # how many of the draws
    log_probability: float  # of the whole sentence, as the model says: without temperature
    finished: bool


def next_token_distribution(
    translator: Translator,
    source: Sequence[str],
    prefix: Sequence[str],
    config: DecodingConfig,
    top_count: int = 10,
) -> NextTokens:
    """The probabilities of the token after this prefix, before and after the sampling settings."""
    stepper = translator.start_stepper(source)
    for token in translator.codec.encode_target(prefix):
        stepper = stepper.write_token(token)
    logits = stepper.write_token().steps[-1].inspection.step.logits  # (1, V)
    model_probabilities = logits[0].double().softmax(0)
    sampling_probabilities = sampling_distribution(logits, config)[0]
    top_ids = model_probabilities.topk(min(top_count, len(model_probabilities))).indices.tolist()
    return NextTokens(
        tuple(
            TokenProbability(
                translator.codec.target.tokens[i],
                float(model_probabilities[i]),
                float(sampling_probabilities[i]),
            )
            for i in top_ids
        ),
        int((sampling_probabilities > 0).sum()),
        len(model_probabilities),
    )


@torch.no_grad()
def sequence_log_probabilities(
    model: EncoderDecoder, src: Tensor, translations: Sequence[Sequence[int]]
) -> list[float]:
    """log p of each of these translations of one source (S,): the sum over all their tokens."""
    model.eval()
    rows = src.expand(len(translations), -1)
    tgt = pad_sequences(translations)  # (B, T)
    tgt_in = torch.cat([torch.full((len(translations), 1), SOS), tgt[:, :-1]], dim=1)
    logits = model.predict(rows, torch.ones_like(rows, dtype=torch.bool), tgt_in)  # (B, T, V)
    token_log_probabilities = logits.double().log_softmax(2).gather(2, tgt.unsqueeze(2)).squeeze(2)
    lengths = torch.tensor([len(ids) for ids in translations])
    real = torch.arange(tgt.shape[1]) < lengths.unsqueeze(1)  # (B, T), padding is no token
    return token_log_probabilities.masked_fill(~real, 0.0).sum(1).tolist()


def sample_translations(
    translator: Translator, source: Sequence[str], config: DecodingConfig, count: int = 10
) -> list[SampledTranslation]:
    """Draw `count` translations and count equal ones together: the most frequent first."""
    model, codec = translator.model, translator.codec
    src = torch.tensor(codec.encode_source(source))  # (S,)
    rows = src.expand(count, -1)  # all draws side by side, as one batch
    outputs = decode(model, rows, torch.ones_like(rows, dtype=torch.bool), sampler(config))
    counts = Counter(map(tuple, outputs))
    finished = [len(ids) < LIMITS.decoded_tokens for ids in counts]
    whole = [(*ids, EOS) if end else ids for ids, end in zip(counts, finished, strict=True)]
    logs = sequence_log_probabilities(model, src, whole)
    samples = []
    for (ids, frequency), log, end in zip(counts.items(), logs, finished, strict=True):
        tokens = codec.decode_target(ids)
        samples.append(SampledTranslation(tokens, codec.join_tokens(tokens), frequency, log, end))
    return sorted(samples, key=lambda sample: (-sample.count, -sample.log_probability))
