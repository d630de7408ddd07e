"""The page and its components have the colours of the one table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pages.shared.frame.theme import CSS, DARK_CSS, color_variables
from seq2seq_core.figures.palette import DARK_PALETTE, LIGHT_PALETTE, Palette

[STYLESHEET] = (Path(__file__).parents[3] / "assets").rglob("theme.css")
FIELDS = {"right": "correct", "strong-ink": "on_source", "page": "background", "line": "border"}
LITERAL = re.compile(r"--([\w-]+): *(?:var\(--[\w-]+, *)?(#[0-9a-f]+)")


@pytest.mark.parametrize(
    ("selector", "palette"),
    [(".lab {", LIGHT_PALETTE), ('.lab[data-dark="true"] {', DARK_PALETTE)],
)
def test_the_components_have_the_colours_of_the_table(selector: str, palette: Palette) -> None:
    block = STYLESHEET.read_text(encoding="utf-8").partition(selector)[2].partition("}")[0]
    colors = dict(LITERAL.findall(block))
    assert len(colors) == len(re.findall("#[0-9a-f]{3}", block)) >= 11  # each literal was read
    for name, color in colors.items():
        assert color == getattr(palette, FIELDS.get(name, name.replace("-", "_"))), name


@pytest.mark.parametrize("palette", [LIGHT_PALETTE, DARK_PALETTE])
def test_the_style_of_the_page_names_no_colour_of_its_own(palette: Palette) -> None:
    assert not re.search("#[0-9a-f]{3}", CSS + DARK_CSS)
    named = set(re.findall(r"var\((--[\w-]+)\)", CSS + DARK_CSS))
    assert named == {*re.findall(r"(--[\w-]+): #", color_variables(palette))}
