"""Beam search against JoeyNMT, OpenNMT-py and exhaustive search: values in tests/oracles."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from seq2seq_core.config import ModelConfig
from seq2seq_core.data.vocabulary import EOS, SOS
from seq2seq_core.decoding.beam_search import (
    Hypothesis,
    beam_search,
    beam_steps,
    length_normalized,
    rank,
)
from seq2seq_core.decoding.stepper import Stepper, greedy_search
from seq2seq_core.models import build_model
from seq2seq_core.models.base import (
    AttentionOverride,
    EncoderDecoder,
    Inspection,
    SourceInspection,
    Step,
)
from tests.core.model_grid import DATA, KINDS, SOURCE, TARGET, VARIANTS, name_of

TABLES = json.loads((Path(__file__).parents[2] / "oracles/beam.json").read_text())["tables"]
SPECIAL_COUNT = 4
ONE_SOURCE = torch.tensor([4])


@dataclass(frozen=True)
class NoState:
    def select(self, rows: Tensor) -> NoState:
        return self


class Chain(EncoderDecoder):
    """Each token's probability depends on the token before alone: a table, row by token."""

    def __init__(self, table: dict[int, list[float]]) -> None:
        super().__init__()
        self.table = table  # of tokens counted without special ones; token 0 ends

    def init_state(self, src: Tensor, src_mask: Tensor) -> NoState:
        return NoState()

    def inspect(
        self, state: NoState, token: Tensor, override: AttentionOverride | None = None
    ) -> Inspection:
        rows = [
            self.table[0 if last == SOS else last - SPECIAL_COUNT + 1] for last in token.tolist()
        ]
        real = torch.tensor(rows, dtype=torch.float64)
        logits = torch.full((len(rows), SPECIAL_COUNT + real.shape[1] - 1), float("-inf")).double()
        logits[:, EOS], logits[:, SPECIAL_COUNT:] = real[:, 0].log(), real[:, 1:].log()
        step = Step(logits, state, None)
        return Inspection(step, logits, logits, None, None, logits)

    def inspect_source(self, src: Tensor, src_mask: Tensor) -> SourceInspection:
        raise AssertionError("a search has no need of it")

    def forward(self, src: Tensor, src_mask: Tensor, tgt_in: Tensor) -> tuple[Tensor, None]:
        raise AssertionError("a search goes step by step")


def chain_of(table: dict[str, Any]) -> Chain:
    assert table["eos"] == 0
    rows = {int(name): row for name, row in table["transitions"].items() if name != "start"}
    return Chain(rows | {0: table["transitions"]["start"]})


def our_ids(sequence: list[int]) -> tuple[int, ...]:
    return tuple(EOS if token == 0 else token + SPECIAL_COUNT - 1 for token in sequence)


CASES = [(table, case) for table in TABLES for case in table["beam"]]


@pytest.mark.parametrize(
    ("table", "case"), CASES, ids=[f"{t['name']}-{c['width']}-{c['alpha']:g}" for t, c in CASES]
)
def test_the_best_is_that_of_independent_implementations(
    table: dict[str, Any], case: dict[str, Any]
) -> None:
    max_length = table["max_len_incl_eos"]
    best = beam_search(chain_of(table), ONE_SOURCE, case["width"], case["alpha"], max_length)[0]
    if case["A_leave"] is None:  # nothing ends within the limit
        assert case["width"] == 1 and not best.finished
        assert best.tokens == our_ids(table["greedy"]["seq"])
        return
    assert best.tokens in map(our_ids, case["acceptable"])
    assert best.tokens == our_ids(case["A_leave"]["seq"])
    assert best.log_probability == pytest.approx(case["A_leave"]["logp"], abs=1e-9)
    assert best.score(case["alpha"]) == pytest.approx(case["A_leave"]["score"], abs=1e-9)
    if case["unambiguous"]:
        assert len(case["acceptable"]) == 1


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table["name"])
@pytest.mark.parametrize("penalty", [0.0, 0.6, 1.0])
def test_an_exhaustive_beam_finds_the_global_best(table: dict[str, Any], penalty: float) -> None:
    longest = table["max_len_incl_eos"]
    everything = table["vocab_size"] ** longest
    best = beam_search(chain_of(table), ONE_SOURCE, everything, penalty, longest)[0]
    expected = table["global_best"][str(penalty)]
    assert best.tokens == our_ids(expected["seq"])
    assert best.score(penalty) == pytest.approx(expected["score"], abs=1e-9)


