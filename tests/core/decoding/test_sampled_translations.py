"""A page shows the chances that are drawn by, and the draws are those of decoding."""

from __future__ import annotations

from collections import Counter
from math import isclose, log

import pytest
import torch

from seq2seq_core.config import DecodingConfig
from seq2seq_core.data.vocabulary import EOS
from seq2seq_core.decoding.sampled_translations import (
    next_token_distribution,
    sample_translations,
    sequence_log_probabilities,
)
from seq2seq_core.decoding.sampling import sampler
from seq2seq_core.decoding.stepper import decode
from seq2seq_core.decoding.translator import Translator
from seq2seq_core.limits import LIMITS
from tests.core.model_grid import PAIRS, SOURCE, TARGET
from tests.core.trained import SMALL_KINDS, half_trained

WORDS = PAIRS[1].source
SRC = torch.tensor(SOURCE.encode(WORDS))


@pytest.fixture(scope="module", params=SMALL_KINDS, ids=lambda kind: kind.architecture)
def trained(request: pytest.FixtureRequest) -> Translator:
    return half_trained(request.param)


def test_whole_sentences_are_as_probable_as_their_steps(trained: Translator) -> None:
    written = [[4, 5, EOS], [6, 4, 5, 7, EOS], [EOS], [4, 4]]
    for ids, found in zip(
        written, sequence_log_probabilities(trained.model, SRC, written), strict=True
    ):
        walk = trained.start_stepper(WORDS)
        for token in ids:
            walk = walk.write_token(token)
        each = [log(float(step.probabilities[step.token])) for step in walk.steps]
        assert isclose(found, sum(each), abs_tol=1e-4)


def test_ten_draws_are_what_decoding_draws_and_the_same_for_the_same_seed(
    trained: Translator,
) -> None:
    config = DecodingConfig(temperature=1.5, seed=7)
    drawn = sample_translations(trained, WORDS, config, count=10)
    rows = SRC.expand(10, -1)
    wanted = decode(trained.model, rows, rows > 0, sampler(config))
    assert sum(one.count for one in drawn) == 10
    assert {one.tokens: one.count for one in drawn} == {
        tuple(TARGET.decode(ids)): wanted.count(ids) for ids in wanted
    }
    assert drawn == sample_translations(trained, WORDS, config, count=10)
    assert all(one.finished == (len(one.tokens) < LIMITS.decoded_tokens) for one in drawn)


def test_at_temperature_0_all_draws_are_greedy(trained: Translator) -> None:
    (only,) = sample_translations(trained, WORDS, DecodingConfig(temperature=0.0), count=10)
    assert only.count == 10
    walk = trained.translate(" ".join(WORDS))
    assert only.tokens == walk.tokens
    assert isclose(only.log_probability, sum(log(s.probability) for s in walk.steps), abs_tol=1e-4)


def test_temperature_and_cuts_change_the_chances_as_they_say(trained: Translator) -> None:

    def given(config: DecodingConfig) -> list[float]:
        found = next_token_distribution(trained, WORDS, ("I",), config, top_count=len(TARGET))
        assert found.vocabulary_size == len(TARGET) and found.candidate_count == sum(
            one.sampling_probability > 0 for one in found.top
        )
        assert isclose(sum(one.model_probability for one in found.top), 1)
        assert isclose(sum(one.sampling_probability for one in found.top), 1)
        return [one.sampling_probability for one in found.top]

    plain = given(DecodingConfig())
    walk = trained.start_stepper(WORDS).write_token(TARGET.token_to_id["I"]).write_token()
    assert plain == pytest.approx(sorted(walk.steps[-1].probabilities.tolist(), reverse=True), 1e-5)
    assert given(DecodingConfig(temperature=0.5))[0] > plain[0]
    assert given(DecodingConfig(temperature=2.0))[0] < plain[0]
    assert given(DecodingConfig(temperature=0.0)) == [1.0] + [0.0] * (len(TARGET) - 1)
    top = given(DecodingConfig(top_k=3))
    assert top[3:] == [0.0] * (len(TARGET) - 3)
    assert top[0] / top[2] == pytest.approx(plain[0] / plain[2])  # what stays keeps its ratios
    nucleus = given(DecodingConfig(top_p=0.6))
    left = sum(share > 0 for share in nucleus)
    assert sum(plain[:left]) >= 0.6 > sum(plain[: left - 1])


@pytest.mark.parametrize(
    "config",
    [
        DecodingConfig(temperature=1.0, seed=3),
        DecodingConfig(temperature=1.7, top_k=4, seed=4),
        DecodingConfig(temperature=0.6, top_p=0.8, seed=5),
        DecodingConfig(temperature=0.0, seed=6),
    ],
)
def test_tokens_are_drawn_as_often_as_the_picture_says(
    trained: Translator, config: DecodingConfig
) -> None:
    shown = next_token_distribution(trained, WORDS, (), config, top_count=len(TARGET))
    rows = SRC.expand(4_000, -1)
    firsts = decode(trained.model, rows, rows > 0, sampler(config), max_length=1)
    counts = Counter(TARGET.tokens[ids[0]] if ids else "<eos>" for ids in firsts)
    for token in shown.top:
        assert abs(counts[token.token] / 4_000 - token.sampling_probability) < 0.03
        assert token.sampling_probability or not counts[token.token]  # what is cut is never drawn
