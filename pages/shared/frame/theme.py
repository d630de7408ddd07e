"""The little that Streamlit's theme does not say: widths, line height, a name at the top."""

from __future__ import annotations

import streamlit as st

from seq2seq_core.figures.palette import DARK_PALETTE, LIGHT_PALETTE, Palette

CSS = """
<style>
.stMainBlockContainer { max-width: 1240px; padding: 3.2rem 2.4rem 3rem; }
@media (min-width: 769px) {
  [data-testid="stSidebar"][data-collapsed="false"] { width: 220px !important; min-width: 220px; }
}
.stMainBlockContainer p, .stMainBlockContainer li { line-height: 1.7; }
.stMainBlockContainer h1 { padding: 0 0 .3rem; line-height: 1.25; }
[data-testid="stMetricValue"] {
  font-size: 1.6rem; font-weight: 650; font-variant-numeric: tabular-nums; line-height: 1.3;
  min-width: 4ch;
}
.st-key-train_model, .st-key-train_learning {
  background: var(--st-secondary-background-color, rgba(128, 134, 145, .08));
  border-radius: 1rem; padding: .9rem 1.1rem 1.1rem;
}
.st-key-train_model button { padding-inline: .55rem; }
.st-key-train_model h3, .st-key-train_learning h3 { padding: 0 0 .2rem; font-size: 1rem; }
[data-testid="stSidebarHeader"]::before {
  content: "Seq2Seq Lab"; font-size: 1.25rem; font-weight: 700; margin-right: auto;
}
.st-key-metrics_exact [data-testid="stMetricValue"] { font-size: 3.2rem; line-height: 1.15; }
.st-key-corpus_head, .st-key-corpus_above { min-height: 2.5rem; }
.st-key-corpus_cards { display: none; }
[data-testid="stElementToolbarButton"]:has([aria-label^="Download as CSV"]) { display: none; }
.st-key-metrics_partly, .st-key-metrics_forced { row-gap: .3rem; }
.st-key-attention_picture {
  overflow-anchor: none; /* another map inside never scrolls the page */
  scroll-margin-top: 3.75rem; /* below what floats at the top */
}
.st-key-lang_place { position: fixed; top: .55rem; right: 3.6rem; z-index: 999991; width: auto; }
div:has(> .st-key-frame_place), div:has(> .st-key-lang_place) { position: absolute; }
.st-key-frame_place { height: 0; overflow: hidden; }
/* what is scrolled goes under it, not through the language switch */
[data-testid="stHeader"] { height: 3rem; min-height: 3rem; background: var(--page-background); }
@media (max-width: 768px) {
  .stApp:has(.stSidebar[data-collapsed="false"]) .st-key-lang_place { display: none; }
}
@media (max-width: 640px) {
  .st-key-corpus_grid { display: none; }
  .st-key-corpus_cards { display: flex; }
  .stMainBlockContainer { padding: 3.4rem 1rem 3rem; }
}
</style>
"""
# on the dark theme's light blue, white letters would be hard to read
DARK_CSS = """
<style>
[data-testid="stBaseButton-primary"] { color: var(--on-primary); }
</style>
"""


def current_palette() -> Palette:
    """The colours for charts on the theme that the reader sees now."""
    return DARK_PALETTE if st.context.theme.type == "dark" else LIGHT_PALETTE


def color_variables(palette: Palette) -> str:
    """The colours that the style names, as custom properties of the whole page."""
    colors = f"--page-background: {palette.background}; --on-primary: {palette.on_primary};"
    return f"<style>:root {{ {colors} }}</style>"


def apply_css() -> None:
    is_dark = st.context.theme.type == "dark"
    st.html(
        color_variables(current_palette()) + CSS + (DARK_CSS if is_dark else "")
    )  # no learner text
