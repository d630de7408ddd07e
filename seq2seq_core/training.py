"""Learning as a generator over a state that can be saved.

`train` yields one Event per update. Pausing is not asking for the next; going on, branching or
replaying is `train(model, saved_state, …)` again, bitwise as if nothing had happened.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from seq2seq_core.batches import Batch, Batches, generator_at
from seq2seq_core.config import TrainingConfig
from seq2seq_core.errors import Diverged
from seq2seq_core.models.base import EncoderDecoder
from seq2seq_core.vocabulary import PAD


@dataclass(frozen=True)
class TrainingState:
    """All that training changes: the weights and what Adam remembers of their gradients."""

    update: int
    parameters: Tensor  # (P,), all weights in one row
    first_moment: Tensor  # (P,), Adam's running mean of the gradient
    second_moment: Tensor  # (P,), and of its square


def start(model: EncoderDecoder) -> TrainingState:
    """The state before the first update."""
    parameters = torch.cat([p.detach().flatten() for p in model.parameters()])
    return TrainingState(0, parameters, torch.zeros_like(parameters), torch.zeros_like(parameters))


def load_parameters(model: EncoderDecoder, parameters: Tensor) -> None:
    """Put one row of weights (P,) into the model; the row itself is copied."""
    with torch.no_grad():
        sizes = [p.numel() for p in model.parameters()]
        for parameter, part in zip(model.parameters(), parameters.split(sizes), strict=True):
            parameter.copy_(part.view_as(parameter))


class Live:
    """A model whose weights lie in one row, so that clipping and Adam are one call each."""

    def __init__(self, model: EncoderDecoder, state: TrainingState, learning_rate: float) -> None:
        self.update = state.update
        self.weights = nn.Parameter(state.parameters.clone())
        self.gradient = self.weights.grad = torch.zeros_like(self.weights)
        sizes = [p.numel() for p in model.parameters()]
        parts = zip(self.weights.data.split(sizes), self.gradient.split(sizes), strict=True)
        for parameter, (data, grad) in zip(model.parameters(), parts, strict=True):
            parameter.data, parameter.grad = data.view_as(parameter), grad.view_as(parameter)
        self.adam = torch.optim.Adam([self.weights], lr=learning_rate, fused=True)
        self.adam.state[self.weights] = {
            "step": torch.tensor(float(state.update)),
            "exp_avg": state.first_moment.clone(),
            "exp_avg_sq": state.second_moment.clone(),
        }

    def save(self) -> TrainingState:
        adam = self.adam.state[self.weights]
        return TrainingState(
            self.update,
            self.weights.detach().clone(),
            adam["exp_avg"].clone(),
            adam["exp_avg_sq"].clone(),
        )


@dataclass(frozen=True)
class Event:
    """What one update did, measured before its step."""

    update: int
    loss: float  # mean cross-entropy per target token, in nats
    accuracy: float  # share of target tokens guessed right, with the true word before
    gradient_norm: float  # before clipping
    tokens: int  # target tokens of the batch
    live: Live = field(repr=False, compare=False)

    def state(self) -> TrainingState:
        """A copy of the state after this update, to be asked for before the next event."""
        assert self.live.update == self.update, "this event is over"
        return self.live.save()


def free_running(
    model: EncoderDecoder, batch: Batch, ratio: float, coins: torch.Generator
) -> Tensor:
    """Logits (B, T, V); each token read is the true one with probability ratio, else the own."""
    state = model.init_state(batch.src, batch.src_mask)
    true = torch.rand(batch.tgt_in.shape, generator=coins) < ratio  # one coin per token
    token = batch.tgt_in[:, 0]
    logits: list[Tensor] = []
    for t in range(batch.tgt_in.shape[1]):
        if t:
            token = torch.where(true[:, t], batch.tgt_in[:, t], logits[-1].detach().argmax(1))
        step = model.step(state, token)
        state = step.state
        logits.append(step.logits)
    return torch.stack(logits, dim=1)


def rows_at(data: Batches, config: TrainingConfig, start: int) -> Iterator[tuple[int, Tensor]]:
    """The updates after `start`, each with the rows of its batch."""
    per_epoch = data.updates_per_epoch(config)
    epoch, batches = -1, []
    for update in range(start + 1, config.updates + 1):
        if config.batch_size == "full":
            yield update, torch.arange(len(data))
        elif config.batch_size == "one":
            generator = generator_at(config.seed, "sentence", update)
            yield update, torch.randint(len(data), (1,), generator=generator)
        else:
            if epoch != (update - 1) // per_epoch:
                epoch = (update - 1) // per_epoch
                batches = data.epoch(config, epoch)
            yield update, batches[(update - 1) % per_epoch]


def train(
    model: EncoderDecoder, state: TrainingState, data: Batches, config: TrainingConfig
) -> Iterator[Event]:
    """Go on from a saved state until config.updates; the state itself is never changed.

    Raises Diverged when loss or gradient is no number any more, or when the loss stays above
    ten times that of guessing blindly, ln V, for three updates. The weights are then still finite.
    """
    live = Live(model, state, config.learning_rate)
    hopeless, exploded = 10 * math.log(data.target_size), 0
    for update, rows in rows_at(data, config, state.update):
        batch = data.take(rows)
        model.train()  # the caller may have looked at the model in between
        random = generator_at(config.seed, "update", update)
        with torch.random.fork_rng(devices=[]):  # dropout draws from torch's global generator
            torch.default_generator.manual_seed(random.initial_seed())
            if config.teacher_forcing < 1:
                logits = free_running(model, batch, config.teacher_forcing, random)
            else:
                logits, _ = model(batch.src, batch.src_mask, batch.tgt_in)
        loss = cross_entropy(logits.flatten(0, 1), batch.tgt_out.flatten(), ignore_index=PAD)
        live.gradient.zero_()
        loss.backward()
        norm = live.gradient.norm()
        exploded = exploded + 1 if loss.item() > hopeless else 0
        if not (math.isfinite(loss.item()) and math.isfinite(norm.item())) or exploded == 3:
            raise Diverged("diverged", update=update)
        live.gradient.mul_((config.clip / (norm + 1e-6)).clamp(max=1.0))
        live.adam.step()
        live.update = update
        real = batch.tgt_out != PAD
        right = (logits.detach().argmax(2) == batch.tgt_out) & real
        tokens = int(real.sum())
        yield Event(update, loss.item(), int(right.sum()) / tokens, norm.item(), tokens, live)
