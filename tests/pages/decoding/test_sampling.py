"""What is shown of sampling: the chances of a step, and the sentences that were drawn."""

from __future__ import annotations

from math import log

import pytest

from pages.shared.decoding.sampling import (
    chance_pair,
    describe_candidates,
    prefix_markdown,
    sample_row,
)
from pages.shared.frame import i18n
from seq2seq_core.decoding.sampled_translations import (
    NextTokens,
    SampledTranslation,
    TokenProbability,
)
from seq2seq_core.figures.palette import LIGHT_PALETTE


@pytest.fixture(autouse=True, scope="module")
def english() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(i18n, "browsers_language", lambda: "en")
        yield


def test_a_word_that_is_cut_off_says_so_and_turns_grey() -> None:
    kept, cut = TokenProbability("he", 0.9, 1.0), TokenProbability("she", 0.0001, 0.0)
    assert chance_pair(kept).labels == ("90.0%", "100.0%") and not chance_pair(kept).muted
    assert chance_pair(cut).labels == ("<0.1%", "cut off") and chance_pair(cut).muted


def test_how_many_words_can_be_drawn_is_said() -> None:
    assert "this is greedy" in describe_candidates(NextTokens((), 1, 67))
    assert describe_candidates(NextTokens((), 8, 67)) == "8 of 67 words can be drawn here."
    assert "Each of the 67 words" in describe_candidates(NextTokens((), 67, 67))


def test_a_drawn_sentence_says_how_often_how_probable_and_whether_it_is_the_corpus_s() -> None:
    sample = SampledTranslation(("he", "*reads*"), "he *reads*", 3, log(0.25), True)
    count, text, mark = sample_row(sample, ("he", "*reads*"), LIGHT_PALETTE)
    assert count == "3\u00a0×"
    assert r"he \*reads\*" in text  # as it is: not Markdown
    assert "probability 25" in text and "exactly as in the corpus" in text
    assert "✓" in mark and LIGHT_PALETTE.correct in mark
    _count, text, mark = sample_row(sample, ("he",), LIGHT_PALETTE)
    assert "not as in the corpus" in text and "✗" in mark and LIGHT_PALETTE.wrong in mark
    _count, text, mark = sample_row(sample, None, LIGHT_PALETTE)  # no reference: no verdict
    assert "corpus" not in text and mark == ""


def test_what_is_written_before_the_step_stands_before_a_question_mark() -> None:
    assert prefix_markdown([], LIGHT_PALETTE).startswith(":color[ ? ]")
    assert prefix_markdown(["he", "$x$"], LIGHT_PALETTE).index(r"\$x\$") > 0
