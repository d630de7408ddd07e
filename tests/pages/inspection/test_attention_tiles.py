"""Small pictures of attention: what the component gets."""

from __future__ import annotations

from base64 import b64decode

from hypothesis import given
from hypothesis import strategies as st

from pages.shared.inspection.attention_tiles import AttentionTile, attention_tiles_data


@given(st.integers(1, 9), st.integers(1, 9), st.data())
def test_a_picture_comes_with_a_byte_for_each_square(
    row_count: int, column_count: int, data: st.DataObject
) -> None:
    size = row_count * column_count
    weight_bytes = data.draw(st.binary(min_size=size, max_size=size))
    tile = AttentionTile("a", [], [], row_count, column_count, weight_bytes, is_chosen=True)
    sent = tile.component_data()
    assert b64decode(sent["shades"]) == weight_bytes
    assert (sent["rows"], sent["columns"], sent["chosen"]) == (row_count, column_count, True)


def test_without_names_the_pictures_are_no_table() -> None:
    tiles = [AttentionTile("$x$ <b>", [{"source": "$x$"}], [], 1, 1, b"\xff", is_chosen=False)]
    data = attention_tiles_data(tiles, "Maps", "large", hint="Choose one.")
    assert not data["row_names"] and not data["column_names"]
    [tile] = data["tiles"]
    assert (tile["id"], tile["title"]) == ("$x$ <b>", [{"source": "$x$"}])
    assert (data["label"], data["container_key"], data["hint"]) == ("Maps", "large", "Choose one.")