WEIGHTS = st.lists(st.floats(0.01, 1.0), min_size=3, max_size=3)


@given(st.lists(WEIGHTS, min_size=3, max_size=3), st.sampled_from([0.0, 0.6, 1.0]))
@settings(max_examples=60, deadline=None)
def test_any_exhaustive_beam_finds_the_global_best(rows: list[list[float]], penalty: float) -> None:
    table = {i: [value / sum(row) for value in row] for i, row in enumerate(rows)}
    best = beam_search(Chain(table), ONE_SOURCE, 200, penalty, max_length=4)[0]

    def score(sequence: tuple[int, ...]) -> float:
        steps = zip((0, *sequence), sequence, strict=False)
        logp = sum(torch.tensor(table[last][token]).double().log().item() for last, token in steps)
        return length_normalized(logp, len(sequence), penalty)

    finished = [(*middle, 0) for n in range(4) for middle in product((1, 2), repeat=n)]
    assert best.score(penalty) == pytest.approx(max(map(score, finished)), abs=1e-6)


@pytest.mark.parametrize("kind", [*KINDS, *VARIANTS[::4]], ids=name_of)
def test_a_beam_of_one_is_greedy(kind: ModelConfig) -> None:
    model, batch = build_model(kind, len(SOURCE), len(TARGET), seed=6), DATA.full_batch()
    for row, greedy_ids in enumerate(greedy_search(model, batch.src, batch.src_mask, max_length=9)):
        (best,) = beam_search(model, batch.src[row][batch.src_mask[row]], 1, max_length=9)
        assert [token for token in best.tokens if token != EOS] == greedy_ids


@pytest.mark.parametrize("kind", KINDS[::5], ids=name_of)
def test_every_hypothesis_has_the_probability_that_stepping_gives_it(kind: ModelConfig) -> None:
    model, src = build_model(kind, len(SOURCE), len(TARGET), seed=6), DATA.src[1][DATA.src[1] != 0]
    beam = list(beam_steps(model, src, width=4, max_length=6, pruned_count=3))
    for step in beam:
        assert len(step.hypotheses) == 4 and len(step.pruned) == 3
        values = [one.log_probability for one in (*step.hypotheses, *step.pruned)]
        assert values == sorted(values, reverse=True)
        for one in (*step.hypotheses, *step.pruned):
            stepper = Stepper.from_source(model, src)
            for token in one.tokens:
                stepper = stepper.write_token(token)
            steps = [s.probabilities[s.token].double().log() for s in stepper.steps]
            assert one.log_probability == pytest.approx(float(sum(steps)), abs=1e-4)
    for previous, step in zip(beam, beam[1:], strict=False):
        for one in (*step.hypotheses, *step.pruned):
            assert previous.alive[one.parent].tokens == one.tokens[:-1]


def test_stopping_early_never_changes_who_wins() -> None:
    for kind in KINDS[::9]:
        model = build_model(kind, len(SOURCE), len(TARGET), seed=8)
        for src, penalty in product((DATA.src[0, :3], DATA.src[3, :5]), (0.0, 0.6, 1.0)):
            exhaustive_best = rank(list(beam_steps(model, src, 3, 12)), penalty)[0]
            assert beam_search(model, src, 3, penalty, 12)[0] == exhaustive_best


def test_the_length_penalty_is_that_of_wu_et_al() -> None:
    one = Hypothesis((5, 6, 7, EOS), -3.0)
    assert one.score(0.0) == -3.0
    assert one.score(1.0) == pytest.approx(-3.0 / (9 / 6))
    assert one.score(0.6) == pytest.approx(-3.0 / 1.5**0.6)
