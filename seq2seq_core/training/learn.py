"""Learning, measured on the way: updates, an evaluation every few updates, and an early end.

`train` changes the weights, `learn` measures what they are worth. The command line, a worker or a
notebook loops over `learn` and prints, stores or draws each event.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from seq2seq_core.config import TrainingConfig
from seq2seq_core.data.corpus import Pair
from seq2seq_core.errors import DivergenceError
from seq2seq_core.evaluation.metrics import Evaluation, evaluate
from seq2seq_core.models.base import EncoderDecoder
from seq2seq_core.training.dataset import Dataset
from seq2seq_core.training.early_stopping import EarlyStopping
from seq2seq_core.training.loop import TrainingState, Update, load_parameters, train

EVALUATE_EVERY = 10  # updates
# An evaluation must stay cheap beside the updates between two of them, however large the corpus.
# `split_held_out` never holds out more than a hundred pairs: only a longer file of held-out pairs
# is cut, and only during learning. A finished model is measured on all of them.
MAX_EVALUATED_PAIRS = 100


@dataclass(frozen=True)
class Measurement:
    """What the model is worth after an update."""

    learned: Update = field(repr=False)  # the update it follows
    evaluation: Evaluation
    is_complete: bool = True  # False: this ends the run, and Stopped follows

    @property
    def update(self) -> int:
        return self.learned.update

    def copy_state(self) -> TrainingState:
        """The state after this measurement, to be asked for before the next event."""
        return self.learned.copy_state()


@dataclass(frozen=True)
class Stopped:
    """Early stopping has ended the run. The model has the weights of its best update again."""

    update: int  # the last one that was learnt
    best_update: int  # the held-out loss was lowest after it
    state: TrainingState = field(repr=False)  # see keep_best_parameters
    is_complete: bool = True

    def copy_state(self) -> TrainingState:
        return self.state


Event = Update | Measurement | Stopped


def evaluated_pairs(dataset: Dataset) -> tuple[Pair, ...]:
    """The pairs that every evaluation on the way measures: held-out ones, where there are any."""
    return dataset.evaluation_pairs[:MAX_EVALUATED_PAIRS]


def keep_best_parameters(state: TrainingState) -> TrainingState:
    """What an early-stopped run leaves: at its last update, with the weights of its best one.

    Its last weights (P,) are put aside, beside the moments that belong to them, so that the run
    can still go on from where it was.
    """
    stopping = state.early_stopping
    assert stopping.best_parameters is not None, "nothing was measured yet"
    early_stopping = replace(stopping, best_parameters=None, last_parameters=state.parameters)
    return replace(state, parameters=stopping.best_parameters, early_stopping=early_stopping)


def restore_last_parameters(state: TrainingState) -> TrainingState:
    """The state from which an early-stopped run goes on; every other state as it is.

    It learns on from its last weights, not from its best ones: the same updates as if it had
    never stopped. Later losses are still compared with the lowest one, but the wait for a lower one
    begins again: else the run would stop at once.
    """
    stopping = state.early_stopping
    if stopping.last_parameters is None:
        return state
    early_stopping = EarlyStopping(
        stopping.best_loss,
        stopping.best_update,
        waiting_since=state.update,
        best_parameters=state.parameters,
    )
    return replace(state, parameters=stopping.last_parameters, early_stopping=early_stopping)


def learn(
    model: EncoderDecoder,
    state: TrainingState,
    dataset: Dataset,
    config: TrainingConfig,
    *,
    evaluate_first: bool = False,
) -> Iterator[Event]:
    """Go on from a saved state until config.updates, or until the held-out loss falls no more.

    Yields every Update; a Measurement after every EVALUATE_EVERY updates and after the last one;
    and Stopped where it ends early. evaluate_first: measure after the very first update too. With
    early stopping that is always done, and once more before a run is ended.
    An event that is not `is_complete` is followed by another one about the same update: a state is
    to be saved after the last of them. A run that goes on from it does, to the last bit, what it
    would have done without a break, and stops at the same update with the same weights.
    The state that is handed in is never changed.

    Early stopping needs held-out pairs: without them a run goes to its end. A run that comes to
    its end keeps its last weights; one that is stopped keeps its best, see keep_best_parameters.
    Raises DivergenceError as `train` does, and where the measured loss is no number.
    """
    pairs = evaluated_pairs(dataset)
    batches = dataset.make_batches(pairs)
    if not dataset.held_out:
        config = replace(config, early_stopping=0)
    state = restore_last_parameters(state)
    early_stopping = state.early_stopping
    for event in train(model, state, dataset.train_batches, config):
        update = event.update
        is_first = update == 1 and (evaluate_first or config.early_stopping > 0)
        is_regular = is_first or update % EVALUATE_EVERY == 0
        is_regular = is_regular or early_stopping.should_stop(config, update)
        is_due = is_regular or update == config.updates
        yield replace(event, early_stopping=early_stopping, is_complete=not is_due)
        if not is_due:
            continue

        evaluation = evaluate(model, batches, pairs)
        if not math.isfinite(evaluation.loss):
            raise DivergenceError("diverged", update=update)
        # not at an irregular end: a run that was planned longer is not measured there
        if config.early_stopping and is_regular:
            weights = event.optimizer.weights  # (P,)
            early_stopping = early_stopping.observe(update, evaluation.loss, weights)
        stops = early_stopping.should_stop(config, update)
        learned = replace(event, early_stopping=early_stopping)
        yield Measurement(learned, evaluation, is_complete=not stops)
        if stops:
            stopped = keep_best_parameters(learned.copy_state())
            load_parameters(model, stopped.parameters)
            yield Stopped(update, early_stopping.best_update, stopped)
            return
