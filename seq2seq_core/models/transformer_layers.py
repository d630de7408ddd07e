"""The layers of a Transformer: attention in several heads, feed-forward, and a sum around each.

Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser, Polosukhin 2017.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from seq2seq_core.config import ModelConfig
from seq2seq_core.models.base import Look
from seq2seq_core.models.calculation import (
    Line,
    Part,
    Spot,
    dot,
    entrywise,
    given,
    matrix,
    mean,
    norm,
    softmax,
)


def causal_mask(queries: int, keys: int) -> Tensor:
    """(queries, keys), True where it may look: no word sees one that is not written yet."""
    return torch.ones(queries, keys, dtype=torch.bool).tril(keys - queries)


class Seen(NamedTuple):
    """Attention from the inside; d = D / H."""

    query: Tensor  # (B, H, T, d)
    keys: Tensor  # (B, H, S, d)
    values: Tensor  # (B, H, S, d)
    scores: Tensor  # (B, H, T, S), -inf where it may not look
    weights: Tensor  # (B, H, T, S)


class Attention(nn.Module):
    """Several heads, each comparing in its own part of the vectors."""

    def __init__(self, size: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.output = (nn.Linear(size, size) for _ in range(4))

    def split(self, x: Tensor) -> Tensor:
        return x.unflatten(2, (self.heads, -1)).transpose(1, 2)  # (B, T, D) -> (B, H, T, d)

    def keys_values(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        """What of the memory (B, S, D) does not depend on the query: (B, H, S, d) twice."""
        return self.split(self.key(memory)), self.split(self.value(memory))

    def join(self, mixed: Tensor) -> Tensor:
        return self.output(mixed.transpose(1, 2).flatten(2))  # (B, H, T, d) -> (B, T, D)

    def forward(self, x: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> Tensor:
        """x (B, T, D), mask that fits (B, H, T, S), True = may look; returns (B, T, D)."""
        query = self.split(self.query(x))
        return self.join(scaled_dot_product_attention(query, keys, values, attn_mask=mask))

    def inspect(
        self, x: Tensor, keys: Tensor, values: Tensor, mask: Tensor, look: Look | None = None
    ) -> tuple[Tensor, Seen]:
        """The same by the formula, with everything that `forward` does not show."""
        query = self.split(self.query(x))
        scores = query @ keys.transpose(2, 3) / math.sqrt(query.shape[3])
        scores = scores.masked_fill(~mask, float("-inf"))
        weights = scores.softmax(dim=3)
        if look is not None:
            weights = look(weights, mask)
        return self.join(weights @ values), Seen(query, keys, values, scores, weights)

    def explain(self, x: Tensor, memory: Tensor, mask: Tensor, spot: Spot) -> list[Line]:
        """One head line by line, from the query of position spot.step on.

        x (1, T, D), memory (1, S, D), mask as in `forward`.
        """
        there = "h_j" if spot.part == "cross" else "x_j"
        read, other = Part.of("x", x[0, spot.step]), Part.of(there, memory[0, spot.position])
        query = self.explain_projection("query", "q = W_Q x + b_Q", read, self.query, spot.head)
        key = self.explain_projection("key", f"k_j = W_K {there} + b_K", other, self.key, spot.head)
        value = self.explain_projection(
            "value", f"v_j = W_V {there} + b_V", other, self.value, spot.head
        )
        product = dot("product", "q · k_j", "q · k_j", query.result, key.result)
        root = Part("√d", (math.sqrt(len(query.result.values)),))
        score = entrywise("scaled", "divide", "e_j = q · k_j / √d", "e_j", product.result, root)
        _, seen = self.inspect(x, *self.keys_values(memory), mask)
        scores = Part.of("e", seen.scores[0, spot.head, spot.step])  # (S,), of all positions
        weights = softmax("weights", "α_j = exp(e_j) / Σ_i exp(e_i)", "α", scores)
        values = seen.values[0, spot.head]  # (S, d)
        mixed = mean("mixed", "o = Σ_j α_j v_j", "o", weights.result, values)
        joined = self.explain_join((seen.weights @ seen.values)[0, :, spot.step])
        return [query, key, value, product, score, weights, mixed, joined]

    def explain_projection(
        self, code: str, formula: str, x: Part, layer: nn.Linear, head: int
    ) -> Line:
        """One head's part of the query, key or value of one vector."""
        weight, bias = (one.chunk(self.heads)[head] for one in (layer.weight, layer.bias))
        return matrix(code, "linear", formula, formula.split(" =")[0], (x,), weight, bias)

    def explain_join(self, heads: Tensor) -> Line:
        """What all heads (H, d) found, as one vector again."""
        parts = [Part.of(f"o_{number}", one) for number, one in enumerate(heads, 1)]
        formula = f"a = W_O [{'; '.join(part.symbol for part in parts)}] + b_O"
        weight, bias = self.output.weight, self.output.bias
        return matrix("projected", "linear", formula, "a", parts, weight, bias)


class FeedForward(nn.Sequential):
    def __init__(self, size: int, inner: int) -> None:
        super().__init__(nn.Linear(size, inner), nn.ReLU(), nn.Linear(inner, size))


