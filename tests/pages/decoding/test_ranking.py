"""Both rankings of a beam: who has moved, in numbers, in words and in the table."""

from __future__ import annotations

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.shared.decoding.ranking import (
    RANKING_SIZE,
    compare_rankings,
    describe_ranking_change,
    ranking_table,
)
from pages.shared.frame import i18n
from seq2seq_core.decoding.beam_tree import BeamResult
from seq2seq_core.figures.palette import LIGHT_PALETTE

PENALTY = st.floats(0, 2)


@pytest.fixture(autouse=True, scope="module")
def english() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(i18n, "browsers_language", lambda: "en")
        yield


def beam_result(text: str, share: float) -> BeamResult:
    words = tuple(text.split())
    return BeamResult(words, text, log(share), len(words) + 1, True, ())


SHORT, LONG = beam_result("he", 0.4), beam_result("he reads two books today", 0.3)
RESULTS = st.lists(st.floats(0.001, 1), min_size=1, max_size=10).map(
    lambda shares: [beam_result("word " * (i + 1), share) for i, share in enumerate(shares)]
)


def test_the_rankings_say_who_has_moved() -> None:
    assert "changes the winner: 6 tokens instead of 2" in describe_ranking_change(
        (SHORT, LONG), 2.0
    )
    first, second = compare_rankings((LONG, SHORT), 2.0)
    assert [row.text for row in first.rows] == ["he", "he reads two books today"]
    assert [row.text for row in second.rows] == ["he reads two books today", "he"]
    assert [row.rise for row in second.rows] == [1, -1]
    assert "changes no place" in describe_ranking_change((SHORT, beam_result("she", 0.1)), 1.0)
    assert len(compare_rankings((SHORT, LONG), 0.0)) == 1


@given(RESULTS, PENALTY)
def test_without_a_penalty_nobody_has_moved_and_with_one_as_many_rise_as_fall(
    results: list[BeamResult], penalty: float
) -> None:
    first, *second = compare_rankings(results, penalty)
    assert all(row.rise == 0 for row in first.rows)
    assert len(first.rows) == min(len(results), RANKING_SIZE)
    if second and len(results) <= RANKING_SIZE:
        assert sum(row.rise for row in second[0].rows) == 0


def test_a_table_has_the_sentence_as_it_is_its_place_its_rise_and_its_score() -> None:
    learner_text = "[a](http://b) $x$ **c**"
    ranking = compare_rankings((SHORT, beam_result(learner_text, 0.3)), 2.0)[1]
    rows = ranking_table(ranking, LIGHT_PALETTE).to_numpy().tolist()
    assert [row[0] for row in rows] == ["1", "2"]
    assert r"\[a\]\(http\:" in rows[0][1] and r"\$x\$" in rows[0][1]  # nothing of it is Markdown
    assert rows[0][1].startswith("**") and not rows[1][1].startswith("**")
    assert "30\\.0%, 4 tokens" in rows[0][1]
    assert LIGHT_PALETTE.correct in rows[0][2] and "↑1" in rows[0][2]
    assert LIGHT_PALETTE.wrong in rows[1][2] and "↓1" in rows[1][2]
    assert [row[3] for row in rows] == [row.score for row in ranking.rows]
