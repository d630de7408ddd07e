"""Text metrics against stored values of sacrebleu and rouge-score."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from seq2seq_core.text_scores import exact_match, rouge, sentence_bleu, text_scores

VALUES = json.loads((Path(__file__).parents[1] / "oracles/metrics.json").read_text())["pairs"]
NAMES = [value["id"] for value in VALUES]
LONG_ENOUGH = [value for value in VALUES if all(value["totals"])]


@pytest.mark.parametrize("value", LONG_ENOUGH, ids=[value["id"] for value in LONG_ENOUGH])
def test_corpus_bleu_and_chrf_are_sacrebleus(value: dict[str, Any]) -> None:
    scores = text_scores([value["hyp"]], [value["ref"]])
    assert scores.bleu == pytest.approx(value["sentence_bleu"], abs=1e-9)
    assert scores.chrf == pytest.approx(value["chrf"], abs=1e-9)
    assert scores.bleu_signature.startswith("nrefs:1|case:mixed|eff:no|tok:")


@pytest.mark.parametrize("value", VALUES, ids=NAMES)
def test_sentence_bleu_is_sacrebleus_with_effective_order(value: dict[str, Any]) -> None:
    score, signature = sentence_bleu(value["hyp"], value["ref"])
    assert score == pytest.approx(value["sentence_bleu"], abs=1e-9)
    assert signature == value["signature"]


@pytest.mark.parametrize("value", VALUES, ids=NAMES)
def test_rouge_is_rouge_scores_and_counts_characters_in_chinese(value: dict[str, Any]) -> None:
    assert rouge(value["hyp"], value["ref"]) == pytest.approx(value["rouge"], abs=1e-9)


def test_a_perfect_sentence_of_three_words_has_full_sentence_bleu() -> None:
    assert sentence_bleu("KaGe likes XiaoBing", "KaGe likes XiaoBing")[0] == pytest.approx(100)
    assert text_scores(["KaGe likes XiaoBing"], ["KaGe likes XiaoBing"]).bleu == 0


def test_an_empty_output_scores_nothing_instead_of_failing() -> None:
    scores = text_scores([""], ["hello there"])
    assert (scores.bleu, scores.rouge1, scores.rouge2, scores.rougeL) == (0, 0, 0, 0)


def test_exact_match_counts_whole_sentences() -> None:
    assert exact_match([["a", "b"], ["a"]], [["a", "b"], ["a", "b"]]) == 0.5
