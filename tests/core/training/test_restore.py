"""A stored run comes back as it was at its snapshot, and before the first one as it began."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data.corpus import Row
from seq2seq_core.errors import CheckpointError
from seq2seq_core.evaluation.metrics import evaluate
from seq2seq_core.limits import LIMITS
from seq2seq_core.models import build_model
from seq2seq_core.training.checkpoint import model_size, pack_state
from seq2seq_core.training.dataset import freeze_dataset, load_dataset
from seq2seq_core.training.loop import TrainingState, initial_state, train
from seq2seq_core.training.restore import count_parameters, restore_run
from tests.core.model_grid import FIVE, KINDS, name_of

SEED = 5
TRAINING = TrainingConfig(seed=SEED, updates=4, batch_size="full")
DESCRIPTION = freeze_dataset(FIVE, [], "space", KINDS[0], TRAINING)
SOME = KINDS[::9]


def learnt(kind: ModelConfig) -> tuple[torch.nn.Module, TrainingState]:
    dataset = load_dataset(DESCRIPTION)
    codec = dataset.codec
    model = build_model(kind, len(codec.source), len(codec.target), SEED)
    batches = dataset.make_batches(dataset.pairs)
    *_, last = train(model, initial_state(model), batches, TRAINING)
    return model.eval(), last.copy_state()


@pytest.mark.parametrize("kind", SOME, ids=name_of)
def test_a_snapshot_gives_the_model_of_its_update(kind: ModelConfig) -> None:
    model, state = learnt(kind)
    run = restore_run(DESCRIPTION, kind, pack_state(state), SEED)
    assert run.update == 4 and run.dataset == load_dataset(DESCRIPTION)
    assert run.translator.codec == run.dataset.codec
    batch = run.dataset.make_batches(run.dataset.pairs).full_batch()
    restored = run.translator.model
    assert not restored.training
    assert restored(batch.src, batch.src_mask, batch.tgt_in)[0].equal(
        model(batch.src, batch.src_mask, batch.tgt_in)[0]
    )


@pytest.mark.parametrize("kind", SOME, ids=name_of)
def test_before_the_first_snapshot_it_is_the_untrained_model_of_the_seed(kind: ModelConfig) -> None:
    run = restore_run(DESCRIPTION, kind, None, SEED)
    codec = run.dataset.codec
    untrained = build_model(kind, len(codec.source), len(codec.target), SEED)
    assert run.update == 0
    for restored, weights in zip(
        run.translator.model.parameters(), untrained.parameters(), strict=True
    ):
        assert restored.equal(weights)


def test_a_snapshot_of_another_model_is_refused() -> None:
    _, state = learnt(KINDS[0])
    other = replace(KINDS[0], hidden_size=KINDS[0].hidden_size * 2)
    for kind, snapshot in ((other, pack_state(state)), (KINDS[0], b"damaged")):
        with pytest.raises(CheckpointError) as caught:
            restore_run(DESCRIPTION, kind, snapshot, SEED)
        assert caught.value.code == "damaged"


@pytest.mark.parametrize("kind", SOME, ids=name_of)
def test_weights_are_counted_as_the_model_has_them(kind: ModelConfig) -> None:
    run = restore_run(DESCRIPTION, kind, None, SEED)
    assert count_parameters(FIVE, "space", kind) == model_size(run.translator.model)


def test_a_model_that_is_too_large_is_counted_all_the_same() -> None:
    large = ModelConfig("lstm", embedding_size=256, hidden_size=256, layers=4)
    assert count_parameters(FIVE, "space", large) > LIMITS.parameters


def test_alignment_is_scored_where_there_are_links_and_attention() -> None:
    linked = [replace(row, alignment="0-0") for row in FIVE]
    with_links = freeze_dataset(linked, [], "space", KINDS[0], TRAINING)
    attending, blind = ModelConfig(attention="dot"), ModelConfig(attention="none")
    assert restore_run(DESCRIPTION, attending, None, SEED).alignment_score() is None
    assert restore_run(with_links, blind, None, SEED).alignment_score() is None
    run = restore_run(with_links, attending, None, SEED)
    score = run.alignment_score()
    pairs = run.dataset.pairs
    evaluation = evaluate(run.translator.model, run.dataset.make_batches(pairs), pairs)
    assert score is not None and score.score == evaluation.alignment


def test_rows_with_problems_are_not_counted() -> None:
    assert count_parameters([*FIVE, Row("", "new words here")], "space", KINDS[0]) == (
        count_parameters(FIVE, "space", KINDS[0])
    )
