"""Which rows are the learner's own, and what is said of the new words in them."""

from __future__ import annotations

from pages.shared.corpus import analysis
from pages.shared.frame import session
from pages.shared.frame.session import CorpusView
from seq2seq_core.data import bundled
from seq2seq_core.data.augmentation import AugmentationOffer, LexiconEntry
from seq2seq_core.data.corpus import Row, swap_sides

FIRST = bundled.load_bundled("first")
XIAOXUE = Row("小雪 昨天 买 了 两 件 红色 的 毛衣", "XiaoXue bought two red sweaters yesterday")


def view_of(name: str, *rows: Row) -> CorpusView:
    return CorpusView(name, "space", rows, (), None)


def test_own_rows_are_those_that_did_not_come_with_the_lesson() -> None:
    view = view_of("first", FIRST.rows[0], XIAOXUE, *FIRST.rows[1:])
    assert analysis.own_rows(view) == [1]
    assert session.changed_sources(view) == [XIAOXUE.source]  # a run says the same of them
    swapped = view_of("first", *swap_sides(view.rows))
    assert analysis.own_rows(swapped) == [1]


def test_of_any_other_corpus_the_rows_on_top_are_shown() -> None:
    rows = tuple(Row(f"我 {i}", f"I {i}") for i in range(9))
    view = view_of("mine.tsv", *rows)
    assert analysis.own_rows(view) == list(range(analysis.MAX_TOP_ROWS))
    assert analysis.own_rows(view_of("mine.tsv", *rows[:2])) == [0, 1]
    assert session.changed_sources(view) == []


def test_a_new_word_of_ones_own_row_is_offered_a_place_at_that_row() -> None:
    view = view_of("first", FIRST.rows[0], XIAOXUE, *FIRST.rows[1:])
    (hint,) = (hints := analysis.word_hints(view)).values()
    assert list(hints) == [1]
    assert isinstance(hint, AugmentationOffer)
    assert hint.new_entry == LexiconEntry("小雪", "XiaoXue")
