"""The attention of many sentences at a glance: one small map each, and what it says in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seq2seq_core.data.batches import Batches
from seq2seq_core.data.corpus import Pair
from seq2seq_core.evaluation import alignment as links
from seq2seq_core.evaluation.metrics import alignment, teacher_forced_attention
from seq2seq_core.models.base import EncoderDecoder
from seq2seq_core.training.checkpoint import Checkpoint


@dataclass(frozen=True)
class Map:
    """Where a model looks for each target word, read with the true words before it."""

    source: tuple[str, ...]
    target: tuple[str, ...]  # without <eos>
    shades: bytes  # target × source, one byte a weight: 255 is all of it
    places: tuple[int, ...]  # for each target word the position with the largest weight
    strongest: tuple[int, int, float]  # target position, source position, weight
    crossings: int
    unneeded: tuple[int, ...]  # source positions, see links.unneeded
    alignment: float | None  # share of the words with a gold link that look at it


def map_of(weights: links.Weights, pair: Pair) -> Map:
    """weights: target × source, without the row of <eos>."""
    places = links.strongest(weights)
    score = alignment([weights], [pair])
    t = max(range(len(places)), key=lambda t: weights[t][places[t]])
    return Map(
        source=pair.source,
        target=pair.target,
        shades=bytes(round(255 * weight) for row in weights for weight in row),
        places=tuple(places),
        strongest=(t, places[t], weights[t][places[t]]),
        crossings=links.crossings(places),
        unneeded=tuple(links.unneeded(weights)),
        alignment=None if score is None else score.score,
    )


def maps_of(
    model: EncoderDecoder, checkpoint: Checkpoint, pairs: Sequence[Pair]
) -> list[Map] | None:
    """A map for each pair; None for a model without attention."""
    data = Batches(pairs, checkpoint.source, checkpoint.target)
    found = teacher_forced_attention(model, data)
    if found is None:
        return None
    return [map_of(weights[:-1], pair) for weights, pair in zip(found, pairs, strict=True)]
