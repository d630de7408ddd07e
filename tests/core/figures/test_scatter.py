"""A scatter plot, whatever the words are."""

from __future__ import annotations

from plotly.graph_objects import Figure

from seq2seq_core.figures.palette import LIGHT_PALETTE
from seq2seq_core.figures.scatter import (
    FAINT_POINTS,
    MAX_GROUPS,
    MAX_LABELS,
    SYMBOLS,
    WEBGL_POINTS,
    Point,
    PointLabel,
    place_labels,
    scatter_figure,
)

POINTS = [
    Point(0, 0, ("a",)),
    Point(3, 1, ("b", "a b"), group=1),
    Point(4, 2, ("$x$ <b>",), emphasis=2),
]


def test_a_scatter_plot_is_a_figure_that_plotly_takes_with_one_scale_for_both_axes() -> None:
    figure = scatter_figure(
        POINTS,
        [PointLabel(4, 2, "$x$ <b>", emphasis=2)],
        LIGHT_PALETTE.source,
        LIGHT_PALETTE,
        "one",
        "two",
    )
    plotly_figure = Figure(figure)  # refuses what it does not know
    ungrouped, grouped, words = plotly_figure.data
    assert (ungrouped.marker.color, list(ungrouped.x)) == (LIGHT_PALETTE.source, [0, 4])
    assert ungrouped.marker.size[1] > ungrouped.marker.size[0]
    assert grouped.marker.color == LIGHT_PALETTE.group_colors[1]
    assert grouped.hovertext == ("b<br>a b",)
    assert plotly_figure.layout.yaxis.scaleanchor == "x"
    for text in (words.text[0], ungrouped.hovertext[1]):
        assert "$" not in text and "<b>$" not in text and "&lt;b&gt;" in text


def test_the_important_labels_find_place_and_the_others_where_some_is_left() -> None:
    points = [Point(0, 0, ("",)), Point(10, 10, ("",))]
    crowd = [PointLabel(5, 5 + i / 1000, f"word{i}") for i in range(99)]
    assert place_labels([*crowd, PointLabel(0, 0, "far")], points) == [
        crowd[0],
        PointLabel(0, 0, "far"),
    ]
    apart = [PointLabel(x, y, "词") for x in range(10) for y in range(10)]
    assert len(place_labels(apart, points)) == MAX_LABELS
    assert place_labels([PointLabel(0, 0, "alone")], [Point(0, 0, ("",))])


def plot_traces(points: list[Point]) -> list[dict[str, object]]:
    """The traces of a figure: the points by group, then the words."""
    label = PointLabel(0, 0, "w")
    data: list[dict[str, object]] = scatter_figure(
        points, [label], LIGHT_PALETTE.source, LIGHT_PALETTE, "", ""
    )["data"]
    return data


def test_many_points_are_drawn_by_the_graphics_card_and_their_words_are_not() -> None:
    crowd = [Point(i, i, ("w",)) for i in range(WEBGL_POINTS + 1)]
    points, words = plot_traces(crowd)
    assert (points["type"], words["type"]) == ("scattergl", "scatter")
    assert plot_traces(crowd[:-1])[0]["type"] == "scatter"


def test_many_points_of_one_group_are_faint_and_the_chosen_one_is_not() -> None:
    crowd = [Point(i, i, ("w",), emphasis=2 * (i == 0)) for i in range(FAINT_POINTS + 1)]
    for points, opacity in ((crowd, 0.25), (crowd[:-1], 0.6)):
        marker = plot_traces(points)[0]["marker"]
        assert isinstance(marker, dict)
        assert {*marker["opacity"][:-1]} == {opacity}
        assert marker["opacity"][-1] == 1  # drawn last, on top


def test_every_group_has_a_style_of_its_own() -> None:
    traces = plot_traces([Point(i, i, ("w",), group=i) for i in range(MAX_GROUPS)])[:-1]
    markers = [trace["marker"] for trace in traces]
    styles = {(marker["color"], marker["symbol"]) for marker in markers if isinstance(marker, dict)}
    assert len(styles) == MAX_GROUPS == len(SYMBOLS) * len(LIGHT_PALETTE.group_colors)
