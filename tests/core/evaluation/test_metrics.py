"""A model on pairs, read with the true words: the same numbers however the pairs are cut."""

from __future__ import annotations

import dataclasses

import pytest

from seq2seq_core.config import ModelConfig
from seq2seq_core.data.batches import Batches
from seq2seq_core.evaluation.alignment import argmax_positions, score_alignment
from seq2seq_core.evaluation.metrics import evaluate, split_rows, teacher_forced_attention
from seq2seq_core.models import build_model
from tests.core.model_grid import DATA, PAIRS, SOURCE, TARGET


def test_attention_in_chunks_is_the_attention_of_the_whole_batch() -> None:
    model = build_model(ModelConfig(attention="additive"), len(SOURCE), len(TARGET), seed=3).eval()
    matrices = teacher_forced_attention(model, DATA)
    assert matrices is not None
    for row, (weights, pair) in enumerate(zip(matrices, PAIRS, strict=True)):
        assert [len(weights), len(weights[0])] == [len(pair.target) + 1, len(pair.source)]
        single = teacher_forced_attention(model, Batches([pair], SOURCE, TARGET))
        assert single is not None
        for batch_row, single_row in zip(weights, single[0], strict=True):
            assert max(abs(a - b) for a, b in zip(batch_row, single_row, strict=True)) < 1e-5, row


def test_at_the_limits_a_chunk_is_a_few_sentences() -> None:
    class LongBatches:  # 100 pairs of 64 tokens, 5,000 words
        target_vocabulary_size = 5000
        src = tgt = DATA.src.new_ones(100, 64)

        def __len__(self) -> int:
            return 100

    rows = split_rows(LongBatches())  # type: ignore[arg-type]
    assert max(map(len, rows)) * 64 * 64 * 256 <= 4_000_000
    assert [int(i) for chunk in rows for i in chunk] == list(range(100))


@pytest.mark.parametrize(
    "kind", [ModelConfig(attention="additive"), ModelConfig(architecture="transformer", layers=2)]
)
def test_the_alignment_of_an_evaluation_is_the_score_of_its_attention(kind: ModelConfig) -> None:
    model = build_model(kind, len(SOURCE), len(TARGET), seed=3).eval()
    matrices = teacher_forced_attention(model, DATA)
    assert matrices is not None
    peaks = [argmax_positions(matrix) for matrix in matrices]
    # gold links on the largest weights of every first word, beside them of every second
    linked = [
        dataclasses.replace(
            pair, sure=frozenset({(row[0], 0), ((row[1] + 1) % len(pair.source), 1)})
        )
        for row, pair in zip(peaks, PAIRS, strict=True)
    ]
    score = score_alignment(peaks, linked)
    assert score is not None
    assert evaluate(model, DATA, linked).alignment == score.score == 0.5
    assert evaluate(model, DATA, PAIRS).alignment is None  # these pairs name no links


def test_without_attention_there_is_no_alignment() -> None:
    model = build_model(ModelConfig(attention="none"), len(SOURCE), len(TARGET), seed=3)
    linked = [dataclasses.replace(pair, sure=frozenset({(0, 0)})) for pair in PAIRS]
    assert teacher_forced_attention(model, DATA) is None
    assert evaluate(model, DATA, linked).alignment is None
