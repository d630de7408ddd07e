"""What a run shows of itself while it learns."""

from __future__ import annotations

from typing import Any

import pytest

from pages.shared.frame import i18n
from pages.shared.training.live_view import describe_attention_map, sentence_data


@pytest.fixture(autouse=True, scope="module")
def english() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(i18n, "browsers_language", lambda: "en")
        yield


def sentence(output: list[str], reference: list[str] | None) -> dict[str, Any]:
    return {"source": ["q"], "output": output, "reference": reference, "attention": None}


def test_words_are_right_where_they_stand_in_order() -> None:
    data = sentence_data(sentence(["x", "a", "b"], ["a", "b"]), True)
    assert [word["right"] for word in data["output"]] == [False, True, True]
    assert [word["token"] for word in data["output"]] == ["x", "a", "b"]
    assert not data["exact"] and data["badge"] == "not in the training set"


def test_without_a_reference_nothing_is_wrong() -> None:
    data = sentence_data(sentence(["a"], None), False)
    assert data["output"] == [{"token": "a", "right": True}]
    assert not data["exact"] and data["badge"] == data["reference"] == ""


def test_the_map_is_said_word_by_word() -> None:
    weights = [[0.1, 0.9], [0.6, 0.4]]
    sentences = "I looks at b. see looks at a."
    assert describe_attention_map(["a", "b"], ["I", "see"], weights) == sentences
    assert describe_attention_map(["a", "b"], ["I", "see"], None) == ""
