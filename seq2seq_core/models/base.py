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

# Other attention weights in the place of the model's own, out of its weights (…, S) and the mask
# (…, S): see `attention_overrides`. Rows sum to one again, padding stays exactly 0.
AttentionOverride = Callable[[Tensor, Tensor], Tensor]


class State(Protocol):
    """Everything that decoding carries from one token to the next. Immutable."""

    def select(self, rows: Tensor) -> Self:
        """The state of the given batch rows, in that order; rows (K,) of indices."""


@dataclass(frozen=True)
class Step:
    """One target token read, the next one predicted."""

    logits: Tensor  # (B, V), before the softmax: not probabilities
    state: State  # after reading the token
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
class Inspection:
    """A step with everything inside."""

    step: Step
    embedded: Tensor  # (B, E), the token as the decoder reads it
    hidden: Tensor  # (B, D), the decoder's last state after reading the token
    context: Tensor | None  # (B, D), the weighted mean that attention gives
    scores: Tensor | None  # (B, L, H, S), before the softmax; -inf on padding
    attentional_state: Tensor  # (B, D), what the output layer reads
    cells: tuple[CellStep, ...] = ()  # recurrent: one a layer, tensors (B, D)
    self_attention: Tensor | None = None  # Transformer: (B, L, H, T), over the target words so far


@dataclass(frozen=True)
class SourceInspection:
    """The encoder with everything inside."""

    embedded: Tensor  # (B, S, E)
    states: Tensor  # (B, S, D), what the decoder attends to
    cells: tuple[tuple[CellStep, ...], ...] = ()  # layers × directions, tensors (B, S, D)
    self_attention: Tensor | None = None  # Transformer: (B, L, H, S, S)


class EncoderDecoder(nn.Module, ABC):
    """What every model can do. What is in its states is its own: others only call `select`."""

    architecture: str  # its name in config.ARCHITECTURES
    source_embedding: nn.Embedding  # (V, E), as many rows as the side has tokens
    target_embedding: nn.Embedding
    has_attention = True  # whether it attends to the source words while it writes

    @abstractmethod
    def init_state(self, src: Tensor, src_mask: Tensor) -> Any:
        """Read the source and return a State.

        src (B, S) of ids, src_mask (B, S), True = real token.
        """

    @abstractmethod
    def inspect(
        self, state: Any, token: Tensor, override: AttentionOverride | None = None
    ) -> Inspection:
        """Read one target token per row, token (B,), predict the next, and show everything.

        override replaces the weights of the attention over the source, in every layer and head.
        """

    def step(self, state: Any, token: Tensor, override: AttentionOverride | None = None) -> Step:
        """The same step as `inspect`, without the inside."""
        return self.inspect(state, token, override).step

    @abstractmethod
    def inspect_source(self, src: Tensor, src_mask: Tensor) -> SourceInspection:
        """The reading of `init_state`, with everything inside."""

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
        """Logits (B, T, V) where teacher_mask (B, T) is True for tokens that are read as given.

        In the place of the others the model reads its own prediction (S. Bengio et al. 2015).
        """
        state = self.init_state(src, src_mask)
        token = tgt_in[:, 0]  # <sos> is always read as given
        logits: list[Tensor] = []  # T times (B, V)
        for t in range(tgt_in.shape[1]):
            if t:
                predictions = logits[-1].detach().argmax(1)  # no gradient runs through the choice
                token = torch.where(teacher_mask[:, t], tgt_in[:, t], predictions)
            step = self.step(state, token)
            state = step.state
            logits.append(step.logits)
        return torch.stack(logits, dim=1)
