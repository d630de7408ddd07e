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

# by part: the places where a head may have the largest weight of most rows, see expected_columns
PATTERNS = {
    "encoder": ("before", "same", "after", "first", "last"),
    "decoder": ("before", "same", "first"),
    "cross": ("linked", "first", "last"),
}


@dataclass(frozen=True)
class AttentionHeads:
    """The weights of all heads of one part. Layers and heads count from 1; head 0 is their mean."""

    part: str  # encoder, decoder or cross
    row_tokens: tuple[str, ...]  # the tokens that look
    column_tokens: tuple[str, ...]  # the tokens that are looked at
    layer_count: int
    head_count: int
    weight_buffer: bytes  # float32, (layers, 1 + heads, rows, columns)

    @property
    def is_causal(self) -> bool:
        """Whether a row sees no token to the right of its own: those are not written yet."""
        return self.part == "decoder"

    def flat_weights(self, layer: int, head: int) -> list[float]:
        """The rows of `weight_matrix` one after another."""
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
    """weights (L, H, rows, columns); the mean of a layer's heads is put before them."""
    layer_count, head_count = weights.shape[:2]
    mean_first = torch.cat([weights.mean(1, keepdim=True), weights], dim=1).float().contiguous()
    buffer = mean_first.numpy().tobytes()
    return AttentionHeads(part, tuple(rows), tuple(columns), layer_count, head_count, buffer)


@torch.no_grad()
def inspect_attention_heads(
    translator: Translator, source: Sequence[str]
) -> dict[str, AttentionHeads]:
    """Part -> its heads, while the model translates these source tokens greedily.

    Parts that the model does not have are left out.
    """
    src = torch.tensor([translator.codec.encode_source(source)])  # (1, S)
    encoder = translator.model.eval().inspect_source(src, torch.ones_like(src, dtype=torch.bool))
    stepper = translator.start_stepper(source).decode_to_end()
    output = translator.codec.decode_target(stepper.tokens)  # T tokens
    inputs = ["<sos>", *output[:-1]]
    heads = {}
    # each (1, L, H, S)
    cross_rows = [step.inspection.step.attention for step in stepper.steps]
    if cross := [row[0] for row in cross_rows if row is not None]:
        heads["cross"] = stack_heads("cross", output, source, torch.stack(cross, dim=2))
    if encoder.self_attention is not None:  # (1, L, H, S, S)
        heads["encoder"] = stack_heads("encoder", source, source, encoder.self_attention[0])
    # each (1, L, H, tokens so far), made as long as the last one
    own_rows = [step.inspection.self_attention for step in stepper.steps]
    if own := [pad(row[0], (0, len(inputs) - row.shape[3])) for row in own_rows if row is not None]:
        heads["decoder"] = stack_heads("decoder", inputs, inputs, torch.stack(own, dim=2))
    return heads


@dataclass(frozen=True)
class HeadPattern:
    """In how many rows the largest weight lies in a certain place."""

    name: str  # one of PATTERNS
    count: int
    row_count: int  # rows that have such a place, and a choice

    @property
    def share(self) -> float:
        return self.count / self.row_count if self.row_count else 0.0

    @property
    def is_frequent(self) -> bool:
        """In more than half of the rows; fewer than three prove nothing."""
        return self.share > 0.5 and self.row_count >= 3


def expected_columns(
    name: str, part: str, row: int, column_count: int, sure: AlignmentLinks
) -> set[int]:
    """The columns that a pattern names for a row; none where the row does not count.

    A row that sees one token only has no choice. In self-attention the first word's largest weight
    on the first column proves nothing: that is also its own; nor does the last word's on the last.
    """
    columns = {
        "before": {row - 1},
        "same": {row},
        "after": {row + 1},
        "first": {0},
        "last": {column_count - 1},
        "linked": linked_sources(sure, row),
    }[name]
    if part != "cross" and name in ("first", "last"):
        columns -= {row}
    visible_count = row + 1 if part == "decoder" else column_count
    return columns & set(range(visible_count)) if visible_count > 1 else set()


def head_patterns(
    part: str, weights: AttentionMatrix, sure: AlignmentLinks = frozenset()
) -> list[HeadPattern]:
    """How often the largest weight of a row lies in the places that PATTERNS names for this part.

    weights: rows × columns. A pattern that no row can have is left out.
    sure: gold links (source position, target position), for cross-attention.
    """
    peaks = argmax_positions(weights)
    patterns = []
    for name in PATTERNS[part]:
        expected = [
            expected_columns(name, part, i, len(row), sure) for i, row in enumerate(weights)
        ]
        hits = sum(j in columns for j, columns in zip(peaks, expected, strict=True))
        patterns.append(HeadPattern(name, hits, sum(map(bool, expected))))
    return [pattern for pattern in patterns if pattern.row_count]


def best_heads_by_pattern(
    heads: AttentionHeads, sure: AlignmentLinks = frozenset()
) -> list[tuple[int, int, HeadPattern]]:
    """(layer, head, pattern): for each pattern the head with the largest share of it.

    The first of equal heads; the pattern with the largest share comes first.
    """
    best: dict[str, tuple[int, int, HeadPattern]] = {}
    for layer in range(1, heads.layer_count + 1):
        for head in range(1, heads.head_count + 1):
            for pattern in head_patterns(heads.part, heads.weight_matrix(layer, head), sure):
                if pattern.name not in best or pattern.share > best[pattern.name][2].share:
                    best[pattern.name] = layer, head, pattern
    return sorted(best.values(), key=lambda entry: -entry[2].share)
