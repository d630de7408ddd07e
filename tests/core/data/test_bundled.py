"""Which rows a learner wrote: those that do not come with the corpus, either way round."""

from __future__ import annotations

from seq2seq_core.data import bundled
from seq2seq_core.data.corpus import Row, swap_sides

FIRST = bundled.load_bundled("first").rows
MINE = Row("我 爱 书", "I love books")


def test_a_row_that_came_with_the_corpus_is_nobodys_own() -> None:
    assert bundled.find_changed_rows("first", FIRST) == []
    assert bundled.find_changed_rows("first", swap_sides(FIRST)) == []
    assert bundled.find_changed_rows("first", [FIRST[1], MINE, FIRST[0]]) == [1]


def test_a_changed_translation_makes_a_row_ones_own() -> None:
    changed = Row(FIRST[0].source, FIRST[1].target)
    assert bundled.find_changed_rows("first", [changed, *FIRST[1:]]) == [0]


def test_nobody_knows_who_wrote_a_corpus_that_is_not_the_lessons() -> None:
    assert bundled.find_changed_rows("mine.tsv", [MINE]) == []
