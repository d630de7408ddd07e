"""What the guessing game offers, and what guessing blindly is worth."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.decoding.guess_questions import (
    EOS_TOKEN,
    OFFERED_WORDS,
    expected_by_chance,
    find_question,
    game_key,
    offered_words,
)
from seq2seq_core.decoding.translator import TokenCandidate, Translation, TranslationStep


def step_with(top: list[str]) -> TranslationStep:
    candidates = tuple(TokenCandidate(word, 0.5 / 2**i) for i, word in enumerate(top))
    return TranslationStep(top[0], 0.5, candidates, None, (), None)


@pytest.mark.parametrize(
    "top", [["he", "she", "it", "we", "<eos>"], ["<eos>", *"abcd"], [*"abcde"]]
)
def test_the_truth_is_always_among_five_options_in_a_fixed_order(top: list[str]) -> None:
    step = step_with(top)
    offers = offered_words(step, "1.200.abc.1")
    assert offers == offered_words(step, "1.200.abc.1")
    words = [offer.token for offer in offers]
    assert len(words) == len(set(words)) == OFFERED_WORDS
    assert words[-1] == EOS_TOKEN and top[0] in words
    orders = {tuple(o.token for o in offered_words(step, str(seed))) for seed in range(20)}
    assert len(orders) > 5  # the order says nothing


@given(st.permutations([*"abcdef", "<eos>"]), st.integers(2, 7), st.text(max_size=5))
def test_every_offer_has_its_own_probability_or_a_bound(
    words: list[str], count: int, seed: str
) -> None:
    step = step_with(words[:count])
    probabilities = {one.token: one.probability for one in step.top}
    for offer in offered_words(step, seed):
        if offer.is_upper_bound:
            assert offer.token == EOS_TOKEN and EOS_TOKEN not in probabilities
            assert offer.probability == min(probabilities.values())
        else:
            assert offer.probability == probabilities[offer.token]


def test_chance_is_the_sum_of_one_out_of_how_many() -> None:
    assert expected_by_chance([5, 5, 4]) == pytest.approx([0, 0.2, 0.4, 0.65])
    assert expected_by_chance([]) == [0]


def test_answers_count_for_one_model_and_one_sentence() -> None:
    keys = {game_key(1, 200, ("a", "b")), game_key(2, 200, ("a", "b")),
            game_key(1, 201, ("a", "b")), game_key(1, 200, ("a",))}  # fmt: skip
    assert len(keys) == 4
    assert game_key(1, 200, ("a", "b")) == game_key(1, 200, ["a", "b"])
    assert all("~" not in key for key in keys)  # what parts it from the answers in a link


def translation_of(text: str) -> Translation:
    return Translation(text, tuple(text.split()), ("q",), (), ())


def test_the_question_is_about_the_first_right_translation_with_the_word() -> None:
    wrong, right, last = map(translation_of, ("he saw yesterday", "yesterday he saw", "he saw"))
    candidates = [(wrong, "yesterday he saw"), (right, right.text), (last, last.text)]
    assert find_question(iter(candidates), "yesterday") == (right, 0)
    assert find_question(iter(candidates), "saw") == (right, 2)
    assert find_question(iter(candidates), "tomorrow") == (last, 1)  # the end of the last one


def test_no_more_is_translated_than_needed() -> None:
    right = translation_of("he saw")

    def translate_lazily() -> Iterator[tuple[Translation, str | None]]:
        yield right, right.text
        raise AssertionError("nobody needs this one")

    assert find_question(translate_lazily(), "saw") == (right, 1)


def test_nothing_is_asked_about_an_empty_translation() -> None:
    assert find_question([(translation_of(""), None)], "saw") is None
    assert find_question([], "saw") is None
