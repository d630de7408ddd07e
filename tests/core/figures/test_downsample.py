from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.figures.downsample import POINTS, thin


def test_a_thin_curve_keeps_its_end_and_its_mean() -> None:
    updates, values = thin(range(1, 1001), [1 / n for n in range(1, 1001)])
    assert len(updates) == len(values) <= POINTS
    assert updates[-1] == 1000
    assert min(values) == pytest.approx(values[-1])
    assert thin([1, 2, 3], [3.0, 2.0, 1.0]) == ([1, 2, 3], [3.0, 2.0, 1.0])


@given(st.lists(st.floats(0, 9), max_size=2000))
def test_thinning_stays_between_the_extremes(values: list[float]) -> None:
    updates, thinned = thin(range(1, len(values) + 1), values)
    assert len(updates) == len(thinned) <= POINTS
    if values:
        assert min(values) - 1e-9 <= min(thinned) <= max(thinned) <= max(values) + 1e-9
        assert updates[-1] == len(values)
