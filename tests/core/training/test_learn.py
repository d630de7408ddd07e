"""What `learn` adds to `train` is watching: it changes no weight, and a break changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
import torch

from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data.corpus import Row
from seq2seq_core.errors import DivergenceError
from seq2seq_core.evaluation.metrics import Evaluation, evaluate
from seq2seq_core.models import build_model
from seq2seq_core.models.base import EncoderDecoder
from seq2seq_core.training import learn as learning
from seq2seq_core.training.checkpoint import pack_state, unpack_state
from seq2seq_core.training.dataset import Dataset, freeze_dataset, load_dataset
from seq2seq_core.training.learn import Event, Measurement, Stopped, learn
from seq2seq_core.training.loop import TrainingState, Update, initial_state, load_parameters, train
from tests.core.model_grid import FIVE

MODEL = ModelConfig(embedding_size=12, hidden_size=16)
PATIENT = TrainingConfig(updates=400, batch_size=2, teacher_forcing=0.9, early_stopping=25)
HASTY = replace(PATIENT, updates=60, early_stopping=0)


# of known words, so that the loss on them falls for a while before it rises
HELD_OUT = [Row("我 爱 小冰", "I love XiaoBing"), Row("自然 语言 很 复杂", "NLP is complex")]
DESCRIPTION = freeze_dataset(FIVE, HELD_OUT, "space", MODEL, PATIENT)
DATASET = load_dataset(DESCRIPTION)


def new_model(seed: int = 1) -> EncoderDecoder:
    sizes = (len(DESCRIPTION[f"{side}_vocabulary"]) for side in ("source", "target"))
    return build_model(MODEL, *sizes, seed)


def events_of(
    config: TrainingConfig, state: TrainingState | None = None, dataset: Dataset = DATASET
) -> list[tuple[Event, TrainingState]]:
    """All events, each with the state after it. A run that goes on begins with another model."""
    model = new_model(1 if state is None else 99)
    return [
        (event, event.copy_state())
        for event in learn(model, state or initial_state(model), dataset, config)
    ]


def plain_run(config: TrainingConfig) -> dict[int, tuple[torch.Tensor, Evaluation]]:
    """The same training by `train` alone: weights and worth after every update."""
    model, pairs = new_model(), DATASET.held_out
    batches = DATASET.make_batches(pairs)
    worth = {}
    for event in train(model, initial_state(model), DATASET.train_batches, config):
        worth[event.update] = (
            event.copy_state().parameters,
            evaluate(model, batches, pairs),
        )
    return worth


def rule_of_early_stopping(losses: dict[int, float], patience: int) -> tuple[int, int]:
    """The update at which it stops and the best one, with the losses of all updates at hand."""
    best = 1
    for update in range(2, max(losses)):
        if update % 10 == 0 or update == best + patience:
            best = update if losses[update] < losses[best] else best
            if update >= best + patience:
                return update, best
    raise AssertionError("it goes to its end")


def updates_of(events: Iterable[Event], kind: type[Update] | type[Measurement]) -> list[int]:
    return [event.update for event in events if type(event) is kind]


def packed(state: TrainingState) -> bytes:
    return pack_state(state)


@pytest.fixture(scope="module")
def plain() -> dict[int, tuple[torch.Tensor, Evaluation]]:
    return plain_run(replace(PATIENT, early_stopping=0))


@pytest.fixture(scope="module")
def undisturbed() -> list[tuple[Event, TrainingState]]:
    return events_of(PATIENT)


def test_watching_changes_no_weight(plain: dict[int, tuple[torch.Tensor, Evaluation]]) -> None:
    for event, state in events_of(HASTY):
        assert state.parameters.equal(plain[event.update][0])


def test_it_measures_every_tenth_update_and_the_last() -> None:
    for updates, expected in ((30, [10, 20, 30]), (34, [10, 20, 30, 34]), (1, [1])):
        events = [event for event, _state in events_of(replace(HASTY, updates=updates))]
        assert updates_of(events, Measurement) == expected
        assert updates_of(events, Update) == list(range(1, updates + 1))


def test_it_measures_the_first_update_too_where_that_is_asked_for() -> None:
    model = new_model()
    events = learn(model, initial_state(model), DATASET, HASTY, evaluate_first=True)
    assert updates_of(list(events), Measurement) == [1, 10, 20, 30, 40, 50, 60]


def test_a_measurement_is_that_of_the_model_after_its_update(
    plain: dict[int, tuple[torch.Tensor, Evaluation]],
) -> None:
    measurements = [event for event, _ in events_of(HASTY) if isinstance(event, Measurement)]
    assert len(measurements) == 6
    for event in measurements:
        assert event.evaluation == plain[event.update][1]


def test_an_event_is_complete_when_nothing_follows_about_its_update(
    undisturbed: list[tuple[Event, TrainingState]],
) -> None:
    events = [event for event, _state in undisturbed]
    for event, following in zip(events, events[1:], strict=False):
        assert event.is_complete == (following.update > event.update)
    assert events[-1].is_complete


def test_it_stops_where_the_rule_says_with_the_weights_of_its_best_update(
    plain: dict[int, tuple[torch.Tensor, Evaluation]],
    undisturbed: list[tuple[Event, TrainingState]],
) -> None:
    losses = {update: worth.loss for update, (_, worth) in plain.items()}
    stop, best = rule_of_early_stopping(losses, PATIENT.early_stopping)
    event, state = undisturbed[-1]
    assert isinstance(event, Stopped)
    assert (event.update, event.best_update, state.update) == (stop, best, stop)
    assert 10 < best < stop < PATIENT.updates and stop % 10
    assert state.parameters.equal(plain[best][0])
    assert not state.parameters.equal(plain[stop][0])


def test_the_model_in_hand_has_the_best_weights_when_it_has_stopped() -> None:
    model, fresh = new_model(), new_model(seed=99)
    *_, last = learn(model, initial_state(model), DATASET, PATIENT)
    load_parameters(fresh, last.copy_state().parameters)
    batch = DATASET.train_batches.full_batch()
    answers = [m.eval()(batch.src, batch.src_mask, batch.tgt_in)[0] for m in (model, fresh)]
    assert answers[0].equal(answers[1])


def test_a_break_after_any_update_changes_nothing(
    undisturbed: list[tuple[Event, TrainingState]],
) -> None:
    """Also not when it comes between the lowest loss and the stop."""
    expected = packed(undisturbed[-1][1])
    complete = [(event, state) for event, state in undisturbed[:-1] if event.is_complete]
    size = len(complete[0][1].parameters)
    for event, state in complete[::7]:
        resumed = events_of(PATIENT, unpack_state(packed(state), size))
        assert resumed[0][0].update == event.update + 1
        assert packed(resumed[-1][1]) == expected


def test_a_saved_state_is_never_changed() -> None:
    model = new_model()
    saved = [
        (event.copy_state(), packed(event.copy_state()))
        for event in learn(model, initial_state(model), DATASET, PATIENT)
    ]
    assert all(packed(state) == bytes_then for state, bytes_then in saved)


def test_a_stopped_run_goes_on_from_its_last_weights_as_if_it_had_never_stopped(
    plain: dict[int, tuple[torch.Tensor, Evaluation]],
    undisturbed: list[tuple[Event, TrainingState]],
) -> None:
    state = unpack_state(packed(undisturbed[-1][1]), len(undisturbed[-1][1].parameters))
    (event, after), *_ = events_of(PATIENT, state)
    assert event.update == state.update + 1
    assert after.parameters.equal(plain[event.update][0])


def test_a_stopped_run_that_goes_on_waits_anew_and_remembers_its_best(
    plain: dict[int, tuple[torch.Tensor, Evaluation]],
    undisturbed: list[tuple[Event, TrainingState]],
) -> None:
    first, state = undisturbed[-1]
    assert isinstance(first, Stopped)
    last, after = events_of(PATIENT, state)[-1]
    assert isinstance(last, Stopped)
    measured = (1, *range(10, last.update + 1, 10), first.update, last.update)
    lowest = min((plain[update][1].loss, update) for update in measured)
    assert last.best_update == lowest[1]
    assert last.update == max(first.update, lowest[1]) + PATIENT.early_stopping
    assert after.parameters.equal(plain[lowest[1]][0])


def test_going_on_from_a_stop_can_be_interrupted_too(
    undisturbed: list[tuple[Event, TrainingState]],
) -> None:
    stopped = undisturbed[-1][1]
    once = events_of(PATIENT, stopped)
    paused = next(s for event, s in once if event.is_complete and event.update % 10 == 3)
    resumed = events_of(PATIENT, unpack_state(packed(paused), len(paused.parameters)))
    assert packed(resumed[-1][1]) == packed(once[-1][1])


def test_a_run_that_is_made_longer_is_as_if_it_had_been_long_from_the_start(
    undisturbed: list[tuple[Event, TrainingState]],
) -> None:
    stop = undisturbed[-1][0].update
    for updates in (
        stop - stop % 10,
        stop - 3,
    ):  # measured at its end, at a regular update and at none
        ended = events_of(replace(PATIENT, updates=updates))[-1]
        assert isinstance(ended[0], Measurement)
        assert packed(events_of(PATIENT, ended[1])[-1][1]) == packed(undisturbed[-1][1])


def test_without_held_out_pairs_it_goes_to_its_end() -> None:
    dataset = replace(DATASET, held_out=())
    config = replace(PATIENT, updates=60, early_stopping=1)
    event, state = events_of(config, dataset=dataset)[-1]
    assert isinstance(event, Measurement) and event.update == 60
    assert packed(state) == packed(events_of(HASTY, dataset=dataset)[-1][1])


def test_no_more_pairs_are_measured_than_can_be_afforded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "MAX_EVALUATED_PAIRS", 3)
    dataset = replace(DATASET, held_out=())
    config = replace(HASTY, updates=1)
    ((_, _), (event, state)) = events_of(config, dataset=dataset)
    assert isinstance(event, Measurement)
    assert learning.evaluated_pairs(dataset) == DATASET.pairs[:3]
    load_parameters(model := new_model(), state.parameters)
    pairs = DATASET.pairs[:3]
    assert event.evaluation == evaluate(model, DATASET.make_batches(pairs), pairs)


def test_a_loss_that_is_no_number_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "evaluate", lambda *_: Evaluation(float("nan"), 0.0, 0.0, None))
    with pytest.raises(DivergenceError) as caught:
        events_of(HASTY)
    assert caught.value.fields == {"update": 10}
