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

    ink: str
    quiet: str
    grid: str
    held_out: str
    source: str
    target: str
    groups: tuple[str, ...]  # of what is neither
    page: str


LIGHT = Palette(
    "#1a1d21", "#5c6570", "#e8ebef", "#7e57c2", "#0072B2", "#B85000",
    ("#7e57c2", "#3f7a1f", "#b0307a", "#857a00"), "#ffffff",
)  # fmt: skip
DARK = Palette(
    "#e6e9ed", "#98a2ae", "#2b343f", "#b39ddb", "#56B4E9", "#FF8F40",
    ("#b39ddb", "#9ac76b", "#ee9ccb", "#d9cf5a"), "#0f141a",
)  # fmt: skip


@dataclass(frozen=True)
class Bar:
    """A share of `count`, under its name."""

    name: str
    share: float  # 0 to 1
    count: int


def bars(
    shown: Sequence[Bar], color: str, palette: Palette, x: str, y: str, count: str
) -> alt.Chart:
    """Shares side by side, always from 0 to 1, with the number of cases above each.

    count says in words what that number counts, for the tooltip.
    """
    table = pd.DataFrame(
        [{"name": b.name, "share": b.share, "count": b.count, "n": f"n={b.count}"} for b in shown]
    )
    base = alt.Chart(table).encode(
        x=alt.X("name:N", title=x, sort=None, axis=alt.Axis(labelAngle=0, grid=False)),
        y=alt.Y(
            "share:Q",
            title=y,
            scale=alt.Scale(domain=[0, 1]),
            axis=alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1]),
        ),
        tooltip=[
            alt.Tooltip("name:N", title=x),
            alt.Tooltip("share:Q", title=y, format=".0%"),
            alt.Tooltip("count:Q", title=count),
        ],
    )
    columns = base.mark_bar(color=color, cornerRadiusEnd=3, width={"band": 0.6})
    numbers = base.mark_text(dy=-9, fontSize=12, color=palette.quiet).encode(text="n:N")
    return style(alt.layer(columns, numbers), palette)


def lengths(
    source: Sequence[int],
    target: Sequence[int],
    names: tuple[str, str],
    palette: Palette,
    x: str,
    y: str,
) -> alt.Chart:
    """How many sentences have how many words, on both sides beside each other."""
    counted = [(side, *item) for side in (0, 1) for item in Counter((source, target)[side]).items()]
    table = pd.DataFrame(
        [{"side": names[side], "length": n, "count": count} for side, n, count in counted]
    )
    longest = max([*source, *target], default=1)
    chart = (
        alt.Chart(table)
        .mark_bar()
        .encode(
            x=alt.X(
                "length:O",
                title=x,
                scale=alt.Scale(domain=list(range(1, longest + 1))),
                axis=alt.Axis(labelAngle=0, labelOverlap=True),
            ),
            xOffset=alt.XOffset("side:N", sort=list(names)),
            y=alt.Y("count:Q", title=y, axis=alt.Axis(tickCount=4)),
            color=alt.Color(
                "side:N", legend=alt.Legend(title=None, orient="top", labelColor=palette.quiet)
            ).scale(domain=list(names), range=[palette.source, palette.target]),
            tooltip=[
                alt.Tooltip("side:N", title=" "),
                alt.Tooltip("length:O", title=x),
                alt.Tooltip("count:Q", title=y),
            ],
        )
    )
    return style(alt.layer(chart), palette)


@dataclass(frozen=True)
class Dot:
    """A point in a cloud: what stands at the pointer, and how it is marked."""

    x: float
    y: float
    told: tuple[str, ...]  # lines
    group: int | None = None  # a colour and a shape; None: like all others
    near: int = 0  # 2 the chosen word, 1 one of its neighbours


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str
    near: int = 0


SHAPES = ("circle", "diamond", "triangle-up", "square")
GROUPS = len(SHAPES) * len(LIGHT.groups)  # looks that can be told apart
MANY = 2000  # points, from which the graphics card draws them
LABELS = 60
ROOM = 480, 400  # px: where labels find place here they find it on most screens
FONT = 13  # px
FAMILY = '"Source Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'


def plain(text: str) -> str:
    """Learner text as a Plotly label: it would take <b> for bold and $x$ for a formula."""
    return html.escape(text, quote=False).replace("$", "&#36;")


