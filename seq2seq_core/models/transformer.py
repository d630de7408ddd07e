"""The Transformer of Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser, Polosukhin 2017.

Attention in several heads: softmax(Q Kᵀ / √d) V. The encoder looks at its own words, the decoder at
those it has written so far and at the encoder's last states. No word waits for the one before it
while learning; writing still goes one word at a time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from seq2seq_core.config import ModelConfig
from seq2seq_core.models.base import (
    EncoderDecoder,
    Inspection,
    Look,
    Projections,
    SourceInspection,
    Step,
)
from seq2seq_core.models.calculation import Line, Spot, given, predicted
from seq2seq_core.models.transformer_layers import DecoderLayer, EncoderLayer, Inside, Layer, Seen


def sinusoids(count: int, size: int) -> Tensor:
    """A vector for each position (count, size): sines and cosines of ever longer waves."""
    place = torch.arange(count).unsqueeze(1)
    speed = torch.exp(torch.arange(0, size, 2) * (-math.log(10_000.0) / size))
    table = torch.zeros(count, size)
    table[:, 0::2] = (place * speed).sin()
    table[:, 1::2] = (place * speed).cos()[:, : size // 2]
    return table


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

    def explain(self, src: Tensor, tokens: Tensor, spot: Spot) -> tuple[Line, ...]:
        mask = torch.ones_like(src, dtype=torch.bool)
        state, memory = self.init_state(src, mask), self.inspect_source(src, mask).states
        x, lines = self.embed(self.target_embedding, tokens[:, :-1]), []
        for number, (decoder, layer) in enumerate(zip(self.decoder, state.layers, strict=True)):
            if number == spot.layer:
                lines = decoder.explain(x, memory, mask[:, None, None], spot)
            x, _ = decoder(x, layer, mask[:, None, None])
        last = given("last", "x_{out}", self.decoder_norm(x)[0, spot.step])
        written = int(tokens[0, spot.step + 1])
        return *lines, last, *predicted(last.result, self.output, written)

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
