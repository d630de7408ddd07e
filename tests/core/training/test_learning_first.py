"""What *First* promises: new combinations come out right, and attention finds their words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data.bundled import load_bundled
from seq2seq_core.evaluation.metrics import Evaluation, evaluate
from seq2seq_core.evaluation.report import eos_feeding_exact_match
from seq2seq_core.models import build_model
from seq2seq_core.training.dataset import Dataset, freeze_dataset, load_dataset
from seq2seq_core.training.loop import initial_state, train
from tests.core import model_grid  # noqa: F401  # one thread
from tests.core.trained import translator_of

SEEDS = (1, 2, 3)


@cache
def first() -> Dataset:
    corpus = load_bundled("first")
    return load_dataset(
        freeze_dataset(corpus.rows, corpus.held_out, "space", ModelConfig(), TrainingConfig())
    )


def learning(kind: ModelConfig, seed: int, every: int = 10) -> Iterator[tuple[int, Evaluation]]:
    """The held-out pairs measured every so many updates, by default settings."""
    corpus, config = first(), TrainingConfig(seed=seed)
    data, new = corpus.make_batches(corpus.pairs), corpus.make_batches(corpus.held_out)
    model = build_model(kind, len(corpus.codec.source), len(corpus.codec.target), seed)
    for event in train(model, initial_state(model), data, config):
        if event.update % every == 0:
            yield event.update, evaluate(model, new, corpus.held_out)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("attention", ["general", "additive"])
@pytest.mark.parametrize("architecture", ["gru", "lstm"])
def test_new_sentences_come_out_right_and_attention_finds_their_words(
    architecture: str, attention: str, seed: int
) -> None:
    kind, at_the_end = ModelConfig(architecture, True, attention), TrainingConfig().updates
    ((_, last),) = learning(kind, seed, at_the_end)
    assert last.exact_match >= 0.95
    assert last.alignment is not None and last.alignment >= 0.6


@pytest.mark.parametrize("seed", SEEDS)
def test_without_attention_it_is_far_behind_at_the_same_update(seed: int) -> None:
    reached = next(
        u for u, e in learning(ModelConfig(attention="additive"), seed) if e.exact_match >= 0.9
    )
    _, plain = next(learning(ModelConfig(attention="none"), seed, every=reached))
    assert plain.exact_match < 0.6


def test_eos_fillers_make_a_good_model_look_as_if_it_had_learnt_nothing() -> None:
    corpus, kind, config = first(), ModelConfig(), TrainingConfig(updates=400)
    model = build_model(kind, len(corpus.codec.source), len(corpus.codec.target), config.seed)
    for event in train(model, initial_state(model), corpus.make_batches(corpus.pairs), config):
        last = event
    trained, new = translator_of(last, kind, corpus.codec), corpus.held_out
    assert evaluate(trained.model, corpus.make_batches(new), new).exact_match >= 0.95
    assert eos_feeding_exact_match(trained, new) <= 0.05
