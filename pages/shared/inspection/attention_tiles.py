"""Small pictures of attention, of many sentences or of all heads, as the component shows them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pages.shared.frame import components

attention_tiles_component = components.register_component("attention_tiles")


@dataclass(frozen=True)
class AttentionTile:
    """One picture, and what is said about it while the pointer is on it."""

    id: str  # the component's `choice`, once it is clicked
    title: list[dict[str, str]]  # segments, as the next one
    description: list[dict[str, str]]
    row_count: int
    column_count: int
    weight_bytes: bytes  # rows × columns, see quantize_weights
    is_chosen: bool
    is_causal: bool = False

    def component_data(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title,
            "description": self.description,
            "rows": self.row_count,
            "columns": self.column_count,
            "shades": b64encode(self.weight_bytes).decode(),
            "chosen": self.is_chosen,
            "causal": self.is_causal,
        }


def attention_tiles_data(
    tiles: Sequence[AttentionTile],
    label: str,
    container_key: str,
    hint: str = "",
    row_names: Sequence[dict[str, str]] = (),
    column_names: Sequence[dict[str, str]] = (),
) -> dict[str, Any]:
    """What the component shows: a table where rows and columns have names, each long and short.

    label: the spoken name of all pictures. container_key: the key of the container that shows the
    chosen one large, to be scrolled into view. hint: stands below while none is chosen.
    """
    return {
        "tiles": [tile.component_data() for tile in tiles],
        "label": label,
        "container_key": container_key,
        "hint": hint,
        "row_names": row_names,
        "column_names": column_names,
    }
