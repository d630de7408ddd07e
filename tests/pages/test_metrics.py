"""Metrics shows what one counts by hand."""

from __future__ import annotations

import pytest
import sacrebleu

from seq2seq_core.data.corpus import Row
from seq2seq_core.decoding.translator import Translator
from tests.pages.laboratory import (
    GRU,
    HELD_OUT,
    ROWS,
    TRAINING,
    Laboratory,
    address,
    metrics,
    open_page,
    page_text,
    save_corpus,
    select,
    start_run,
    train_all,
)

pytestmark = pytest.mark.usefixtures("english")


def outputs(translator: Translator, rows: tuple[Row, ...]) -> list[str]:
    return [translator.translate(row.source).text for row in rows]


def share_right(translator: Translator, rows: tuple[Row, ...]) -> float:
    texts = outputs(translator, rows)
    return sum(text == row.target for text, row in zip(texts, rows, strict=True)) / len(rows)


def test_exact_match_counts_sentences_that_are_right_to_the_last_word(lab: Laboratory) -> None:
    shown = metrics(open_page(lab, "metrics", run="1"))
    translator = select(lab, "gru").trained.translator
    assert shown["training pairs"] == f"{share_right(translator, ROWS):.0%}"
    assert shown["held-out pairs"] == f"{share_right(translator, HELD_OUT):.0%}"
    assert shown["exact match, written alone"] == f"{share_right(translator, HELD_OUT):.1%}"


def test_bleu_and_chrf_are_those_of_sacrebleu(lab: Laboratory) -> None:
    shown = metrics(open_page(lab, "metrics", run="1"))
    texts = outputs(select(lab, "gru").trained.translator, HELD_OUT)
    references = [[row.target for row in HELD_OUT]]
    assert shown["BLEU"] == f"{sacrebleu.corpus_bleu(texts, references).score:.1f}"
    assert shown["chrF"] == f"{sacrebleu.corpus_chrf(texts, references).score:.1f}"


def test_every_held_out_sentence_is_in_the_table_the_worst_first(lab: Laboratory) -> None:
    app = open_page(lab, "metrics", run="1")
    table = app.dataframe[0].value
    assert sorted(table["source"]) == sorted(row.source for row in HELD_OUT)
    by_source = {row.source: row.target for row in HELD_OUT}
    for _index, line in table.iterrows():
        right = line["output"] == line["reference"] == by_source[line["source"]]
        assert line["right"] == ("✓" if right else "✗")
    order = list(zip(table["right"] == "✓", table["bleu"], strict=True))
    assert order == sorted(order)


def test_the_sentence_of_the_page_is_the_one_that_is_counted_out(lab: Laboratory) -> None:
    app = open_page(lab, "metrics", run="1", sentence=HELD_OUT[2].source)
    assert f"Source: {HELD_OUT[2].source}" in page_text(app)
    worst = open_page(lab, "metrics", run="1")
    assert f"Source: {worst.dataframe[0].value['source'][0]}" in page_text(worst)
    assert "sentence" not in address(worst)


def test_what_is_measured_on_what_is_said(lab: Laboratory) -> None:
    assert (
        f"Measured on {len(ROWS)} of {len(ROWS)} pairs that it has learnt from, and on "
        f"{len(HELD_OUT)} of {len(HELD_OUT)} held-out pairs that it has never seen."
    ) in page_text(open_page(lab, "metrics", run="1"))


def test_of_a_corpus_too_small_to_hold_out_nothing_is_claimed_about_new_sentences(
    own_lab: Laboratory,
) -> None:
    engine = own_lab.open()
    start_run(engine, save_corpus(engine, own_lab.key, ROWS[:4], ()), GRU, "small", TRAINING)
    train_all(engine)
    app = open_page(own_lab, "metrics")
    assert metrics(app)["held-out pairs"] == "–"
    assert "these numbers say nothing about new sentences" in page_text(app)
    assert "Whether it has memorised its sentences or learnt rules cannot be told" in page_text(app)
    assert "On the training pairs:" in page_text(app)
    assert len(app.dataframe[0].value) == 4


def test_the_chart_counts_every_sentence_once(lab: Laboratory) -> None:
    app = open_page(lab, "metrics", run="1")
    (chart,) = app.get("arrow_vega_lite_chart") or app.get("vega_lite_chart")
    counts = [int(part.split(" of ")[1].split()[0]) for part in chart.proto.alt.split(".")[:-1]]
    assert sum(counts) == len(HELD_OUT)
