"""Probabilities are written so that what is there is never said to be nothing."""

from __future__ import annotations

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.shared.frame.numbers import (
    format_log_probability,
    format_percent,
    format_sentence_probability,
)


def test_small_probabilities_keep_a_digit() -> None:
    texts = [format_log_probability(log(share)) for share in (0.354, 0.0007, 0.00003, 1e-12)]
    assert texts == ["35.4%", "0.1%", "0.003%", "<0.0001%"]


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0.0%"), (0.0004, "<0.1%"), (0.0006, "0.1%"), (1.0, "100.0%")]
)
def test_a_share_has_one_decimal(share: float, text: str) -> None:
    assert format_percent(share) == text


@pytest.mark.parametrize(
    ("log_probability", "text"),
    [
        (log(0.25), "25.0% · ln P = −1.39"),
        (-8.0, "<0.1% · ln P = −8.00"),
        (-5000.0, "<0.1% · ln P = −5000.00"),  # too small for a float
        (0.0, "100.0% · ln P = 0.00"),
    ],
)
def test_a_sentence_shows_its_logarithm_too(log_probability: float, text: str) -> None:
    assert format_sentence_probability(log_probability) == text


@given(st.floats(1e-9, 1))
def test_no_number_breaks_or_hides_a_chance(share: float) -> None:
    for text in (format_percent(share), format_log_probability(log(share))):
        assert " " not in text and text.endswith("%")
        assert text.startswith("<") or float(text.removesuffix("%")) > 0
