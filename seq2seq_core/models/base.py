"""The contract of every model: state is a value, and one step is one token.

Greedy search, the stepper and training know only what stands here. Shapes: B batch, S source
length, T target length, V target vocabulary, H heads, L layers, D size of a hidden state.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Protocol, Self

from torch import Tensor, nn


class State(Protocol):
    """Everything that decoding carries from one token to the next. Immutable."""

    def select(self, rows: Tensor) -> Self:
        """The state of the given batch rows, in that order; rows (K,) of indices."""


@dataclass(frozen=True)
class Step:
    logits: Tensor  # (B, V), before the softmax: not probabilities
    state: State
    attention: Tensor | None  # (B, L, H, S), rows sum to one, padding gets exactly 0


@dataclass(frozen=True)
class Inspection:
    """A step with everything inside."""

    step: Step
    hidden: Tensor  # (B, D), the decoder's state after reading the token
    context: Tensor | None  # (B, D), the weighted mean of the encoder's states
    scores: Tensor | None  # (B, S), before the softmax; -inf on padding


class EncoderDecoder(nn.Module, ABC):
    """What every model can do. Its states are its own: only `State.select` is known of them."""

    @abstractmethod
    def init_state(self, src: Tensor, src_mask: Tensor) -> Any:
        """Read the source: a State. src (B, S) of ids, src_mask (B, S), True = real token."""

    @abstractmethod
    def inspect(self, state: Any, token: Tensor) -> Inspection:
        """Read one target token per row, token (B,), predict the next, and show everything."""

    def step(self, state: Any, token: Tensor) -> Step:
        """The same step without the inside."""
        return self.inspect(state, token).step

    @abstractmethod
    def forward(
        self, src: Tensor, src_mask: Tensor, tgt_in: Tensor
    ) -> tuple[Tensor, Tensor | None]:
        """Teacher forced, the whole sequence: logits (B, T, V), attention (B, T, L, H, S)."""
