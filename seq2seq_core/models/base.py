"""The contract of every model: state is a value, and one step is one token.

Search, the stepper and training know only what stands here. Shapes: B batch, S source length, T
target length, V target vocabulary, L layers, H heads, D size of a hidden state, E of an embedding.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, Self

import torch
from torch import Tensor, nn

from seq2seq_core.models.calculation import Equation, Location

# What shall stand in place of attention weights (…, S), given the weights and the mask (…, S):
# see `looks`. Rows sum to one again, padding keeps exactly 0.
AttentionOverride = Callable[[Tensor, Tensor], Tensor]


class State(Protocol):
    """Everything that decoding carries from one token to the next. Immutable."""

    def select(self, rows: Tensor) -> Self:
        """The state of the given batch rows, in that order; rows (K,) of indices."""


@dataclass(frozen=True)
class Step:
    logits: Tensor  # (B, V), before the softmax: not probabilities
    state: State
    attention: Tensor | None  # (B, L, H, S), rows sum to one, padding gets exactly 0


def average_heads(attention: Tensor) -> Tensor:
    """(…, L, H, S) -> (…, S): the last layer's weights, and of several heads their mean."""
    return attention[..., -1, :, :].mean(-2)


@dataclass(frozen=True)
class CellStep:
    """One step of one recurrent cell, or many side by side: every tensor (…, size)."""

    inputs: Tensor
    previous_state: tuple[Tensor, ...]  # h, and c for an LSTM
    gates: dict[str, Tensor]  # LSTM i f g o; GRU r z n; an RNN has none
    new_state: tuple[Tensor, ...]


@dataclass(frozen=True)
class AttentionProjections:
    """What attention compares and mixes, in every layer and head; d = D / H."""

    query: Tensor  # (B, L, H, d)
    keys: Tensor  # (B, L, H, S, d), of the source, or of the target words so far
    values: Tensor  # (B, L, H, S, d)


@dataclass(frozen=True)
class Inspection:
    """A step with everything inside."""

    step: Step
    embedded: Tensor  # (B, E), the token as the decoder reads it
    hidden: Tensor  # (B, D), the decoder's last state after reading the token
    context: Tensor | None  # (B, D), what attention brought: the weighted mean
    scores: Tensor | None  # (B, L, H, S), before the softmax; -inf on padding
    attentional_state: Tensor  # (B, D), what the output layer reads
    cells: tuple[CellStep, ...] = ()  # recurrent: one a layer, tensors (B, D)
    self_attention: Tensor | None = None  # (B, L, H, T), over the target words so far
    cross_projections: AttentionProjections | None = None  # Transformer: over the source
    self_projections: AttentionProjections | None = (
        None  # Transformer: over the target words so far
    )


@dataclass(frozen=True)
class SourceInspection:
    """The encoder with everything inside."""

    embedded: Tensor  # (B, S, E)
    states: Tensor  # (B, S, D), what the decoder looks at
    cells: tuple[tuple[CellStep, ...], ...] = ()  # layers × directions, tensors (B, S, D)
    self_attention: Tensor | None = None  # (B, L, H, S, S)
    self_projections: AttentionProjections | None = None  # query (B, L, H, S, d)


class EncoderDecoder(nn.Module, ABC):
    """What every model can do. Its states are its own: only `State.select` is known of them."""

    source_embedding: nn.Embedding  # (V, E), as many rows as the side has tokens
    target_embedding: nn.Embedding
    has_attention = True  # whether it looks at the source words while it writes

    @abstractmethod
    def init_state(self, src: Tensor, src_mask: Tensor) -> Any:
        """Read the source: a State. src (B, S) of ids, src_mask (B, S), True = real token."""

    @abstractmethod
    def inspect(
        self, state: Any, token: Tensor, override: AttentionOverride | None = None
    ) -> Inspection:
        """Read one target token per row, token (B,), predict the next, and show everything.

        look changes where it looks, in every layer and head.
        """

    def step(self, state: Any, token: Tensor, override: AttentionOverride | None = None) -> Step:
        """The same step without the inside."""
        return self.inspect(state, token, override).step

    @abstractmethod
    def inspect_source(self, src: Tensor, src_mask: Tensor) -> SourceInspection:
        """What `init_state` does, with everything inside."""

    def explain_step(self, src: Tensor, tokens: Tensor, location: Location) -> tuple[Equation, ...]:
        """One step line by line, from what it reads to the probability of what it wrote.

        src (1, S); tokens (1, T + 1): <sos> and the T words written; step t reads tokens[:, t] and
        wrote tokens[:, t + 1]. A model that does not explain itself has no lines.
        """
        return ()

    def explain_cell(
        self, step: CellStep, side: str, layer: int, backwards: bool = False
    ) -> tuple[Equation, ...]:
        """One step of one cell of the "encoder" or "decoder" line by line; step: vectors (size,).

        A model without cells has no lines.
        """
        return ()

    @abstractmethod
    def forward(
        self, src: Tensor, src_mask: Tensor, tgt_in: Tensor
    ) -> tuple[Tensor, Tensor | None]:
        """Teacher forced, the whole sequence: logits (B, T, V), attention (B, T, L, H, S)."""

    def predict(self, src: Tensor, src_mask: Tensor, tgt_in: Tensor) -> Tensor:
        """The logits (B, T, V) of `forward` alone, as fast as the model can."""
        return self(src, src_mask, tgt_in)[0]

    def predict_scheduled(
        self, src: Tensor, src_mask: Tensor, tgt_in: Tensor, teacher_mask: Tensor
    ) -> Tensor:
        """Logits (B, T, V) where true (B, T) says which tokens are read as given.

        The others are what the model itself finds most probable (S. Bengio et al. 2015).
        """
        state = self.init_state(src, src_mask)
        token = tgt_in[:, 0]
        logits: list[Tensor] = []
        for t in range(tgt_in.shape[1]):
            if t:
                predictions = logits[-1].detach().argmax(1)
                token = torch.where(teacher_mask[:, t], tgt_in[:, t], predictions)
            step = self.step(state, token)
            state = step.state
            logits.append(step.logits)
        return torch.stack(logits, dim=1)
