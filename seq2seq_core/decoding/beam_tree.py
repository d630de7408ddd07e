"""A beam search as a tree, and drawing by lot, as plain values: what a page shows of both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

import torch
from torch import Tensor

from seq2seq_core.config import DecodingConfig
from seq2seq_core.data.batches import pad_sequences
from seq2seq_core.data.vocabulary import EOS, SOS, Vocabulary
from seq2seq_core.decoding.beam_search import (
    BeamStep,
    Hypothesis,
    collect_beam_steps,
    length_normalized,
    rank,
)
from seq2seq_core.decoding.stepper import decode, sampler, top_k_top_p_filter
from seq2seq_core.decoding.translator import Translator
from seq2seq_core.limits import LIMITS
from seq2seq_core.models.base import EncoderDecoder

# --- the beam -------------------------------------------------------------------------------


@dataclass(frozen=True)
class BeamNode:
    """One token of one beginning."""

    token: str
    probability: float  # of this token, after all that stands before it
    log_probability: float  # of the beginning up to this token
    parent: int  # its place in the column before; 0 in the first one
    state: str  # "alive", "ended" or "pruned"


@dataclass(frozen=True)
class BeamResult:
    """A sentence that the beam has found."""

    tokens: tuple[str, ...]  # without <eos>
    text: str
    log_probability: float
    length: int  # in tokens, <eos> among them: what the length penalty counts
    finished: bool
    node_path: tuple[int, ...]  # of its nodes, column by column

    def score(self, length_penalty: float) -> float:
        return length_normalized(self.log_probability, self.length, length_penalty)


@dataclass(frozen=True)
class BeamTree:
    columns: tuple[tuple[BeamNode, ...], ...]  # one a token; best first, the pruned ones last
    results: tuple[BeamResult, ...]  # best first, by the score with length penalty


def beam_column(
    beam_step: BeamStep, previous_hypotheses: Sequence[Hypothesis], target: Vocabulary
) -> tuple[BeamNode, ...]:
    """One round as nodes; `before` are those kept one round ago."""
    alive = [
        (parent_index, hypothesis)
        for parent_index, hypothesis in enumerate(previous_hypotheses)
        if not hypothesis.finished
    ]
    nodes = []
    for number, one in enumerate((*beam_step.hypotheses, *beam_step.pruned)):
        place, parent = alive[one.parent]
        survivor_state = "ended" if one.finished else "alive"
        nodes.append(
            BeamNode(
                token=target.tokens[one.tokens[-1]],
                probability=exp(one.log_probability - parent.log_probability),
                log_probability=one.log_probability,
                parent=place,
                state=survivor_state if number < len(beam_step.hypotheses) else "pruned",
            )
        )
    return tuple(nodes)


def node_path(hypothesis: Hypothesis, steps: Sequence[BeamStep]) -> tuple[int, ...]:
    """Where the nodes of a sentence stand, column by column."""
    prefixes = [hypothesis.tokens[: length + 1] for length in range(len(hypothesis.tokens))]
    return tuple(
        next(i for i, candidate in enumerate(beam_step.hypotheses) if candidate.tokens == tokens)
        for beam_step, tokens in zip(steps, prefixes, strict=False)
    )


def build_beam_tree(
    translator: Translator,
    source: Sequence[str],
    config: DecodingConfig,
    pruned_count: int = 3,
) -> BeamTree:
    """The search for the translation of these source tokens, `show` pruned candidates a round."""
    codec = translator.codec
    src = torch.tensor(codec.encode_source(source))
    steps = collect_beam_steps(
        translator.model, src, config.beam, config.length_penalty, pruned_count=pruned_count
    )
    previous_hypotheses = [(Hypothesis(),), *(beam_step.hypotheses for beam_step in steps[:-1])]
    results = []
    for hypothesis in rank(steps, config.length_penalty):
        tokens = codec.decode_target(
            hypothesis.tokens[:-1] if hypothesis.finished else hypothesis.tokens
        )
        results.append(
            BeamResult(
                tokens,
                codec.join_tokens(tokens),
                hypothesis.log_probability,
                len(hypothesis.tokens),
                hypothesis.finished,
                node_path(hypothesis, steps),
            )
        )
    columns = (
        beam_column(beam_step, hypotheses, codec.target)
        for beam_step, hypotheses in zip(steps, previous_hypotheses, strict=True)
    )
    return BeamTree(tuple(columns), tuple(results))


# --- the lot --------------------------------------------------------------------------------


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


def sampling_distribution(logits: Tensor, config: DecodingConfig) -> Tensor:
    """The probabilities (V,) that `decoding.by_lot` draws by, out of one step's logits (V,)."""
    temperature = 1.0 if config.temperature is None else config.temperature
    if temperature < 1e-9:  # the limit: the most probable token is certain
        return torch.nn.functional.one_hot(logits.argmax(), len(logits)).double()
    probabilities = (logits.double() / temperature).softmax(0)
    return top_k_top_p_filter(probabilities[None], config.top_k, config.top_p)[0]


def next_token_distribution(
    translator: Translator,
    source: Sequence[str],
    prefix: Sequence[str],
    config: DecodingConfig,
    top_count: int = 10,
) -> NextTokens:
    """How likely each token is after these written ones, as the model says and as it is drawn."""
    stepper = translator.start_stepper(source)
    for token in translator.codec.encode_target(prefix):
        stepper = stepper.write_token(token)
    logits = stepper.write_token().steps[-1].inspection.step.logits[0]
    model_probabilities, sampling_probabilities = (
        logits.double().softmax(0),
        sampling_distribution(logits, config),
    )
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
    """log p of each of these translations of one source (S,): all their tokens as they stand."""
    model.eval()
    rows = src.expand(len(translations), -1)
    tgt = pad_sequences(translations)  # (B, T)
    tgt_in = torch.cat([torch.full((len(translations), 1), SOS), tgt[:, :-1]], dim=1)
    logits = model.predict(rows, torch.ones_like(rows, dtype=torch.bool), tgt_in)
    token_log_probabilities = logits.double().log_softmax(2).gather(2, tgt.unsqueeze(2)).squeeze(2)
    lengths = torch.tensor([len(one) for one in translations])
    real = torch.arange(tgt.shape[1]) < lengths.unsqueeze(1)  # padding is no token
    return token_log_probabilities.masked_fill(~real, 0.0).sum(1).tolist()


def sample_translations(
    translator: Translator,
    source: Sequence[str],
    config: DecodingConfig,
    count: int = 10,
) -> list[SampledTranslation]:
    """So many translations by lot, the same ones together: the most frequent first."""
    model, codec = translator.model, translator.codec
    src = torch.tensor(codec.encode_source(source))
    rows = src.expand(count, -1)
    outputs = decode(model, rows, torch.ones_like(rows, dtype=torch.bool), sampler(config))
    counts = Counter(map(tuple, outputs))
    finished = [len(ids) < LIMITS.decoded_tokens for ids in counts]
    full_sequences = [
        (*ids, EOS) if end else ids for ids, end in zip(counts, finished, strict=True)
    ]
    logs = sequence_log_probabilities(model, src, full_sequences)
    translations = []
    for (ids, number), log_probability, end in zip(counts.items(), logs, finished, strict=True):
        tokens = codec.decode_target(ids)
        translations.append(
            SampledTranslation(tokens, codec.join_tokens(tokens), number, log_probability, end)
        )
    return sorted(
        translations, key=lambda translation: (-translation.count, -translation.log_probability)
    )
