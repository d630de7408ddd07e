"""Attention weights in the place of those that a model computes: what if it looked elsewhere?

Each override takes weights (…, S) after the softmax and a mask that fits them, True = real
position, and returns weights again. It works on every model, layer and head alike.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from seq2seq_core.models.base import AttentionOverride


def uniform_attention(weights: Tensor, mask: Tensor) -> Tensor:
    """The same weight everywhere: the context is the mean of the encoder's states."""
    real = mask.expand_as(weights).to(weights.dtype)  # 1 at real positions, 0 on padding
    return real / real.sum(-1, keepdim=True)


def hard_attention(weights: Tensor, mask: Tensor) -> Tensor:
    """All weight on the position that has the most."""
    return one_hot(weights.argmax(-1), weights.shape[-1]).to(weights.dtype)  # (…, S)


def fixed_attention(position: int) -> AttentionOverride:
    """All weight on one source position."""

    def override(weights: Tensor, mask: Tensor) -> Tensor:
        fixed_weights = torch.zeros_like(weights)
        fixed_weights[..., position] = 1  # in every row, layer and head
        return fixed_weights

    return override


def permuted_attention(order: Tensor) -> AttentionOverride:
    """The same weights on other positions: position j gets the weight of order[j]; order (S,)."""
    return lambda weights, mask: weights[..., order]


def sharpened_attention(beta: float) -> AttentionOverride:
    """softmax(β e) out of softmax(e): for β = 0 uniform, for a large β hard.

    Raising weights to the power of β and making them sum to one again is the same thing.
    """

    def override(weights: Tensor, mask: Tensor) -> Tensor:
        tiny = torch.finfo(weights.dtype).tiny  # log 0 · 0 is not a number
        scores = beta * weights.clamp_min(tiny).log()
        return scores.masked_fill(~mask, float("-inf")).softmax(-1)  # padding stays exactly 0

    return override
