"""Pictures from plain data: functions that return a chart and know nothing of models or pages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

POINTS = 300  # a curve of more points looks the same and costs more


@dataclass(frozen=True)
class Palette:
    """Source tokens are blue, target tokens orange; nothing else is."""

    ink: str
    quiet: str
    grid: str
    held_out: str
    source: str
    target: str
    empty: str
    full: str
    on_full: str
    turn: float  # the weight from which a number is easier to read in on_full than in ink


LIGHT = Palette(
    "#1a1d21", "#5c6570", "#e8ebef", "#7e57c2", "#0072B2", "#B85000", "#eff5f9", "#0072B2",
    "#fff", 0.7,
)  # fmt: skip
DARK = Palette(
    "#e6e9ed", "#98a2ae", "#2b343f", "#b39ddb", "#56B4E9", "#FF8F40", "#18222c", "#56B4E9",
    "#0f141a", 0.6,
)  # fmt: skip


@dataclass(frozen=True)
class Curve:
    """A named series over updates."""

    name: str
    updates: Sequence[int]
    values: Sequence[float]


def thin(curve: Curve) -> Curve:
    """At most POINTS points; each is the mean of the updates it stands for, ending at the last."""
    step = -(-len(curve.updates) // POINTS) or 1
    ends = range(len(curve.updates), 0, -step)
    groups = [(max(end - step, 0), end) for end in reversed(ends)]
    return Curve(
        curve.name,
        [curve.updates[end - 1] for _, end in groups],
        [sum(curve.values[start:end]) / (end - start) for start, end in groups],
    )


def loss_curve(
    training: Curve, held_out: Curve, updates: int, palette: Palette, x: str, y: str
) -> alt.Chart:
    """Loss over updates; the x axis spans the whole run from the start, so that nothing jumps."""
    frames = [
        pd.DataFrame({"series": c.name, "update": list(c.updates), "loss": list(c.values)})
        for c in (thin(training), held_out)
    ]
    table = pd.concat(frames, ignore_index=True)
    highest = max([*training.values, *held_out.values], default=5.0)
    color = alt.Color("series:N", legend=None).scale(
        domain=[training.name, held_out.name], range=[palette.ink, palette.held_out]
    )
    horizontal = alt.X(
        "update:Q",
        title=x,
        scale=alt.Scale(domain=[0, updates], nice=False),
        axis=alt.Axis(tickCount=6, grid=False),
    )
    vertical = alt.Y(
        "loss:Q",
        title=y,
        scale=alt.Scale(domain=[0, highest], nice=True),
        axis=alt.Axis(tickCount=5),
    )
    base = alt.Chart(table).encode(x=horizontal, y=vertical, color=color)
    alone = len(training.updates) == 1  # a line needs two points, the first one wants to be seen
    lines = base.mark_line(strokeWidth=2.2, point=alone).encode(
        strokeDash=alt.StrokeDash("series:N", legend=None).scale(
            domain=[training.name, held_out.name], range=[[1, 0], [6, 3]]
        )
    )
    names = [
        name_of(curve, above, updates, color, horizontal, vertical)
        for curve, above in ((training, 12), (held_out, 30))
        if curve.updates
    ]
    return style(alt.layer(lines, *names), palette)


def name_of(
    curve: Curve, above: int, updates: int, color: alt.Color, x: alt.X, y: alt.Y
) -> alt.Chart:
    """The curve's name at its end, where the eye is; `above` in pixels keeps two names apart."""
    last = {"series": curve.name, "update": curve.updates[-1], "loss": curve.values[-1]}
    late = curve.updates[-1] > 0.7 * updates
    return (
        alt.Chart(pd.DataFrame([last]))
        .mark_text(align="right" if late else "left", dx=0 if late else 8, dy=-above, fontSize=13)
        .encode(x=x, y=y, text="series:N", color=color)
    )


def crowded(sources: Sequence[str], targets: Sequence[str]) -> bool:
    """More than 12 × 12 cells have no room for numbers."""
    return len(sources) > 12 or len(targets) > 12


def heat_map_size(sources: Sequence[str], targets: Sequence[str]) -> tuple[int, int]:
    """Width and height in pixels that show every cell well, the words beside them included."""
    cell = 28 if crowded(sources, targets) else 52
    return cell * len(sources) + 110, cell * len(targets) + 70


def heat_map(
    sources: Sequence[str],
    targets: Sequence[str],
    weights: Sequence[Sequence[float]],
    palette: Palette,
    labels: Sequence[str],
) -> alt.Chart:
    """Attention, target × source, colours always from 0 to 1, with numbers up to 12 × 12.

    labels name source, target and weight in the tooltip. Tokens are no column names and no field
    names, only text: they may hold anything.
    """
    table = pd.DataFrame(
        [
            {"j": j, "t": t, "weight": weight, "source": sources[j], "target": targets[t]}
            for t, row in enumerate(weights)
            for j, weight in enumerate(row)
        ]
    )
    small = crowded(sources, targets)
    across, down = words(sources, palette.source, small), words(targets, palette.target, small)
    base = alt.Chart(table).encode(
        x=alt.X("j:O", title=None, axis=alt.Axis(orient="top", labelAngle=-60 * small, **across)),
        y=alt.Y("t:O", title=None, axis=alt.Axis(**down)),
        tooltip=[
            alt.Tooltip("target:N", title=labels[1]),
            alt.Tooltip("source:N", title=labels[0]),
            alt.Tooltip("weight:Q", title=labels[2], format=".1%"),
        ],
    )
    cells = base.mark_rect(cornerRadius=4).encode(
        color=alt.Color("weight:Q", legend=None).scale(
            domain=[0, 1], range=[palette.empty, palette.full], clamp=True
        )
    )
    numbers = base.mark_text(fontSize=13).encode(
        text=alt.Text("weight:Q", format=".2f"),
        opacity=alt.condition("datum.weight >= 0.05", alt.value(1), alt.value(0)),
        color=alt.condition(
            f"datum.weight > {palette.turn}", alt.value(palette.on_full), alt.value(palette.ink)
        ),
    )
    return style(alt.layer(*([cells] if small else [cells, numbers])), palette)


def words(tokens: Sequence[str], color: str, small: bool) -> dict[str, Any]:
    """An axis that shows tokens, which may repeat, at their positions."""
    shown = [token if len(token) <= 12 else f"{token[:11]}…" for token in tokens]
    return {
        "labelExpr": f"{json.dumps(shown)}[datum.value]",  # escaped to ASCII: a literal, no code
        "labelColor": color,
        "labelFontSize": 12 if small else 16,
        "labelOverlap": small,
        "labelLimit": 120,
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
