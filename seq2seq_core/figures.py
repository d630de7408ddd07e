"""Pictures from plain data: functions that return a chart and know nothing of models or pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

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


LIGHT = Palette("#1a1d21", "#5c6570", "#e8ebef", "#7e57c2", "#0072B2", "#B85000")
DARK = Palette("#e6e9ed", "#98a2ae", "#2b343f", "#b39ddb", "#56B4E9", "#FF8F40")


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
