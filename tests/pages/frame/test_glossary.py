"""What a Chinese word means, for a reader who does not read Chinese, and only for them."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pages.shared.frame.glossary import join_with_glosses, word_gloss
from seq2seq_core.data import bundled

WORDS = sorted(bundled.load_word_glosses())
in_one_language = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_a_reader_of_chinese_needs_no_meaning(chinese: None) -> None:
    assert all(word_gloss(word) == "" for word in WORDS)
    assert join_with_glosses(WORDS[:3]) == " ".join(WORDS[:3])


def test_every_word_that_has_one_shows_its_meaning(english: None) -> None:
    for word in WORDS:
        assert word_gloss(word)
        assert not word_gloss(word).startswith("(")
    assert word_gloss("恐龙") == ""


@in_one_language
@given(st.lists(st.sampled_from([*WORDS[:20], "x", "恐龙"]), max_size=6))
def test_no_word_is_lost_and_none_is_moved(english: None, words: list[str]) -> None:
    joined = join_with_glosses(words)
    separator = " · " if any(map(word_gloss, words)) else " "
    shown = joined.split(separator) if joined else []
    assert [part.split(" (")[0] for part in shown] == words
