"""Charts from plain data, whatever the words are."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.figures import DARK, LIGHT, Bar, bars, heat_map


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_colours_of_attention_always_span_0_to_1(palette: object) -> None:
    chart = heat_map(["a", "b"], ["c"], [[0.3, 0.4]], palette, ("s", "t", "w")).to_dict()  # type: ignore[arg-type]
    assert chart["layer"][0]["encoding"]["color"]["scale"]["domain"] == [0, 1]
    assert len(chart["layer"]) == 2  # with numbers
    many = heat_map(["a"] * 13, ["c"], [[0.0] * 13], LIGHT, ("s", "t", "w")).to_dict()
    assert len(many["layer"]) == 1


def test_bars_always_span_0_to_1_and_say_how_many_cases_they_stand_for() -> None:
    shown = [Bar("10", 0.5, 4), Bar("9", 1.0, 1), Bar("2–3", 0.0, 7)]
    chart = bars(shown, LIGHT.ink, LIGHT, "length", "share", "sentences").to_dict()
    columns, numbers = chart["layer"]
    assert columns["encoding"]["y"]["scale"]["domain"] == [0, 1]
    assert columns["encoding"]["x"]["sort"] is None  # in the order given, not by name
    rows = next(iter(chart["datasets"].values()))
    assert [row["n"] for row in rows] == ["n=4", "n=1", "n=7"]
    assert numbers["encoding"]["text"]["field"] == "n"


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=4))
def test_any_word_is_a_literal_in_the_chart(words: list[str]) -> None:
    chart = heat_map(words, ["x"], [[0.1] * len(words)], LIGHT, ("s", "t", "w")).to_dict()
    expression = chart["layer"][0]["encoding"]["x"]["axis"]["labelExpr"]
    literal = expression.removesuffix("[datum.value]")
    assert literal.isascii()
    shown = json.loads(literal)
    assert [text[:11] for text in shown] == [word[:11] for word in words]
