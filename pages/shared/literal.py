"""Learner text in places that know Markdown."""

from __future__ import annotations

import re

# everything that Streamlit's Markdown gives a meaning: emphasis, links, images, code, HTML,
# maths, directives such as :red[…] and emoji such as :smile:
MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&@/=^\"'])")


def literal(text: str) -> str:
    """The text with every special character escaped, so that Markdown shows it as it is."""
    return MARKDOWN.sub(r"\\\1", " ".join(text.split()))
