"""What the pages Search and Guess say in words, and what the game offers."""

from __future__ import annotations

from math import log

import pytest

from pages.shared.decoding.beam_tree import describe_beam_step, describe_winner
from pages.shared.decoding.guess_game import option_data, quiz_verdicts
from pages.shared.frame import i18n
from seq2seq_core.decoding.beam_tree import BeamNode, BeamResult, BeamTree
from seq2seq_core.decoding.guess_questions import offered_words
from seq2seq_core.decoding.translator import TokenCandidate, TranslationStep


@pytest.fixture(autouse=True, scope="module")
def english() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(i18n, "browsers_language", lambda: "en")
        yield


def node(token: str, share: float, parent: int, state: str) -> BeamNode:
    return BeamNode(token, share, log(share), parent, state)


def beam_result(text: str, share: float, *places: int) -> BeamResult:
    words = tuple(text.split())
    return BeamResult(words, text, log(share), len(words) + 1, True, places)


# a beam of two: "a" dies, "he" goes on to "he reads" and ends as "he"
GROWN = BeamTree(
    (
        (node("he", 0.6, 0, "alive"), node("a", 0.3, 0, "alive"), node("I", 0.1, 0, "pruned")),
        (node("<eos>", 0.4, 0, "ended"), node("reads", 0.2, 0, "alive"),
         node("he", 0.1, 1, "pruned")),
    ),
    (beam_result("he", 0.4, 0, 0),),
)  # fmt: skip


def plain_text(parts: list[dict[str, str]]) -> str:
    return "".join(text for part in parts for text in part.values())


def test_a_step_says_what_was_kept_what_ended_what_died_and_what_was_cut_off() -> None:
    assert GROWN.count_dead_ends(0) == 0 and GROWN.count_dead_ends(1) == 1
    description = plain_text(describe_beam_step(GROWN, 1, "space"))
    assert "2 stay" in description and "The most probable one: he reads (20.0%)" in description
    assert "he <eos> has ended (40.0%)" in description
    assert "One branch ends here" in description
    assert "Cut off, the best of them: a he (10.0%)." in description
    assert "The winner: he (40.0%)." in plain_text(describe_winner(GROWN, 0.0))


def test_a_word_that_is_not_among_the_most_probable_has_less_than_the_last_of_them() -> None:
    choices = tuple(TokenCandidate(word, 0.5 / 2**i) for i, word in enumerate("abcde"))
    step = TranslationStep("a", 0.5, choices, None, (), None)
    options = [option_data(offer) for offer in offered_words(step, "1.200.abc.1")]
    assert options[-1] == ("<eos>", 0.0, "<3.1%", "")
    assert ("a", 0.5, "50.0%", "") in options


def test_a_quiz_tells_where_it_looked_whatever_was_answered() -> None:
    right, wrong = quiz_verdicts(["{咖哥}", "写", "信"], [0.2, 0.5, 0.3], "he {writes}")
    assert right == "Yes: the position of 写 got 50% of its attention. It wrote: he {writes}"
    assert wrong.startswith("It looked mostly at the position of 写, with 50% of its attention.")
    assert wrong.endswith("It wrote: he {writes}")
