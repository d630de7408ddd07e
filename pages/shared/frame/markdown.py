"""Learner text in places that know Markdown."""

from __future__ import annotations

import re

# everything that Streamlit's Markdown gives a meaning: emphasis, links, images, code, HTML,
# maths, directives such as :red[…] and emoji such as :smile:
MARKDOWN_SYNTAX = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&@/=^\"'])")

# Streamlit makes addresses links without any mark around them, escaped or not: an invisible word
# joiner between their parts keeps them text
AUTOLINK = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?<=@)", re.IGNORECASE)


def escape_markdown(text: str) -> str:
    """The text with every special character escaped, so that Markdown shows it as it is."""
    without_autolinks = AUTOLINK.sub("\u2060", " ".join(text.split()))
    return MARKDOWN_SYNTAX.sub(r"\\\1", without_autolinks)


def color_markdown(text: str, color: str) -> str:
    """Learner text in a colour of the palette."""
    return f':color[{escape_markdown(text)}]{{foreground="{color}"}}'
