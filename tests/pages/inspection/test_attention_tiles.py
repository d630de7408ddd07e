"""Small pictures of attention."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pages.shared.inspection.attention_tiles import to_shades


@given(st.lists(st.floats(0, 1)))
def test_a_shade_is_its_weight_to_half_a_step(weights: list[float]) -> None:
    shades = to_shades(weights)
    assert len(shades) == len(weights)
    for shade, weight in zip(shades, weights, strict=True):
        assert abs(shade / 255 - weight) <= 0.5 / 255 + 1e-9
