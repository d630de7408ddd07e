"""Whatever an address says, the app answers with a page; learner text stays text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.shared.components import marked
from pages.shared.i18n import parts
from pages.shared.literal import literal

MARKDOWN_LIKE = "*_`[]()<>#!|~$:\\&"


@given(st.text(MARKDOWN_LIKE + "ab 1.-+", max_size=40))
def test_escaped_text_has_no_character_left_that_markdown_knows(text: str) -> None:
    escaped = literal(text)
    unescaped = escaped.replace("\\\\", "")
    for character in MARKDOWN_LIKE.replace("\\", ""):
        assert unescaped.count(character) == unescaped.count("\\" + character)


@pytest.mark.parametrize(
    ("output", "reference", "right"),
    [
        (["a", "b"], ["a", "b"], [True, True]),
        (["x", "a", "b"], ["a", "b"], [False, True, True]),
        (["a", "x"], ["a", "b"], [True, False]),
        ([], ["a"], []),
        (["a"], None, [True]),
    ],
)
def test_words_are_right_where_they_stand_in_order(
    output: list[str], reference: list[str] | None, right: list[bool]
) -> None:
    assert [word["right"] for word in marked(output, reference)] == right


def test_learner_text_stays_apart_from_the_phrase_around_it() -> None:
    token = {"target": "{not} a <b>placeholder</b>"}
    assert parts("It gives {token} {probability}.", token=token, probability={"text": "9 %"}) == [
        {"text": "It gives "},
        token,
        {"text": " "},
        {"text": "9 %"},
        {"text": "."},
    ]
