"""What is measured on a run: its own pairs, always the same ones, once for each snapshot."""

from __future__ import annotations

import pytest

from pages.shared.runs import evaluations
from seq2seq_core.evaluation.metrics import evaluate
from seq2seq_core.evaluation.report import MAX_PAIRS
from tests.pages.laboratory import (
    FIRST,
    GRU,
    HELD_OUT,
    ROWS,
    Laboratory,
    save_corpus,
    select,
    start_run,
)


def test_of_a_small_corpus_all_pairs_are_measured(lab: Laboratory) -> None:
    run = lab.runs()["gru"]
    for held_out, rows in ((False, ROWS), (True, HELD_OUT)):
        sample = evaluations.evaluation_sample(run, held_out)
        assert sample.texts == tuple(row.source for row in rows)
        assert sample.rows == tuple(range(len(rows)))
        assert sample.count == len(rows)


def test_of_a_large_corpus_a_sample_is_measured_whose_texts_are_its_pairs(
    empty_lab: Laboratory,
) -> None:
    engine = empty_lab.open()
    run = start_run(engine, save_corpus(engine, empty_lab.key, FIRST.rows, ()), GRU, "large")
    sample = evaluations.evaluation_sample(run, held_out=False)
    assert len(sample.texts) == len(sample.rows) == MAX_PAIRS < sample.count
    assert list(sample.rows) == sorted(set(sample.rows))
    sources = {row.source for row in FIRST.rows}
    assert set(sample.texts) <= sources and len(set(sample.texts)) == MAX_PAIRS


@pytest.mark.parametrize("held_out", [False, True])
def test_the_report_is_on_the_pairs_of_the_sample(lab: Laboratory, held_out: bool) -> None:
    selection = select(lab, "gru")
    run, trained = selection.run, selection.trained
    pairs = evaluations.evaluation_pairs(run, trained, held_out)
    report = evaluations.evaluation_report(run, trained, held_out)
    assert [one.source for one in report.sentences] == [pair.source for pair in pairs]
    direct = evaluate(trained.translator.model, trained.dataset.make_batches(pairs), pairs)
    assert report.exact_match == direct.exact_match
    assert report is evaluations.evaluation_report(run, trained, held_out)  # measured once


def test_greedy_is_never_worse_than_the_test_with_fillers_says(lab: Laboratory) -> None:
    for kind in ("gru", "silent", "transformer"):
        selection = select(lab, kind)
        greedy = evaluations.cached_greedy_match(selection.run, selection.trained)
        report = evaluations.evaluation_report(selection.run, selection.trained, True)
        assert greedy == report.exact_match
        assert 0 <= evaluations.cached_eos_feeding_match(selection.run, selection.trained) <= 1


def test_maps_are_for_models_that_look(lab: Laboratory) -> None:
    for kind in ("gru", "transformer"):
        selection = select(lab, kind)
        maps = evaluations.cached_attention_maps(selection.run, selection.trained)
        assert maps is not None
        assert [one.source for one in maps] == [tuple(row.source.split()) for row in HELD_OUT]
        score = evaluations.cached_alignment(selection.run, selection.trained)
        assert score == selection.trained.alignment_score()
    silent = select(lab, "silent")
    assert evaluations.cached_attention_maps(silent.run, silent.trained) is None
    assert evaluations.cached_alignment(silent.run, silent.trained) is None
