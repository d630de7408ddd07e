"""The component that shows the attention of many sentences at a glance."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

from pages.shared.frame import components
from pages.shared.frame.glossary import join_with_glosses
from pages.shared.frame.i18n import _, segments
from seq2seq_core.inspection.attention_maps import AttentionMap

maps = components.register_component("maps", "shades")


def said(one: AttentionMap) -> list[dict[str, str]]:
    """A map in words: its strongest link, and how many links cross."""
    t, j, weight = one.strongest_link
    words = segments(
        "Its strongest link: {token} looked at the position of {source} ({weight}). ",
        token={"target": one.target[t]},
        source={"source": join_with_glosses([one.source[j]])},
        weight={"text": f"{weight:.0%}"},
    )
    if not one.crossings:
        return words + segments("No links cross.")
    if one.crossings == 1:
        return words + segments("One pair of links crosses.")
    count = {"text": str(one.crossings)}
    return words + segments("{count} pairs of links cross.", count=count)


def maps_data(
    key: str, texts: Sequence[str], shown: Sequence[AttentionMap], pinned: str, above: str
) -> dict[str, Any]:
    """What the component shows; texts are the source sentences as they stand in the corpus.

    above: the key of the container that shows the chosen one large, to be scrolled into view.
    """
    return {
        "key": key,
        "above": above,
        "maps": [
            {
                "id": text,
                "source": one.source,
                "target": one.target,
                "shades": b64encode(one.weight_bytes).decode(),
                "said": said(one),
                "pinned": text == pinned,
            }
            for text, one in zip(texts, shown, strict=True)
        ],
        "labels": {
            "pictures": _("Attention maps, one for each sentence"),
            "hint": _("Choose a picture to show it above."),
        },
    }
