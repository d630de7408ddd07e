"""The layers of a Transformer: attention in several heads, feed-forward, a sum around each.

Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser, Polosukhin 2017. Shapes as in `base`;
d = D / H is the size of one head. `inspect` computes what `forward` computes, by the formula.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from seq2seq_core.config import ModelConfig
from seq2seq_core.models.base import AttentionOverride


def causal_mask(queries: int, keys: int) -> Tensor:
    """(queries, keys), True where a query may look: no word sees one that is not written yet.

    The queries are the last of the keys' words: a cache holds the words before them too.
    """
    return torch.ones(queries, keys, dtype=torch.bool).tril(keys - queries)


class AttentionTrace(NamedTuple):
    """One attention from the inside."""

    scores: Tensor  # (B, H, T, S), -inf where a query may not look
    weights: Tensor  # (B, H, T, S), rows sum to one


class MultiHeadAttention(nn.Module):
    """Several heads, each comparing in its own part of the vectors: softmax(Q Kᵀ / √d) V."""

    def __init__(self, size: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.output = (nn.Linear(size, size) for _ in range(4))

    def split_heads(self, x: Tensor) -> Tensor:
        return x.unflatten(2, (self.heads, -1)).transpose(1, 2)  # (B, T, D) -> (B, H, T, d)

    def merge_heads(self, head_outputs: Tensor) -> Tensor:
        return self.output(head_outputs.transpose(1, 2).flatten(2))  # (B, H, T, d) -> (B, T, D)

    def project_kv(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values (B, H, S, d) of the memory (B, S, D): no query changes them."""
        return self.split_heads(self.key(memory)), self.split_heads(self.value(memory))

    def forward(self, x: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> Tensor:
        """x (B, T, D), mask that fits (B, H, T, S), True = may look; returns (B, T, D)."""
        query = self.split_heads(self.query(x))  # (B, H, T, d)
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
        query = self.split_heads(self.query(x))  # (B, H, T, d)
        scores = query @ keys.transpose(2, 3) / math.sqrt(query.shape[3])  # (B, H, T, S)
        scores = scores.masked_fill(~mask, float("-inf"))  # exp(-inf) = 0: no weight at all
        weights = scores.softmax(dim=3)  # over the keys: every query's row sums to one
        if override is not None:
            weights = override(weights, mask)
        return self.merge_heads(weights @ values), AttentionTrace(scores, weights)


class FeedForward(nn.Sequential):
    """The same two-layer network at every position: (B, T, D) -> (B, T, inner) -> (B, T, D)."""

    def __init__(self, size: int, inner: int) -> None:
        super().__init__(nn.Linear(size, inner), nn.ReLU(), nn.Linear(inner, size))


class Residual(nn.Module):
    """x + sublayer(x), with the layer norm after the sum ("post") or before the sublayer ("pre").

    The sublayer itself is called between the two methods.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.norm, self.norm_first = nn.LayerNorm(config.model_size), config.norm == "pre"
        self.dropout = nn.Dropout(config.dropout)

    def pre_norm(self, x: Tensor) -> Tensor:
        return self.norm(x) if self.norm_first else x

    def add_norm(self, x: Tensor, sublayer_output: Tensor) -> Tensor:
        total = x + self.dropout(sublayer_output)  # (B, T, D); gradients pass the sum unchanged
        return total if self.norm_first else self.norm(total)


class EncoderLayer(nn.Module):
    """Every source word reads all others, then each passes through the feed-forward network."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.self_attention = MultiHeadAttention(config.model_size, config.heads)
        self.feed_forward = FeedForward(config.model_size, config.feed_forward_size)
        self.attention_residual, self.feed_forward_residual = Residual(config), Residual(config)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x (B, S, D), mask (B, 1, 1, S)."""
        normed = self.attention_residual.pre_norm(x)
        attended = self.self_attention(normed, *self.self_attention.project_kv(normed), mask)
        return self.feed_forward_block(self.attention_residual.add_norm(x, attended))

    def inspect(self, x: Tensor, mask: Tensor) -> tuple[Tensor, AttentionTrace]:
        """As `forward`, with the attention from the inside."""
        normed = self.attention_residual.pre_norm(x)
        keys, values = self.self_attention.project_kv(normed)  # queries, keys, values: one sentence
        attended, trace = self.self_attention.inspect(normed, keys, values, mask)  # (B, S, D)
        return self.feed_forward_block(self.attention_residual.add_norm(x, attended)), trace

    def feed_forward_block(self, x: Tensor) -> Tensor:
        residual = self.feed_forward_residual
        return residual.add_norm(x, self.feed_forward(residual.pre_norm(x)))


class KVCache(NamedTuple):
    """Keys and values (B, H, ·, d) that one decoder layer carries from step to step."""

    self_kv: tuple[Tensor, Tensor]  # of the words written so far: grows with every step
    cross_kv: tuple[Tensor, Tensor]  # of the source: computed once


class DecoderLayerTrace(NamedTuple):
    """One decoder layer from the inside."""

    self_trace: AttentionTrace
    cross_trace: AttentionTrace
    context: Tensor  # (B, T, D), the output of the attention over the source


class DecoderLayer(nn.Module):
    """Every new word reads those before it, then the source, then passes through feed-forward."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.self_attention = MultiHeadAttention(config.model_size, config.heads)
        self.cross_attention = MultiHeadAttention(config.model_size, config.heads)
        self.feed_forward = FeedForward(config.model_size, config.feed_forward_size)
        self.attention_residual, self.cross_residual = Residual(config), Residual(config)
        self.feed_forward_residual = Residual(config)

    def append_kv(self, normed: Tensor, cache: KVCache) -> KVCache:
        """Keys and values of new words (B, T, D) behind those of the words before them."""
        new_kv = self.self_attention.project_kv(normed)
        # (B, H, all words before, d) and (B, H, T, d)
        keys, values = (torch.cat(pair, dim=2) for pair in zip(cache.self_kv, new_kv, strict=True))
        return cache._replace(self_kv=(keys, values))

    def forward(self, x: Tensor, cache: KVCache, mask: Tensor) -> tuple[Tensor, KVCache]:
        """T new words x (B, T, D) that follow those in the cache; mask (B, 1, 1, S) of the source.

        Returns x after the layer, and the cache with the new words in it.
        """
        normed = self.attention_residual.pre_norm(x)
        cache = self.append_kv(normed, cache)
        causal = causal_mask(x.shape[1], cache.self_kv[0].shape[2])  # (T, T and all before)
        attended = self.self_attention(normed, *cache.self_kv, causal)
        x = self.attention_residual.add_norm(x, attended)  # (B, T, D)
        normed = self.cross_residual.pre_norm(x)  # the queries; keys and values are the source's
        attended = self.cross_attention(normed, *cache.cross_kv, mask)
        return self.feed_forward_block(self.cross_residual.add_norm(x, attended)), cache

    def inspect(
        self, x: Tensor, cache: KVCache, mask: Tensor, override: AttentionOverride | None
    ) -> tuple[Tensor, KVCache, DecoderLayerTrace]:
        """As `forward`, with the layer from the inside; override is for the source's weights."""
        normed = self.attention_residual.pre_norm(x)
        cache = self.append_kv(normed, cache)
        causal = causal_mask(x.shape[1], cache.self_kv[0].shape[2])  # (T, T and all before)
        attended, self_trace = self.self_attention.inspect(normed, *cache.self_kv, causal)
        x = self.attention_residual.add_norm(x, attended)
        normed = self.cross_residual.pre_norm(x)
        context, cross_trace = self.cross_attention.inspect(normed, *cache.cross_kv, mask, override)
        x = self.feed_forward_block(self.cross_residual.add_norm(x, context))
        return x, cache, DecoderLayerTrace(self_trace, cross_trace, context)

    def feed_forward_block(self, x: Tensor) -> Tensor:
        residual = self.feed_forward_residual
        return residual.add_norm(x, self.feed_forward(residual.pre_norm(x)))
