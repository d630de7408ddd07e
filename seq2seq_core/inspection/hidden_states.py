"""One translation opened up, as plain values: states over time, one cell, and the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from seq2seq_core.data.vocabulary import SOS
from seq2seq_core.decoding.stepper import DecodingStep, Stepper
from seq2seq_core.models.base import CellStep, EncoderDecoder, SourceInspection
from seq2seq_core.models.calculation import Line, Spot, losses
from seq2seq_core.training.checkpoint import Checkpoint

Vector = tuple[float, ...]


@dataclass(frozen=True)
class Strip:
    """The same vector at every word; code says which: word, h or c, and context."""

    side: str  # whose words: source or target
    code: str
    vectors: tuple[Vector, ...]  # one per word


@dataclass(frozen=True)
class Place:
    """Which cell: of the encoder or decoder, in which layer, reading which way, at which word."""

    side: str
    layer: int
    word: int  # from 0, as the sentence stands, whichever way it is read
    backwards: bool = False


@dataclass(frozen=True)
class Opened:
    """A sentence and what was written to it, with everything inside, for one model."""

    model: EncoderDecoder
    src: Tensor  # (1, S)
    tokens: Tensor  # (1, T + 1): <sos> and what was written
    source: SourceInspection
    steps: tuple[DecodingStep, ...]  # one per token written


@torch.no_grad()
def opened(
    model: EncoderDecoder, checkpoint: Checkpoint, source: Sequence[str], written: Sequence[str]
) -> Opened:
    """Read the source tokens and write exactly these target tokens, <eos> among them or not."""
    src = torch.tensor(checkpoint.source.encode(source))
    ids = checkpoint.target.encode(written)
    walk = Stepper.start(model, src)
    for token in ids:
        walk = walk.next(token)
    inside = model.inspect_source(src[None], torch.ones(1, len(src), dtype=torch.bool))
    return Opened(model, src[None], torch.tensor([[SOS, *ids]]), inside, walk.steps)


def vectors(rows: Tensor) -> tuple[Vector, ...]:
    return tuple(map(tuple, rows.tolist()))


def halves(layer: Sequence[CellStep], which: int) -> Tensor:
    """What the cells of one encoder layer carry, (S, D): of both directions beside each other."""
    return torch.cat([one.after[which][0] for one in layer], dim=-1)


def source_strips(source: SourceInspection, layer: int) -> list[Strip]:
    found = [Strip("source", "word", vectors(source.embedded[0]))]
    if not source.cells:
        return [*found, Strip("source", "h", vectors(source.states[0]))]
    cells = source.cells[layer]
    return found + [
        Strip("source", name, vectors(halves(cells, which)))
        for which, name in zip(range(len(cells[0].after)), "hc", strict=False)
    ]


def carried(step: DecodingStep, layer: int) -> dict[str, Tensor]:
    """What the decoder's cell of one layer carries after a step; of a model without: its state."""
    if not step.inspection.cells:
        return {"h": step.inspection.hidden}
    return dict(zip("hc", step.inspection.cells[layer].after, strict=False))


def target_strips(steps: Sequence[DecodingStep], layer: int) -> list[Strip]:
    embedded = torch.cat([step.inspection.embedded for step in steps])
    states = [carried(step, layer) for step in steps]
    found = [Strip("target", "word", vectors(embedded))]
    for name in states[0]:
        rows = torch.cat([state[name] for state in states])
        found.append(Strip("target", name, vectors(rows)))
    contexts = [step.inspection.context for step in steps]
    brought = [context for context in contexts if context is not None]
    return [*found, Strip("target", "context", vectors(torch.cat(brought)))] if brought else found


def strips(inside: Opened, layer: int) -> tuple[Strip, ...]:
    """What one layer holds over time, of the encoder and of the decoder."""
    return (*source_strips(inside.source, layer), *target_strips(inside.steps, layer))


def alone(step: CellStep, *where: int) -> CellStep:
    """One step of a cell, as vectors, out of many side by side."""
    return CellStep(
        step.inputs[where],
        tuple(part[where] for part in step.before),
        {name: gate[where] for name, gate in step.gates.items()},
        tuple(part[where] for part in step.after),
    )


@torch.no_grad()
def cell(inside: Opened, place: Place) -> tuple[Line, ...]:
    """One step of one cell line by line; no lines for a model without cells."""
    if not inside.source.cells:
        return ()
    if place.side == "encoder":  # tensors (1, S, size)
        step = alone(inside.source.cells[place.layer][place.backwards], 0, place.word)
    else:  # tensors (1, size)
        step = alone(inside.steps[place.word].inspection.cells[place.layer], 0)
    return inside.model.explain_cell(step, place.side, place.layer, place.backwards)


@torch.no_grad()
def numbers(inside: Opened, spot: Spot) -> tuple[Line, ...]:
    """One step line by line, from the score of one word to the probability of what was written."""
    return inside.model.explain(inside.src, inside.tokens, spot)


@torch.no_grad()
def loss(lines: Sequence[Line], true: int) -> tuple[Line, ...]:
    """What `numbers` ends with, as the loss of the right word's id."""
    return losses(lines[-1].parts[0], true)


def weights(inside: Opened, spot: Spot) -> Vector | None:
    """How much one step looked at each word, in this layer and head; None where it cannot look."""
    found = inside.steps[spot.step].inspection
    looked = found.self_attention if spot.part == "own" else found.step.attention
    return None if looked is None else tuple(looked[0, spot.layer, spot.head].tolist())