def legible(labels: Sequence[Label], dots: Sequence[Dot]) -> list[Label]:
    """Those that find place, the first ones first; at most LABELS."""
    wide = max(max(d.x for d in dots) - min(d.x for d in dots), 1e-9)
    high = max(max(d.y for d in dots) - min(d.y for d in dots), 1e-9)
    scale = min(ROOM[0] / wide, ROOM[1] / high)  # both axes have the same
    taken: list[tuple[float, float, float]] = []  # middle x, y and half the width, in px
    found: list[Label] = []
    for label in labels:
        half = FONT * sum(1 if c > "\u2e80" else 0.56 for c in label.text) / 2 + 2
        x, y = label.x * scale, label.y * scale
        free = all(abs(x - a) > half + w or abs(y - b) > FONT * 1.3 for a, b, w in taken)
        if free and len(found) < LABELS:
            taken.append((x, y, half))
            found.append(label)
    return found


MANY = 600  # dots


def marks(dots: Sequence[Dot], color: str, shape: str, kind: str, palette: Palette) -> Any:
    """One trace: a mark for each dot, larger and with a rim where it is near or chosen."""
    faint = 0.6 if len(dots) <= MANY else 0.25  # names stay readable in front of a cloud
    return {
        "type": kind,
        "mode": "markers",
        "x": [dot.x for dot in dots],
        "y": [dot.y for dot in dots],
        "hovertext": ["<br>".join(map(plain, dot.told)) for dot in dots],
        "hoverinfo": "text",
        "marker": {
            "color": color,
            "symbol": shape,
            "size": [(8, 9, 13)[dot.near] for dot in dots],
            "opacity": [(faint, 0.9, 1)[dot.near] for dot in dots],
            "line": {"color": palette.ink, "width": [(0, 1, 2.5)[dot.near] for dot in dots]},
        },
    }


def names(labels: Sequence[Label], palette: Palette) -> Any:
    """One trace: the words beside the dots. Not for the graphics card: it knows no escapes."""
    halo = ", ".join([f"0 0 2px {palette.page}"] * 4)  # to be read on top of dots
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [label.x for label in labels],
        "y": [label.y for label in labels],
        "text": [f"<b>{plain(one.text)}</b>" if one.near else plain(one.text) for one in labels],
        "marker": {"size": 12, "opacity": 0},  # keeps the word clear of its dot
        "textposition": "top center",
        "textfont": {"size": FONT, "color": palette.ink, "shadow": halo},
        "hoverinfo": "skip",
    }


def cloud(
    dots: Sequence[Dot], labels: Sequence[Label], color: str, palette: Palette, x: str, y: str
) -> dict[str, Any]:
    """Points in a plane, as Plotly wants them; a length means the same along both axes.

    color is that of dots without a group. labels: the important ones first; those that find no
    place are left out.
    """
    kind = "scattergl" if len(dots) > MANY else "scatter"
    traces = []
    for group in sorted({dot.group for dot in dots}, key=lambda g: -1 if g is None else g):
        look = (color, SHAPES[0])
        if group is not None:
            look = palette.groups[group % 4], SHAPES[group // 4]
        some = [dot for dot in dots if dot.group == group]
        traces.append(marks(sorted(some, key=lambda dot: dot.near), *look, kind, palette))
    grid = "rgba(128, 134, 145, 0.2)"  # right on either theme: an evening changes it without us
    axis = {"showticklabels": False, "zeroline": False, "gridcolor": grid}
    quiet = {"size": 13, "color": palette.quiet}
    return {
        "data": [*traces, names(legible(labels, dots), palette)],
        "layout": {
            "height": 520,
            "margin": {"l": 28, "r": 8, "t": 8, "b": 32},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "showlegend": False,
            "dragmode": "zoom" if len(dots) > LABELS else False,  # else a finger scrolls the page
            "font": {"family": FAMILY, "color": palette.ink},
            "hoverlabel": {"font": {"family": FAMILY, "size": 14}, "align": "left"},
            "xaxis": {**axis, "title": {"text": x, "font": quiet}},
            "yaxis": {**axis, "title": {"text": y, "font": quiet}, "scaleanchor": "x"},
        },
    }


def style(chart: alt.LayerChart | alt.FacetChart, palette: Palette) -> alt.Chart:
    return (
        chart.configure_view(strokeWidth=0)
        .configure(background="transparent")
        .configure_axis(
            grid=False,
            domain=False,
            ticks=False,
            labelColor=palette.quiet,
            titleColor=palette.quiet,
            labelPadding=8,
        )
        .configure_axisY(grid=True, gridColor=palette.grid)
        .configure_scale(bandPaddingInner=0.06)
    )
