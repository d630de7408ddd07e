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

AttentionMatrix = Sequence[Sequence[float]]  # target × source


@dataclass(frozen=True)
class Evaluation:
    """A model on pairs, read with the true word before each token and without dropout."""

    loss: float  # mean cross-entropy per target token, in nats
    token_accuracy: float
    exact_match: float  # share of sentences; equals greedy decoding's
    alignment: float | None  # None without attention or without a sure link


def split_rows(batches: Batches) -> tuple[Tensor, ...]:
    """All rows of `data`, no more at once than a shared machine has memory for.

    What takes room are the logits, and an additive score's numbers for each pair of positions.
    """
    values_per_token = max(
        batches.target_vocabulary_size, batches.src.shape[1] * LIMITS.hidden_size
    )
    rows_per_chunk = max(1, LIMITS.logits_per_update // (batches.tgt.shape[1] * values_per_token))
    return torch.arange(len(batches)).split(rows_per_chunk)


@torch.no_grad()
def evaluate(model: EncoderDecoder, batches: Batches, pairs: Sequence[Pair]) -> Evaluation:
    """Measure on all pairs of `data`; `pairs` are the same ones, for their gold alignment.

    Where every argmax is right with the true words before it, greedy decoding writes exactly this
    sentence, so exact match costs nothing extra.
    """
    model.eval()
    loss, correct_tokens, token_count, exact_matches = 0.0, 0, 0, 0
    aligned_count, linked_count = 0, 0
    for chunk in split_rows(batches):
        batch = batches.select_batch(chunk)
        logits, attention = model(batch.src, batch.src_mask, batch.tgt_in)
        mask = batch.tgt_out != PAD
        correct = logits.argmax(2) == batch.tgt_out
        loss += float(
            cross_entropy(
                logits.flatten(0, 1), batch.tgt_out.flatten(), ignore_index=PAD, reduction="sum"
            )
        )
        correct_tokens += int((correct & mask).sum())
        token_count += int(mask.sum())
        exact_matches += int((correct | ~mask).all(1).sum())
        if attention is not None:
            peaks = attention[:, :, -1].mean(2).argmax(2).tolist()  # last layer, mean over heads
            for row, peak_positions in zip(chunk.tolist(), peaks, strict=True):
                linked_targets = {t for _, t in pairs[row].sure}
                linked_count += len(linked_targets)
                aligned_count += sum(
                    (peak_positions[t], t) in pairs[row].sure for t in linked_targets
                )
    alignment_share = aligned_count / linked_count if linked_count else None
    return Evaluation(
        loss / token_count,
        correct_tokens / token_count,
        exact_matches / len(batches),
        alignment_share,
    )


@torch.no_grad()
def teacher_forced_attention(
    model: EncoderDecoder, batches: Batches
) -> list[AttentionMatrix] | None:
    """One target × source matrix per pair, read with the true words; None without attention.

    Of several layers the last one counts, of several heads their mean.
    """
    model.eval()
    matrices: list[AttentionMatrix] = []
    for chunk in split_rows(batches):
        batch = batches.select_batch(chunk)
        _, attention = model(batch.src, batch.src_mask, batch.tgt_in)
        if attention is None:
            return None
        weights = attention[:, :, -1].mean(2)  # (B, T, S)
        sizes = torch.stack((batches.tgt_lengths[chunk], batches.src_lengths[chunk]), 1).tolist()
        matrices += [weights[i, :t, :s].tolist() for i, (t, s) in enumerate(sizes)]
    return matrices


def chance_alignment(pairs: Sequence[Pair]) -> float | None:
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
    word_count: int


def score_alignment(
    matrices: Sequence[AttentionMatrix], pairs: Sequence[Pair]
) -> AlignmentScore | None:
    """Attention against gold links, beside two guesses that know nothing.

    weights: one target × source matrix per pair, at least as many rows as target words.
    Returns None where no target word has a sure link.
    """
    score = lenient = diagonal = word_count = 0
    chance = 0.0
    for matrix, pair in zip(matrices, pairs, strict=True):
        source_length, target_length = len(pair.source), len(pair.target)
        for t in sorted({t for _, t in pair.sure}):
            row = matrix[t]
            peak = max(range(source_length), key=row.__getitem__)
            diagonal_position = math.floor(
                t * (source_length - 1) / max(target_length - 1, 1) + 0.5
            )
            word_count += 1
            score += (peak, t) in pair.sure
            lenient += (peak, t) in pair.sure | pair.possible
            diagonal += (diagonal_position, t) in pair.sure
            chance += sum(link[1] == t for link in pair.sure) / source_length
    if not word_count:
        return None
    return AlignmentScore(
        score / word_count,
        lenient / word_count,
        chance / word_count,
        diagonal / word_count,
        word_count,
    )
