"""What changes from update to update: the learning rate, and how often the true word is read."""

from __future__ import annotations

import math

from seq2seq_core.config import TrainingConfig


def linear_decay(i: int, k: float, c: float, floor: float = 0.0) -> float:
    """max(ε, k - c·i), see S. Bengio et al. 2015; i counts updates from 0."""
    return max(floor, k - c * i)


def exponential_decay(i: int, k: float) -> float:
    """kⁱ, k < 1."""
    return k**i


def inverse_sigmoid_decay(i: int, k: float) -> float:
    """k / (k + exp(i / k)), k ≥ 1; written so that nothing can overflow."""
    numerator = k * math.exp(-i / k)  # both sides of the fraction times exp(-i / k)
    return numerator / (numerator + 1)


def slope_for_half_life(half_life: int) -> float:
    """The k ≥ 1 whose inverse sigmoid is one half after half_life updates: k ln k = half_life."""
    k = 1.0 + half_life  # right of the root
    for _ in range(50):  # Newton's method: the function is convex, so it cannot jump over the root
        k = (k + half_life) / (1 + math.log(k))
    return k


def teacher_forcing_at(config: TrainingConfig, update: int) -> float:
    """How probable it is at this update, counted from 1, that the decoder reads the true word."""
    i, half_life = update - 1, config.teacher_forcing_half_life
    decay = {
        "constant": lambda: 1.0,
        "linear": lambda: linear_decay(i, 1.0, 0.5 / half_life),
        "exponential": lambda: exponential_decay(i, 0.5 ** (1 / half_life)),
        "inverse_sigmoid": lambda: inverse_sigmoid_decay(i, slope_for_half_life(half_life)),
    }[config.teacher_forcing_schedule]()
    return config.teacher_forcing * decay


def learning_rate_at(config: TrainingConfig, update: int) -> float:
    """The rate of this update, counted from 1.

    With a warm-up it rises in a line to learning_rate and then falls by 1/√update, as in Vaswani
    et al. 2017, where its height followed from the size of the model.
    """
    if not config.warm_up:
        return config.learning_rate
    rising, falling = update / config.warm_up, math.sqrt(config.warm_up / update)
    return config.learning_rate * min(rising, falling)
