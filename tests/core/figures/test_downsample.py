from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.figures.downsample import MAX_POINTS, downsample


def test_a_thin_curve_keeps_its_end_and_its_mean() -> None:
    updates, values = downsample(range(1, 1001), [1 / n for n in range(1, 1001)])
    assert len(updates) == len(values) <= MAX_POINTS
    assert updates[-1] == 1000
    assert min(values) == pytest.approx(values[-1])
    assert downsample([1, 2, 3], [3.0, 2.0, 1.0]) == ([1, 2, 3], [3.0, 2.0, 1.0])


@given(st.lists(st.floats(0, 9), max_size=2000))
def test_thinning_stays_between_the_extremes(values: list[float]) -> None:
    updates, thinned = downsample(range(1, len(values) + 1), values)
    assert len(updates) == len(thinned) <= MAX_POINTS
    if values:
        assert min(values) - 1e-9 <= min(thinned) <= max(thinned) <= max(values) + 1e-9
        assert updates[-1] == len(values)
