"""All attention of one sentence: every layer and head, and where a head has its largest weights.

A Transformer looks in three places (Vaswani et al. 2017): its encoder at the source, its decoder at
what it has written, and the decoder at the source. A recurrent model looks at the source alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import pad

from seq2seq_core.decoding.translator import Translator
from seq2seq_core.evaluation.alignment import (
    AlignmentLinks,
    AttentionMatrix,
    argmax_positions,
    linked_sources,
)

# where a row may have its largest weight, by part: in words, see `expected`
PATTERNS = {
    "encoder": ("before", "same", "after", "first", "last"),
    "decoder": ("before", "same", "first"),
    "cross": ("linked", "first", "last"),
}


@dataclass(frozen=True)
class AttentionHeads:
    """What all heads of one part look at. Layers and heads count from 1; head 0 is their mean."""

    part: str  # encoder, decoder or cross
    row_tokens: tuple[str, ...]  # the tokens that look
    column_tokens: tuple[str, ...]  # the tokens that are looked at
    layer_count: int
    head_count: int
    weight_buffer: bytes  # float32, (layers, 1 + heads, rows, columns)

    @property
    def is_causal(self) -> bool:
        """Whether a row sees nothing to the right of its own column: it is not written yet."""
        return self.part == "decoder"

    def flat_weights(self, layer: int, head: int) -> list[float]:
        size = len(self.row_tokens) * len(self.column_tokens)
        offset = ((layer - 1) * (1 + self.head_count) + head) * size
        return list(memoryview(self.weight_buffer).cast("f")[offset : offset + size])

    def weight_matrix(self, layer: int, head: int) -> list[list[float]]:
        """rows × columns; each row sums to one."""
        weights, width = self.flat_weights(layer, head), len(self.column_tokens)
        return [weights[i : i + width] for i in range(0, len(weights), width)]


def stack_heads(
    part: str, rows: Sequence[str], columns: Sequence[str], weights: Tensor
) -> AttentionHeads:
    """weights (L, H, rows, columns)."""
    mean_and_heads = torch.cat([weights.mean(1, keepdim=True), weights], dim=1).float().contiguous()
    layer_count, head_count = weights.shape[:2]
    return AttentionHeads(
        part, tuple(rows), tuple(columns), layer_count, head_count, mean_and_heads.numpy().tobytes()
    )


@torch.no_grad()
def inspect_attention_heads(
    translator: Translator, source: Sequence[str]
) -> dict[str, AttentionHeads]:
    """Part -> its heads, while the model translates these source tokens greedily.

    A part that a model does not have is not there.
    """
    ids = torch.tensor(translator.codec.encode_source(source))
    stepper = translator.start_stepper(source).decode_to_end()
    output = translator.codec.decode_target(stepper.tokens)
    decoder_input = ["<sos>", *output[:-1]]
    encoder = translator.model.inspect_source(ids[None], torch.ones(1, len(ids), dtype=torch.bool))
    cross_attention = [s.inspection.step.attention for s in stepper.steps]  # each (1, L, H, S)
    self_attention = [
        s.inspection.self_attention for s in stepper.steps
    ]  # each (1, L, H, words so far)
    heads_by_part = {}
    if cross_weights := [weights[0] for weights in cross_attention if weights is not None]:
        heads_by_part["cross"] = stack_heads(
            "cross", output, source, torch.stack(cross_weights, dim=2)
        )
    if encoder.self_attention is not None:
        heads_by_part["encoder"] = stack_heads("encoder", source, source, encoder.self_attention[0])
    if self_weights := [
        pad(w[0], (0, len(decoder_input) - w.shape[3])) for w in self_attention if w is not None
    ]:
        heads_by_part["decoder"] = stack_heads(
            "decoder", decoder_input, decoder_input, torch.stack(self_weights, dim=2)
        )
    return heads_by_part


@dataclass(frozen=True)
class HeadPattern:
    """In how many rows the largest weight lies in a certain place."""

    name: str  # one of HABITS
    count: int
    row_count: int  # those that have such a place, and a choice

    @property
    def share(self) -> float:
        return self.count / self.row_count if self.row_count else 0.0

    @property
    def is_frequent(self) -> bool:
        """In more than half of the rows; of fewer than three nothing can be said."""
        return self.share > 0.5 and self.row_count >= 3


def expected_columns(
    name: str, part: str, row: int, column_count: int, sure: AlignmentLinks
) -> set[int]:
    """The columns that a habit names for a row; none where the row does not count.

    A row that can see one token only has no choice; the first word says nothing of a habit of
    looking at the first, nor the last at the last: for them it is the same word.
    """
    visible_count = row + 1 if part == "decoder" else column_count
    if name == "linked":
        positions = linked_sources(sure, row)
    else:
        position_by_pattern = {
            "before": row - 1,
            "same": row,
            "after": row + 1,
            "first": 0,
            "last": column_count - 1,
        }
        is_own_position = (
            part != "cross" and name in ("first", "last") and position_by_pattern[name] == row
        )
        positions = set() if is_own_position else {position_by_pattern[name]}
    return positions & set(range(visible_count)) if visible_count > 1 else set()


def head_patterns(
    part: str, weights: AttentionMatrix, sure: AlignmentLinks = frozenset()
) -> list[HeadPattern]:
    """How often the largest weight of a row lies in the places of HABITS that this part knows.

    sure: gold links (source position, target position), for cross-attention.
    """
    peaks = argmax_positions(weights)
    patterns = []
    for name in PATTERNS[part]:
        expected_by_row = [
            expected_columns(name, part, t, len(row), sure) for t, row in enumerate(weights)
        ]
        hits = sum(j in expected for j, expected in zip(peaks, expected_by_row, strict=True))
        patterns.append(HeadPattern(name, hits, sum(map(bool, expected_by_row))))
    return [pattern for pattern in patterns if pattern.row_count]


def best_heads_by_pattern(
    heads: AttentionHeads, sure: AlignmentLinks = frozenset()
) -> list[tuple[int, int, HeadPattern]]:
    """(layer, head, habit): for each habit the head that has it most, the first of equal ones."""
    best_by_pattern: dict[str, tuple[int, int, HeadPattern]] = {}
    for layer in range(1, heads.layer_count + 1):
        for head in range(1, heads.head_count + 1):
            for pattern in head_patterns(heads.part, heads.weight_matrix(layer, head), sure):
                previous = best_by_pattern.get(pattern.name)
                if previous is None or pattern.share > previous[2].share:
                    best_by_pattern[pattern.name] = layer, head, pattern
    return sorted(best_by_pattern.values(), key=lambda one: -one[2].share)
