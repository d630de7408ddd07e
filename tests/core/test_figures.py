"""Charts from plain data, whatever the words are."""

from __future__ import annotations

from seq2seq_core.figures import LIGHT, Bar, bars


def test_bars_always_span_0_to_1_and_say_how_many_cases_they_stand_for() -> None:
    shown = [Bar("10", 0.5, 4), Bar("9", 1.0, 1), Bar("2–3", 0.0, 7)]
    chart = bars(shown, LIGHT.ink, LIGHT, "length", "share", "sentences").to_dict()
    columns, numbers = chart["layer"]
    assert columns["encoding"]["y"]["scale"]["domain"] == [0, 1]
    assert columns["encoding"]["x"]["sort"] is None  # in the order given, not by name
    rows = next(iter(chart["datasets"].values()))
    assert [row["n"] for row in rows] == ["n=4", "n=1", "n=7"]
    assert numbers["encoding"]["text"]["field"] == "n"
