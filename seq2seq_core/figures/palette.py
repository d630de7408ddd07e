"""The colours of the lesson: one table for charts, the page and the components.

Source tokens are blue, target tokens orange; nothing else is. Streamlit's own theme stands in
.streamlit/config.toml, where no Python can feed it: a test holds the two equal.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    background: str
    panel: str  # what stands out from the background: cards, the sidebar
    border: str
    grid: str  # lines behind a chart
    text: str
    muted_text: str
    primary: str  # buttons and links
    on_primary: str  # letters on it
    source: str
    on_source: str
    target: str
    on_target: str
    target_ink: str  # the same orange, dark enough for letters and thin marks
    correct: str
    wrong: str
    positive: str  # signs of numbers
    negative: str
    held_out: str  # the curve of what was never trained on
    group_colors: tuple[str, ...]  # of what is neither source nor target


LIGHT_PALETTE = Palette(
    background="#ffffff",
    panel="#f5f7fa",
    border="#dfe3e8",
    grid="#e8ebef",
    text="#1a1d21",
    muted_text="#5c6570",
    primary="#0b5fa5",
    on_primary="#ffffff",
    source="#0072b2",
    on_source="#ffffff",
    target="#d55e00",
    on_target="#ffffff",
    target_ink="#bc5000",
    correct="#3f7a1f",
    wrong="#7d4fb8",
    positive="#5f9137",
    negative="#7d57b3",
    held_out="#7e57c2",
    group_colors=("#7e57c2", "#3f7a1f", "#b0307a", "#857a00"),
)
DARK_PALETTE = Palette(
    background="#0f141a",
    panel="#1a2129",
    border="#2b343f",
    grid="#2b343f",
    text="#e6e9ed",
    muted_text="#98a2ae",
    primary="#6cb6ff",
    on_primary="#0f141a",
    source="#56b4e9",
    on_source="#10141b",
    target="#ff8f40",
    on_target="#14110d",
    target_ink="#ff8f40",
    correct="#9ac76b",
    wrong="#b598e6",
    positive="#9ac76b",
    negative="#b598e6",
    held_out="#b39ddb",
    group_colors=("#b39ddb", "#9ac76b", "#ee9ccb", "#d9cf5a"),
)