class Residual(nn.Module):
    """x plus what a part of the layer makes of it, with the layer norm after the sum or before."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.norm, self.first = nn.LayerNorm(config.model_size), config.norm == "pre"
        self.dropout = nn.Dropout(config.dropout)

    def read(self, x: Tensor) -> Tensor:
        return self.norm(x) if self.first else x

    def add(self, x: Tensor, change: Tensor) -> Tensor:
        total = x + self.dropout(change)
        return total if self.first else self.norm(total)

    def explain_read(self, x: Tensor) -> list[Line]:
        """What the part reads of a vector x (D,)."""
        if self.first:
            before = given("layer_input", "x_{in}", x)
            return [before, norm("read", before.result, self.norm)]
        return [given("layer_input", "x", x)]

    def explain_add(self, x: Tensor, change: Part) -> list[Line]:
        """x (D,) plus what the part made of it."""
        before = Part.of("x_{in}" if self.first else "x", x)
        formula = f"x_{{sum}} = {before.symbol} + a"
        total = entrywise("added", "add", formula, "x_{sum}", before, change)
        return [total] if self.first else [total, norm("normed", total.result, self.norm)]


class EncoderLayer(nn.Module):
    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.attention = Attention(config.model_size, config.heads)
        self.feed_forward = FeedForward(config.model_size, config.feed_forward_size)
        self.around_attention, self.around_feed_forward = Residual(config), Residual(config)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x (B, S, D), mask (B, 1, 1, S)."""
        read = self.around_attention.read(x)
        x = self.around_attention.add(
            x, self.attention(read, *self.attention.keys_values(read), mask)
        )
        return self.finish(x)

    def inspect(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Seen]:
        read = self.around_attention.read(x)
        change, seen = self.attention.inspect(read, *self.attention.keys_values(read), mask)
        return self.finish(self.around_attention.add(x, change)), seen

    def finish(self, x: Tensor) -> Tensor:
        return self.around_feed_forward.add(x, self.feed_forward(self.around_feed_forward.read(x)))


class Layer(NamedTuple):
    """What one decoder layer carries: keys and values (B, H, ·, d) of its words, of the source."""

    own: tuple[Tensor, Tensor]
    source: tuple[Tensor, Tensor]


class DecoderLayer(nn.Module):
    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.attention = Attention(config.model_size, config.heads)
        self.cross = Attention(config.model_size, config.heads)
        self.feed_forward = FeedForward(config.model_size, config.feed_forward_size)
        self.around_attention, self.around_cross = Residual(config), Residual(config)
        self.around_feed_forward = Residual(config)

    def remember(self, read: Tensor, layer: Layer) -> Layer:
        """Keys and values of new words (B, T, D) behind those of the words before them."""
        new = self.attention.keys_values(read)
        keys, values = (torch.cat(pair, dim=2) for pair in zip(layer.own, new, strict=True))
        return layer._replace(own=(keys, values))

    def forward(self, x: Tensor, layer: Layer, mask: Tensor) -> tuple[Tensor, Layer]:
        """T new words x (B, T, D) that follow those in `layer`; mask (B, 1, 1, S) of the source."""
        read = self.around_attention.read(x)
        layer = self.remember(read, layer)
        causal = causal_mask(x.shape[1], layer.own[0].shape[2])
        x = self.around_attention.add(x, self.attention(read, *layer.own, causal))
        read = self.around_cross.read(x)
        x = self.around_cross.add(x, self.cross(read, *layer.source, mask))
        return self.finish(x), layer

    def inspect(
        self, x: Tensor, layer: Layer, mask: Tensor, look: Look | None
    ) -> tuple[Tensor, Layer, Inside]:
        read = self.around_attention.read(x)
        layer = self.remember(read, layer)
        causal = causal_mask(x.shape[1], layer.own[0].shape[2])
        change, own = self.attention.inspect(read, *layer.own, causal)
        x = self.around_attention.add(x, change)
        read = self.around_cross.read(x)
        change, cross = self.cross.inspect(read, *layer.source, mask, look)
        return self.finish(self.around_cross.add(x, change)), layer, Inside(own, cross, change)

    def explain(self, x: Tensor, memory: Tensor, mask: Tensor, spot: Spot) -> list[Line]:
        """One head line by line; x (1, T, D) all words so far, memory (1, S, D) of the source."""
        attention, around = self.attention, self.around_attention
        causal = causal_mask(x.shape[1], x.shape[1])
        looked_at, may_look = around.read(x), causal
        if spot.part == "cross":
            own = attention(looked_at, *attention.keys_values(looked_at), causal)
            x, attention, looked_at, may_look = around.add(x, own), self.cross, memory, mask
            around = self.around_cross
        lines = attention.explain(around.read(x), looked_at, may_look, spot)
        before, made = x[0, spot.step], lines[-1].result
        return [*around.explain_read(before), *lines, *around.explain_add(before, made)]

    def finish(self, x: Tensor) -> Tensor:
        return self.around_feed_forward.add(x, self.feed_forward(self.around_feed_forward.read(x)))


class Inside(NamedTuple):
    """One decoder layer from the inside."""

    own: Seen
    cross: Seen
    context: Tensor  # (B, T, D), what looking at the source has brought
