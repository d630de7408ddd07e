"""A scatter plot of points with labels, as the plain data that Plotly takes."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from seq2seq_core.figures.palette import LIGHT_PALETTE, Palette


@dataclass(frozen=True)
class Point:
    """One mark: where it stands, what its tooltip says, how it looks."""

    x: float
    y: float
    tooltip: tuple[str, ...]  # lines
    group: int | None = None  # a colour and a shape; None: like all others
    emphasis: int = 0  # 2 the chosen word, 1 one of its neighbours


@dataclass(frozen=True)
class PointLabel:
    """A word beside the point at x, y."""

    x: float
    y: float
    text: str
    emphasis: int = 0


SYMBOLS = ("circle", "diamond", "triangle-up", "square")
MAX_GROUPS = len(SYMBOLS) * len(LIGHT_PALETTE.group_colors)  # that differ in colour or shape
WEBGL_POINTS = 600  # with more of them the graphics card draws: SVG would be slow to move
FAINT_POINTS = 600  # with more of one look they are faint: names stay readable in front of a cloud
MAX_LABELS = 60
PLOT_SIZE = 480, 400  # px: where labels find place here they find it on most screens
FONT_SIZE = 13  # px
FONT_FAMILY = '"Source Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'


def escape_label(text: str) -> str:
    """Learner text as a Plotly label: it would take <b> for bold and $x$ for a formula."""
    return html.escape(text, quote=False).replace("$", "&#36;")


def place_labels(labels: Sequence[PointLabel], points: Sequence[Point]) -> list[PointLabel]:
    """The labels that overlap no earlier one, at most MAX_LABELS; points give the plot's extent."""
    xs, ys = [point.x for point in points], [point.y for point in points]
    width, height = max(max(xs) - min(xs), 1e-9), max(max(ys) - min(ys), 1e-9)
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


def scatter_trace(
    points: Sequence[Point], color: str, symbol: str, trace_type: str, palette: Palette
) -> Any:
    """One trace: a mark for each point, larger and with a rim by its emphasis."""
    base_opacity = 0.6 if len(points) <= FAINT_POINTS else 0.25
    return {
        "type": trace_type,
        "mode": "markers",
        "x": [point.x for point in points],
        "y": [point.y for point in points],
        "hovertext": ["<br>".join(map(escape_label, point.tooltip)) for point in points],
        "hoverinfo": "text",
        "marker": {
            "color": color,
            "symbol": symbol,
            "size": [(8, 9, 13)[point.emphasis] for point in points],
            "opacity": [(base_opacity, 0.9, 1)[point.emphasis] for point in points],
            "line": {
                "color": palette.text,
                "width": [(0, 1, 2.5)[point.emphasis] for point in points],
            },
        },
    }


def label_trace(labels: Sequence[PointLabel], palette: Palette) -> Any:
    """One trace: the words beside the points. Not for the graphics card: it knows no escapes."""
    halo = ", ".join([f"0 0 2px {palette.background}"] * 4)  # to be read on top of points
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [label.x for label in labels],
        "y": [label.y for label in labels],
        "text": [
            f"<b>{escape_label(label.text)}</b>" if label.emphasis else escape_label(label.text)
            for label in labels
        ],
        "marker": {"size": 12, "opacity": 0},  # keeps the word clear of its point
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
    """A figure for Plotly; a length means the same along both axes.

    color is that of points without a group. labels: the important ones first, see place_labels.
    """
    trace_type = "scattergl" if len(points) > WEBGL_POINTS else "scatter"
    traces = []
    for group in sorted({point.group for point in points}, key=lambda g: -1 if g is None else g):
        group_color, symbol = color, SYMBOLS[0]
        if group is not None:  # all colours with the first symbol, then with the next one
            symbol_number, color_number = divmod(group, len(palette.group_colors))
            group_color, symbol = palette.group_colors[color_number], SYMBOLS[symbol_number]
        members = [point for point in points if point.group == group]
        members.sort(key=lambda point: point.emphasis)  # what is emphasized is drawn on top
        traces.append(scatter_trace(members, group_color, symbol, trace_type, palette))
    # right on either theme: a browser may change it without a run of the page's script
    grid_color = "rgba(128, 134, 145, 0.2)"
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
            # where all labels find place, a finger scrolls the page
            "dragmode": "zoom" if len(points) > MAX_LABELS else False,
            "font": {"family": FONT_FAMILY, "color": palette.text},
            "hoverlabel": {"font": {"family": FONT_FAMILY, "size": 14}, "align": "left"},
            "xaxis": {**axis, "title": {"text": x_title, "font": title_font}},
            "yaxis": {**axis, "title": {"text": y_title, "font": title_font}, "scaleanchor": "x"},
        },
    }
