"""What a page says in words is true for the numbers beside it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.shared.decoding.eos_feeding import describe_divergence
from pages.shared.decoding.wording import describe_attention
from pages.shared.evaluation.generalization import describe_generalization
from pages.shared.frame import i18n
from pages.shared.frame.glossary import join_with_glosses
from seq2seq_core.decoding.translator import TranslationStep

SHARE = st.integers(0, 100).map(lambda percent: percent / 100)


@pytest.fixture(autouse=True, scope="module")
def english() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(i18n, "browsers_language", lambda: "en")
        yield


@pytest.mark.parametrize(
    ("training_share", "held_out_share", "begins"),
    [
        (1.0, 0.99, "New sentences come out about as well"),
        (0.97, 0.89, "New sentences come out nearly as well"),
        (0.99, 0.6, "Right on what it has learnt, less often on what is new"),
        (0.35, 0.2, "New sentences come out worse"),
        (0.05, 0.0, "Both numbers are close, and neither is high"),
        (0.5, 0.8, "New sentences come out even better"),
        (1.0, None, "Whether it has memorised"),
    ],
)
def test_the_verdict_fits_both_shares(
    training_share: float, held_out_share: float | None, begins: str
) -> None:
    assert describe_generalization(training_share, held_out_share).startswith(begins)


@given(SHARE, SHARE)
def test_no_pair_of_shares_gets_a_verdict_that_is_false_for_it(
    training_share: float, held_out_share: float
) -> None:
    verdict = describe_generalization(training_share, held_out_share)
    claims = {
        "Right on what it has learnt": training_share >= 0.9,
        "worse": held_out_share < training_share,
        "better": held_out_share > training_share,
        "as well as": abs(training_share - held_out_share) < 0.105,
        "neither is high": max(training_share, held_out_share) < 0.65,
        "still wrong": min(training_share, held_out_share) < 1,
        "are wrong": training_share < 1,
        "it can still learn": min(training_share, held_out_share) < 1,
    }
    for claim, true in claims.items():
        assert true or claim not in verdict


def attention_text(*weights: float) -> str:
    step = TranslationStep("w", 1.0, (), tuple(weights), (), None)
    parts = describe_attention(step, [*"abcd"[: len(weights)]])
    return "".join(text for part in parts for text in part.values())


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ((1.0,), "mostly at the position of a (100.0%). "),
        ((0.02, 0.97, 0.01), "mostly at the position of b (97.0%). "),
        ((0.8, 0.0, 0.2), "mostly at the position of a (80.0%) and a little at that of c (20.0%)"),
        ((0.45, 0.55), "at the position of b (55.0%) and also at that of a (45.0%)"),
        ((0.3, 0.2, 0.4, 0.1), "most at that of c (40.0%), then at that of a (30.0%)"),
    ],
)
def test_where_it_looked_is_said_by_the_size_of_the_weights(
    weights: tuple[float, ...], words: str
) -> None:
    assert words in attention_text(*weights)


def test_the_two_lanes_part_where_they_first_differ() -> None:
    assert "step 2" in describe_divergence(["he", "reads", "<eos>"], ["he", "he", "reads"])
    assert "the same words" in describe_divergence(["he", "<eos>"], ["he", "<eos>"])


def test_a_chinese_word_comes_with_its_meaning_where_one_is_known() -> None:
    assert join_with_glosses(["了", "件"]) == "了 (done) · 件 (for clothes)"
    assert join_with_glosses(["hello", "you"]) == "hello you"
