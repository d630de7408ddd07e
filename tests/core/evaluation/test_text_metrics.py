"""Text metrics against stored values of sacrebleu and rouge-score.

Of those values everything is compared that the lesson shows. Left out are other ways to cut or to
smooth (tokenize none and char, add-k, NLTK's seven methods, ROUGE by spaces), chrF++, ROUGE's
precision and recall apart, and sentences with more than one reference: the lesson has none of them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.evaluation.rouge_overlap import f1_score, find_overlap
from seq2seq_core.evaluation.text_metrics import (
    exact_match,
    first_words,
    rouge_f1,
    score_texts,
    sentence_bleu,
    unsmoothed_sentence_bleu,
)

VALUES = json.loads((Path(__file__).parents[2] / "oracles/metrics.json").read_text())["pairs"]
NAMES = [value["id"] for value in VALUES]
LONG_ENOUGH = [value for value in VALUES if all(value["totals"])]


@pytest.mark.parametrize("value", LONG_ENOUGH, ids=[value["id"] for value in LONG_ENOUGH])
def test_corpus_bleu_and_chrf_are_sacrebleus(value: dict[str, Any]) -> None:
    scores = score_texts([value["hyp"]], [value["ref"]])
    assert scores.bleu == pytest.approx(value["sentence_bleu"], abs=1e-9)
    assert scores.chrf == pytest.approx(value["chrf"], abs=1e-9)
    assert scores.bleu_signature.startswith("nrefs:1|case:mixed|eff:no|tok:")


@pytest.mark.parametrize("value", VALUES, ids=NAMES)
def test_sentence_bleu_is_sacrebleus_with_effective_order(value: dict[str, Any]) -> None:
    bleu = sentence_bleu(value["hyp"], value["ref"])
    assert bleu.score == pytest.approx(value["sentence_bleu"], abs=1e-9)
    assert bleu.signature == value["signature"]
    assert list(bleu.counts) == value["counts"]
    assert list(bleu.totals) == value["totals"]
    assert bleu.brevity_penalty == pytest.approx(value["penalty"], abs=1e-9)


@pytest.mark.parametrize("value", VALUES, ids=NAMES)
def test_the_plain_formula_is_sacrebleus_without_smoothing(value: dict[str, Any]) -> None:
    plain = unsmoothed_sentence_bleu(value["hyp"], value["ref"])
    assert plain == pytest.approx(value["plain_bleu"], abs=1e-9)


@pytest.mark.parametrize("value", VALUES, ids=NAMES)
def test_rouge_is_rouge_scores_and_counts_characters_in_chinese(value: dict[str, Any]) -> None:
    assert rouge_f1(value["hyp"], value["ref"]) == pytest.approx(value["rouge"], abs=1e-9)


def test_a_perfect_sentence_of_three_words_has_full_sentence_bleu() -> None:
    assert sentence_bleu("KaGe likes XiaoBing", "KaGe likes XiaoBing").score == pytest.approx(100)
    assert unsmoothed_sentence_bleu("KaGe likes XiaoBing", "KaGe likes XiaoBing") == 0
    assert score_texts(["KaGe likes XiaoBing"], ["KaGe likes XiaoBing"]).bleu == 0


@pytest.mark.parametrize("reference", ["she bought two red sweaters", "我昨天买了书", "hello"])
def test_the_beginning_of_a_text_is_words_as_bleu_cuts_them(reference: str) -> None:
    beginning = first_words(reference, 3)
    bleu = sentence_bleu(beginning, reference)
    assert bleu.counts == bleu.totals  # all of it stands in the text
    assert bleu.totals[0] == (1 if reference == "hello" else 3)
    assert sentence_bleu(beginning, beginning).score == pytest.approx(100)
    assert unsmoothed_sentence_bleu(beginning, beginning) == 0


@pytest.mark.parametrize("value", VALUES, ids=NAMES)
def test_what_two_sentences_share_gives_rouge(value: dict[str, Any]) -> None:
    check_overlap(value["hyp"], value["ref"])


@given(*[st.text("ab A.我们 ", max_size=20)] * 2)
def test_what_any_two_sentences_share_gives_rouge(output: str, reference: str) -> None:
    check_overlap(output, reference)


def check_overlap(output: str, reference: str) -> None:
    """F1 from the shared words that the lesson shows, against rouge-score's own."""
    overlap = find_overlap(output, reference)
    sizes = len(overlap.output), len(overlap.reference)
    pairs = max(sizes[0] - 1, 0), max(sizes[1] - 1, 0)
    f1_scores = (
        f1_score(len(overlap.unigrams), *sizes),
        f1_score(len(overlap.bigrams), *pairs),
        f1_score(len(overlap.subsequence), *sizes),
    )
    assert f1_scores == pytest.approx(rouge_f1(output, reference), abs=1e-9)


def test_an_empty_output_scores_nothing_instead_of_failing() -> None:
    scores = score_texts([""], ["hello there"])
    assert (scores.bleu, scores.rouge1, scores.rouge2, scores.rougeL) == (0, 0, 0, 0)


def test_exact_match_counts_whole_sentences() -> None:
    assert exact_match([["a", "b"], ["a"]], [["a", "b"], ["a", "b"]]) == 0.5
