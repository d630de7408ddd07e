"""What two sentences have in common stands in both, in the same order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.evaluation.word_diff import mark_common_words

WORDS = st.lists(st.sampled_from("abcd"), max_size=8)


@pytest.mark.parametrize(
    ("words", "others", "common"),
    [
        (["a", "b"], ["a", "b"], [True, True]),
        (["x", "a", "b"], ["a", "b"], [False, True, True]),
        (["a", "x"], ["a", "b"], [True, False]),
        (["b", "a", "c"], ["a", "b", "c"], [True, False, True]),  # one of the two has moved
        ([], ["a"], []),
        (["a"], [], [False]),
    ],
)
def test_words_are_common_where_they_stand_in_order(
    words: list[str], others: list[str], common: list[bool]
) -> None:
    assert mark_common_words(words, others) == common


@given(WORDS, WORDS)
def test_what_is_common_is_a_subsequence_of_both(words: list[str], others: list[str]) -> None:
    marks = mark_common_words(words, others)
    assert len(marks) == len(words)
    rest = iter(others)
    assert all(word in rest for word, mark in zip(words, marks, strict=True) if mark)
    assert any(marks) == bool(set(words) & set(others))


@given(WORDS)
def test_a_sentence_has_all_in_common_with_itself_alone(words: list[str]) -> None:
    assert all(mark_common_words(words, words))
    assert not any(mark_common_words(words, [word.upper() for word in words]))
