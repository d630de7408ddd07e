"""Other places to look than those that a model chooses: what if?

Each takes weights (…, S) after the softmax and a mask that fits them, True = real position, and
gives weights again. They work on every model, layer and head alike.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from seq2seq_core.models.base import Look


def uniform(weights: Tensor, mask: Tensor) -> Tensor:
    """Everywhere alike: the context is the mean of the encoder's states."""
    real = mask.expand_as(weights).to(weights.dtype)
    return real / real.sum(-1, keepdim=True)


def hard(weights: Tensor, mask: Tensor) -> Tensor:
    """Only where it would have looked most."""
    return one_hot(weights.argmax(-1), weights.shape[-1]).to(weights.dtype)


def at(position: int) -> Look:
    """Only at one source position."""

    def look(weights: Tensor, mask: Tensor) -> Tensor:
        chosen = torch.zeros_like(weights)
        chosen[..., position] = 1
        return chosen

    return look


def permuted(order: Tensor) -> Look:
    """The same weights on other positions; order (S,) says whose weight each position gets."""
    return lambda weights, mask: weights[..., order]


def sharpened(beta: float) -> Look:
    """softmax(β e) out of softmax(e): for β = 0 everywhere alike, for a large one hard.

    Raising weights to the power of β and making them sum to one again is the same thing.
    """

    def look(weights: Tensor, mask: Tensor) -> Tensor:
        tiny = torch.finfo(weights.dtype).tiny  # log 0 times β = 0 would be no number
        scores = beta * weights.clamp_min(tiny).log()
        return scores.masked_fill(~mask, float("-inf")).softmax(-1)

    return look
