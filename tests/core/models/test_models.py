"""Every model keeps the contract: a grid of all that can be set, no sample."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from seq2seq_core.config import ModelConfig
from seq2seq_core.data.vocabulary import SOS
from seq2seq_core.models import attention_overrides, build_model
from seq2seq_core.models.base import EncoderDecoder, average_heads
from tests.core.model_grid import (
    DATA,
    KINDS,
    RECURRENT,
    SOURCE,
    TARGET,
    VARIANTS,
    WITHOUT_POSITIONS,
    name_of,
)


@pytest.fixture(params=[*KINDS, *VARIANTS], ids=name_of)
def model(request: pytest.FixtureRequest) -> EncoderDecoder:
    return build_model(request.param, len(SOURCE), len(TARGET), seed=3).eval()


def test_stepping_equals_teacher_forcing(model: EncoderDecoder) -> None:
    batch = DATA.full_batch()
    logits, attention = model(batch.src, batch.src_mask, batch.tgt_in)
    state = model.init_state(batch.src, batch.src_mask)
    for t in range(batch.tgt_in.shape[1]):
        step = model.step(state, batch.tgt_in[:, t])
        state = step.state
        torch.testing.assert_close(step.logits, logits[:, t], rtol=0, atol=1e-5)
        if attention is not None:
            torch.testing.assert_close(step.attention, attention[:, t], rtol=0, atol=1e-5)


def test_attention_rows_sum_to_one_and_padding_gets_nothing(model: EncoderDecoder) -> None:
    batch = DATA.full_batch()
    _, attention = model(batch.src, batch.src_mask, batch.tgt_in)
    if attention is None:
        return
    assert attention.shape[:2] == batch.tgt_in.shape and attention.shape[4] == batch.src.shape[1]
    torch.testing.assert_close(attention.sum(-1), torch.ones(attention.shape[:-1]))
    padding = ~batch.src_mask[:, None, None, None].expand_as(attention)
    assert padding.any()
    assert (attention[padding] == 0).all()


def test_a_sentence_reads_the_same_alone_and_beside_longer_ones(model: EncoderDecoder) -> None:
    together, alone = DATA.full_batch(), DATA.select_batch(torch.tensor([0]))
    assert alone.src.shape[1] < together.src.shape[1]
    logits, _ = model(together.src, together.src_mask, together.tgt_in)
    expected, _ = model(alone.src, alone.src_mask, alone.tgt_in)
    length = alone.tgt_in.shape[1]
    torch.testing.assert_close(logits[:1, :length], expected, rtol=0, atol=1e-5)


def test_gradients_reach_every_weight(model: EncoderDecoder) -> None:
    batch = DATA.full_batch()
    logits, _ = model(batch.src, batch.src_mask, batch.tgt_in)
    logits.square().sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


def test_select_reorders_the_batch(model: EncoderDecoder) -> None:
    batch = DATA.full_batch()
    state = model.init_state(batch.src, batch.src_mask)
    token, rows = batch.tgt_in[:, 0], torch.tensor([3, 3, 0])
    expected = model.step(state, token).logits[rows]
    torch.testing.assert_close(model.step(state.select(rows), token[rows]).logits, expected)


def test_inspection_is_the_same_step(model: EncoderDecoder) -> None:
    batch = DATA.full_batch()
    state = model.init_state(batch.src, batch.src_mask)
    for t in range(3):
        inspection = model.inspect(state, batch.tgt_in[:, t])
        step = model.step(state, batch.tgt_in[:, t])
        torch.testing.assert_close(inspection.step.logits, step.logits, rtol=0, atol=1e-6)
        torch.testing.assert_close(
            model.output(inspection.attentional_state), step.logits, rtol=0, atol=1e-6
        )
        if step.attention is not None:
            weights = inspection.scores.softmax(-1)
            torch.testing.assert_close(weights, step.attention)
        state = step.state


def test_the_fast_way_says_what_the_readable_one_says(model: EncoderDecoder) -> None:
    batch = DATA.full_batch()
    logits, _ = model(batch.src, batch.src_mask, batch.tgt_in)
    fast = model.predict(batch.src, batch.src_mask, batch.tgt_in)
    torch.testing.assert_close(fast, logits, rtol=0, atol=1e-5)


def test_reading_only_true_words_is_teacher_forcing(model: EncoderDecoder) -> None:
    batch = DATA.full_batch()
    teacher_mask = torch.ones_like(batch.tgt_in, dtype=torch.bool)
    scheduled = model.predict_scheduled(batch.src, batch.src_mask, batch.tgt_in, teacher_mask)
    logits, _ = model(batch.src, batch.src_mask, batch.tgt_in)
    torch.testing.assert_close(scheduled, logits, rtol=0, atol=1e-5)


def test_the_source_from_the_inside_is_what_the_decoder_attends_to(model: EncoderDecoder) -> None:
    batch = DATA.select_batch(torch.tensor([1]))
    inspection = model.inspect_source(batch.src, batch.src_mask)
    assert inspection.embedded.shape[:2] == inspection.states.shape[:2] == batch.src.shape
    if inspection.self_attention is not None:
        sums = inspection.self_attention.sum(-1)
        torch.testing.assert_close(sums, torch.ones_like(sums))


def uniform_context(model: EncoderDecoder) -> tuple[torch.Tensor, torch.Tensor]:
    batch = DATA.select_batch(torch.tensor([1]))
    state = model.init_state(batch.src, batch.src_mask)
    inspection = model.inspect(state, torch.tensor([SOS]), attention_overrides.uniform_attention)
    return inspection.context[0], model.inspect_source(batch.src, batch.src_mask).states[0].mean(0)


def test_overridden_weights_are_those_of_the_override(model: EncoderDecoder) -> None:
    batch = DATA.full_batch()
    state = model.init_state(batch.src, batch.src_mask)
    unchanged = model.step(state, batch.tgt_in[:, 0])
    if unchanged.attention is None:
        overridden = model.step(state, batch.tgt_in[:, 0], attention_overrides.fixed_attention(1))
        torch.testing.assert_close(overridden.logits, unchanged.logits)
        return
    fixed = model.step(state, batch.tgt_in[:, 0], attention_overrides.fixed_attention(1))
    assert (fixed.attention[..., 1] == 1).all()
    assert fixed.attention.sum() == fixed.attention[..., 0].numel()
    assert not torch.allclose(fixed.logits, unchanged.logits)
    for override in (
        attention_overrides.uniform_attention,
        attention_overrides.hard_attention,
        attention_overrides.sharpened_attention(0.3),
    ):
        weights = model.step(state, batch.tgt_in[:, 0], override).attention
        torch.testing.assert_close(weights.sum(-1), torch.ones(weights.shape[:-1]))
        assert (weights.masked_select(~batch.src_mask[:, None, None].expand_as(weights)) == 0).all()
    as_learned = model.step(state, batch.tgt_in[:, 0], attention_overrides.sharpened_attention(1.0))
    torch.testing.assert_close(as_learned.logits, unchanged.logits, rtol=0, atol=1e-5)


@pytest.mark.parametrize("kind", [k for k in KINDS + VARIANTS if k.has_attention], ids=name_of)
def test_uniform_attention_gives_the_mean_of_what_is_attended_to(kind: ModelConfig) -> None:
    """Of the encoder's states; a Transformer's heads mix projections of them, which is linear."""
    model = build_model(kind, len(SOURCE), len(TARGET), seed=3).eval()
    context, mean = uniform_context(model)
    if kind.is_transformer:
        cross = model.decoder[-1].cross_attention
        mean = cross.output(cross.value(mean))
    torch.testing.assert_close(context, mean, rtol=0, atol=1e-5)


@pytest.mark.parametrize("kind", [k for k in RECURRENT if k.has_attention][::4], ids=name_of)
def test_sharpness_is_the_scores_times_beta(kind: ModelConfig) -> None:
    batch = DATA.full_batch()
    plain = build_model(kind, len(SOURCE), len(TARGET), seed=3).eval()
    sharp = build_model(replace(kind, sharpness=3.0), len(SOURCE), len(TARGET), seed=3).eval()
    state = plain.init_state(batch.src, batch.src_mask)
    sharpened = plain.step(state, batch.tgt_in[:, 0], attention_overrides.sharpened_attention(3.0))
    trained_sharp = sharp.step(sharp.init_state(batch.src, batch.src_mask), batch.tgt_in[:, 0])
    torch.testing.assert_close(sharpened.attention, trained_sharp.attention, rtol=0, atol=1e-5)


def test_a_transformer_without_positions_does_not_know_the_order_of_the_source() -> None:
    batch = DATA.select_batch(torch.tensor([3]))
    reversed_batch = replace(batch, src=batch.src.flip(1))
    for kind, same in (
        (WITHOUT_POSITIONS[0], True),
        (replace(WITHOUT_POSITIONS[0], positions=True), False),
    ):
        model = build_model(kind, len(SOURCE), len(TARGET), seed=3).eval()
        logits = [model.predict(b.src, b.src_mask, b.tgt_in) for b in (batch, reversed_batch)]
        assert torch.allclose(*logits, rtol=0, atol=1e-5) == same


def test_many_heads_are_read_as_the_mean_of_the_last_layer() -> None:
    weights = torch.rand(2, 3, 4, 2, 5)  # (B, T, L, H, S)
    expected = (weights[:, :, 3, 0] + weights[:, :, 3, 1]) / 2
    torch.testing.assert_close(average_heads(weights), expected)
    torch.testing.assert_close(average_heads(weights[0, 0]), expected[0, 0])
