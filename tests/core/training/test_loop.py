"""Training is a generator over a value: repeatable to the last bit, and it really learns."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data.batches import Batches
from seq2seq_core.decoding.stepper import greedy_search
from seq2seq_core.errors import DivergenceError
from seq2seq_core.models import build_model
from seq2seq_core.training.checkpoint import pack_state, unpack_state
from seq2seq_core.training.loop import TrainingState, initial_state, token_loss, train
from tests.core.model_grid import (
    DATA,
    KINDS,
    PAIRS,
    SOURCE,
    TARGET,
    TRANSFORMERS,
    VARIANTS,
    name_of,
)

SMALL = ModelConfig(embedding_size=8, hidden_size=8)


def trained(config: TrainingConfig, model_config: ModelConfig = SMALL) -> TrainingState:
    model = build_model(model_config, len(SOURCE), len(TARGET), config.seed)
    *_, last = train(model, initial_state(model), DATA, config)
    return last.copy_state()


def same(one: TrainingState, two: TrainingState) -> bool:
    return one.update == two.update and all(
        getattr(one, name).equal(getattr(two, name))
        for name in ("parameters", "first_moment", "second_moment")
    )


@pytest.mark.parametrize("batch_size", [2, "full", "one"])
@pytest.mark.parametrize("teacher_forcing", [1.0, 0.5])
def test_resuming_is_bitwise_the_uninterrupted_run(
    batch_size: int | str, teacher_forcing: float
) -> None:
    config = TrainingConfig(updates=12, batch_size=batch_size, teacher_forcing=teacher_forcing)
    stopped = trained(replace(config, updates=7))
    size = len(stopped.parameters)
    stored = unpack_state(pack_state(stopped), size)
    fresh = build_model(SMALL, len(SOURCE), len(TARGET), seed=99)
    *_, last = train(fresh, stored, DATA, config)
    assert same(last.copy_state(), trained(config))


def test_a_saved_state_is_never_changed() -> None:
    model = build_model(SMALL, len(SOURCE), len(TARGET), 1)
    events = train(model, initial_state(model), DATA, TrainingConfig(updates=5))
    saved = next(events).copy_state()
    before = saved.parameters.clone()
    list(events)
    assert saved.parameters.equal(before)


def test_an_event_gives_its_state_only_while_it_is_the_latest() -> None:
    model = build_model(SMALL, len(SOURCE), len(TARGET), 1)
    events = train(model, initial_state(model), DATA, TrainingConfig(updates=5))
    first = next(events)
    next(events)
    with pytest.raises(AssertionError):
        first.copy_state()


def test_another_seed_is_another_run() -> None:
    config = TrainingConfig(updates=3)
    assert same(trained(config), trained(config))
    assert not same(trained(config), trained(replace(config, seed=2)))


def test_looking_at_the_model_in_between_changes_nothing() -> None:
    config = TrainingConfig(updates=6)
    model = build_model(SMALL, len(SOURCE), len(TARGET), config.seed)
    batch = DATA.full_batch()
    for event in train(model, initial_state(model), DATA, config):  # noqa: B007
        greedy_search(model, batch.src, batch.src_mask)
        torch.rand(3)
    assert same(event.copy_state(), trained(config))


def test_training_leaves_the_global_random_generator_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(2)
    torch.manual_seed(5)
    trained(TrainingConfig(updates=2))
    assert torch.rand(2).equal(expected)


def test_an_epoch_is_every_pair_once() -> None:
    pairs = [pair for pair in PAIRS for _ in range(7)]
    data = Batches(pairs, SOURCE, TARGET)
    batches = data.epoch_batches(TrainingConfig(batch_size=4), 3)
    assert len(batches) == data.updates_per_epoch(TrainingConfig(batch_size=4)) == 9
    assert sorted(torch.cat(batches).tolist()) == list(range(35))
    assert max(len({int(data.src_lengths[i]) for i in rows}) for rows in batches) <= 2


def test_loss_is_cross_entropy_of_real_tokens_only() -> None:
    config = TrainingConfig(updates=1, batch_size="full")
    model = build_model(replace(SMALL, dropout=0.0), len(SOURCE), len(TARGET), 1)
    batch = DATA.full_batch()
    logits, _ = model(batch.src, batch.src_mask, batch.tgt_in)
    log_probabilities = logits.log_softmax(2)
    chosen = [
        log_probabilities[b, t, token]
        for b, row in enumerate(batch.tgt_out.tolist())
        for t, token in enumerate(row)
        if token
    ]
    event = next(train(model, initial_state(model), DATA, config))
    assert event.loss == pytest.approx(-torch.stack(chosen).mean().item(), rel=1e-5)
    assert event.tokens == len(chosen) == sum(len(pair.target) + 1 for pair in PAIRS)


def test_one_update_is_torchs_own_adam_with_clipping() -> None:
    config = TrainingConfig(updates=4, batch_size="full", clip=0.05)
    *_, last = train(
        model := build_model(replace(SMALL, dropout=0.0), len(SOURCE), len(TARGET), 1),
        initial_state(model),
        DATA,
        config,
    )
    plain = build_model(replace(SMALL, dropout=0.0), len(SOURCE), len(TARGET), 1)
    adam = torch.optim.Adam(plain.parameters(), lr=config.learning_rate)
    batch = DATA.full_batch()
    for _ in range(4):
        adam.zero_grad()
        logits, _ = plain(batch.src, batch.src_mask, batch.tgt_in)
        torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), batch.tgt_out.flatten(), ignore_index=0
        ).backward()
        norm = torch.nn.utils.clip_grad_norm_(plain.parameters(), config.clip)
        adam.step()
    assert last.gradient_norm == pytest.approx(float(norm), rel=1e-4)
    expected = torch.cat([p.detach().flatten() for p in plain.parameters()])
    torch.testing.assert_close(last.copy_state().parameters, expected, rtol=0, atol=1e-5)


def test_weight_decay_and_warm_up_are_torchs_own_adamw_and_lambda() -> None:
    config = TrainingConfig(updates=6, batch_size="full", weight_decay=0.3, warm_up=4, clip=1e6)
    shape = replace(SMALL, dropout=0.0)
    model = build_model(shape, len(SOURCE), len(TARGET), 1)
    *_, last = train(model, initial_state(model), DATA, config)
    plain = build_model(shape, len(SOURCE), len(TARGET), 1)
    adam = torch.optim.AdamW(plain.parameters(), lr=config.learning_rate, weight_decay=0.3)
    warm_up = torch.optim.lr_scheduler.LambdaLR(
        adam, lambda done: min((done + 1) / 4, (4 / (done + 1)) ** 0.5)
    )
    batch = DATA.full_batch()
    for _ in range(6):
        adam.zero_grad()
        token_loss(plain.predict(batch.src, batch.src_mask, batch.tgt_in), batch.tgt_out).backward()
        adam.step()
        warm_up.step()
    expected = torch.cat([p.detach().flatten() for p in plain.parameters()])
    torch.testing.assert_close(last.copy_state().parameters, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("kind", [SMALL, *KINDS[::9], *VARIANTS[::9]], ids=name_of)
def test_its_own_words_are_read_as_often_as_the_schedule_says(kind: ModelConfig) -> None:
    """What is read in the place of a true word is what the model finds most probable there."""
    model, batch = build_model(kind, len(SOURCE), len(TARGET), 1).eval(), DATA.full_batch()
    true = torch.zeros_like(batch.tgt_in, dtype=torch.bool)
    logits = model.predict_scheduled(batch.src, batch.src_mask, batch.tgt_in, true)
    own = (
        model.predict(batch.src, batch.src_mask, batch.tgt_in) if kind.is_transformer else logits
    ).argmax(2)
    read = torch.cat([batch.tgt_in[:, :1], own[:, :-1]], dim=1)
    expected = model.predict(batch.src, batch.src_mask, read)
    torch.testing.assert_close(logits, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("schedule", ["linear", "exponential", "inverse_sigmoid"])
@pytest.mark.parametrize("kind", [SMALL, TRANSFORMERS[5]], ids=name_of)
def test_resuming_in_the_middle_of_a_schedule_is_bitwise_the_same(
    kind: ModelConfig, schedule: str
) -> None:
    config = TrainingConfig(
        updates=9,
        batch_size=2,
        teacher_forcing_schedule=schedule,
        teacher_forcing_half_life=4,
        warm_up=5,
        weight_decay=0.1,
        label_smoothing=0.1,
    )
    stopped = trained(replace(config, updates=5), kind)
    fresh = build_model(kind, len(SOURCE), len(TARGET), seed=99)
    *_, last = train(fresh, stopped, DATA, config)
    assert same(last.copy_state(), trained(config, kind))


def test_an_explosion_ends_the_run_and_keeps_finite_weights() -> None:
    model = build_model(SMALL, len(SOURCE), len(TARGET), 1)
    events = train(
        model, initial_state(model), DATA, TrainingConfig(learning_rate=10.0, updates=500)
    )
    with pytest.raises(DivergenceError) as caught:
        for event in events:
            assert event.copy_state().parameters.isfinite().all()
    assert caught.value.fields["update"] == event.update + 1


@pytest.mark.parametrize("kind", [*KINDS, *VARIANTS[::3]], ids=name_of)
def test_five_of_five_under_greedy_decoding(kind: ModelConfig) -> None:
    sizes = {"embedding_size": 32, "hidden_size": 32, "feed_forward_size": 64}
    sizes["model_size"] = kind.heads * (32 // kind.heads)
    model = build_model(replace(kind, **sizes), len(SOURCE), len(TARGET), seed=2)
    config = TrainingConfig(updates=400, batch_size="full", learning_rate=0.01)
    if (
        kind.is_transformer
    ):  # with the norm after the sum, four layers learn nothing without warm-up
        config = replace(config, learning_rate=0.003, warm_up=40)
    batch = DATA.full_batch()
    wanted = [TARGET.encode(pair.target) for pair in PAIRS]
    learnt = (
        greedy_search(model, batch.src, batch.src_mask) == wanted
        for event in train(model, initial_state(model), DATA, config)
        if event.update % 10 == 0
    )
    assert any(learnt)
