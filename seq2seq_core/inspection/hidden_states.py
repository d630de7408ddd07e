"""One translation opened up, as plain values: states over time, one cell, and the numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from seq2seq_core.data.vocabulary import EOS, SOS, SPECIAL_TOKENS
from seq2seq_core.decoding.stepper import DecodingStep
from seq2seq_core.decoding.translator import Translator
from seq2seq_core.inspection.explain_recurrent import explain_cell, explain_recurrent_step
from seq2seq_core.inspection.explain_transformer import explain_transformer_step
from seq2seq_core.models.base import CellStep, EncoderDecoder, SourceInspection
from seq2seq_core.models.calculation import Equation, Location, explain_losses

Vector = tuple[float, ...]


@dataclass(frozen=True)
class VectorSeries:
    """The same vector at every word of a sentence."""

    side: str  # source or target
    kind: str  # word (its embedding), h, c or context
    vectors: tuple[Vector, ...]  # one per word


@dataclass(frozen=True)
class CellLocation:
    """Which cell: of which side, in which layer, reading in which direction, at which word."""

    side: str  # encoder or decoder
    layer: int
    word: int  # from 0 on the left, also where the sentence is read from the right
    is_backward: bool = False


@dataclass(frozen=True)
class InspectedTranslation:
    """A sentence and its translation, with everything that one model computed for them."""

    model: EncoderDecoder
    src: Tensor  # (1, S)
    tokens: Tensor  # (1, T + 1): <sos> and what was written
    source_inspection: SourceInspection
    steps: tuple[DecodingStep, ...]  # one per token written


@torch.no_grad()
def inspect_translation(
    translator: Translator, source: Sequence[str], output: Sequence[str]
) -> InspectedTranslation:
    """Read the source tokens and write exactly these target tokens, <eos> among them or not."""
    model, codec = translator.model.eval(), translator.codec
    src = torch.tensor([codec.encode_source(source)])  # (1, S)
    source_inspection = model.inspect_source(src, torch.ones_like(src, dtype=torch.bool))
    ids = codec.encode_target(output)
    stepper = translator.start_stepper(source)
    for token in ids:
        stepper = stepper.write_token(token)
    tokens = torch.tensor([[SOS, *ids]])
    return InspectedTranslation(model, src, tokens, source_inspection, stepper.steps)


def to_vectors(rows: Tensor) -> tuple[Vector, ...]:
    """rows (words, size)."""
    return tuple(map(tuple, rows.tolist()))


def concat_directions(layer: Sequence[CellStep], index: int) -> Tensor:
    """States (S, D) of one encoder layer's cells, both directions beside each other.

    index: 0 for h, 1 for c.
    """
    return torch.cat([cell.new_state[index][0] for cell in layer], dim=-1)


def source_series(source_inspection: SourceInspection, layer: int) -> list[VectorSeries]:
    """Embeddings and states of the source words; a Transformer has those of its last layer."""
    series = [VectorSeries("source", "word", to_vectors(source_inspection.embedded[0]))]
    if not source_inspection.cells:
        return [*series, VectorSeries("source", "h", to_vectors(source_inspection.states[0]))]
    cells = source_inspection.cells[layer]
    return series + [
        VectorSeries("source", name, to_vectors(concat_directions(cells, index)))
        for index, name in zip(range(len(cells[0].new_state)), "hc", strict=False)
    ]


def layer_states(step: DecodingStep, layer: int) -> dict[str, Tensor]:
    """(1, D) each: h and c of the decoder's cell after a step; without cells the last layer's h."""
    if not step.inspection.cells:
        return {"h": step.inspection.hidden}
    return dict(zip("hc", step.inspection.cells[layer].new_state, strict=False))


def target_series(steps: Sequence[DecodingStep], layer: int) -> list[VectorSeries]:
    """Embeddings, states and contexts of the steps; no contexts without attention."""
    embedded = torch.cat([step.inspection.embedded for step in steps])
    states = [layer_states(step, layer) for step in steps]
    series = [VectorSeries("target", "word", to_vectors(embedded))]
    for name in states[0]:
        state_rows = torch.cat([state[name] for state in states])
        series.append(VectorSeries("target", name, to_vectors(state_rows)))
    contexts = [step.inspection.context for step in steps]
    if rows := [context for context in contexts if context is not None]:
        series.append(VectorSeries("target", "context", to_vectors(torch.cat(rows))))
    return series


def vector_series(translation: InspectedTranslation, layer: int) -> tuple[VectorSeries, ...]:
    """What one layer holds over time, of the encoder and of the decoder."""
    return (
        *source_series(translation.source_inspection, layer),
        *target_series(translation.steps, layer),
    )


def select_step(step: CellStep, *index: int) -> CellStep:
    """One step of a cell, as vectors (size,), by the index of its row in the tensors of many."""
    return CellStep(
        step.inputs[index],
        tuple(part[index] for part in step.previous_state),
        {name: gate[index] for name, gate in step.gates.items()},
        tuple(part[index] for part in step.new_state),
    )


@torch.no_grad()
def explain_cell_step(
    translation: InspectedTranslation, location: CellLocation
) -> tuple[Equation, ...]:
    """One step of one cell line by line; no lines for a model without cells."""
    if not translation.source_inspection.cells:
        return ()
    if location.side == "encoder":
        cell = translation.source_inspection.cells[location.layer][location.is_backward]
        step = select_step(cell, 0, location.word)  # out of (1, S, size)
    else:
        cell = translation.steps[location.word].inspection.cells[location.layer]
        step = select_step(cell, 0)  # out of (1, size)
    model: Any = translation.model  # recurrent: no other model has cells
    return explain_cell(model, step, location.side, location.layer, location.is_backward)


STEP_EXPLAINERS: dict[str, Callable[[Any, Tensor, Tensor, Location], tuple[Equation, ...]]] = {
    "rnn": explain_recurrent_step,
    "lstm": explain_recurrent_step,
    "gru": explain_recurrent_step,
    "transformer": explain_transformer_step,
}


@torch.no_grad()
def explain_step(translation: InspectedTranslation, location: Location) -> tuple[Equation, ...]:
    """One step line by line, from what it reads to the probability of what it wrote.

    Step t reads token t of the translation, which begins with <sos>, and wrote token t + 1.
    """
    explain = STEP_EXPLAINERS[translation.model.architecture]
    return explain(translation.model, translation.src, translation.tokens, location)


@torch.no_grad()
def explain_loss(equations: Sequence[Equation], target_id: int) -> tuple[Equation, ...]:
    """The loss of the right word's id, out of the logits that `explain_step` ends with."""
    return explain_losses(equations[-1].operands[0], target_id)


def step_attention(translation: InspectedTranslation, location: Location) -> Vector | None:
    """The weights of one step in this layer and head, one a word; None without this attention."""
    inspection = translation.steps[location.step].inspection
    is_own = location.attention == "own"
    attention = inspection.self_attention if is_own else inspection.step.attention
    if attention is None:
        return None
    return tuple(attention[0, location.layer, location.head].tolist())


def reference_token(reference: Sequence[str], output: Sequence[str], step: int) -> str | None:
    """The right token at a step, counted from 0; None where no loss is taken after this output.

    reference: without <eos>. The loss is taken after the true tokens, so the output has to be the
    reference up to this step.
    """
    tokens = (*reference, SPECIAL_TOKENS[EOS])
    if step >= len(tokens) or tuple(output[:step]) != tokens[:step]:
        return None
    return tokens[step]
