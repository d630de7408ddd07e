"""Bars from plain data."""

from __future__ import annotations

from seq2seq_core.figures.bars import Bar, BarPair, bar_chart, length_histogram, pair_chart
from seq2seq_core.figures.palette import DARK_PALETTE, LIGHT_PALETTE


def test_bars_always_span_0_to_1_and_say_how_many_cases_they_stand_for() -> None:
    bars = [Bar("10", 0.5, 4), Bar("9", 1.0, 1), Bar("2–3", 0.0, 7)]
    chart = bar_chart(
        bars, LIGHT_PALETTE.text, LIGHT_PALETTE, "length", "share", "sentences"
    ).to_dict()
    columns, numbers = chart["layer"]
    assert columns["encoding"]["y"]["scale"]["domain"] == [0, 1]
    assert columns["encoding"]["x"]["sort"] is None  # in the order given, not by name
    rows = next(iter(chart["datasets"].values()))
    assert [row["n"] for row in rows] == ["n=4", "n=1", "n=7"]
    assert numbers["encoding"]["text"]["field"] == "n"


def test_a_histogram_counts_every_sentence_of_each_side_once_in_its_colour() -> None:
    sides = ("Chinese", "English")
    chart = length_histogram([2, 2, 4], [3, 3, 3], sides, DARK_PALETTE, "words", "sentences")
    chart_dict = chart.to_dict()
    rows = next(iter(chart_dict["datasets"].values()))
    counts = {(row["side"], row["length"]): row["count"] for row in rows}
    assert counts == {("Chinese", 2): 2, ("Chinese", 4): 1, ("English", 3): 3}
    encoding = chart_dict["layer"][0]["encoding"]
    assert encoding["x"]["scale"]["domain"] == [1, 2, 3, 4]  # a length that nobody has stays open
    assert encoding["color"]["scale"] == {
        "domain": [*sides],
        "range": [DARK_PALETTE.source, DARK_PALETTE.target_ink],
    }


def test_bars_in_pairs_start_at_0_say_their_share_and_grey_what_is_cut_off() -> None:
    pairs = [
        BarPair("he", (0.9, 1.0), ("90.0%", "100.0%")),
        BarPair("a", (0.1, 0.0), ("10.0%", "cut off"), muted=True),
    ]
    series = ("as the model says", "as it is drawn")
    chart_dict = pair_chart(pairs, series, LIGHT_PALETTE.target, LIGHT_PALETTE).to_dict()
    rows = next(iter(chart_dict["datasets"].values()))
    assert [(row["name"], row["series"], row["share"], row["label"]) for row in rows] == [
        ("he", series[0], 0.9, "90.0%"),
        ("he", series[1], 1.0, "100.0%"),
        ("a", series[0], 0.1, "10.0%"),
        ("a", series[1], 0.0, "cut off"),
    ]
    bars, labels = chart_dict["layer"]
    lowest, highest = bars["encoding"]["x"]["scale"]["domain"]
    assert lowest == 0 and highest > 1  # the same for every step: bars can be compared
    assert bars["encoding"]["y"]["sort"] is None  # in the order given
    assert labels["encoding"]["text"]["field"] == "label"
    name_color = bars["encoding"]["y"]["axis"]["labelColor"]
    assert name_color["condition"]["test"] == {"field": "value", "oneOf": ["a"]}
    assert name_color["condition"]["value"] == LIGHT_PALETTE.muted_text
