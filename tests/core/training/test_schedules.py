"""Schedules against OpenNMT-tf and the papers' own formulas."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seq2seq_core.config import TrainingConfig
from seq2seq_core.training import schedules
from seq2seq_core.training.schedules import learning_rate_at, teacher_forcing_at

TABLES = json.loads((Path(__file__).parents[2] / "oracles/scheduled_sampling.json").read_text())
FORMULAS: dict[str, Callable[..., float]] = {
    "linear": lambda i, k, c, epsilon: schedules.linear_decay(i, k, c, epsilon),
    "exponential": schedules.exponential_decay,
    "inverse_sigmoid": schedules.inverse_sigmoid_decay,
}


@pytest.mark.parametrize(
    "table", TABLES["tables"], ids=lambda t: f"{t['schedule']}-{t['params']['k']:g}"
)
def test_the_formulas_give_the_values_of_an_independent_implementation(
    table: dict[str, Any],
) -> None:
    for update, expected in table["rows"]:
        value = FORMULAS[table["schedule"]](update, **table["params"])
        assert value == pytest.approx(expected, abs=1e-12)


def test_no_update_overflows() -> None:
    assert schedules.inverse_sigmoid_decay(100_000, 1.0) == 0.0


@pytest.mark.parametrize("kind", ["linear", "exponential", "inverse_sigmoid"])
@pytest.mark.parametrize("half_life", [1, 20, 200, 5_000])
def test_a_schedule_is_at_one_half_after_its_half_life(kind: str, half_life: int) -> None:
    config = TrainingConfig(teacher_forcing_schedule=kind, teacher_forcing_half_life=half_life)
    assert teacher_forcing_at(config, half_life + 1) == pytest.approx(0.5, abs=1e-9)
    values = [
        teacher_forcing_at(config, u) for u in range(1, 4 * half_life, max(1, half_life // 9))
    ]
    assert values == sorted(values, reverse=True) and values[0] > values[-1]
    assert all(0 <= value <= 1 for value in values)
    half = replace(config, teacher_forcing=0.5)
    assert teacher_forcing_at(half, 7) == pytest.approx(0.5 * teacher_forcing_at(config, 7))


def test_without_a_schedule_it_stays() -> None:
    config = TrainingConfig(teacher_forcing=0.3)
    assert {teacher_forcing_at(config, update) for update in (1, 500, 10_000)} == {0.3}


def test_warm_up_is_vaswanis_schedule_scaled_to_the_learning_rate() -> None:
    config = TrainingConfig(learning_rate=0.003, warm_up=100)

    def paper(update: int) -> float:  # without its factor 1/√d_model
        return min(update**-0.5, update * 100**-1.5)

    for update in (1, 50, 99, 100, 101, 400, 5_000):
        expected = 0.003 * paper(update) / paper(100)
        assert learning_rate_at(config, update) == pytest.approx(expected)
    assert learning_rate_at(config, 100) == 0.003
    assert learning_rate_at(TrainingConfig(learning_rate=0.01), 77) == 0.01
