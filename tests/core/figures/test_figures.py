"""Charts from plain data, whatever the words are."""

from __future__ import annotations

from plotly.graph_objects import Figure

from seq2seq_core.figures import (
    LIGHT_PALETTE,
    MANY_POINTS,
    MAX_LABELS,
    Bar,
    Point,
    PointLabel,
    bar_chart,
    place_labels,
    scatter_figure,
)


def test_bars_always_span_0_to_1_and_say_how_many_cases_they_stand_for() -> None:
    shown = [Bar("10", 0.5, 4), Bar("9", 1.0, 1), Bar("2–3", 0.0, 7)]
    chart = bar_chart(
        shown, LIGHT_PALETTE.text, LIGHT_PALETTE, "length", "share", "sentences"
    ).to_dict()
    columns, numbers = chart["layer"]
    assert columns["encoding"]["y"]["scale"]["domain"] == [0, 1]
    assert columns["encoding"]["x"]["sort"] is None  # in the order given, not by name
    rows = next(iter(chart["datasets"].values()))
    assert [row["n"] for row in rows] == ["n=4", "n=1", "n=7"]
    assert numbers["encoding"]["text"]["field"] == "n"


DOTS = [
    Point(0, 0, ("a",)),
    Point(3, 1, ("b", "a b"), group=1),
    Point(4, 2, ("$x$ <b>",), emphasis=2),
]


def test_a_cloud_is_a_figure_that_plotly_takes_with_one_scale_for_both_axes() -> None:
    figure = scatter_figure(
        DOTS,
        [PointLabel(4, 2, "$x$ <b>", emphasis=2)],
        LIGHT_PALETTE.source,
        LIGHT_PALETTE,
        "one",
        "two",
    )
    made = Figure(figure)  # refuses what it does not know
    plain, grouped, words = made.data
    assert (plain.marker.color, list(plain.x)) == (LIGHT_PALETTE.source, [0, 4])
    assert plain.marker.size[1] > plain.marker.size[0]
    assert grouped.marker.color == LIGHT_PALETTE.group_colors[1]
    assert grouped.hovertext == ("b<br>a b",)
    assert made.layout.yaxis.scaleanchor == "x"
    for text in (words.text[0], plain.hovertext[1]):
        assert "$" not in text and "<b>$" not in text and "&lt;b&gt;" in text


def test_the_important_labels_find_place_and_the_others_where_some_is_left() -> None:
    dots = [Point(0, 0, ("",)), Point(10, 10, ("",))]
    crowd = [PointLabel(5, 5 + i / 1000, f"word{i}") for i in range(99)]
    assert place_labels([*crowd, PointLabel(0, 0, "far")], dots) == [
        crowd[0],
        PointLabel(0, 0, "far"),
    ]
    apart = [PointLabel(x, y, "词") for x in range(10) for y in range(10)]
    assert len(place_labels(apart, dots)) == MAX_LABELS
    assert place_labels([PointLabel(0, 0, "alone")], [Point(0, 0, ("",))])


def test_many_points_are_drawn_by_the_graphics_card_and_their_words_are_not() -> None:
    many = [Point(i, i, ("w",)) for i in range(MANY_POINTS + 1)]
    points, words = scatter_figure(
        many, [PointLabel(0, 0, "w")], LIGHT_PALETTE.source, LIGHT_PALETTE, "", ""
    )["data"]
    assert (points["type"], words["type"]) == ("scattergl", "scatter")
