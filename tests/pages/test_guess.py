"""The guessing game asks about what this model does, and scores against blind guessing."""

from __future__ import annotations

import pytest

from tests.pages.laboratory import (
    KINDS,
    ROWS,
    Laboratory,
    address,
    component_data,
    open_page,
    select,
)

pytestmark = pytest.mark.usefixtures("english")
NUMBERS = {title: str(number) for number, title in enumerate(KINDS, 1)}


@pytest.mark.parametrize("kind", KINDS)
def test_the_truth_is_what_the_model_writes_and_is_among_the_options(
    lab: Laboratory, kind: str
) -> None:
    data = component_data(open_page(lab, "guess", run=NUMBERS[kind]), "guess")
    steps = select(lab, kind).translation.steps
    assert [step["token"] for step in data["steps"]] == [step.token for step in steps]
    for shown, step in zip(data["steps"], steps, strict=True):
        options = [option[0] for option in shown["options"]]
        assert step.token in options and len(options) == len(set(options))
        assert bool(shown["attention"]) == KINDS[kind].has_attention
    assert data["attends"] == KINDS[kind].has_attention
    assert bool(data["labels"]["heads"]) == (kind == "transformer")


def test_blind_guessing_is_one_in_as_many_as_are_offered(lab: Laboratory) -> None:
    data = component_data(open_page(lab, "guess", run="1"), "guess")
    expected = sum(1 / len(step["options"]) for step in data["steps"])
    assert data["blind"]["words"][-1] == pytest.approx(expected)
    assert data["blind"]["places"][-1] == pytest.approx(len(data["steps"]) / len(data["source"]))
    count = len(data["steps"])
    assert data["summary"]["words"][count].startswith(f"You knew {count} of {count} words;")
    assert f"{expected:.1f}" in data["summary"]["words"][0]


def test_answers_belong_to_one_game(lab: Laboratory) -> None:
    app = open_page(lab, "guess", run="1")
    key = component_data(app, "guess")["key"]
    kept = open_page(lab, "guess", run="1", guesses=f"{key}~1a2b")
    assert component_data(kept, "guess")["answers"] == "1a2b"
    other = open_page(lab, "guess", run="1", sentence=ROWS[4].source, guesses=f"{key}~1a2b")
    assert component_data(other, "guess")["answers"] == ""
    assert "guesses" not in address(other)


def test_another_sentence_is_the_next_one_of_the_list(lab: Laboratory) -> None:
    app = open_page(lab, "guess", run="1")
    offered = app.selectbox[1].options
    button = next(one for one in app.button if one.key == "guess_next")
    button.click().run()
    assert address(app)["sentence"] == offered[1]
    last = open_page(lab, "guess", run="1", sentence=offered[-1])
    next(one for one in last.button if one.key == "guess_next").click().run()
    assert last.selectbox[1].value == offered[0]
