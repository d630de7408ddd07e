"""Vectors over time, as the component shows them: one column per word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pages.shared.frame import components
from pages.shared.frame.glossary import join_with_glosses
from pages.shared.frame.i18n import N_, _

if TYPE_CHECKING:
    from seq2seq_core.inspection.hidden_states import VectorSeries, Vector  # torch comes with it

strips = components.register_component("strips")

SHADES = 99  # finer than this no eye can tell
NAMES = {
    ("source", "word"): N_("word embedding"),
    ("source", "h"): N_("encoder state h"),
    ("source", "c"): N_("encoder's cell c"),
    ("target", "word"): N_("embedding of the word read"),
    ("target", "h"): N_("decoder state s"),
    ("target", "c"): N_("decoder's cell c"),
    ("target", "context"): N_("context"),
}


def shades(vectors: Sequence[Vector]) -> tuple[float, list[list[int]]]:
    """The largest size of all numbers, and each number as a share of it, from -99 to 99."""
    most = max((abs(value) for vector in vectors for value in vector), default=0.0) or 1.0
    return most, [[round(SHADES * value / most) for value in vector] for vector in vectors]


def strip(one: VectorSeries, both: bool) -> dict[str, Any]:
    most, columns = shades(one.vectors)
    return {
        "name": _(NAMES[one.side, one.kind]),
        "size": len(columns[0]),
        "most": f"{most:.2g}" if most < 10 else f"{most:.0f}",
        "columns": columns,
        "both": both and one.side == "source" and one.kind in "hc",
    }


def side(
    kind: str, title: str, words: Sequence[str], found: Sequence[VectorSeries], chosen: int, both: bool
) -> dict[str, Any]:
    return {
        "kind": kind,
        "title": title,
        "label": title,
        "words": [
            {"token": word, "title": f"{number} · {join_with_glosses([word])}"}
            for number, word in enumerate(words, 1)
        ],
        "strips": [strip(one, both) for one in found if one.side == kind],
        "chosen": chosen,
    }


def over_time(
    key: str,
    found: Sequence[VectorSeries],
    source: Sequence[str],
    target: Sequence[str],
    chosen: tuple[int, int],
    both: bool,
) -> dict[str, Any]:
    """What the component shows; chosen: which source and which target word, from 0.

    both: the encoder reads from both ends, so half of each of its vectors comes from either pass.
    """
    return {
        "key": key,
        "sides": [
            side(
                "source", _("Source · choose the word to look at"), source, found, chosen[0], both
            ),
            side("target", _("Target · choose the step"), target, found, chosen[1], both),
        ],
    }
