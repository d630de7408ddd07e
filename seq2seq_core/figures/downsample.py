"""A curve as few points: what a picture of a long history needs."""

from __future__ import annotations

from collections.abc import Sequence

MAX_POINTS = 400  # a curve of more points looks the same and costs more


def downsample(
    updates: Sequence[int], values: Sequence[float], max_points: int = MAX_POINTS
) -> tuple[list[int], list[float]]:
    """At most max_points; each is the mean of the values it stands for, ending at the last."""
    step = -(-len(updates) // max_points) or 1
    ends = range(len(updates), 0, -step)
    groups = [(max(end - step, 0), end) for end in reversed(ends)]
    return (
        [updates[end - 1] for _, end in groups],
        [sum(values[start:end]) / (end - start) for start, end in groups],
    )
