"""Greedy search and the stepper are one decoder, on every model and on a fake one."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data.vocabulary import EOS
from seq2seq_core.decoding.stepper import Stepper, decode_feeding_eos, greedy_search
from seq2seq_core.evaluation.metrics import evaluate
from seq2seq_core.models import build_model
from seq2seq_core.models.base import (
    AttentionOverride,
    EncoderDecoder,
    Inspection,
    SourceInspection,
    Step,
)
from seq2seq_core.training.loop import initial_state, train
from tests.core.model_grid import DATA, KINDS, PAIRS, SOURCE, TARGET, name_of


@dataclass(frozen=True)
class Countdown:
    left: Tensor  # (B,)

    def select(self, rows: Tensor) -> Countdown:
        return Countdown(self.left[rows])


class CountingModel(EncoderDecoder):
    """Writes token 4 as often as the source has words, then <eos>: the whole contract."""

    def init_state(self, src: Tensor, src_mask: Tensor) -> Countdown:
        return Countdown(src_mask.sum(1))

    def inspect(
        self, state: Countdown, token: Tensor, override: AttentionOverride | None = None
    ) -> Inspection:
        ids = torch.where(state.left > 0, 4, EOS)
        logits = torch.nn.functional.one_hot(ids, 5).float()
        step = Step(logits, Countdown(state.left - 1), None)
        return Inspection(step, logits, logits, None, None, logits)

    def inspect_source(self, src: Tensor, src_mask: Tensor) -> SourceInspection:
        raise AssertionError("decoding has no need of it")

    def forward(self, src: Tensor, src_mask: Tensor, tgt_in: Tensor) -> tuple[Tensor, None]:
        raise AssertionError("decoding goes step by step")


def test_decoding_asks_only_for_the_contract() -> None:
    batch = DATA.full_batch()
    lengths = [len(pair.source) for pair in PAIRS]
    assert greedy_search(CountingModel(), batch.src, batch.src_mask) == [[4] * n for n in lengths]
    assert Stepper.from_source(CountingModel(), batch.src[0, :3]).decode_to_end().tokens == [
        4,
        4,
        4,
        EOS,
    ]


def test_greedy_stops_at_the_length_limit() -> None:
    batch = DATA.full_batch()
    assert greedy_search(CountingModel(), batch.src, batch.src_mask, max_length=2) == [[4, 4]] * 5


@pytest.mark.parametrize("kind", KINDS, ids=name_of)
def test_the_stepper_writes_what_greedy_writes(kind: ModelConfig) -> None:
    model = build_model(kind, len(SOURCE), len(TARGET), seed=4)
    for event in train(
        model, initial_state(model), DATA, TrainingConfig(updates=30, batch_size="full")
    ):
        if event.update not in (1, 15, 30):
            continue
        batch = DATA.full_batch()
        for row, expected in enumerate(greedy_search(model, batch.src, batch.src_mask, 20)):
            src = batch.src[row][batch.src_mask[row]]
            stepper = Stepper.from_source(model, src).decode_to_end(20)
            assert [token for token in stepper.tokens if token != EOS] == expected


@pytest.mark.parametrize("kind", KINDS, ids=name_of)
def test_feeding_eos_is_stepping_that_reads_eos_whatever_was_written(kind: ModelConfig) -> None:
    model = build_model(kind, len(SOURCE), len(TARGET), seed=4).eval()
    batch = DATA.full_batch()
    lengths = [len(pair.source) for pair in PAIRS]
    for row, ids in enumerate(decode_feeding_eos(model, batch.src, batch.src_mask, lengths)):
        stepper = Stepper.from_source(model, batch.src[row][batch.src_mask[row]])
        for _ in range(lengths[row]):
            stepper = stepper.write_token(EOS)
        assert ids == [int(step.probabilities.argmax()) for step in stepper.steps]
        assert len(ids) == lengths[row]


def test_the_first_step_is_the_same_with_and_without_feeding_eos() -> None:
    model = build_model(KINDS[5], len(SOURCE), len(TARGET), seed=4)
    batch = DATA.full_batch()
    for greedy_ids, eos_fed_ids in zip(
        greedy_search(model, batch.src, batch.src_mask, max_length=1),
        decode_feeding_eos(model, batch.src, batch.src_mask, [1] * len(PAIRS)),
        strict=True,
    ):
        assert [token for token in eos_fed_ids if token != EOS] == greedy_ids


def test_going_on_again_changes_nothing_and_a_branch_leaves_the_old_stepper_whole() -> None:
    model = build_model(KINDS[5], len(SOURCE), len(TARGET), seed=4)
    early = Stepper.from_source(model, DATA.src[1][DATA.src[1] != 0]).write_token().write_token()
    finished, repeated = early.decode_to_end(6), early.decode_to_end(6)
    assert repeated.tokens == finished.tokens
    for step, repeated_step in zip(finished.steps, repeated.steps, strict=True):
        assert step.probabilities.equal(repeated_step.probabilities)
    other_token = next(token for token in range(4, len(TARGET)) if token != finished.tokens[2])
    branch = early.write_token(other_token).write_token()
    assert branch.tokens[:3] == [*finished.tokens[:2], other_token]
    assert early.tokens == finished.tokens[:2]
    assert finished.decode_to_end(6).tokens == repeated.tokens


def test_each_step_gives_probabilities_attention_state_and_context() -> None:
    model = build_model(
        ModelConfig(embedding_size=8, hidden_size=8), len(SOURCE), len(TARGET), seed=1
    )
    step = Stepper.from_source(model, torch.tensor([5, 6, 7])).write_token().steps[0]
    torch.testing.assert_close(step.probabilities.sum(), torch.tensor(1.0))
    assert step.token == int(step.probabilities.argmax())
    assert step.attention is not None and step.attention.shape == (3,)
    assert step.inspection.hidden.shape == step.inspection.context.shape == (1, 8)


def test_exact_match_from_one_teacher_forced_pass_is_greedy_exact_match() -> None:
    model = build_model(KINDS[7], len(SOURCE), len(TARGET), seed=2)
    batch, shares = DATA.full_batch(), set()
    references = [TARGET.encode(pair.target) for pair in PAIRS]
    config = TrainingConfig(updates=60, batch_size="full")
    for event in train(model, initial_state(model), DATA, config):
        if event.update % 3 == 0:
            outputs = greedy_search(model, batch.src, batch.src_mask)
            share = sum(map(list.__eq__, outputs, references)) / 5
            assert evaluate(model, DATA, PAIRS).exact_match == share
            shares.add(share)
    assert len(shares) > 2  # it was compared while sentences turned right one after another
