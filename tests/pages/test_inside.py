"""Inside one step every number comes from the model, and the last of them is what it writes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.laboratory import (
    KINDS,
    ROWS,
    Laboratory,
    address,
    component_data,
    open_page,
    page_text,
    plain,
    select,
)

pytestmark = pytest.mark.usefixtures("english")
NUMBERS = {title: str(number) for number, title in enumerate(KINDS, 1)}


def calculations(app: AppTest) -> list[dict[str, Any]]:
    """Of the cell, where there is one, and of the step: always the last."""
    return [
        json.loads(element.proto.json)
        for element in app.get("bidi_component")
        if element.proto.component_name.endswith(".calculation")
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_the_calculation_ends_with_what_the_model_writes(lab: Laboratory, kind: str) -> None:
    app = open_page(lab, "inside", run=NUMBERS[kind], target="2")
    step = select(lab, kind).translation.steps[1]
    numbers = calculations(app)[-1]
    lines = {line["code"]: line for line in numbers["lines"]}
    softmax = lines["probability"]
    assert softmax["words"][softmax["chosen"]]["token"] == step.token
    shares = softmax["rows"][-1]["values"]
    assert shares[softmax["chosen"]] == pytest.approx(step.probability, abs=1e-3)
    assert step.token in plain(numbers["end"]) and step.token in plain(numbers["heading"])
    assert ("context" in lines or "mixed" in lines) == KINDS[kind].has_attention
    assert len(calculations(app)) == (1 if kind == "transformer" else 2)


def test_the_weights_of_the_calculation_are_those_of_the_step(lab: Laboratory) -> None:
    app = open_page(lab, "inside", run="1", target="1")
    step = select(lab, "gru").translation.steps[0]
    (weights,) = (line for line in calculations(app)[-1]["lines"] if line["code"] == "weights")
    assert weights["rows"][-1]["values"] == pytest.approx(step.attention, abs=1e-3)
    assert [word["token"] for word in weights["words"]] == ROWS[0].source.split()


def test_both_ways_to_the_loss_give_the_same_number(lab: Laboratory) -> None:
    app = open_page(lab, "inside", run="1", target="1")
    lines = {line["code"]: line for line in calculations(app)[-1]["lines"]}
    nll, direct = (lines[code]["rows"][-1]["values"][0] for code in ("nll", "cross_entropy"))
    assert nll == pytest.approx(direct, rel=1e-3) and nll >= 0


def test_of_a_sentence_without_reference_there_is_no_loss(lab: Laboratory) -> None:
    app = open_page(lab, "inside", run="1", sentence="你 我")
    assert "there is no loss to tell" in page_text(app)
    assert "cross_entropy" not in [line["code"] for line in calculations(app)[-1]["lines"]]


def test_the_first_choice_is_the_word_that_is_looked_at_most(lab: Laboratory) -> None:
    app = open_page(lab, "inside", run="1", target="1")
    source, target = component_data(app, "hidden_states")["sides"]
    attention = select(lab, "gru").translation.steps[0].attention
    assert attention is not None
    assert (source["chosen"], target["chosen"]) == (attention.index(max(attention)), 0)


def test_without_a_choice_it_is_the_step_at_which_the_walk_stands(lab: Laboratory) -> None:
    sides = component_data(open_page(lab, "inside", run="1", step="3"), "hidden_states")["sides"]
    assert sides[1]["chosen"] == 2
    chosen = component_data(
        open_page(lab, "inside", run="1", step="3", target="1"), "hidden_states"
    )["sides"]
    assert chosen[1]["chosen"] == 0


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("decoder", "The decoder's cell at step 2: it reads {before}."),
        ("encoder_forwards", "The encoder's cell at word 1: it reads {first}."),
        ("encoder_backwards", "The encoder's cell at word 1: it reads {first}."),
    ],
)
def test_each_cell_says_what_it_reads(lab: Laboratory, part: str, words: str) -> None:
    app = open_page(lab, "inside", run="1", target="2", source="1", part=part)
    expected = words.format(
        before=select(lab, "gru").translation.tokens[0], first=ROWS[0].source.split()[0]
    )
    cell = calculations(app)[0]
    assert plain(cell["heading"]) == expected
    codes = [line["code"] for line in cell["lines"]]
    assert {"r", "z", "n", "h"} <= set(codes)


def test_the_vectors_are_as_long_as_the_model_is_wide(lab: Laboratory) -> None:
    app = open_page(lab, "inside", run="1")
    source, target = component_data(app, "hidden_states")["sides"]
    for side in (source, target):
        for strip in side["strips"]:
            assert {len(column) for column in strip["columns"]} == {strip["size"]}
            assert max(abs(n) for column in strip["columns"] for n in column) == 99
    assert len(source["words"]) == len(ROWS[0].source.split())
    sizes = {strip["name"]: strip["size"] for strip in source["strips"]}
    assert sizes["word embedding"] == 16 and sizes["encoder state h"] == 24


def test_another_sentence_forgets_the_words_that_were_chosen(lab: Laboratory) -> None:
    app = open_page(lab, "inside", run="1", target="2", source="1")
    app.selectbox[1].set_value(ROWS[9].source).run()
    assert not {"target", "source"} & address(app).keys()


def test_a_transformer_lets_layer_head_and_part_be_chosen(lab: Laboratory) -> None:
    app = open_page(lab, "inside", run="3", layer="1", head="2", part="decoder")
    labels = {group.label: group.value for group in app.button_group}
    assert labels["Layer"] == "1" and labels["Head"] == "2"
    assert "A Transformer has no cell" in page_text(app)
    (numbers,) = calculations(app)
    assert "<sos>" in json.dumps(numbers)
