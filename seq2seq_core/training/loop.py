"""Learning as a generator over a state that can be saved.

`train` yields one Update after another. Pausing is not asking for the next; going on, branching or
replaying is `train(model, saved_state, …)` again, bitwise as if nothing had happened.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from seq2seq_core.config import TrainingConfig
from seq2seq_core.data.batches import Batch, Batches, seeded_generator
from seq2seq_core.data.vocabulary import PAD
from seq2seq_core.errors import DivergenceError
from seq2seq_core.models.base import EncoderDecoder
from seq2seq_core.training.early_stopping import EarlyStopping
from seq2seq_core.training.schedules import learning_rate_at, teacher_forcing_at


@dataclass(frozen=True)
class TrainingState:
    """All that training changes: the weights, Adam's running means, the lowest held-out loss.

    A run that goes on from it learns the same, and stops at the same update, as without a break.
    """

    update: int
    parameters: Tensor  # (P,), all weights in one row
    first_moment: Tensor  # (P,), Adam's running mean of the gradient
    second_moment: Tensor  # (P,), and of its square
    early_stopping: EarlyStopping = EarlyStopping()  # see learn


def initial_state(model: EncoderDecoder) -> TrainingState:
    """The state before the first update."""
    parameters = torch.cat([p.detach().flatten() for p in model.parameters()])
    return TrainingState(0, parameters, torch.zeros_like(parameters), torch.zeros_like(parameters))


def load_parameters(model: EncoderDecoder, parameters: Tensor) -> None:
    """Put one row of weights (P,) into the model; the row itself is copied."""
    with torch.no_grad():
        sizes = [p.numel() for p in model.parameters()]
        for parameter, values in zip(model.parameters(), parameters.split(sizes), strict=True):
            parameter.copy_(values.view_as(parameter))


class FlatOptimizer:
    """A model whose weights lie in one row, so that clipping and Adam are one call each."""

    def __init__(self, model: EncoderDecoder, state: TrainingState, weight_decay: float) -> None:
        self.update = state.update
        self.weights = nn.Parameter(state.parameters.clone())
        self.gradient = self.weights.grad = torch.zeros_like(self.weights)  # (P,)
        sizes = [p.numel() for p in model.parameters()]
        # every parameter becomes a view into the two rows: a step on them is a step on the model
        views = zip(self.weights.data.split(sizes), self.gradient.split(sizes), strict=True)
        for parameter, (data, grad) in zip(model.parameters(), views, strict=True):
            parameter.data, parameter.grad = data.view_as(parameter), grad.view_as(parameter)
        # AdamW takes the decay off the weights themselves, not into the gradient's running means
        self.adam = torch.optim.AdamW([self.weights], weight_decay=weight_decay, fused=True)
        self.adam.state[self.weights] = {
            "step": torch.tensor(float(state.update)),
            "exp_avg": state.first_moment.clone(),
            "exp_avg_sq": state.second_moment.clone(),
        }

    def step(self, learning_rate: float, max_norm: float) -> None:
        """One step of the optimizer, with a gradient no longer than max_norm (Pascanu 2013)."""
        self.gradient.mul_((max_norm / (self.gradient.norm() + 1e-6)).clamp(max=1.0))
        self.adam.param_groups[0]["lr"] = learning_rate
        self.adam.step()
        self.update += 1

    def copy_state(self) -> TrainingState:
        adam = self.adam.state[self.weights]
        return TrainingState(
            self.update,
            self.weights.detach().clone(),
            adam["exp_avg"].clone(),
            adam["exp_avg_sq"].clone(),
        )


@dataclass(frozen=True)
class Update:
    """What one update did, measured before its step."""

    update: int
    loss: float  # mean cross-entropy per target token, in nats; smoothed where that is asked for
    accuracy: float  # share of target tokens guessed right, with the true word before
    gradient_norm: float  # before clipping
    tokens: int  # target tokens of the batch
    optimizer: FlatOptimizer = field(repr=False, compare=False)
    early_stopping: EarlyStopping = EarlyStopping()
    is_complete: bool = True  # False: an evaluation of the same update follows, see learn

    def copy_state(self) -> TrainingState:
        """The state after this update. Raises AssertionError once the next update has begun."""
        assert self.optimizer.update == self.update, "this event is over"
        return replace(self.optimizer.copy_state(), early_stopping=self.early_stopping)


def predict_batch(
    model: EncoderDecoder, batch: Batch, config: TrainingConfig, update: int
) -> Tensor:
    """The logits (B, T, V) of one update.

    Dropout and the choice of the words to read depend on the seed and the update alone.
    """
    generator = seeded_generator(config.seed, "update", update)
    teacher_forcing = teacher_forcing_at(config, update)
    with torch.random.fork_rng(devices=[]):  # dropout draws from torch's global generator
        torch.default_generator.manual_seed(generator.initial_seed())
        if teacher_forcing == 1:
            return model.predict(batch.src, batch.src_mask, batch.tgt_in)
        # one coin per token: (B, T), True = the true word is read
        teacher_forced = torch.rand(batch.tgt_in.shape, generator=generator) < teacher_forcing
        return model.predict_scheduled(batch.src, batch.src_mask, batch.tgt_in, teacher_forced)


def token_loss(logits: Tensor, tgt_out: Tensor, label_smoothing: float = 0.0) -> Tensor:
    """Mean cross-entropy per real token of tgt_out (B, T), in nats.

    label_smoothing: the share of the target's probability that all words get (Szegedy 2016).
    """
    return cross_entropy(  # (B · T, V) against (B · T,); padding counts for nothing
        logits.flatten(0, 1), tgt_out.flatten(), ignore_index=PAD, label_smoothing=label_smoothing
    )


def batch_rows(
    data: Batches, config: TrainingConfig, previous_update: int
) -> Iterator[tuple[int, Tensor]]:
    """The updates after previous_update, each with the rows (B,) of its batch."""
    updates_per_epoch = data.updates_per_epoch(config)
    epoch, epoch_rows = -1, []
    for update in range(previous_update + 1, config.updates + 1):
        if config.batch_size == "full":
            yield update, torch.arange(len(data))
        elif config.batch_size == "one":
            generator = seeded_generator(config.seed, "sentence", update)
            yield update, torch.randint(len(data), (1,), generator=generator)
        else:
            if epoch != (update - 1) // updates_per_epoch:  # a new epoch: shuffle anew
                epoch = (update - 1) // updates_per_epoch
                epoch_rows = data.epoch_batches(config, epoch)
            yield update, epoch_rows[(update - 1) % updates_per_epoch]


def train(
    model: EncoderDecoder, state: TrainingState, batches: Batches, config: TrainingConfig
) -> Iterator[Update]:
    """Go on from a saved state until config.updates; the state itself is never changed.

    Raises DivergenceError when loss or gradient is no number any more, or when the loss stays above
    ten times that of guessing blindly, ln V, for three updates. The weights are then still finite.
    """
    optimizer = FlatOptimizer(model, state, config.weight_decay)
    loss_ceiling, exploded_count = 10 * math.log(batches.target_vocabulary_size), 0
    for update, rows in batch_rows(batches, config, state.update):
        batch = batches.select_batch(rows)
        model.train()  # the caller may have looked at the model in between
        logits = predict_batch(model, batch, config, update)  # (B, T, V)
        loss = token_loss(logits, batch.tgt_out, config.label_smoothing)
        optimizer.gradient.zero_()
        loss.backward()
        gradient_norm = optimizer.gradient.norm().item()
        # checked before the step, so that the weights stay finite
        exploded_count = exploded_count + 1 if loss.item() > loss_ceiling else 0
        if not (math.isfinite(loss.item()) and math.isfinite(gradient_norm)) or exploded_count == 3:
            raise DivergenceError("diverged", update=update)
        # learning rate and teacher forcing follow their schedules update by update
        optimizer.step(learning_rate_at(config, update), config.clip)
        mask = batch.tgt_out != PAD  # (B, T)
        correct = (logits.detach().argmax(2) == batch.tgt_out) & mask
        tokens = int(mask.sum())
        yield Update(
            update, loss.item(), int(correct.sum()) / tokens, gradient_norm, tokens, optimizer
        )
