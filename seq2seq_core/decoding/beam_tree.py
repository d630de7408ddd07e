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
from seq2seq_core.data.tokenizers import TOKENIZERS
from seq2seq_core.data.vocabulary import EOS, SOS, Vocabulary
from seq2seq_core.decoding.beam_search import Hypothesis, Round, penalised, ranking, search
from seq2seq_core.decoding.stepper import Stepper, by_lot, decode, likely
from seq2seq_core.limits import LIMITS
from seq2seq_core.models.base import EncoderDecoder
from seq2seq_core.training.checkpoint import Checkpoint

# --- the beam -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Node:
    """One token of one beginning."""

    token: str
    probability: float  # of this token, after all that stands before it
    log_probability: float  # of the beginning up to this token
    parent: int  # its place in the column before; 0 in the first one
    state: str  # "alive", "ended" or "pruned"


@dataclass(frozen=True)
class Found:
    """A sentence that the beam has found."""

    tokens: tuple[str, ...]  # without <eos>
    text: str
    log_probability: float
    length: int  # in tokens, <eos> among them: what the length penalty counts
    ended: bool
    places: tuple[int, ...]  # of its nodes, column by column

    def score(self, length_penalty: float) -> float:
        return penalised(self.log_probability, self.length, length_penalty)


@dataclass(frozen=True)
class Tree:
    columns: tuple[tuple[Node, ...], ...]  # one a token; best first, the pruned ones last
    found: tuple[Found, ...]  # best first, by the score with length penalty


def column(now: Round, before: Sequence[Hypothesis], target: Vocabulary) -> tuple[Node, ...]:
    """One round as nodes; `before` are those kept one round ago."""
    alive = [(place, one) for place, one in enumerate(before) if not one.ended]
    nodes = []
    for number, one in enumerate((*now.kept, *now.pruned)):
        place, parent = alive[one.parent]
        kept = "ended" if one.ended else "alive"
        nodes.append(
            Node(
                token=target.tokens[one.tokens[-1]],
                probability=exp(one.log_probability - parent.log_probability),
                log_probability=one.log_probability,
                parent=place,
                state=kept if number < len(now.kept) else "pruned",
            )
        )
    return tuple(nodes)


def places(one: Hypothesis, found: Sequence[Round]) -> tuple[int, ...]:
    """Where the nodes of a sentence stand, column by column."""
    beginnings = [one.tokens[: length + 1] for length in range(len(one.tokens))]
    return tuple(
        next(i for i, kept in enumerate(now.kept) if kept.tokens == tokens)
        for now, tokens in zip(found, beginnings, strict=False)
    )


def tree(
    model: EncoderDecoder,
    checkpoint: Checkpoint,
    source: Sequence[str],
    config: DecodingConfig,
    show: int = 3,
) -> Tree:
    """The search for the translation of these source tokens, `show` pruned candidates a round."""
    src = torch.tensor(checkpoint.source.encode(source))
    found = search(model, src, config.beam, config.length_penalty, show=show)
    before = [(Hypothesis(),), *(now.kept for now in found[:-1])]
    target, join = checkpoint.target, TOKENIZERS[checkpoint.tokenizer].join
    sentences = []
    for one in ranking(found, config.length_penalty):
        tokens = tuple(target.decode(one.tokens[:-1] if one.ended else one.tokens))
        sentences.append(
            Found(
                tokens, join(tokens), one.log_probability, len(one.tokens), one.ended,
                places(one, found),
            )
        )  # fmt: skip
    columns = (column(now, kept, target) for now, kept in zip(found, before, strict=True))
    return Tree(tuple(columns), tuple(sentences))


# --- the lot --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chance:
    token: str
    before: float  # as the model says
    after: float  # with temperature, top_k and top_p; 0 where it was cut off


@dataclass(frozen=True)
class Chances:
    likeliest: tuple[Chance, ...]  # the most probable tokens, best first
    left: int  # tokens that can still be drawn
    size: int  # of the vocabulary


@dataclass(frozen=True)
class Drawn:
    tokens: tuple[str, ...]  # without <eos>
    text: str
    count: int  # how many of the draws
    log_probability: float  # of the whole sentence, as the model says: without temperature
    ended: bool


def altered(logits: Tensor, config: DecodingConfig) -> Tensor:
    """The probabilities (V,) that `decoding.by_lot` draws by, out of one step's logits (V,)."""
    temperature = 1.0 if config.temperature is None else config.temperature
    if temperature < 1e-9:  # the limit: the most probable token is certain
        return torch.nn.functional.one_hot(logits.argmax(), len(logits)).double()
    probabilities = (logits.double() / temperature).softmax(0)
    return likely(probabilities[None], config.top_k, config.top_p)[0]


def chances(
    model: EncoderDecoder,
    checkpoint: Checkpoint,
    source: Sequence[str],
    written: Sequence[str],
    config: DecodingConfig,
    shown: int = 10,
) -> Chances:
    """How likely each token is after these written ones, as the model says and as it is drawn."""
    walk = Stepper.start(model, torch.tensor(checkpoint.source.encode(source)))
    for token in checkpoint.target.encode(written):
        walk = walk.next(token)
    logits = walk.next().steps[-1].inspection.step.logits[0]
    before, after = logits.double().softmax(0), altered(logits, config)
    best = before.topk(min(shown, len(before))).indices.tolist()
    return Chances(
        tuple(Chance(checkpoint.target.tokens[i], float(before[i]), float(after[i])) for i in best),
        int((after > 0).sum()),
        len(before),
    )


@torch.no_grad()
def log_probabilities(
    model: EncoderDecoder, src: Tensor, written: Sequence[Sequence[int]]
) -> list[float]:
    """log p of each of these translations of one source (S,): all their tokens as they stand."""
    model.eval()
    rows = src.expand(len(written), -1)
    tgt = pad_sequences(written)  # (B, T)
    tgt_in = torch.cat([torch.full((len(written), 1), SOS), tgt[:, :-1]], dim=1)
    logits = model.predict(rows, torch.ones_like(rows, dtype=torch.bool), tgt_in)
    each = logits.double().log_softmax(2).gather(2, tgt.unsqueeze(2)).squeeze(2)
    lengths = torch.tensor([len(one) for one in written])
    real = torch.arange(tgt.shape[1]) < lengths.unsqueeze(1)  # padding is no token
    return each.masked_fill(~real, 0.0).sum(1).tolist()


def draws(
    model: EncoderDecoder,
    checkpoint: Checkpoint,
    source: Sequence[str],
    config: DecodingConfig,
    count: int = 10,
) -> list[Drawn]:
    """So many translations by lot, the same ones together: the most frequent first."""
    src = torch.tensor(checkpoint.source.encode(source))
    rows = src.expand(count, -1)
    found = decode(model, rows, torch.ones_like(rows, dtype=torch.bool), by_lot(config))
    counts = Counter(map(tuple, found))
    ended = [len(ids) < LIMITS.decoded_tokens for ids in counts]
    whole = [(*ids, EOS) if end else ids for ids, end in zip(counts, ended, strict=True)]
    logs = log_probabilities(model, src, whole)
    join = TOKENIZERS[checkpoint.tokenizer].join
    drawn = []
    for (ids, number), log_probability, end in zip(counts.items(), logs, ended, strict=True):
        tokens = tuple(checkpoint.target.decode(ids))
        drawn.append(Drawn(tokens, join(tokens), number, log_probability, end))
    return sorted(drawn, key=lambda one: (-one.count, -one.log_probability))
