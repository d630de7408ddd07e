"""One table of colours: what cannot be fed from it is held equal to it, and all can be read."""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from seq2seq_core.figures.palette import DARK_PALETTE, LIGHT_PALETTE, Palette

ROOT = Path(__file__).parents[3]
THEME: dict[str, Any] = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["theme"]
each_palette = pytest.mark.parametrize(
    ("name", "palette"), [("light", LIGHT_PALETTE), ("dark", DARK_PALETTE)]
)


@each_palette
def test_streamlits_theme_has_the_colours_of_the_table(name: str, palette: Palette) -> None:
    assert THEME[name] == {
        "primaryColor": palette.primary,
        "backgroundColor": palette.background,
        "secondaryBackgroundColor": palette.panel,
        "textColor": palette.text,
        "borderColor": palette.border,
        "chartCategoricalColors": [palette.text, palette.held_out],
        "sidebar": {"backgroundColor": palette.panel},
    }


def luminance(color: str) -> float:
    """WCAG 2.2's relative luminance of #rrggbb."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_runs_from_1_to_21() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#777777") == 1


@each_palette
def test_letters_can_be_read_on_what_they_stand_on(name: str, palette: Palette) -> None:
    pairs = [
        (palette.text, palette.background),
        (palette.text, palette.panel),
        (palette.muted_text, palette.background),
        (palette.on_primary, palette.primary),
        (palette.on_source, palette.source),
        (palette.source, palette.background),
        (palette.target_ink, palette.background),
        (palette.correct, palette.background),
        (palette.wrong, palette.background),
    ]
    assert {pair for pair in pairs if contrast(*pair) < 4.5} == set()


@each_palette
def test_marks_stand_out_from_the_page(name: str, palette: Palette) -> None:
    marks = [palette.target, palette.positive, palette.negative, palette.held_out]
    for color in (*marks, *palette.group_colors):
        assert contrast(color, palette.background) >= 3


@each_palette
def test_source_and_target_have_colours_that_nothing_else_has(name: str, palette: Palette) -> None:
    colors = asdict(palette)
    sides = {colors.pop(side) for side in ("source", "target", "target_ink")}
    assert not sides & {*colors.pop("group_colors"), *colors.values()}
