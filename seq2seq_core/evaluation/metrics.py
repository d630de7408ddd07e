"""How good is a model? Loss, token accuracy, exact match, attention as an alignment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from seq2seq_core.data.batches import Batches
from seq2seq_core.data.corpus import Pair
from seq2seq_core.data.vocabulary import PAD
from seq2seq_core.limits import LIMITS
from seq2seq_core.models.base import EncoderDecoder

Weights = Sequence[Sequence[float]]  # target × source


@dataclass(frozen=True)
class Evaluation:
    """A model on pairs, read with the true word before each token and without dropout."""

    loss: float  # mean cross-entropy per target token, in nats
    token_accuracy: float
    exact_match: float  # share of sentences; equals greedy decoding's
    alignment: float | None  # None without attention or without a sure link


def chunks(data: Batches) -> tuple[Tensor, ...]:
    """All rows of `data`, no more at once than a shared machine has memory for.

    What takes room are the logits, and an additive score's numbers for each pair of positions.
    """
    per_token = max(data.target_vocabulary_size, data.src.shape[1] * LIMITS.hidden_size)
    rows = max(1, LIMITS.logits_per_update // (data.tgt.shape[1] * per_token))
    return torch.arange(len(data)).split(rows)


@torch.no_grad()
def evaluate(model: EncoderDecoder, data: Batches, pairs: Sequence[Pair]) -> Evaluation:
    """Measure on all pairs of `data`; `pairs` are the same ones, for their gold alignment.

    Where every argmax is right with the true words before it, greedy decoding writes exactly this
    sentence, so exact match costs nothing extra.
    """
    model.eval()
    loss, right, tokens, exact = 0.0, 0, 0, 0
    hits, links = 0, 0
    for chunk in chunks(data):
        batch = data.select_batch(chunk)
        logits, attention = model(batch.src, batch.src_mask, batch.tgt_in)
        real = batch.tgt_out != PAD
        correct = logits.argmax(2) == batch.tgt_out
        loss += float(
            cross_entropy(
                logits.flatten(0, 1), batch.tgt_out.flatten(), ignore_index=PAD, reduction="sum"
            )
        )
        right += int((correct & real).sum())
        tokens += int(real.sum())
        exact += int((correct | ~real).all(1).sum())
        if attention is not None:
            looked = attention[:, :, -1].mean(2).argmax(2).tolist()  # last layer, mean over heads
            for row, places in zip(chunk.tolist(), looked, strict=True):
                aligned = {t for _, t in pairs[row].sure}
                links += len(aligned)
                hits += sum((places[t], t) in pairs[row].sure for t in aligned)
    aligned_share = hits / links if links else None
    return Evaluation(loss / tokens, right / tokens, exact / len(data), aligned_share)


@torch.no_grad()
def teacher_forced_attention(model: EncoderDecoder, data: Batches) -> list[Weights] | None:
    """One target × source matrix per pair, read with the true words; None without attention.

    Of several layers the last one counts, of several heads their mean.
    """
    model.eval()
    maps: list[Weights] = []
    for chunk in chunks(data):
        batch = data.select_batch(chunk)
        _, attention = model(batch.src, batch.src_mask, batch.tgt_in)
        if attention is None:
            return None
        weights = attention[:, :, -1].mean(2)  # (B, T, S)
        sizes = torch.stack((data.tgt_lengths[chunk], data.src_lengths[chunk]), 1).tolist()
        maps += [weights[i, :t, :s].tolist() for i, (t, s) in enumerate(sizes)]
    return maps


def chance(pairs: Sequence[Pair]) -> float | None:
    """The alignment that looking anywhere is expected to get; None without a sure link."""
    shares = [
        sum(link[1] == t for link in pair.sure) / len(pair.source)
        for pair in pairs
        for t in {t for _, t in pair.sure}
    ]
    return sum(shares) / len(shares) if shares else None


@dataclass(frozen=True)
class AlignmentScore:
    """Shares of the target words that have a sure gold link."""

    score: float  # the largest weight lies on a sure link
    lenient: float  # … on a sure or a possible one
    chance: float  # expected when looking anywhere
    diagonal: float  # when always looking at the same relative position
    words: int


def alignment(weights: Sequence[Weights], pairs: Sequence[Pair]) -> AlignmentScore | None:
    """Attention against gold links, beside two guesses that know nothing.

    weights: one target × source matrix per pair, at least as many rows as target words.
    Returns None where no target word has a sure link.
    """
    score = lenient = diagonal = words = 0
    chance = 0.0
    for matrix, pair in zip(weights, pairs, strict=True):
        sources, targets = len(pair.source), len(pair.target)
        for t in sorted({t for _, t in pair.sure}):
            row = matrix[t]
            looked = max(range(sources), key=row.__getitem__)
            straight = math.floor(t * (sources - 1) / max(targets - 1, 1) + 0.5)
            words += 1
            score += (looked, t) in pair.sure
            lenient += (looked, t) in pair.sure | pair.possible
            diagonal += (straight, t) in pair.sure
            chance += sum(link[1] == t for link in pair.sure) / sources
    if not words:
        return None
    return AlignmentScore(score / words, lenient / words, chance / words, diagonal / words, words)
