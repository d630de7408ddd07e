"""Sampling: each token is drawn from the distribution that the model and the settings give.

What a page shows as the chances of a token and what the sampler draws by is one distribution:
`sampling_distribution`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from seq2seq_core.config import DecodingConfig
from seq2seq_core.data.batches import pad_sequences
from seq2seq_core.data.tokenizers import TOKENIZERS
from seq2seq_core.data.vocabulary import EOS, SOS
from seq2seq_core.decoding.stepper import Stepper, TokenChooser, decode
from seq2seq_core.limits import LIMITS
from seq2seq_core.models.base import EncoderDecoder
from seq2seq_core.training.checkpoint import Checkpoint


def top_k_top_p_filter(probabilities: Tensor, top_k: int = 0, top_p: float = 1.0) -> Tensor:
    """The probabilities (B, V) with the unlikely ones set to 0, and scaled to sum to one.

    top_k leaves that many tokens (Fan et al. 2018; 0 leaves all), top_p the fewest whose
    probabilities add up to it (Holtzman et al. 2020); the most probable token always stays.
    """
    sorted_probabilities, order = probabilities.sort(dim=1, descending=True)  # (B, V) both
    probability_before = sorted_probabilities.cumsum(1) - sorted_probabilities
    removed = probability_before >= top_p  # the tokens before this one have the share already
    if top_k:
        removed[:, top_k:] = True
    removed[:, 0] = False
    filtered = torch.zeros_like(probabilities).scatter(  # each back in its own column
        1, order, sorted_probabilities.masked_fill(removed, 0.0)
    )
    return filtered / filtered.sum(1, keepdim=True)


def sampling_distribution(logits: Tensor, config: DecodingConfig) -> Tensor:
    """softmax(logits / temperature), cut by top_k and top_p: (B, V) out of logits (B, V).

    A temperature near 0 makes the most probable token certain.
    """
    temperature = 1.0 if config.temperature is None else config.temperature
    if temperature < 1e-9:  # the limit itself, where the division would overflow
        return one_hot(logits.argmax(1), logits.shape[1]).double()
    probabilities = (logits.double() / temperature).softmax(1)
    return top_k_top_p_filter(probabilities, config.top_k, config.top_p)


def sampler(config: DecodingConfig) -> TokenChooser:
    """Draws each token from `sampling_distribution`. The same seed, the same tokens."""
    generator = torch.Generator().manual_seed(config.seed)

    def sample_token(logits: Tensor) -> Tensor:
        probabilities = sampling_distribution(logits, config)  # (B, V)
        return torch.multinomial(probabilities, 1, generator=generator).squeeze(1)  # (B,)

    return sample_token


# --- as plain values, for a page ------------------------------------------------------------


@dataclass(frozen=True)
class TokenProbability:
    token: str
    model_probability: float  # as the model says
    sampling_probability: float  # with temperature, top_k and top_p; 0 where it was cut off


@dataclass(frozen=True)
class NextTokens:
    top: tuple[TokenProbability, ...]  # the most probable tokens, best first
    candidate_count: int  # tokens that can still be drawn
    vocabulary_size: int  # of the vocabulary


@dataclass(frozen=True)
class SampledTranslation:
    tokens: tuple[str, ...]  # without <eos>
    text: str
    count: int  # how many of the draws
    log_probability: float  # of the whole sentence, as the model says: without temperature
    finished: bool


def next_token_distribution(
    model: EncoderDecoder,
    checkpoint: Checkpoint,
    source: Sequence[str],
    prefix: Sequence[str],
    config: DecodingConfig,
    top_count: int = 10,
) -> NextTokens:
    """How likely each token is after the written prefix, as the model says and as it is drawn."""
    stepper = Stepper.from_source(model, torch.tensor(checkpoint.source.encode(source)))
    for token in checkpoint.target.encode(prefix):
        stepper = stepper.write_token(token)
    logits = stepper.write_token().steps[-1].inspection.step.logits  # (1, V)
    model_probabilities = logits[0].double().softmax(0)
    sampling_probabilities = sampling_distribution(logits, config)[0]
    top_ids = model_probabilities.topk(min(top_count, len(model_probabilities))).indices.tolist()
    return NextTokens(
        tuple(
            TokenProbability(
                checkpoint.target.tokens[i],
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
    lengths = torch.tensor([len(one) for one in translations])
    real = torch.arange(tgt.shape[1]) < lengths.unsqueeze(1)  # (B, T), padding is no token
    return token_log_probabilities.masked_fill(~real, 0.0).sum(1).tolist()


def sample_translations(
    model: EncoderDecoder,
    checkpoint: Checkpoint,
    source: Sequence[str],
    config: DecodingConfig,
    count: int = 10,
) -> list[SampledTranslation]:
    """Draw `count` translations and count equal ones together: the most frequent first."""
    src = torch.tensor(checkpoint.source.encode(source))
    rows = src.expand(count, -1)  # all draws side by side, as one batch
    outputs = decode(model, rows, torch.ones_like(rows, dtype=torch.bool), sampler(config))
    counts = Counter(map(tuple, outputs))
    finished = [len(ids) < LIMITS.decoded_tokens for ids in counts]
    full_sequences = [
        (*ids, EOS) if end else ids for ids, end in zip(counts, finished, strict=True)
    ]
    logs = sequence_log_probabilities(model, src, full_sequences)
    join = TOKENIZERS[checkpoint.tokenizer].join
    translations = []
    for (ids, number), log_probability, end in zip(counts.items(), logs, finished, strict=True):
        tokens = tuple(checkpoint.target.decode(ids))
        translations.append(SampledTranslation(tokens, join(tokens), number, log_probability, end))
    return sorted(
        translations, key=lambda translation: (-translation.count, -translation.log_probability)
    )
