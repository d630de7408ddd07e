"""How good is a model? Loss, token accuracy, exact match, read with the true words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from seq2seq_core.data.batches import Batches
from seq2seq_core.data.corpus import Pair
from seq2seq_core.data.vocabulary import PAD
from seq2seq_core.evaluation.alignment import AttentionMatrix, score_alignment
from seq2seq_core.limits import LIMITS
from seq2seq_core.models.base import EncoderDecoder, average_heads


@dataclass(frozen=True)
class Evaluation:
    """A model on pairs, read with the true word before each token and without dropout."""

    loss: float  # mean cross-entropy per target token, in nats
    token_accuracy: float
    exact_match: float  # share of sentences; equals greedy decoding's
    alignment: float | None  # None without attention or without a sure link


def split_rows(batches: Batches) -> tuple[Tensor, ...]:
    """The row numbers of `batches` in chunks that fit into the memory of a shared machine.

    The logits take most room, or an additive score's numbers for each pair of positions.
    """
    values_per_token = max(
        batches.target_vocabulary_size, batches.src.shape[1] * LIMITS.hidden_size
    )
    rows_per_chunk = max(1, LIMITS.logits_per_update // (batches.tgt.shape[1] * values_per_token))
    return torch.arange(len(batches)).split(rows_per_chunk)


@torch.no_grad()
def evaluate(model: EncoderDecoder, batches: Batches, pairs: Sequence[Pair]) -> Evaluation:
    """Measure on all pairs of `batches`; `pairs` are the same ones, for their gold alignment.

    Where every argmax is right after the true words, greedy decoding writes exactly this sentence:
    so exact match needs no decoding.
    """
    model.eval()
    loss, correct_tokens, token_count, exact_matches = 0.0, 0, 0, 0
    peaks: list[list[int]] = []  # for each pair the source position of each largest weight
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
            peaks += average_heads(attention).argmax(2).tolist()
    alignment = score_alignment(peaks, pairs) if peaks else None
    return Evaluation(
        loss / token_count,
        correct_tokens / token_count,
        exact_matches / len(batches),
        None if alignment is None else alignment.score,
    )


@torch.no_grad()
def teacher_forced_attention(
    model: EncoderDecoder, batches: Batches
) -> list[AttentionMatrix] | None:
    """One target × source matrix per pair, read with the true words; None without attention."""
    model.eval()
    matrices: list[AttentionMatrix] = []
    for chunk in split_rows(batches):
        batch = batches.select_batch(chunk)
        _, attention = model(batch.src, batch.src_mask, batch.tgt_in)
        if attention is None:
            return None
        weights = average_heads(attention)  # (B, T, S)
        sizes = torch.stack((batches.tgt_lengths[chunk], batches.src_lengths[chunk]), 1).tolist()
        matrices += [weights[i, :t, :s].tolist() for i, (t, s) in enumerate(sizes)]
    return matrices
