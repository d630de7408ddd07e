"""Pictures from plain data: functions that return a chart and know nothing of models or pages."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd


@dataclass(frozen=True)
class Palette:
    """Source tokens are blue, target tokens orange; nothing else is."""

    text: str
    muted_text: str
    grid: str
    held_out: str
    source: str
    target: str
    group_colors: tuple[str, ...]  # of what is neither
    background: str


LIGHT_PALETTE = Palette(
    "#1a1d21", "#5c6570", "#e8ebef", "#7e57c2", "#0072B2", "#B85000",
    ("#7e57c2", "#3f7a1f", "#b0307a", "#857a00"), "#ffffff",
)  # fmt: skip
DARK_PALETTE = Palette(
    "#e6e9ed", "#98a2ae", "#2b343f", "#b39ddb", "#56B4E9", "#FF8F40",
    ("#b39ddb", "#9ac76b", "#ee9ccb", "#d9cf5a"), "#0f141a",
)  # fmt: skip


@dataclass(frozen=True)
class Bar:
    """A share of `count`, under its name."""

    name: str
    share: float  # 0 to 1
    count: int


def bar_chart(
    bars: Sequence[Bar], color: str, palette: Palette, x_title: str, y_title: str, count_title: str
) -> alt.Chart:
    """Shares side by side, always from 0 to 1, with the number of cases above each.

    count says in words what that number counts, for the tooltip.
    """
    table = pd.DataFrame(
        [{"name": b.name, "share": b.share, "count": b.count, "n": f"n={b.count}"} for b in bars]
    )
    base = alt.Chart(table).encode(
        x=alt.X("name:N", title=x_title, sort=None, axis=alt.Axis(labelAngle=0, grid=False)),
        y=alt.Y(
            "share:Q",
            title=y_title,
            scale=alt.Scale(domain=[0, 1]),
            axis=alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1]),
        ),
        tooltip=[
            alt.Tooltip("name:N", title=x_title),
            alt.Tooltip("share:Q", title=y_title, format=".0%"),
            alt.Tooltip("count:Q", title=count_title),
        ],
    )
    bar_layer = base.mark_bar(color=color, cornerRadiusEnd=3, width={"band": 0.6})
    count_layer = base.mark_text(dy=-9, fontSize=12, color=palette.muted_text).encode(text="n:N")
    return style_chart(alt.layer(bar_layer, count_layer), palette)


def length_histogram(
    source: Sequence[int],
    target: Sequence[int],
    side_names: tuple[str, str],
    palette: Palette,
    x_title: str,
    y_title: str,
) -> alt.Chart:
    """How many sentences have how many words, on both sides beside each other."""
    side_length_counts = [
        (side, *item) for side in (0, 1) for item in Counter((source, target)[side]).items()
    ]
    table = pd.DataFrame(
        [
            {"side": side_names[side], "length": n, "count": count}
            for side, n, count in side_length_counts
        ]
    )
    longest = max([*source, *target], default=1)
    chart = (
        alt.Chart(table)
        .mark_bar()
        .encode(
            x=alt.X(
                "length:O",
                title=x_title,
                scale=alt.Scale(domain=list(range(1, longest + 1))),
                axis=alt.Axis(labelAngle=0, labelOverlap=True),
            ),
            xOffset=alt.XOffset("side:N", sort=list(side_names)),
            y=alt.Y("count:Q", title=y_title, axis=alt.Axis(tickCount=4)),
            color=alt.Color(
                "side:N", legend=alt.Legend(title=None, orient="top", labelColor=palette.muted_text)
            ).scale(domain=list(side_names), range=[palette.source, palette.target]),
            tooltip=[
                alt.Tooltip("side:N", title=" "),
                alt.Tooltip("length:O", title=x_title),
                alt.Tooltip("count:Q", title=y_title),
            ],
        )
    )
    return style_chart(alt.layer(chart), palette)


@dataclass(frozen=True)
class Point:
    """A point in a cloud: what stands at the pointer, and how it is marked."""

    x: float
    y: float
    tooltip: tuple[str, ...]  # lines
    group: int | None = None  # a colour and a shape; None: like all others
    emphasis: int = 0  # 2 the chosen word, 1 one of its neighbours


@dataclass(frozen=True)
class PointLabel:
    x: float
    y: float
    text: str
    emphasis: int = 0


SYMBOLS = ("circle", "diamond", "triangle-up", "square")
MAX_GROUPS = len(SYMBOLS) * len(LIGHT_PALETTE.group_colors)  # looks that can be told apart
MANY_POINTS = 2000  # points, from which the graphics card draws them
MAX_LABELS = 60
PLOT_SIZE = 480, 400  # px: where labels find place here they find it on most screens
FONT_SIZE = 13  # px
FONT_FAMILY = '"Source Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'


def escape_label(text: str) -> str:
    """Learner text as a Plotly label: it would take <b> for bold and $x$ for a formula."""
    return html.escape(text, quote=False).replace("$", "&#36;")


def place_labels(labels: Sequence[PointLabel], points: Sequence[Point]) -> list[PointLabel]:
    """Those that find place, the first ones first; at most LABELS."""
    width = max(max(d.x for d in points) - min(d.x for d in points), 1e-9)
    height = max(max(d.y for d in points) - min(d.y for d in points), 1e-9)
    scale = min(PLOT_SIZE[0] / width, PLOT_SIZE[1] / height)  # both axes have the same
    occupied: list[tuple[float, float, float]] = []  # middle x, y and half the width, in px
    placed_labels: list[PointLabel] = []
    for label in labels:
        half_width = FONT_SIZE * sum(1 if c > "\u2e80" else 0.56 for c in label.text) / 2 + 2
        x, y = label.x * scale, label.y * scale
        is_free = all(
            abs(x - a) > half_width + w or abs(y - b) > FONT_SIZE * 1.3 for a, b, w in occupied
        )
        if is_free and len(placed_labels) < MAX_LABELS:
            occupied.append((x, y, half_width))
            placed_labels.append(label)
    return placed_labels


MANY_POINTS = 600  # dots


def scatter_trace(
    points: Sequence[Point], color: str, symbol: str, trace_type: str, palette: Palette
) -> Any:
    """One trace: a mark for each dot, larger and with a rim where it is near or chosen."""
    base_opacity = (
        0.6 if len(points) <= MANY_POINTS else 0.25
    )  # names stay readable in front of a cloud
    return {
        "type": trace_type,
        "mode": "markers",
        "x": [point.x for point in points],
        "y": [dot.y for dot in points],
        "hovertext": ["<br>".join(map(escape_label, dot.tooltip)) for dot in points],
        "hoverinfo": "text",
        "marker": {
            "color": color,
            "symbol": symbol,
            "size": [(8, 9, 13)[dot.emphasis] for dot in points],
            "opacity": [(base_opacity, 0.9, 1)[dot.emphasis] for dot in points],
            "line": {"color": palette.text, "width": [(0, 1, 2.5)[dot.emphasis] for dot in points]},
        },
    }


def label_trace(labels: Sequence[PointLabel], palette: Palette) -> Any:
    """One trace: the words beside the dots. Not for the graphics card: it knows no escapes."""
    halo = ", ".join([f"0 0 2px {palette.background}"] * 4)  # to be read on top of dots
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [label.x for label in labels],
        "y": [label.y for label in labels],
        "text": [
            f"<b>{escape_label(one.text)}</b>" if one.emphasis else escape_label(one.text)
            for one in labels
        ],
        "marker": {"size": 12, "opacity": 0},  # keeps the word clear of its dot
        "textposition": "top center",
        "textfont": {"size": FONT_SIZE, "color": palette.text, "shadow": halo},
        "hoverinfo": "skip",
    }


def scatter_figure(
    points: Sequence[Point],
    labels: Sequence[PointLabel],
    color: str,
    palette: Palette,
    x_title: str,
    y_title: str,
) -> dict[str, Any]:
    """Points in a plane, as Plotly wants them; a length means the same along both axes.

    color is that of dots without a group. labels: the important ones first; those that find no
    place are left out.
    """
    trace_type = "scattergl" if len(points) > MANY_POINTS else "scatter"
    traces = []
    for group in sorted({point.group for point in points}, key=lambda g: -1 if g is None else g):
        marker_style = (color, SYMBOLS[0])
        if group is not None:
            marker_style = palette.group_colors[group % 4], SYMBOLS[group // 4]
        group_points = [dot for dot in points if dot.group == group]
        traces.append(
            scatter_trace(
                sorted(group_points, key=lambda dot: dot.emphasis),
                *marker_style,
                trace_type,
                palette,
            )
        )
    grid_color = (
        "rgba(128, 134, 145, 0.2)"  # right on either theme: an evening changes it without us
    )
    axis = {"showticklabels": False, "zeroline": False, "gridcolor": grid_color}
    title_font = {"size": 13, "color": palette.muted_text}
    return {
        "data": [*traces, label_trace(place_labels(labels, points), palette)],
        "layout": {
            "height": 520,
            "margin": {"l": 28, "r": 8, "t": 8, "b": 32},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "showlegend": False,
            "dragmode": "zoom"
            if len(points) > MAX_LABELS
            else False,  # else a finger scrolls the page
            "font": {"family": FONT_FAMILY, "color": palette.text},
            "hoverlabel": {"font": {"family": FONT_FAMILY, "size": 14}, "align": "left"},
            "xaxis": {**axis, "title": {"text": x_title, "font": title_font}},
            "yaxis": {**axis, "title": {"text": y_title, "font": title_font}, "scaleanchor": "x"},
        },
    }


def style_chart(chart: alt.LayerChart | alt.FacetChart, palette: Palette) -> alt.Chart:
    return (
        chart.configure_view(strokeWidth=0)
        .configure(background="transparent")
        .configure_axis(
            grid=False,
            domain=False,
            ticks=False,
            labelColor=palette.muted_text,
            titleColor=palette.muted_text,
            labelPadding=8,
        )
        .configure_axisY(grid=True, gridColor=palette.grid)
        .configure_scale(bandPaddingInner=0.06)
    )
