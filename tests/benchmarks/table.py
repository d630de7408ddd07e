"""One row per measure, always beside something measured in the same run: machines differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

HEAD = ("measure", "median", "p95", "n", "beside it", "median", "p95", "n", "ratio", "aim", "")
NAMES = (0, 4, 10)  # columns of words: they stand on the left


@dataclass(frozen=True)
class Figures:
    """What was timed or counted, every time."""

    name: str
    values: Sequence[float]

    @property
    def median(self) -> float:
        return median(self.values)


@dataclass(frozen=True)
class Row:
    """A measure and its neighbour. The aim is one for the median, for p95, or for the ratio."""

    measured: Figures
    beside: Figures
    aim: float
    unit: str
    at_least: bool = False  # else at most
    of_ratio: bool = False
    of_p95: bool = False

    @property
    def ratio(self) -> float:
        """NaN beside a neighbour of zero."""
        return self.measured.median / self.beside.median if self.beside.median else math.nan

    def met(self) -> bool:
        value = self.ratio if self.of_ratio else self.measured.median
        if self.of_p95:
            value = p95(self.measured.values, self.at_least)
        return value >= self.aim if self.at_least else value <= self.aim

    def wanted(self) -> str:
        sign = "≥" if self.at_least else "≤"
        return f"{'p95 ' * self.of_p95}{sign} {self.aim:g} {self.unit}".rstrip()

    def cells(self) -> list[str]:
        return [
            *figures(self.measured, self.at_least),
            *figures(self.beside, self.at_least),
            "–" if math.isnan(self.ratio) else f"{self.ratio:.2f}",
            self.wanted(),
            "met" if self.met() else "missed",
        ]


def p95(values: Sequence[float], more_is_better: bool = False) -> float:
    """95 in 100 are as good as this or better; of fewer than twenty it is the worst."""
    return sorted(values, reverse=more_is_better)[math.ceil(0.95 * len(values)) - 1]


def figures(of: Figures, more_is_better: bool) -> list[str]:
    both = number(of.median), number(p95(of.values, more_is_better))
    return [of.name, *both, str(len(of.values))]


def number(value: float) -> str:
    """Three digits: no such measure knows more."""
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def table(rows: Sequence[Row]) -> str:
    lines = [list(HEAD), *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in NAMES else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
