"""What changes from update to update: the learning rate, and how often the true word is read."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from torch import Tensor

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


@dataclass(frozen=True)
class EarlyStopping:
    """The lowest held-out loss so far and the weights that had it; a part of the saved state.

    It holds one row of weights beside those of the model: the best ones while the run learns, the
    last ones once it has stopped, for then the best are the model's own (see learn.Stopped).
    """

    best_loss: float = math.inf  # nats per target token
    best_update: int = 0  # after which it was measured; 0: nothing was measured yet
    waiting_since: int = 0  # the best update, or the one from which a stopped run went on
    best_parameters: Tensor | None = field(default=None, repr=False, compare=False)  # (P,)
    last_parameters: Tensor | None = field(default=None, repr=False, compare=False)  # (P,)

    def observe(self, update: int, loss: float, parameters: Tensor) -> EarlyStopping:
        """parameters (P,) are copied where the loss is lower than ever."""
        if loss >= self.best_loss:
            return self
        return EarlyStopping(loss, update, update, parameters.detach().clone())

    def should_stop(self, config: TrainingConfig, update: int) -> bool:
        """Whether it has not fallen for as long as the settings allow."""
        waited = update - self.waiting_since
        return self.best_update > 0 and 0 < config.early_stopping <= waited
