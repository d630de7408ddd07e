"""The limits: an operator changes one by a variable, and hears where it is no number."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import asdict, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core import limits
from seq2seq_core.errors import ConfigError
from seq2seq_core.limits import LIMITS, Limits, check_environment, is_positive_int


@given(st.integers(1, 10**17))
def test_a_whole_number_from_1_on_is_taken(number: int) -> None:
    assert is_positive_int(str(number))


@given(st.text(max_size=20))
def test_what_is_taken_is_a_number_that_python_reads_the_same(text: str) -> None:
    if is_positive_int(text):
        assert str(int(text)) == text and int(text) > 0


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "1_000", " 5", "5\n", "", "１２", "1e3", "x"])
def test_what_is_no_limit_is_said_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("SEQ2SEQ_LAB_PAIRS", value)
    with pytest.raises(ConfigError) as caught:
        check_environment()
    assert caught.value.code == "bad_limit"
    assert caught.value.fields == {"name": "SEQ2SEQ_LAB_PAIRS", "value": value}


def test_a_long_value_is_not_repeated_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEQ2SEQ_LAB_RUNS", "x" * 10_000)
    with pytest.raises(ConfigError) as caught:
        check_environment()
    assert len(str(caught.value)) < 200


def test_without_variables_nothing_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in fields(Limits):
        monkeypatch.delenv(f"SEQ2SEQ_LAB_{field.name.upper()}", raising=False)
    check_environment()
    assert list(limits.environment_overrides()) == []


def test_the_limits_go_together() -> None:
    """A sentence of so many tokens of so many characters must pass the first door too."""
    usual = Limits()
    assert usual.characters >= usual.tokens * (usual.token_characters + 1) - 1
    assert usual.pairs <= usual.cli_pairs
    assert usual.beam <= usual.vocabulary
    assert all(value > 0 for value in asdict(usual).values())


def test_a_variable_reaches_the_program(tmp_path: object) -> None:
    """As the operator sets it: in the environment of a process of its own."""
    code = "from seq2seq_core.limits import LIMITS; print(LIMITS.pairs, LIMITS.runs)"
    environment = {**os.environ, "SEQ2SEQ_LAB_PAIRS": "77", "SEQ2SEQ_LAB_RUNS": "nonsense"}
    found = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["77", str(LIMITS.runs)]  # said elsewhere, see above
