"""The Transformer of Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser, Polosukhin 2017.

Attention in several heads: softmax(Q Kᵀ / √d) V. The encoder looks at its own words, the decoder at
those it has written so far and at the encoder's last states. No word waits for the one before it
while learning; writing still goes one word at a time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from seq2seq_core.config import ModelConfig
from seq2seq_core.models.base import (
    EncoderDecoder,
    Inspection,
    Look,
    Projections,
    SourceInspection,
    Step,
)


def sinusoids(count: int, size: int) -> Tensor:
    """A vector for each position (count, size): sines and cosines of ever longer waves."""
    place = torch.arange(count).unsqueeze(1)
    speed = torch.exp(torch.arange(0, size, 2) * (-math.log(10_000.0) / size))
    table = torch.zeros(count, size)
    table[:, 0::2] = (place * speed).sin()
    table[:, 1::2] = (place * speed).cos()[:, : size // 2]
    return table


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

    def finish(self, x: Tensor) -> Tensor:
        return self.around_feed_forward.add(x, self.feed_forward(self.around_feed_forward.read(x)))


class Inside(NamedTuple):
    """One decoder layer from the inside."""

    own: Seen
    cross: Seen
    context: Tensor  # (B, T, D), what looking at the source has brought


@dataclass(frozen=True)
class TransformerState:
    layers: tuple[Layer, ...]
    mask: Tensor  # (B, S), True = real token
    position: int  # of the next target word

    def select(self, rows: Tensor) -> TransformerState:
        def chosen(pair: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
            return pair[0][rows], pair[1][rows]

        layers = tuple(Layer(chosen(layer.own), chosen(layer.source)) for layer in self.layers)
        return TransformerState(layers, self.mask[rows], self.position)


def heads_of(seen: list[Seen]) -> Projections:
    """The projections of the last position in all layers: (B, L, H, …)."""
    return Projections(
        torch.stack([one.query[:, :, -1] for one in seen], dim=1),
        torch.stack([one.keys for one in seen], dim=1),
        torch.stack([one.values for one in seen], dim=1),
    )


def over_layers(parts: list[Tensor]) -> Tensor:
    """What all layers saw at the last position: (B, H, T, S) each -> (B, L, H, S)."""
    return torch.stack([part[:, :, -1] for part in parts], dim=1)


class Transformer(EncoderDecoder):
    """A Transformer behind the contract of `base.EncoderDecoder`."""

    encoder: Iterable[EncoderLayer]
    decoder: Iterable[DecoderLayer]

    def __init__(self, config: ModelConfig, source_size: int, target_size: int) -> None:
        super().__init__()
        size = config.model_size
        self.source_embedding = nn.Embedding(source_size, size, padding_idx=0)
        self.target_embedding = nn.Embedding(target_size, size, padding_idx=0)
        self.encoder = nn.ModuleList(EncoderLayer(config) for _ in range(config.layers))  # type: ignore[assignment]
        self.decoder = nn.ModuleList(DecoderLayer(config) for _ in range(config.layers))  # type: ignore[assignment]
        last = nn.LayerNorm if config.norm == "pre" else nn.Identity
        self.encoder_norm, self.decoder_norm = last(size), last(size)
        self.output = nn.Linear(size, target_size)
        self.dropout = nn.Dropout(config.dropout)
        self.size, self.positions = size, config.positions
        for name, weights in self.named_parameters():
            if weights.dim() > 1:
                nn.init.xavier_uniform_(weights)
            if "embedding" in name:  # times √D they are as large as the sinusoids
                nn.init.normal_(weights, std=size**-0.5)

    def embed(self, embedding: nn.Module, ids: Tensor, first: int = 0) -> Tensor:
        """ids (B, T) at the positions from `first` on, as vectors (B, T, D)."""
        vectors = embedding(ids) * math.sqrt(self.size)
        if self.positions:
            vectors = vectors + sinusoids(first + ids.shape[1], self.size)[first:].to(vectors)
        return self.dropout(vectors)

    def init_state(self, src: Tensor, src_mask: Tensor) -> TransformerState:
        x, mask = self.embed(self.source_embedding, src), src_mask[:, None, None]
        for layer in self.encoder:
            x = layer(x, mask)
        memory = self.encoder_norm(x)
        layers = [  # no words yet, and the whole source
            Layer(layer.attention.keys_values(memory[:, :0]), layer.cross.keys_values(memory))
            for layer in self.decoder
        ]
        return TransformerState(tuple(layers), src_mask, 0)

    def advance(self, state: TransformerState, tokens: Tensor) -> tuple[Tensor, TransformerState]:
        """Read tokens (B, T) at once: logits (B, T, V) and the state after them."""
        x = self.embed(self.target_embedding, tokens, state.position)
        layers = []
        for decoder, layer in zip(self.decoder, state.layers, strict=True):
            x, layer = decoder(x, layer, state.mask[:, None, None])
            layers.append(layer)
        return self.output(self.decoder_norm(x)), self.after(state, layers, tokens)

    def after(
        self, state: TransformerState, layers: list[Layer], tokens: Tensor
    ) -> TransformerState:
        return replace(state, layers=tuple(layers), position=state.position + tokens.shape[1])

    def look_inside(
        self, state: TransformerState, tokens: Tensor, look: Look | None = None
    ) -> tuple[Tensor, TransformerState, list[Inside]]:
        """As `advance`, but the last states (B, T, D) in the place of logits, and all inside."""
        x = self.embed(self.target_embedding, tokens, state.position)
        layers, seen = [], []
        for decoder, layer in zip(self.decoder, state.layers, strict=True):
            x, layer, inside = decoder.inspect(x, layer, state.mask[:, None, None], look)
            layers.append(layer)
            seen.append(inside)
        return self.decoder_norm(x), self.after(state, layers, tokens), seen

    def inspect(
        self, state: TransformerState, token: Tensor, look: Look | None = None
    ) -> Inspection:
        x, after, seen = self.look_inside(state, token.unsqueeze(1), look)
        weights = over_layers([inside.cross.weights for inside in seen])
        return Inspection(
            step=Step(self.output(x[:, 0]), after, weights),
            embedded=self.embed(self.target_embedding, token.unsqueeze(1), state.position)[:, 0],
            hidden=x[:, 0],
            context=seen[-1].context[:, 0],
            scores=over_layers([inside.cross.scores for inside in seen]),
            combined=x[:, 0],
            self_attention=over_layers([inside.own.weights for inside in seen]),
            cross=heads_of([inside.cross for inside in seen]),
            own=heads_of([inside.own for inside in seen]),
        )

    def inspect_source(self, src: Tensor, src_mask: Tensor) -> SourceInspection:
        x = embedded = self.embed(self.source_embedding, src)
        seen: list[Seen] = []
        for layer in self.encoder:
            x, inside = layer.inspect(x, src_mask[:, None, None])
            seen.append(inside)
        own = Projections(*(torch.stack([s[i] for s in seen], dim=1) for i in range(3)))
        weights = torch.stack([inside.weights for inside in seen], dim=1)
        return SourceInspection(embedded, self.encoder_norm(x), (), weights, own)

    def forward(
        self, src: Tensor, src_mask: Tensor, tgt_in: Tensor
    ) -> tuple[Tensor, Tensor | None]:
        x, _, seen = self.look_inside(self.init_state(src, src_mask), tgt_in)
        weights = torch.stack([inside.cross.weights for inside in seen], dim=1)
        return self.output(x), weights.permute(0, 3, 1, 2, 4)  # (B, L, H, T, S) -> (B, T, L, H, S)

    def predict(self, src: Tensor, src_mask: Tensor, tgt_in: Tensor) -> Tensor:
        return self.advance(self.init_state(src, src_mask), tgt_in)[0]

    def predict_mixed(self, src: Tensor, src_mask: Tensor, tgt_in: Tensor, true: Tensor) -> Tensor:
        """In two passes (Mihaylova, Martins 2019): what it would say to the true words takes the
        place of some of them, and all are read once more."""
        with torch.no_grad():
            own = self.predict(src, src_mask, tgt_in).argmax(2)
        own = torch.cat([tgt_in[:, :1], own[:, :-1]], dim=1)  # what it says is read one place later
        true = true | (torch.arange(tgt_in.shape[1]) == 0)
        return self.predict(src, src_mask, torch.where(true, tgt_in, own))
