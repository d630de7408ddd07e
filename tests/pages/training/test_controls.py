"""Where a run stands, in one sentence that is true for it, and what a button asks of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pages.shared.training import controls
from seq2seq_core import store
from seq2seq_core.config import TrainingConfig
from seq2seq_core.errors import MESSAGES
from tests.pages.laboratory import (
    GRU,
    ROWS,
    Laboratory,
    save_corpus,
    start_run,
)


@pytest.mark.parametrize(
    ("status", "wanted", "said"),
    [
        ("running", "pause", "Paused at update 7. Go on when you like."),
        ("paused", "pause", "Paused at update 7. Go on when you like."),
        ("done", "run", "Finished after 7 updates."),
        ("stopped", "stop", "Stopped at update 7; it can go on."),
        ("running", "stop", "Stopped at update 7; it can go on."),
        ("running", "run", "Learning here: update 7 of 60."),
        ("queued", "run", "Waiting for a free worker: yours is next."),
    ],
)
def test_each_state_has_its_sentence(
    lab: Laboratory, english: None, status: str, wanted: str, said: str
) -> None:
    run = replace(lab.runs()["gru"], status=status, wanted=wanted, update=7)
    assert controls.describe_run_status(run) == said


def test_without_a_run_nothing_is_learnt(lab: Laboratory, english: None) -> None:
    assert controls.describe_run_status(None).startswith("Nothing is learnt yet")


@pytest.mark.parametrize("code", ["diverged", "worker_died", "time_limit", "internal"])
def test_a_failed_run_says_its_reason(lab: Laboratory, english: None, code: str) -> None:
    fields = {"update": 3, "minutes": 10}
    run = replace(lab.runs()["gru"], status="failed", reason={"code": code, "fields": fields})
    assert controls.describe_run_status(run) == MESSAGES[code].format(**fields)


def test_a_run_that_stopped_early_is_done_and_says_why(lab: Laboratory, english: None) -> None:
    reason = {"code": "stopped_early", "fields": {"update": 40, "best": 20}}
    run = replace(lab.runs()["gru"], reason=reason)
    assert controls.stopped_early(run) and not controls.stopped_early(lab.runs()["gru"])
    assert controls.describe_run_status(run).startswith("Stopped early at update 40")


def test_who_waits_hears_how_many_wait_before_and_how_many_learn(
    own_lab: Laboratory, english: None
) -> None:
    engine = own_lab.open()
    for _other in range(2):
        key = store.create_workspace(engine)
        start_run(engine, save_corpus(engine, key, ROWS[:5], ()), GRU, "")
    mine = start_run(engine, save_corpus(engine, own_lab.key, ROWS[:5], ()), GRU, "mine")
    said = controls.describe_run_status(mine)
    assert said == "Waiting for a free worker: 2 before yours, 0 learn now."


@pytest.mark.parametrize("rate", [10.0, 1.0, 0.03, 0.01, 0.003, 0.0003])
def test_a_smaller_rate_is_the_usual_one_or_a_tenth(lab: Laboratory, rate: float) -> None:
    run = replace(lab.runs()["gru"], training=TrainingConfig(learning_rate=rate))
    usual, suggested = TrainingConfig().learning_rate, controls.suggest_smaller_rate(run)
    assert suggested < rate
    assert suggested == (usual if rate > usual else pytest.approx(rate / 10))


@pytest.mark.parametrize(("batch_size", "updates"), [("one", 40), (16, 3), (8, 5), ("full", 1)])
def test_an_epoch_is_as_many_updates_as_one_pass_takes(
    lab: Laboratory, batch_size: str | int, updates: int
) -> None:
    run = replace(lab.runs()["gru"], training=TrainingConfig(batch_size=batch_size))
    assert controls.count_updates(len(ROWS), True, run) == updates
    assert controls.count_updates(len(ROWS), False, run) == 1
    assert controls.count_updates(0, True, run) == 1  # never none: the button does something
