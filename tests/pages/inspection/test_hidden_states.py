"""Vectors over time as shades: every number as a share of the largest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.shared.inspection import hidden_states
from pages.shared.inspection.hidden_states import SHADE_LEVELS, scale_to_shades
from seq2seq_core.inspection.hidden_states import VectorSeries, inspect_translation, vector_series
from tests.pages.laboratory import KINDS, Laboratory, select

VECTORS = st.lists(st.lists(st.floats(-50, 50), min_size=3, max_size=3), min_size=1, max_size=6)


@given(VECTORS)
def test_a_shade_is_its_numbers_share_of_the_largest(vectors: list[list[float]]) -> None:
    largest, shades = scale_to_shades([tuple(vector) for vector in vectors])
    assert largest > 0
    for shade, number in zip(sum(shades, []), sum(vectors, []), strict=True):
        assert abs(shade) <= SHADE_LEVELS
        assert shade == pytest.approx(SHADE_LEVELS * number / largest, abs=0.51)
    if any(map(any, vectors)):
        assert max(abs(shade) for shade in sum(shades, [])) == SHADE_LEVELS


def test_nothing_but_zeros_is_drawn_as_zeros() -> None:
    assert scale_to_shades([(0.0, 0.0), (0.0, 0.0)]) == (1.0, [[0, 0], [0, 0]])
    assert scale_to_shades([]) == (1.0, [])


@pytest.mark.parametrize(("largest", "text"), [(0.123, "0.12"), (9.87, "9.9"), (123.4, "123")])
def test_the_largest_is_written_short(largest: float, text: str) -> None:
    series = VectorSeries("source", "h", ((largest, -largest / 2),))
    assert hidden_states.series_data(series, False)["largest"] == text


@pytest.mark.parametrize("kind", KINDS)
def test_every_series_of_the_core_has_its_name_and_its_words(
    lab: Laboratory, english: None, kind: str
) -> None:
    selection = select(lab, kind)
    translation = selection.translation
    tokens = [step.token for step in translation.steps]
    inspected = inspect_translation(selection.trained.translator, translation.source_tokens, tokens)
    series = vector_series(inspected, KINDS[kind].layers - 1)
    data = hidden_states.hidden_states_data(
        "key", series, translation.source_tokens, tokens, (1, 0), kind != "transformer"
    )
    source, target = data["sides"]
    assert [word["token"] for word in source["words"]] == list(translation.source_tokens)
    assert [word["token"] for word in target["words"]] == tokens
    assert (source["chosen"], target["chosen"]) == (1, 0)
    assert len(source["strips"]) + len(target["strips"]) == len(series)
    for side, words in ((source, translation.source_tokens), (target, tokens)):
        for strip in side["strips"]:
            assert strip["name"] and len(strip["columns"]) == len(words)
    names = [strip["name"] for strip in target["strips"]]
    assert ("context" in names) == KINDS[kind].has_attention
    halves = [strip["name"] for strip in source["strips"] if strip["bidirectional"]]
    assert halves == ([] if kind == "transformer" else ["encoder state h"])


def test_a_word_comes_with_its_number_and_its_meaning(english: None) -> None:
    side = hidden_states.series_side("source", "Source", ["了", "XYZ"], [], 0, False)
    assert [word["title"] for word in side["words"]] == ["1 · 了 (done)", "2 · XYZ"]
