"""The sentences of a run are those that its corpus was frozen with, whatever came later."""

from __future__ import annotations

from pages.shared.runs import run_corpus
from tests.pages.laboratory import HELD_OUT, ROWS, Laboratory, save_corpus, view_of


def test_what_is_held_out_is_never_offered_as_learnt(lab: Laboratory) -> None:
    run = lab.runs()["gru"]
    held_out = run_corpus.held_out_sources(run)
    assert held_out == {tuple(row.source.split()) for row in HELD_OUT}
    assert not held_out & {tuple(row.source.split()) for row in ROWS}
    assert run_corpus.unseen_sentences(run) == [row.source for row in HELD_OUT]


def test_unseen_sentences_can_be_asked_for_by_a_word_of_their_translation(
    lab: Laboratory,
) -> None:
    run = lab.runs()["gru"]
    word = HELD_OUT[0].target.split()[0]
    expected = [row.source for row in HELD_OUT if word in row.target.split()]
    assert run_corpus.unseen_sentences(run, word) == expected
    assert run_corpus.unseen_sentences(run, word[:-1] + "§") == []


def test_every_sentence_is_offered_once_the_watched_ones_first(lab: Laboratory) -> None:
    run = lab.runs()["gru"]
    offered = run_corpus.offered_sentences(run)
    assert len(offered) == len(set(offered)) == len(ROWS) + len(HELD_OUT)
    assert run.live is not None
    watched = [" ".join(sentence["source"]) for sentence in run.live["sentences"]]
    assert offered[: len(watched)] == watched


def test_the_reference_is_that_of_the_corpus(lab: Laboratory) -> None:
    run = lab.runs()["gru"]
    for row in (*ROWS, *HELD_OUT):
        assert run_corpus.reference_translation(run, row.source) == row.target
    assert run_corpus.reference_translation(run, "恐龙") is None


def test_a_corpus_that_changes_later_changes_no_run(own_lab: Laboratory) -> None:
    run = own_lab.runs()["gru"]
    save_corpus(own_lab.open(), own_lab.key, ROWS[:2], ())
    assert len(run_corpus.offered_sentences(run)) == len(ROWS) + len(HELD_OUT)


def test_a_view_made_by_hand_has_no_version() -> None:
    assert view_of(ROWS[0]).revision is None
