"""Bar charts from plain data, drawn by Altair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import pandas as pd

from seq2seq_core.figures.palette import Palette

ROOM_FOR_LABELS = 1.3  # where an axis of shares ends that has labels behind its bars


def style_chart(chart: alt.LayerChart | alt.FacetChart, palette: Palette) -> alt.Chart:
    """The look of all charts: no frame, horizontal grid lines, the palette's muted labels."""
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

    count_title says in words what that number counts, for the tooltip.
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


@dataclass(frozen=True)
class BarPair:
    """Two shares of one thing, each with what is written at its end."""

    name: str
    shares: tuple[float, float]  # each 0 to 1
    labels: tuple[str, str]
    muted: bool = False  # the name in grey


def pair_chart(
    pairs: Sequence[BarPair], series_names: tuple[str, str], color: str, palette: Palette
) -> alt.Chart:
    """Lying bars, two a name: a pale one above a full one, always from 0 to 1."""
    table = pd.DataFrame(
        [
            {"name": pair.name, "series": series, "share": share, "label": label}
            for pair in pairs
            for series, share, label in zip(series_names, pair.shares, pair.labels, strict=True)
        ]
    )
    muted_names = [pair.name for pair in pairs if pair.muted]
    name_color = alt.condition(
        alt.FieldOneOfPredicate("value", muted_names),
        alt.value(palette.muted_text),
        alt.value(palette.target_ink),
    )
    base = alt.Chart(table).encode(
        y=alt.Y(
            "name:N",
            title=None,
            sort=None,
            axis=alt.Axis(grid=False, labelColor=name_color, labelFontSize=14, labelLimit=110),
            scale=alt.Scale(paddingInner=0.2, paddingOuter=0),
        ),
        yOffset=alt.YOffset("series:N", sort=list(series_names)),
        # room for what is written behind the longest bar
        x=alt.X("share:Q", axis=None, scale=alt.Scale(domain=[0, ROOM_FOR_LABELS])),
    )
    bar_layer = base.mark_bar(cornerRadiusEnd=3).encode(
        color=alt.Color(
            "series:N",
            legend=alt.Legend(title=None, orient="top", labelColor=palette.muted_text),
        ).scale(domain=list(series_names), range=[f"{color}40", color])
    )
    label_layer = base.mark_text(align="left", dx=5, fontSize=12, color=palette.text).encode(
        text="label:N"
    )
    return style_chart(alt.layer(bar_layer, label_layer), palette)


def length_histogram(
    source: Sequence[int],
    target: Sequence[int],
    side_names: tuple[str, str],
    palette: Palette,
    x_title: str,
    y_title: str,
) -> alt.Chart:
    """How many sentences have how many words, both sides beside each other.

    source, target: the length of every sentence, in words.
    """
    table = pd.DataFrame(
        [
            {"side": side, "length": length, "count": count}
            for side, lengths in zip(side_names, (source, target), strict=True)
            for length, count in Counter(lengths).items()
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
            ).scale(domain=list(side_names), range=[palette.source, palette.target_ink]),
            tooltip=[
                alt.Tooltip("side:N", title=" "),
                alt.Tooltip("length:O", title=x_title),
                alt.Tooltip("count:Q", title=y_title),
            ],
        )
    )
    return style_chart(alt.layer(chart), palette)
