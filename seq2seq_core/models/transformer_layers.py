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
from seq2seq_core.models.base import AttentionOverride
from seq2seq_core.models.calculation import (
    Equation,
    Location,
    Operand,
    affine,
    dot_product,
    elementwise,
    input_value,
    layer_norm,
    softmax,
    weighted_sum,
)


def causal_mask(queries: int, keys: int) -> Tensor:
    """(queries, keys), True where it may look: no word sees one that is not written yet."""
    return torch.ones(queries, keys, dtype=torch.bool).tril(keys - queries)


class AttentionTrace(NamedTuple):
    """Attention from the inside; d = D / H."""

    query: Tensor  # (B, H, T, d)
    keys: Tensor  # (B, H, S, d)
    values: Tensor  # (B, H, S, d)
    scores: Tensor  # (B, H, T, S), -inf where it may not look
    weights: Tensor  # (B, H, T, S)


class MultiHeadAttention(nn.Module):
    """Several heads, each comparing in its own part of the vectors."""

    def __init__(self, size: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.output = (nn.Linear(size, size) for _ in range(4))

    def split_heads(self, x: Tensor) -> Tensor:
        return x.unflatten(2, (self.heads, -1)).transpose(1, 2)  # (B, T, D) -> (B, H, T, d)

    def project_kv(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        """What of the memory (B, S, D) does not depend on the query: (B, H, S, d) twice."""
        return self.split_heads(self.key(memory)), self.split_heads(self.value(memory))

    def merge_heads(self, head_outputs: Tensor) -> Tensor:
        return self.output(head_outputs.transpose(1, 2).flatten(2))  # (B, H, T, d) -> (B, T, D)

    def forward(self, x: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> Tensor:
        """x (B, T, D), mask that fits (B, H, T, S), True = may look; returns (B, T, D)."""
        query = self.split_heads(self.query(x))
        return self.merge_heads(scaled_dot_product_attention(query, keys, values, attn_mask=mask))

    def inspect(
        self,
        x: Tensor,
        keys: Tensor,
        values: Tensor,
        mask: Tensor,
        override: AttentionOverride | None = None,
    ) -> tuple[Tensor, AttentionTrace]:
        """The same by the formula, with everything that `forward` does not show."""
        query = self.split_heads(self.query(x))
        scores = query @ keys.transpose(2, 3) / math.sqrt(query.shape[3])
        scores = scores.masked_fill(~mask, float("-inf"))
        weights = scores.softmax(dim=3)
        if override is not None:
            weights = override(weights, mask)
        return self.merge_heads(weights @ values), AttentionTrace(
            query, keys, values, scores, weights
        )

    def explain_head(
        self, x: Tensor, memory: Tensor, mask: Tensor, location: Location
    ) -> list[Equation]:
        """One head line by line, from the query of position spot.step on.

        x (1, T, D), memory (1, S, D), mask as in `forward`.
        """
        key_symbol = "h_j" if location.attention == "cross" else "x_j"
        query_input, key_input = (
            Operand.from_tensor("x", x[0, location.step]),
            Operand.from_tensor(key_symbol, memory[0, location.position]),
        )
        query = self.explain_projection(
            "query", "q = W_Q x + b_Q", query_input, self.query, location.head
        )
        key = self.explain_projection(
            "key", f"k_j = W_K {key_symbol} + b_K", key_input, self.key, location.head
        )
        value = self.explain_projection(
            "value", f"v_j = W_V {key_symbol} + b_V", key_input, self.value, location.head
        )
        product = dot_product("product", "q · k_j", "q · k_j", query.result, key.result)
        root = Operand("√d", (math.sqrt(len(query.result.values)),))
        score = elementwise("scaled", "divide", "e_j = q · k_j / √d", "e_j", product.result, root)
        _, trace = self.inspect(x, *self.project_kv(memory), mask)
        scores = Operand.from_tensor(
            "e", trace.scores[0, location.head, location.step]
        )  # (S,), of all positions
        weights = softmax("weights", "α_j = exp(e_j) / Σ_i exp(e_i)", "α", scores)
        values = trace.values[0, location.head]  # (S, d)
        head_output = weighted_sum("mixed", "o = Σ_j α_j v_j", "o", weights.result, values)
        merged_output = self.explain_merge_heads(
            (trace.weights @ trace.values)[0, :, location.step]
        )
        return [query, key, value, product, score, weights, head_output, merged_output]

    def explain_projection(
        self, code: str, formula: str, x: Operand, layer: nn.Linear, head: int
    ) -> Equation:
        """One head's part of the query, key or value of one vector."""
        weight, bias = (one.chunk(self.heads)[head] for one in (layer.weight, layer.bias))
        return affine(code, "linear", formula, formula.split(" =")[0], (x,), weight, bias)

    def explain_merge_heads(self, heads: Tensor) -> Equation:
        """What all heads (H, d) found, as one vector again."""
        operands = [
            Operand.from_tensor(f"o_{number}", head) for number, head in enumerate(heads, 1)
        ]
        formula = f"a = W_O [{'; '.join(operand.symbol for operand in operands)}] + b_O"
        weight, bias = self.output.weight, self.output.bias
        return affine("projected", "linear", formula, "a", operands, weight, bias)


class FeedForward(nn.Sequential):
    def __init__(self, size: int, inner: int) -> None:
        super().__init__(nn.Linear(size, inner), nn.ReLU(), nn.Linear(inner, size))


class Residual(nn.Module):
    """x plus what a part of the layer makes of it, with the layer norm after the sum or before."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.norm, self.norm_first = nn.LayerNorm(config.model_size), config.norm == "pre"
        self.dropout = nn.Dropout(config.dropout)

    def pre_norm(self, x: Tensor) -> Tensor:
        return self.norm(x) if self.norm_first else x

    def add_norm(self, x: Tensor, sublayer_output: Tensor) -> Tensor:
        total = x + self.dropout(sublayer_output)
        return total if self.norm_first else self.norm(total)

    def explain_pre_norm(self, x: Tensor) -> list[Equation]:
        """What the part reads of a vector x (D,)."""
        if self.norm_first:
            layer_input = input_value("layer_input", "x_{in}", x)
            return [layer_input, layer_norm("read", layer_input.result, self.norm)]
        return [input_value("layer_input", "x", x)]

    def explain_add_norm(self, x: Tensor, sublayer_output: Operand) -> list[Equation]:
        """x (D,) plus what the part made of it."""
        layer_input = Operand.from_tensor("x_{in}" if self.norm_first else "x", x)
        formula = f"x_{{sum}} = {layer_input.symbol} + a"
        total = elementwise("added", "add", formula, "x_{sum}", layer_input, sublayer_output)
        return (
            [total] if self.norm_first else [total, layer_norm("normed", total.result, self.norm)]
        )


class EncoderLayer(nn.Module):
    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.self_attention = MultiHeadAttention(config.model_size, config.heads)
        self.feed_forward = FeedForward(config.model_size, config.feed_forward_size)
        self.attention_residual, self.feed_forward_residual = Residual(config), Residual(config)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x (B, S, D), mask (B, 1, 1, S)."""
        sublayer_input = self.attention_residual.pre_norm(x)
        x = self.attention_residual.add_norm(
            x,
            self.self_attention(
                sublayer_input, *self.self_attention.project_kv(sublayer_input), mask
            ),
        )
        return self.feed_forward_block(x)

    def inspect(self, x: Tensor, mask: Tensor) -> tuple[Tensor, AttentionTrace]:
        sublayer_input = self.attention_residual.pre_norm(x)
        sublayer_output, trace = self.self_attention.inspect(
            sublayer_input, *self.self_attention.project_kv(sublayer_input), mask
        )
        return self.feed_forward_block(self.attention_residual.add_norm(x, sublayer_output)), trace

    def feed_forward_block(self, x: Tensor) -> Tensor:
        return self.feed_forward_residual.add_norm(
            x, self.feed_forward(self.feed_forward_residual.pre_norm(x))
        )


class KVCache(NamedTuple):
    """What one decoder layer carries: keys and values (B, H, ·, d) of its words, of the source."""

    self_kv: tuple[Tensor, Tensor]
    cross_kv: tuple[Tensor, Tensor]


class DecoderLayer(nn.Module):
    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.self_attention = MultiHeadAttention(config.model_size, config.heads)
        self.cross_attention = MultiHeadAttention(config.model_size, config.heads)
        self.feed_forward = FeedForward(config.model_size, config.feed_forward_size)
        self.attention_residual, self.cross_residual = Residual(config), Residual(config)
        self.feed_forward_residual = Residual(config)

    def append_kv(self, sublayer_input: Tensor, cache: KVCache) -> KVCache:
        """Keys and values of new words (B, T, D) behind those of the words before them."""
        new_kv = self.self_attention.project_kv(sublayer_input)
        keys, values = (torch.cat(pair, dim=2) for pair in zip(cache.self_kv, new_kv, strict=True))
        return cache._replace(self_kv=(keys, values))

    def forward(self, x: Tensor, cache: KVCache, mask: Tensor) -> tuple[Tensor, KVCache]:
        """T new words x (B, T, D) that follow those in `layer`; mask (B, 1, 1, S) of the source."""
        sublayer_input = self.attention_residual.pre_norm(x)
        cache = self.append_kv(sublayer_input, cache)
        causal = causal_mask(x.shape[1], cache.self_kv[0].shape[2])
        x = self.attention_residual.add_norm(
            x, self.self_attention(sublayer_input, *cache.self_kv, causal)
        )
        sublayer_input = self.cross_residual.pre_norm(x)
        x = self.cross_residual.add_norm(
            x, self.cross_attention(sublayer_input, *cache.cross_kv, mask)
        )
        return self.feed_forward_block(x), cache

    def inspect(
        self, x: Tensor, cache: KVCache, mask: Tensor, override: AttentionOverride | None
    ) -> tuple[Tensor, KVCache, DecoderLayerTrace]:
        sublayer_input = self.attention_residual.pre_norm(x)
        cache = self.append_kv(sublayer_input, cache)
        causal = causal_mask(x.shape[1], cache.self_kv[0].shape[2])
        sublayer_output, self_trace = self.self_attention.inspect(
            sublayer_input, *cache.self_kv, causal
        )
        x = self.attention_residual.add_norm(x, sublayer_output)
        sublayer_input = self.cross_residual.pre_norm(x)
        sublayer_output, cross_trace = self.cross_attention.inspect(
            sublayer_input, *cache.cross_kv, mask, override
        )
        return (
            self.feed_forward_block(self.cross_residual.add_norm(x, sublayer_output)),
            cache,
            DecoderLayerTrace(self_trace, cross_trace, sublayer_output),
        )

    def explain_attention(
        self, x: Tensor, memory: Tensor, mask: Tensor, location: Location
    ) -> list[Equation]:
        """One head line by line; x (1, T, D) all words so far, memory (1, S, D) of the source."""
        attention, residual = self.self_attention, self.attention_residual
        causal = causal_mask(x.shape[1], x.shape[1])
        attended_states, attention_mask = residual.pre_norm(x), causal
        if location.attention == "cross":
            self_output = attention(attended_states, *attention.project_kv(attended_states), causal)
            x, attention, attended_states, attention_mask = (
                residual.add_norm(x, self_output),
                self.cross_attention,
                memory,
                mask,
            )
            residual = self.cross_residual
        equations = attention.explain_head(
            residual.pre_norm(x), attended_states, attention_mask, location
        )
        layer_input, sublayer_output = x[0, location.step], equations[-1].result
        return [
            *residual.explain_pre_norm(layer_input),
            *equations,
            *residual.explain_add_norm(layer_input, sublayer_output),
        ]

    def feed_forward_block(self, x: Tensor) -> Tensor:
        return self.feed_forward_residual.add_norm(
            x, self.feed_forward(self.feed_forward_residual.pre_norm(x))
        )


class DecoderLayerTrace(NamedTuple):
    """One decoder layer from the inside."""

    self_trace: AttentionTrace
    cross_trace: AttentionTrace
    context: Tensor  # (B, T, D), what looking at the source has brought
