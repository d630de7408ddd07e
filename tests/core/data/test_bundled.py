"""The corpora that come with the lesson."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seq2seq_core.data import bundled
from seq2seq_core.data.corpus import Row, build_corpus, swap_sides

FIRST = bundled.load_bundled("first").rows
MINE = Row("我 爱 书", "I love books")


def test_the_registry_names_every_folder_of_the_corpora_and_no_other() -> None:
    folders = {path.name for path in bundled.CORPORA_FOLDER.iterdir() if path.is_dir()}
    assert folders == {*bundled.CORPORA} == {*bundled.CORPUS_NAMES}
    assert bundled.DEFAULT_CORPUS in bundled.CORPORA


@pytest.mark.parametrize("info", bundled.CORPORA.values(), ids=lambda info: info.name)
def test_every_corpus_is_called_something_and_has_rows_without_problems(
    info: bundled.CorpusInfo,
) -> None:
    assert info.title and info.label and info.description.endswith(".")
    assert not info.name.endswith(bundled.SWAPPED_SUFFIX)  # that says how a run's corpus stands
    corpus = bundled.load_bundled(info.name)
    assert corpus.name == info.name and corpus.rows
    for rows in (corpus.rows, corpus.held_out):
        assert build_corpus(rows, "space").problems == ()


def test_titles_and_labels_tell_the_corpora_apart() -> None:
    for field in ("title", "label", "description"):
        texts = [getattr(info, field) for info in bundled.CORPORA.values()]
        assert len({*texts}) == len(texts)


def test_every_chinese_word_of_the_translations_has_a_gloss() -> None:
    glosses = bundled.load_word_glosses()
    for name in bundled.TRANSLATION_CORPORA:
        words = {word for row in bundled.load_bundled(name).rows for word in row.source.split()}
        assert words <= glosses.keys()
    assert all(entry.pinyin and entry.gloss for entry in glosses.values())


@pytest.mark.parametrize("name", bundled.TRANSLATION_CORPORA)
def test_it_is_known_which_way_round_a_corpus_stands(name: str) -> None:
    rows = bundled.load_bundled(name).rows
    swapped = tuple(swap_sides(rows))
    assert not bundled.is_swapped(name, rows)
    assert bundled.is_swapped(name, swapped)
    assert not bundled.is_swapped("mine", swapped)  # nobody knows how that stood before


def test_most_rows_decide_which_way_round_a_corpus_stands() -> None:
    rows = tuple(swap_sides(bundled.load_bundled("first").rows))
    half = len(rows) // 2
    edited = [replace(row, source=f"{row.source} x") for row in rows[: half - 1]]
    assert bundled.is_swapped("first", (*edited, *rows[half - 1 :]))
    edited = [replace(row, source=f"{row.source} x") for row in rows[:half]]
    assert not bundled.is_swapped("first", (*edited, *rows[half:]))


def test_a_corpus_of_no_rows_stands_as_it_came() -> None:
    assert not bundled.is_swapped("first", ())


def test_a_row_that_came_with_the_corpus_is_nobodys_own() -> None:
    assert bundled.find_changed_rows("first", FIRST) == []
    assert bundled.find_changed_rows("first", swap_sides(FIRST)) == []
    assert bundled.find_changed_rows("first", [FIRST[1], MINE, FIRST[0]]) == [1]


def test_a_changed_translation_makes_a_row_ones_own() -> None:
    changed = Row(FIRST[0].source, FIRST[1].target)
    assert bundled.find_changed_rows("first", [changed, *FIRST[1:]]) == [0]


def test_nobody_knows_who_wrote_a_corpus_that_is_not_the_lessons() -> None:
    assert bundled.find_changed_rows("mine.tsv", [MINE]) == []
