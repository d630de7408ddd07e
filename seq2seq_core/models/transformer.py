"""The Transformer of Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser, Polosukhin 2017.

The encoder attends to its own words, the decoder to those it has written so far and to the
encoder's last states. While it learns, no word waits for the one before it; writing still goes one
word at a time, and a cache of keys and values saves reading the old words again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from seq2seq_core.config import ModelConfig
from seq2seq_core.models.base import (
    AttentionOverride,
    EncoderDecoder,
    Inspection,
    SourceInspection,
    Step,
)
from seq2seq_core.models.transformer_layers import (
    AttentionTrace,
    DecoderLayer,
    DecoderLayerTrace,
    EncoderLayer,
    KVCache,
)


def sinusoidal_encoding(count: int, size: int) -> Tensor:
    """A vector for each position (count, size): sines and cosines of ever longer waves."""
    position = torch.arange(count).unsqueeze(1)  # (count, 1)
    frequency = torch.exp(torch.arange(0, size, 2) * (-math.log(10_000.0) / size))  # (size / 2,)
    table = torch.zeros(count, size)
    table[:, 0::2] = (position * frequency).sin()
    table[:, 1::2] = (position * frequency).cos()[:, : size // 2]  # an odd size has one cosine less
    return table


@dataclass(frozen=True)
class TransformerState:
    caches: tuple[KVCache, ...]  # one a decoder layer
    mask: Tensor  # (B, S), True = real token
    position: int  # of the next target word

    def select(self, rows: Tensor) -> TransformerState:
        def select_rows(pair: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
            return pair[0][rows], pair[1][rows]

        caches = tuple(
            KVCache(select_rows(cache.self_kv), select_rows(cache.cross_kv))
            for cache in self.caches
        )
        return TransformerState(caches, self.mask[rows], self.position)


def stack_layers(layers: list[Tensor]) -> Tensor:
    """One tensor (B, H, T, S) a layer -> (B, L, H, S), of the last of the T positions."""
    return torch.stack([layer[:, :, -1] for layer in layers], dim=1)


class Transformer(EncoderDecoder):
    """A Transformer behind the contract of `base.EncoderDecoder`."""

    encoder: Iterable[EncoderLayer]
    decoder: Iterable[DecoderLayer]

    def __init__(self, config: ModelConfig, source_size: int, target_size: int) -> None:
        super().__init__()
        self.architecture = config.architecture
        size = config.model_size
        self.source_embedding = nn.Embedding(source_size, size, padding_idx=0)
        self.target_embedding = nn.Embedding(target_size, size, padding_idx=0)
        self.encoder = nn.ModuleList(EncoderLayer(config) for _ in range(config.layers))  # type: ignore[assignment]
        self.decoder = nn.ModuleList(DecoderLayer(config) for _ in range(config.layers))  # type: ignore[assignment]
        # with pre-norm nothing has normed the last layer's sum yet
        final_norm = nn.LayerNorm if config.norm == "pre" else nn.Identity
        self.encoder_norm, self.decoder_norm = final_norm(size), final_norm(size)
        self.output = nn.Linear(size, target_size)
        self.dropout = nn.Dropout(config.dropout)
        self.size, self.positions = size, config.positions
        for name, weights in self.named_parameters():
            if weights.dim() > 1:
                nn.init.xavier_uniform_(weights)
            if "embedding" in name:  # times √D they are as large as the sinusoids
                nn.init.normal_(weights, std=size**-0.5)

    def embed_tokens(self, embedding: nn.Module, ids: Tensor, first_position: int = 0) -> Tensor:
        """ids (B, T), the first of them at first_position, as vectors (B, T, D)."""
        vectors = embedding(ids) * math.sqrt(self.size)
        if self.positions:  # without them attention would not know the order of the words
            table = sinusoidal_encoding(first_position + ids.shape[1], self.size)
            vectors = vectors + table[first_position:].to(vectors)  # (B, T, D) + (T, D)
        return self.dropout(vectors)

    def init_state(self, src: Tensor, src_mask: Tensor) -> TransformerState:
        # the mask (B, 1, 1, S) fits the scores (B, H, T, S) of every head and query
        x, mask = self.embed_tokens(self.source_embedding, src), src_mask[:, None, None]
        for layer in self.encoder:
            x = layer(x, mask)
        memory = self.encoder_norm(x)  # (B, S, D)
        caches = [  # no words yet, and the whole source
            KVCache(
                layer.self_attention.project_kv(memory[:, :0]),
                layer.cross_attention.project_kv(memory),
            )
            for layer in self.decoder
        ]
        return TransformerState(tuple(caches), src_mask, 0)

    def advance_state(
        self, state: TransformerState, caches: list[KVCache], tokens: Tensor
    ) -> TransformerState:
        """The state after tokens (B, T), which the caches hold already."""
        return replace(state, caches=tuple(caches), position=state.position + tokens.shape[1])

    def run_decoder(
        self, state: TransformerState, tokens: Tensor
    ) -> tuple[Tensor, TransformerState]:
        """Read tokens (B, T) at once: logits (B, T, V) and the state after them."""
        x = self.embed_tokens(self.target_embedding, tokens, state.position)
        caches = []
        for layer, cache in zip(self.decoder, state.caches, strict=True):
            x, cache = layer(x, cache, state.mask[:, None, None])
            caches.append(cache)
        return self.output(self.decoder_norm(x)), self.advance_state(state, caches, tokens)

    def predict(self, src: Tensor, src_mask: Tensor, tgt_in: Tensor) -> Tensor:
        return self.run_decoder(self.init_state(src, src_mask), tgt_in)[0]

    def predict_scheduled(
        self, src: Tensor, src_mask: Tensor, tgt_in: Tensor, teacher_mask: Tensor
    ) -> Tensor:
        """In two passes (Mihaylova, Martins 2019): the predictions of the first, which reads the
        true words, take the place of some of them in the second."""
        with torch.no_grad():
            predictions = self.predict(src, src_mask, tgt_in).argmax(2)  # (B, T)
        # the prediction made at t is read at t + 1, and the first token stays <sos>
        predictions = torch.cat([tgt_in[:, :1], predictions[:, :-1]], dim=1)
        teacher_mask = teacher_mask | (torch.arange(tgt_in.shape[1]) == 0)
        return self.predict(src, src_mask, torch.where(teacher_mask, tgt_in, predictions))

    def inspect_decoder(
        self, state: TransformerState, tokens: Tensor, override: AttentionOverride | None = None
    ) -> tuple[Tensor, TransformerState, list[DecoderLayerTrace]]:
        """As `run_decoder`, but with the last states (B, T, D) in the place of the logits, and the
        inside of every layer."""
        x = self.embed_tokens(self.target_embedding, tokens, state.position)
        caches, traces = [], []
        for layer, cache in zip(self.decoder, state.caches, strict=True):
            x, cache, trace = layer.inspect(x, cache, state.mask[:, None, None], override)
            caches.append(cache)
            traces.append(trace)
        return self.decoder_norm(x), self.advance_state(state, caches, tokens), traces

    def forward(
        self, src: Tensor, src_mask: Tensor, tgt_in: Tensor
    ) -> tuple[Tensor, Tensor | None]:
        x, _, traces = self.inspect_decoder(self.init_state(src, src_mask), tgt_in)
        weights = torch.stack([trace.cross_trace.weights for trace in traces], dim=1)
        return self.output(x), weights.permute(0, 3, 1, 2, 4)  # (B, L, H, T, S) -> (B, T, L, H, S)

    def inspect(
        self, state: TransformerState, token: Tensor, override: AttentionOverride | None = None
    ) -> Inspection:
        tokens = token.unsqueeze(1)  # (B, T=1)
        x, new_state, traces = self.inspect_decoder(state, tokens, override)
        embedded = self.embed_tokens(self.target_embedding, tokens, state.position)
        weights = stack_layers([trace.cross_trace.weights for trace in traces])
        return Inspection(
            step=Step(self.output(x[:, 0]), new_state, weights),
            embedded=embedded[:, 0],
            hidden=x[:, 0],
            context=traces[-1].context[:, 0],
            scores=stack_layers([trace.cross_trace.scores for trace in traces]),
            attentional_state=x[:, 0],  # nothing stands between the last state and the output
            self_attention=stack_layers([trace.self_trace.weights for trace in traces]),
        )

    def inspect_source(self, src: Tensor, src_mask: Tensor) -> SourceInspection:
        x = embedded = self.embed_tokens(self.source_embedding, src)
        traces: list[AttentionTrace] = []
        for layer in self.encoder:
            x, trace = layer.inspect(x, src_mask[:, None, None])
            traces.append(trace)
        weights = torch.stack([trace.weights for trace in traces], dim=1)  # (B, L, H, S, S)
        return SourceInspection(embedded, self.encoder_norm(x), self_attention=weights)
