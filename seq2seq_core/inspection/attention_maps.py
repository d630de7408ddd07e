"""The attention of many sentences at a glance: one small map each, and the numbers beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seq2seq_core.data.batches import Batches
from seq2seq_core.data.corpus import Pair
from seq2seq_core.decoding.translator import Translator
from seq2seq_core.evaluation import alignment
from seq2seq_core.evaluation.metrics import teacher_forced_attention


@dataclass(frozen=True)
class AttentionMap:
    """The weights of each target word of a pair, read with the true words before it."""

    source: tuple[str, ...]
    target: tuple[str, ...]  # without <eos>
    weight_bytes: bytes  # target × source, see quantize_weights
    peak_positions: tuple[int, ...]  # for each target word the position with the largest weight
    strongest_link: tuple[int, int, float]  # target position, source position, weight
    crossings: int  # pairs of links that cross
    unattended: tuple[int, ...]  # source positions, see alignment.unattended_positions
    alignment: float | None  # see AlignmentScore.score; None without a sure link


def quantize_weights(weights: Iterable[float]) -> bytes:
    """One byte for each weight from 0 to 1: 255 is all of it."""
    return bytes(round(255 * weight) for weight in weights)


def build_attention_map(weights: alignment.AttentionMatrix, pair: Pair) -> AttentionMap:
    """weights: target × source, without the row of <eos>."""
    peaks = alignment.argmax_positions(weights)
    score = alignment.score_alignment([peaks], [pair])
    t = max(range(len(peaks)), key=lambda t: weights[t][peaks[t]])
    return AttentionMap(
        source=pair.source,
        target=pair.target,
        weight_bytes=quantize_weights(weight for row in weights for weight in row),
        peak_positions=tuple(peaks),
        strongest_link=(t, peaks[t], weights[t][peaks[t]]),
        crossings=alignment.count_crossings(peaks),
        unattended=tuple(alignment.unattended_positions(weights)),
        alignment=None if score is None else score.score,
    )


def build_attention_maps(
    translator: Translator, pairs: Sequence[Pair]
) -> list[AttentionMap] | None:
    """A map for each pair; None for a model without attention."""
    batches = Batches(pairs, translator.codec.source, translator.codec.target)
    matrices = teacher_forced_attention(translator.model, batches)
    if matrices is None:
        return None
    return [
        build_attention_map(weights[:-1], pair)
        for weights, pair in zip(matrices, pairs, strict=True)
    ]
