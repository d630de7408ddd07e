"""The curves of a run: its history thinned out, its sentences, and the run before it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.shared.training import curves
from pages.shared.training.curves import CURVE_POINTS, curve_line
from seq2seq_core import store
from tests.pages.laboratory import (
    GRU,
    ROWS,
    Laboratory,
    save_corpus,
    start_run,
    train_all,
)


def unpacked(line: dict[str, Any]) -> list[int]:
    """x as a list of its own, as live.js reads it."""
    xs, count = line["x"], len(line["y"])
    if len(xs) == count:
        return xs
    last, step = xs
    return [last - step * (count - 1 - i) for i in range(count)]


@given(
    st.lists(st.floats(0.001, 1000), min_size=0, max_size=900),
    st.sampled_from(sorted(CURVE_POINTS)),
)
def test_a_line_ends_where_the_history_ends_and_is_no_longer_than_it_may_be(
    values: list[float], kind: str
) -> None:
    line = curve_line("loss", kind, range(1, len(values) + 1), values)
    xs = unpacked(line)
    assert len(xs) == len(line["y"]) <= CURVE_POINTS[kind] + 1
    assert xs == sorted(set(xs))
    if values:
        assert xs[-1] == len(values)
        assert line["y"][-1] > 0
        assert min(values) * 0.99 <= min(line["y"]) and max(line["y"]) <= max(values) * 1.01


@given(st.integers(4, 60))
def test_few_points_stay_as_they_are(count: int) -> None:
    values = [1 / i for i in range(1, count + 1)]
    line = curve_line("loss", "training", range(1, count + 1), values)
    drawn = dict(zip(unpacked(line), line["y"], strict=True))
    for update, value in drawn.items():
        assert value == pytest.approx(values[update - 1], rel=0.006)


def test_the_history_of_a_run_grows_by_what_is_new(own_lab: Laboratory) -> None:
    engine = own_lab.open()
    run = own_lab.runs()["gru"]
    before = curves.update_history(run)
    assert before["update"] == list(range(1, 61))
    store.extend_run(engine, run.id, 70)
    train_all(engine)
    after = curves.update_history(own_lab.runs()["gru"])
    assert after["update"] == list(range(1, 71))
    assert after["loss"][:60] == before["loss"]
    assert before["update"] == list(range(1, 61))  # another session may hold it
    assert after == store.load_history(engine, run.id, "update")


def test_a_run_is_compared_with_the_last_other_one_on_the_same_corpus(
    own_lab: Laboratory,
) -> None:
    runs = own_lab.runs()
    choices = sorted(runs.values(), key=lambda run: -run.number)
    assert curves.previous_run(runs["transformer"], choices) == runs["silent"]
    assert curves.previous_run(runs["silent"], choices) == runs["gru"]
    assert curves.previous_run(runs["gru"], choices) is None
    engine = own_lab.open()
    other = start_run(engine, save_corpus(engine, own_lab.key, ROWS[:9]), GRU, "other")
    assert curves.previous_run(other, [other, *choices]) is None


def test_a_run_that_has_hardly_begun_is_nothing_to_compare_with(lab: Laboratory) -> None:
    runs = lab.runs()
    choices = [runs["transformer"], replace(runs["silent"], update=1), runs["gru"]]
    assert curves.previous_run(runs["transformer"], choices) == runs["gru"]


def test_the_earlier_run_is_drawn_as_far_as_this_one_will_go(lab: Laboratory) -> None:
    runs = lab.runs()
    short = replace(runs["silent"], update=5, training=replace(runs["silent"].training, updates=20))
    lines = curves.earlier_lines(short, runs["gru"])
    assert set(lines) == {"loss", "accuracy", "gradient_norm"}
    assert all(unpacked(line)[-1] == 20 for line in lines.values())
    assert lines["loss"]["name"] == "gru"
    assert all(not line["y"] for line in curves.earlier_lines(short, None).values())


def test_new_sentences_have_a_line_only_where_some_are_held_out(
    own_lab: Laboratory, english: None
) -> None:
    engine = own_lab.open()
    run = own_lab.runs()["gru"]
    small = start_run(engine, save_corpus(engine, own_lab.key, ROWS[:5], ()), GRU, "small")
    train_all(engine)
    for one, has_new in ((run, True), (own_lab.runs()[small.title or "small"], False)):
        evaluation = store.load_history(engine, one.id, "evaluation")
        history = curves.update_history(one)
        loss, right, norm = curves.curve_panels(one, history, evaluation, None)
        assert bool(loss["series"][-1]["y"]) == bool(right["series"][-1]["y"]) == has_new
        assert loss["label"] == f"Loss by update, now {history['loss'][-1]:.2f}."
        assert (loss["percent"], right["percent"], norm["percent"]) == (False, True, False)


def test_before_the_first_update_there_is_no_loss_to_tell(lab: Laboratory, english: None) -> None:
    nothing = store.NO_HISTORY
    panels = curves.curve_panels(None, nothing["update"], nothing["evaluation"], None)
    assert panels[0]["label"] == "Loss by update, now –."
    assert all(not line["y"] for panel in panels for line in panel["series"])
