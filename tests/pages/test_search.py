"""Search draws the beam that the core finds, and draws by lot as the core draws."""

from __future__ import annotations

import pytest

from seq2seq_core.config import DecodingConfig
from seq2seq_core.decoding.beam_tree import build_beam_tree
from tests.pages.laboratory import (
    KINDS,
    ROWS,
    Laboratory,
    address,
    component_data,
    everything,
    open_page,
    page_text,
    plain,
    select,
)

pytestmark = pytest.mark.usefixtures("english")
NUMBERS = {title: str(number) for number, title in enumerate(KINDS, 1)}


@pytest.mark.parametrize("kind", KINDS)
def test_the_tree_is_that_of_the_beam_search(lab: Laboratory, kind: str) -> None:
    app = open_page(lab, "search", run=NUMBERS[kind], beam="3", length_penalty="0.0")
    data = component_data(app, "beam_tree")
    selection = select(lab, kind)
    tree = build_beam_tree(
        selection.trained.translator, selection.translation.source_tokens,
        DecodingConfig(beam=3), 3,
    )  # fmt: skip
    tokens = [[node.token for node in column] for column in tree.columns]
    assert [[node[0] for node in column] for column in data["columns"]] == tokens
    assert data["width"] == 3
    assert len(data["said"]) == len(tree.columns) + 2
    winner = tree.results[0]
    assert winner.text in plain(data["said"][-1])
    assert f"Beam: {'✓' if winner.text == ROWS[0].target else '✗'} {winner.text}" in page_text(app)
    assert f"{selection.translation.text} (" in page_text(app)


def test_a_beam_of_one_is_greedy_search(lab: Laboratory) -> None:
    app = open_page(lab, "search", beam="1")
    assert "The beam has found the same sentence as greedy search." in page_text(app)
    assert "The beam has found one sentence only" in everything(app)


def test_a_wide_beam_shows_less_of_what_it_cuts_off(lab: Laboratory) -> None:
    text = page_text(open_page(lab, "search", beam="8"))
    assert "only the best 2 are drawn" in text
    assert "only the best 3 are drawn" in page_text(open_page(lab, "search", beam="2"))


def test_a_width_out_of_its_limits_is_refused(lab: Laboratory) -> None:
    app = open_page(lab, "search", beam="500")
    assert "between 1 and 10" in app.error[0].value
    assert "beam" not in address(app)


def test_at_temperature_0_every_draw_is_what_greedy_search_writes(lab: Laboratory) -> None:
    app = open_page(lab, "search", way="sampling", temperature="0")
    assert "At temperature 0 every draw is what greedy search writes." in everything(app)
    assert select(lab, "transformer").translation.text in everything(app)


def test_the_same_draw_number_draws_the_same_sentences(lab: Laboratory) -> None:
    first, again, other = (
        everything(open_page(lab, "search", way="sampling", temperature="2.0", draw=number))
        for number in ("5", "5", "6")
    )
    assert first == again
    assert first.replace("5", "6") != other


def test_what_is_no_way_to_choose_is_the_beam(lab: Laboratory) -> None:
    assert component_data(open_page(lab, "search", way="oracle"), "beam_tree")
