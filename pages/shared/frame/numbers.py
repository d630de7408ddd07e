"""Probabilities as they are written on every page. No space stands in them: nothing may break."""

from __future__ import annotations

from math import exp
from sys import float_info


def format_percent(share: float) -> str:
    """A share with one decimal; above zero, but too small for that: <0.1%."""
    return "<0.1%" if 0 < share < 0.0005 else f"{share:.1%}"


def format_log_probability(log_probability: float) -> str:
    """The probability with one decimal; a small one with its first digit: 41.5%, 0.003%."""
    percent = 100 * exp(log_probability)
    if percent < 0.0001:
        return "<0.0001%"
    if percent >= 0.05:
        return f"{percent:.1f}%"
    return f"{float(f'{percent:.0e}'):.4f}".rstrip("0") + "%"


def format_sentence_probability(log_probability: float) -> str:
    """Of a whole sentence: as a share, and as its logarithm, which tells tiny ones apart."""
    share = format_percent(max(exp(log_probability), float_info.min))  # exp(-1000) is 0
    return f"{share} · ln P = {log_probability:.2f}".replace("-", "\u2212")
