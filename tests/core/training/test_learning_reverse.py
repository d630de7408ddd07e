"""Reversing strings isolates attention: each symbol must be looked for in another place."""

from __future__ import annotations

import pytest

from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data.batches import Batches
from seq2seq_core.data.bundled import load_bundled
from seq2seq_core.data.corpus import build_corpus
from seq2seq_core.data.vocabulary import Vocabulary
from seq2seq_core.evaluation.metrics import Evaluation, evaluate
from seq2seq_core.models import build_model
from seq2seq_core.training.loop import initial_state, train

REVERSE = load_bundled("reverse")
PAIRS, HELD_OUT = (build_corpus(rows, "space").pairs for rows in (REVERSE.rows, REVERSE.held_out))
SOURCE = Vocabulary.from_sentences(pair.source for pair in PAIRS)
TARGET = Vocabulary.from_sentences(pair.target for pair in PAIRS)


def train_on_reversal(
    kind: ModelConfig, config: TrainingConfig, wanted: float, aligned: float
) -> Evaluation:
    """The first evaluation on held-out strings that is good enough, else the last one."""
    model = build_model(kind, len(SOURCE), len(TARGET), config.seed)
    data, held_out = (Batches(pairs, SOURCE, TARGET) for pairs in (PAIRS, HELD_OUT))
    for event in train(model, initial_state(model), data, config):
        if event.update % 50 == 0:
            evaluation = evaluate(model, held_out, HELD_OUT)
            assert evaluation.alignment is not None
            if evaluation.exact_match >= wanted and evaluation.alignment > aligned:
                break
    return evaluation


def test_a_gru_with_additive_attention_learns_to_reverse_and_looks_where_it_should() -> None:
    evaluation = train_on_reversal(
        ModelConfig(attention="additive"),
        TrainingConfig(updates=1_000, learning_rate=0.005),
        0.95,
        0.9,
    )
    assert (
        evaluation.exact_match >= 0.95
        and evaluation.alignment is not None
        and evaluation.alignment > 0.9
    )


@pytest.mark.parametrize("norm", ["post", "pre"])
def test_a_transformer_learns_to_reverse(norm: str) -> None:
    evaluation = train_on_reversal(
        ModelConfig("transformer", layers=2, norm=norm),
        TrainingConfig(updates=1_000, learning_rate=0.003, warm_up=100),
        0.95,
        0.0,
    )
    assert evaluation.exact_match >= 0.95
