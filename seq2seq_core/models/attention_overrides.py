"""Other places to look than those that a model chooses: what if?

Each takes weights (…, S) after the softmax and a mask that fits them, True = real position, and
gives weights again. They work on every model, layer and head alike.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from seq2seq_core.models.base import AttentionOverride


def uniform_attention(weights: Tensor, mask: Tensor) -> Tensor:
    """Everywhere alike: the context is the mean of the encoder's states."""
    real = mask.expand_as(weights).to(weights.dtype)
    return real / real.sum(-1, keepdim=True)


def hard_attention(weights: Tensor, mask: Tensor) -> Tensor:
    """Only where it would have looked most."""
    return one_hot(weights.argmax(-1), weights.shape[-1]).to(weights.dtype)


def fixed_attention(position: int) -> AttentionOverride:
    """Only at one source position."""

    def override(weights: Tensor, mask: Tensor) -> Tensor:
        fixed_weights = torch.zeros_like(weights)
        fixed_weights[..., position] = 1
        return fixed_weights

    return override


def permuted_attention(order: Tensor) -> AttentionOverride:
    """The same weights on other positions; order (S,) says whose weight each position gets."""
    return lambda weights, mask: weights[..., order]


def sharpened_attention(beta: float) -> AttentionOverride:
    """softmax(β e) out of softmax(e): for β = 0 everywhere alike, for a large one hard.

    Raising weights to the power of β and making them sum to one again is the same thing.
    """

    def override(weights: Tensor, mask: Tensor) -> Tensor:
        tiny = torch.finfo(weights.dtype).tiny  # log 0 times β = 0 would be no number
        scores = beta * weights.clamp_min(tiny).log()
        return scores.masked_fill(~mask, float("-inf")).softmax(-1)

    return override
