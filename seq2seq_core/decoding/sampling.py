"""Sampling: each token is drawn from the distribution that the model and the settings give.

A page shows the same distribution that the sampler draws from: `sampling_distribution`.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from seq2seq_core.config import DecodingConfig
from seq2seq_core.decoding.stepper import TokenChooser


def top_k_top_p_filter(probabilities: Tensor, top_k: int = 0, top_p: float = 1.0) -> Tensor:
    """The probabilities (B, V) with the unlikely ones set to 0, and scaled to sum to one.

    top_k leaves that many tokens (Fan et al. 2018; 0 leaves all), top_p the fewest whose
    probabilities add up to it (Holtzman et al. 2020); the most probable token always stays.
    """
    sorted_probabilities, order = probabilities.sort(dim=1, descending=True)  # (B, V) both
    probability_before = sorted_probabilities.cumsum(1) - sorted_probabilities
    removed = probability_before >= top_p  # the tokens before this one have the share already
    if top_k:
        removed[:, top_k:] = True
    removed[:, 0] = False
    filtered = torch.zeros_like(probabilities).scatter(  # each back in its own column
        1, order, sorted_probabilities.masked_fill(removed, 0.0)
    )
    return filtered / filtered.sum(1, keepdim=True)


def sampling_distribution(logits: Tensor, config: DecodingConfig) -> Tensor:
    """softmax(logits / temperature), cut by top_k and top_p: (B, V) out of logits (B, V).

    A temperature near 0 makes the most probable token certain.
    """
    temperature = 1.0 if config.temperature is None else config.temperature
    if temperature < 1e-9:  # the limit itself, where the division would overflow
        return one_hot(logits.argmax(1), logits.shape[1]).double()
    probabilities = (logits.double() / temperature).softmax(1)
    return top_k_top_p_filter(probabilities, config.top_k, config.top_p)


def sampler(config: DecodingConfig) -> TokenChooser:
    """Draws each token from `sampling_distribution`. The same seed, the same tokens."""
    generator = torch.Generator().manual_seed(config.seed)

    def sample_token(logits: Tensor) -> Tensor:
        probabilities = sampling_distribution(logits, config)  # (B, V)
        return torch.multinomial(probabilities, 1, generator=generator).squeeze(1)  # (B,)

    return sample_token
