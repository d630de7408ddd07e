"""The component that shows the attention of many sentences at a glance."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from typing import Any

from pages.shared.frame import components
from pages.shared.frame.glossary import join_with_glosses
from pages.shared.frame.i18n import _, ngettext, segments
from seq2seq_core.inspection.attention_maps import AttentionMap

map_tiles_component = components.register_component("attention_tiles", "sentences")


def to_shades(weights: Iterable[float]) -> bytes:
    """One byte a weight for a canvas: 255 is all of it. AttentionMap holds its weights so."""
    return bytes(int(255 * weight + 0.5) for weight in weights)


def describe_crossings(count: int) -> str:
    if not count:
        return _("No links cross.")
    return ngettext("One pair of links crosses.", "{count} pairs of links cross.", count)


def describe_map_tile(attention_map: AttentionMap) -> list[dict[str, str]]:
    """A map in words: its strongest link, and how many links cross."""
    t, j, weight = attention_map.strongest_link
    strongest_link = segments(
        "Its strongest link: {token} looked at the position of {source} ({weight}). ",
        token={"target": attention_map.target[t]},
        source={"source": join_with_glosses([attention_map.source[j]])},
        weight={"text": f"{weight:.0%}"},
    )
    return [*strongest_link, {"text": describe_crossings(attention_map.crossings)}]


def map_tiles_data(
    key: str,
    texts: Sequence[str],
    attention_maps: Sequence[AttentionMap],
    pinned: str,
    container_key: str,
) -> dict[str, Any]:
    """What the component shows; texts are the source sentences as they stand in the corpus.

    above: the key of the container that shows the chosen one large, to be scrolled into view.
    """
    return {
        "key": key,
        "above": container_key,
        "maps": [
            {
                "id": text,
                "source": attention_map.source,
                "target": attention_map.target,
                "shades": b64encode(attention_map.weight_bytes).decode(),
                "said": describe_map_tile(attention_map),
                "pinned": text == pinned,
            }
            for text, attention_map in zip(texts, attention_maps, strict=True)
        ],
        "labels": {
            "pictures": _("Attention maps, one for each sentence"),
            "hint": _("Choose a picture to show it above."),
        },
    }
