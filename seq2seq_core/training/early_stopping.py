"""Early stopping: when the held-out loss no longer falls, and the weights that had the lowest."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from torch import Tensor

from seq2seq_core.config import TrainingConfig


@dataclass(frozen=True)
class EarlyStopping:
    """The lowest held-out loss so far and the weights that had it; a part of the saved state.

    It holds one row of weights beside those of the model: the best ones while the run learns, the
    last ones once it has stopped, for then the best are the model's own (see learn.Stopped).
    """

    best_loss: float = math.inf  # nats per target token
    best_update: int = 0  # the update after which it was measured; 0: nothing was measured yet
    waiting_since: int = 0  # the best update, or the one from which a stopped run went on
    best_parameters: Tensor | None = field(default=None, repr=False, compare=False)  # (P,)
    last_parameters: Tensor | None = field(default=None, repr=False, compare=False)  # (P,)

    def observe(self, update: int, loss: float, parameters: Tensor) -> EarlyStopping:
        """After a measurement. parameters (P,) are copied where the loss is lower than ever."""
        if loss >= self.best_loss:
            return self
        return EarlyStopping(loss, update, update, parameters.detach().clone())

    def should_stop(self, config: TrainingConfig, update: int) -> bool:
        """Whether the loss has not fallen for config.early_stopping updates; 0 there: never."""
        wait = update - self.waiting_since
        return self.best_update > 0 and 0 < config.early_stopping <= wait
