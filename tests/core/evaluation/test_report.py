"""A model measured: the same numbers as by the single measures, on a sample that stays the same."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.decoding.translator import Translator
from seq2seq_core.evaluation.metrics import evaluate
from seq2seq_core.evaluation.report import (
    MAX_PAIRS,
    ScoredSentence,
    build_report,
    greedy_exact_match,
    group_by_length,
    sample_items,
)
from seq2seq_core.evaluation.text_metrics import rouge_f1, sentence_bleu
from seq2seq_core.models import build_model
from seq2seq_core.training.loop import initial_state, train
from tests.core.model_grid import DATA, PAIRS, SOURCE, TARGET
from tests.core.trained import translator_of


@cache
def half_trained_translator() -> Translator:
    """Some sentences are right, others not."""
    kind = ModelConfig(embedding_size=12, hidden_size=16)
    model = build_model(kind, len(SOURCE), len(TARGET), seed=2)
    config = TrainingConfig(updates=60, batch_size="full")
    for event in train(model, initial_state(model), DATA, config):
        translator = translator_of(event, kind)
        if 0 < evaluate(model, DATA, PAIRS).exact_match < 1:
            break
    return translator


def test_a_model_is_measured_as_by_the_single_measures() -> None:
    translator = half_trained_translator()
    report, evaluation = build_report(translator, PAIRS), evaluate(translator.model, DATA, PAIRS)
    assert 0 < report.exact_match < 1
    assert report.exact_match == evaluation.exact_match == greedy_exact_match(translator, PAIRS)
    assert report.token_accuracy == evaluation.token_accuracy
    matches = [sentence.is_exact_match for sentence in report.sentences]
    assert report.exact_match == sum(matches) / len(PAIRS)
    for sentence, pair in zip(report.sentences, PAIRS, strict=True):
        assert (sentence.source, sentence.reference) == (pair.source, pair.target)
        is_perfect = sentence.bleu == pytest.approx(100) and sentence.rougeL == 1
        assert sentence.is_exact_match == is_perfect
        assert sentence.bleu == sentence_bleu(sentence.output_text, sentence.reference_text).score
        assert sentence.rougeL == rouge_f1(sentence.output_text, sentence.reference_text)[2]


@given(st.integers(0, 3 * MAX_PAIRS))
def test_a_sample_is_always_the_same_in_its_own_order(count: int) -> None:
    sample = sample_items(range(count))
    assert sample == sample_items(range(count)) == sorted(set(sample))
    assert len(sample) == min(count, MAX_PAIRS)
    assert set(sample) <= set(range(count))


@given(st.lists(st.tuples(st.integers(1, 64), st.booleans()), min_size=1, max_size=60))
def test_every_sentence_stands_in_one_group_of_lengths(cases: list[tuple[int, bool]]) -> None:
    sentences = [
        ScoredSentence(("a",) * length, ("b",), ("b" if right else "c",), "b", "b", 0.0, 0.0)
        for length, right in cases
    ]
    groups = group_by_length(sentences)
    assert sum(group.count for group in groups) == len(cases)
    assert sum(group.exact_matches for group in groups) == sum(right for _, right in cases)
    assert len(groups) <= 12
    for group, following in zip(groups, groups[1:], strict=False):
        assert group.max_length < following.min_length
