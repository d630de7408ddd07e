"""Attention shows the weights of the model, and what is said of them is true for them."""

from __future__ import annotations

import pytest

from seq2seq_core.evaluation.alignment import argmax_positions
from seq2seq_core.inspection.attention_heads import inspect_attention_heads
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
    select,
)

pytestmark = pytest.mark.usefixtures("english")


def test_the_map_is_what_the_steps_looked_at(lab: Laboratory) -> None:
    data = component_data(open_page(lab, "attention", run="1"), "attention_map")
    steps = select(lab, "gru").translation.steps
    assert data["target"] == [step.token for step in steps]
    assert [word["token"] for word in data["source"]] == ROWS[0].source.split()
    for row, step in zip(data["attention"], steps, strict=True):
        assert row == pytest.approx(step.attention, abs=1e-6)
    for row, sentence in zip(data["attention"], data["label"].split(". "), strict=False):
        assert f"position of {data['source'][row.index(max(row))]['token']} (" in sentence


@pytest.mark.parametrize("part", ["cross", "encoder", "decoder"])
def test_every_head_of_a_transformer_can_be_shown_large(lab: Laboratory, part: str) -> None:
    app = open_page(lab, "attention", run="3", part=part, layer="1", head="2")
    data = component_data(app, "attention_map")
    selection = select(lab, "transformer")
    heads = inspect_attention_heads(
        selection.trained.translator, selection.translation.source_tokens
    )[part]
    for row, expected in zip(data["attention"], heads.weight_matrix(1, 2), strict=True):
        assert row == pytest.approx(list(expected), abs=1e-6)
    assert data["causal"] == (part == "decoder")
    assert "Layer 1, head 2" in page_text(app)


def test_at_first_the_mean_of_the_last_layer_is_shown(lab: Laboratory) -> None:
    app = open_page(lab, "attention", run="3")
    assert "Layer 2, mean of its 2 heads" in page_text(app)
    steps = select(lab, "transformer").translation.steps
    for row, step in zip(component_data(app, "attention_map")["attention"], steps, strict=True):
        assert row == pytest.approx(step.attention, abs=1e-4)


def test_a_head_that_the_model_does_not_have_is_the_mean(lab: Laboratory) -> None:
    text = page_text(open_page(lab, "attention", run="3", layer="9", head="9"))
    assert "Layer 2, mean of its 2 heads" in text


def test_without_attention_there_is_nothing_to_show_and_that_is_said(lab: Laboratory) -> None:
    text = page_text(open_page(lab, "attention", run="2"))
    assert "Run 2 has no attention: there is nowhere it could have looked." in text
    assert "This cannot be said: there is no attention." in text
    assert "All sentences at a glance" not in text


def test_who_asks_for_no_run_is_shown_one_that_has_attention(lab: Laboratory) -> None:
    assert address(open_page(lab, "attention"))["run"] in ("1", "3")


def test_the_score_stands_beside_two_guesses_that_know_nothing(lab: Laboratory) -> None:
    shown = metrics(open_page(lab, "attention", run="1"))
    score = select(lab, "gru").trained.alignment_score()
    assert score is not None
    assert shown == {
        "attention": f"{score.score:.0%}",
        "chance": f"{score.chance:.0%}",
        "diagonal guess": f"{score.diagonal:.0%}",
    }
    assert 0 < score.chance < 1


def test_all_sentences_are_new_to_the_model(lab: Laboratory) -> None:
    text = page_text(open_page(lab, "attention", run="1"))
    assert f"{len(HELD_OUT)} of {len(HELD_OUT)} sentences that it has not learnt from" in text


def test_the_links_that_cross_are_counted(lab: Laboratory) -> None:
    text = page_text(open_page(lab, "attention", run="1"))
    translation = select(lab, "gru").translation
    weights = [step.attention for step in translation.steps[: len(translation.tokens)]]
    places = argmax_positions([row for row in weights if row is not None])
    count = sum(b < a for i, a in enumerate(places) for b in places[i + 1 :])
    said = {0: "No links cross.", 1: "One pair of links crosses."}
    assert said.get(count, f"{count} pairs of links cross.") in text


def test_the_same_sentence_stands_beside_it_without_attention(lab: Laboratory) -> None:
    """Runs 1 and 2 differ in nothing else, so each is the other's counterpart."""
    silent, gru = (select(lab, kind) for kind in ("silent", "gru"))
    for number in ("1", "2"):
        app = open_page(lab, "attention", run=number)
        assert "attention_train_other" not in [button.key for button in app.button]
        captions = [caption.value for caption in app.caption]
        assert "1 · gru" in captions and "2 · silent" in captions
    assert gru.run.training == silent.run.training


def test_a_transformer_has_no_counterpart_and_one_is_offered(lab: Laboratory) -> None:
    app = open_page(lab, "attention", run="3")
    button = next(one for one in app.button if one.key == "attention_train_other")
    assert button.label == "Train a GRU without attention"


def test_the_counterpart_is_trained_at_a_click(own_lab: Laboratory) -> None:
    app = open_page(own_lab, "attention", run="3")
    next(one for one in app.button if one.key == "attention_train_other").click().run()
    assert not app.error
    new = max(own_lab.runs().values(), key=lambda run: run.number)
    assert new.number == len(KINDS) + 1
    assert new.model.attention == "none" and new.model.architecture == "gru"
    assert new.training == own_lab.runs()["transformer"].training
