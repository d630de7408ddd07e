"""Decode shows what the model does at each step, and what a change makes of it."""

from __future__ import annotations

import pytest

from seq2seq_core.evaluation.report import greedy_exact_match
from tests.pages.laboratory import (
    HELD_OUT,
    KINDS,
    ROWS,
    Laboratory,
    address,
    component_data,
    metrics,
    open_page,
    page_text,
    plain,
    select,
)

pytestmark = pytest.mark.usefixtures("english")
NUMBERS = {title: str(number) for number, title in enumerate(KINDS, 1)}


@pytest.mark.parametrize("kind", KINDS)
def test_the_walk_is_what_the_model_writes(lab: Laboratory, kind: str) -> None:
    app = open_page(lab, "decode", run=NUMBERS[kind], sentence=ROWS[2].source)
    data = component_data(app, "stepper")
    steps = select(lab, kind, ROWS[2].source).translation.steps
    assert [step["token"] for step in data["steps"]] == [step.token for step in steps]
    for shown, step in zip(data["steps"], steps, strict=True):
        assert shown["probability"] == pytest.approx(step.probability, abs=1e-5)
        assert step.token in plain(shown["said"])
        tokens, shares = zip(*shown["top"], strict=True)
        assert tokens[0] == step.token and list(shares) == sorted(shares, reverse=True)
        if KINDS[kind].has_attention:
            assert sum(shown["attention"]) == pytest.approx(1, abs=0.001)
            assert len(shown["attention"]) == len(data["source"])
        else:
            assert shown["attention"] is None
    assert ("No attention" in data["labels"]["no_attention"]) == (kind == "silent")


def test_the_walk_begins_where_the_link_says(lab: Laboratory) -> None:
    assert component_data(open_page(lab, "decode", step="2"), "stepper")["position"] == 2
    beyond = component_data(open_page(lab, "decode", step="999"), "stepper")
    assert beyond["position"] == len(beyond["steps"])
    assert component_data(open_page(lab, "decode", step="-1"), "stepper")["position"] == 0


def test_another_sentence_begins_at_its_beginning(lab: Laboratory) -> None:
    app = open_page(lab, "decode", step="3")
    app.selectbox[1].set_value(ROWS[7].source).run()
    assert component_data(app, "stepper")["position"] == 0
    assert "step" not in address(app) and address(app)["sentence"] == ROWS[7].source


def test_without_one_word_of_the_source_it_translates_the_rest(lab: Laboratory) -> None:
    app = open_page(lab, "decode", run="1", branches="x0", branch="1")
    data = component_data(app, "stepper")
    assert [word["left"] for word in data["source"]][:2] == [True, False]
    assert all(step["attention"][0] == 0 for step in data["steps"])
    rest = " ".join(ROWS[0].source.split()[1:])
    tokens = [step.token for step in select(lab, "gru", rest).translation.steps]
    assert [step["token"] for step in data["steps"]] == tokens
    own, branch = data["branches"]
    assert plain(own["changed"]) == "The model's own translation"
    assert plain(branch["changed"]).startswith(f"without {ROWS[0].source.split()[0]}")
    assert branch["shown"] and not own["shown"]


def test_a_damaged_branch_is_left_out_and_said(lab: Laboratory) -> None:
    app = open_page(lab, "decode", run="1", branches="x0_rubbish", branch="1")
    assert "This link is damaged" in app.error[0].value
    assert len(component_data(app, "stepper")["branches"]) == 2


def test_the_test_that_fools_is_compared_with_greedy_decoding(lab: Laboratory) -> None:
    app = open_page(lab, "decode", run="1")
    selection = select(lab, "gru")
    right = greedy_exact_match(selection.trained.translator, selection.trained.dataset.held_out)
    shown = metrics(app)
    assert shown["right to the last word, greedy"] == f"{right:.0%}"
    assert f"Of {len(HELD_OUT)} sentences that it has not learnt from." in page_text(app)
    lanes = [
        element
        for element in app.get("bidi_component")
        if element.proto.component_name.endswith(".tensors")
    ]
    assert len(lanes) == 2


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("gru", "weighted by the attention"),
        ("transformer", "the mean of its heads"),
        ("silent", "green above zero, violet below"),
    ],
)
def test_what_the_strips_are_is_said_for_each_kind(lab: Laboratory, kind: str, words: str) -> None:
    text = page_text(open_page(lab, "decode", run=NUMBERS[kind]))
    assert words in text
    assert ("The context is" in text) == KINDS[kind].has_attention
