"""Charts from plain data, whatever the words are."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.figures import DARK, LIGHT, POINTS, Curve, heat_map, loss_curve, thin

CURVE = Curve("training loss", range(1, 1001), [1 / n for n in range(1, 1001)])


def test_a_thin_curve_keeps_its_end_and_its_mean() -> None:
    thinned = thin(CURVE)
    assert len(thinned.updates) <= POINTS
    assert thinned.updates[-1] == 1000
    assert min(thinned.values) == pytest.approx(thinned.values[-1])
    short = Curve("x", [1, 2, 3], [3.0, 2.0, 1.0])
    assert thin(short) == short


@given(st.lists(st.floats(0, 9), min_size=1, max_size=2000))
def test_thinning_stays_between_the_extremes(values: list[float]) -> None:
    thinned = thin(Curve("x", range(1, len(values) + 1), values))
    assert len(thinned.updates) == len(thinned.values) <= POINTS
    assert min(values) - 1e-9 <= min(thinned.values) <= max(thinned.values) <= max(values) + 1e-9


def test_the_axis_spans_the_whole_run_from_its_first_point() -> None:
    few = Curve("training loss", [1, 2], [4.2, 4.1])
    chart = loss_curve(few, Curve("new", [], []), 600, LIGHT, "update", "loss").to_dict()
    assert chart["layer"][0]["encoding"]["x"]["scale"]["domain"] == [0, 600]


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_colours_of_attention_always_span_0_to_1(palette: object) -> None:
    chart = heat_map(["a", "b"], ["c"], [[0.3, 0.4]], palette, ("s", "t", "w")).to_dict()  # type: ignore[arg-type]
    assert chart["layer"][0]["encoding"]["color"]["scale"]["domain"] == [0, 1]
    assert len(chart["layer"]) == 2  # with numbers
    many = heat_map(["a"] * 13, ["c"], [[0.0] * 13], LIGHT, ("s", "t", "w")).to_dict()
    assert len(many["layer"]) == 1


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=4))
def test_any_word_is_a_literal_in_the_chart(words: list[str]) -> None:
    chart = heat_map(words, ["x"], [[0.1] * len(words)], LIGHT, ("s", "t", "w")).to_dict()
    expression = chart["layer"][0]["encoding"]["x"]["axis"]["labelExpr"]
    literal = expression.removesuffix("[datum.value]")
    assert literal.isascii()
    shown = json.loads(literal)
    assert [text[:11] for text in shown] == [word[:11] for word in words]
