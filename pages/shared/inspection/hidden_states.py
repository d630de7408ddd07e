"""Vectors over time, as the component shows them: one column per word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pages.shared.frame import components
from pages.shared.frame.glossary import join_with_glosses
from pages.shared.frame.i18n import N_, _

if TYPE_CHECKING:
    from seq2seq_core.inspection.hidden_states import Vector, VectorSeries  # torch comes with it

hidden_states_component = components.register_component("hidden_states")

SHADE_LEVELS = 99  # of each colour; no eye can tell finer ones apart
SERIES_LABELS = {
    ("source", "word"): N_("word embedding"),
    ("source", "h"): N_("encoder state h"),
    ("source", "c"): N_("encoder's cell c"),
    ("target", "word"): N_("embedding of the word read"),
    ("target", "h"): N_("decoder state s"),
    ("target", "c"): N_("decoder's cell c"),
    ("target", "context"): N_("context"),
}


def scale_to_shades(vectors: Sequence[Vector]) -> tuple[float, list[list[int]]]:
    """The largest absolute value, and each number as a share of it, from -99 to 99."""
    largest = max((abs(value) for vector in vectors for value in vector), default=0.0) or 1.0
    return largest, [
        [round(SHADE_LEVELS * value / largest) for value in vector] for vector in vectors
    ]


def series_data(series: VectorSeries, bidirectional: bool) -> dict[str, Any]:
    largest, columns = scale_to_shades(series.vectors)
    return {
        "name": _(SERIES_LABELS[series.side, series.kind]),
        "size": len(columns[0]),
        "largest": f"{largest:.2g}" if largest < 10 else f"{largest:.0f}",
        "columns": columns,
        "bidirectional": bidirectional and series.side == "source" and series.kind in "hc",
    }


def series_side(
    kind: str,
    title: str,
    words: Sequence[str],
    series_list: Sequence[VectorSeries],
    selected_index: int,
    bidirectional: bool,
) -> dict[str, Any]:
    return {
        "kind": kind,
        "title": title,
        "label": title,
        "words": [
            {"token": word, "title": f"{number} · {join_with_glosses([word])}"}
            for number, word in enumerate(words, 1)
        ],
        "strips": [
            series_data(series, bidirectional) for series in series_list if series.side == kind
        ],
        "chosen": selected_index,
    }


def hidden_states_data(
    key: str,
    series_list: Sequence[VectorSeries],
    source: Sequence[str],
    target: Sequence[str],
    selected_indices: tuple[int, int],
    bidirectional: bool,
) -> dict[str, Any]:
    """What the component shows; selected_indices: a source and a target word, from 0; -1 is none.

    bidirectional: the encoder reads from both ends, so half of each of its vectors comes from
    either pass.
    """
    return {
        "key": key,
        "levels": SHADE_LEVELS,
        "sides": [
            series_side(
                "source",
                _("Source · choose the word to look at"),
                source,
                series_list,
                selected_indices[0],
                bidirectional,
            ),
            series_side(
                "target",
                _("Target · choose the step"),
                target,
                series_list,
                selected_indices[1],
                bidirectional,
            ),
        ],
    }
