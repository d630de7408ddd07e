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
def translator(request: pytest.FixtureRequest) -> Translator:
    return half_trained(request.param)


def test_whole_sentences_are_as_probable_as_their_steps(translator: Translator) -> None:
    translations = [[4, 5, EOS], [6, 4, 5, 7, EOS], [EOS], [4, 4]]
    for ids, log_probability in zip(
        translations, sequence_log_probabilities(translator.model, SRC, translations), strict=True
    ):
        stepper = translator.start_stepper(WORDS)
        for token in ids:
            stepper = stepper.write_token(token)
        logs = [log(float(step.probabilities[step.token])) for step in stepper.steps]
        assert isclose(log_probability, sum(logs), abs_tol=1e-4)


def test_ten_draws_are_what_decoding_draws_and_the_same_for_the_same_seed(
    translator: Translator,
) -> None:
    config = DecodingConfig(temperature=1.5, seed=7)
    samples = sample_translations(translator, WORDS, config, count=10)
    rows = SRC.expand(10, -1)
    outputs = decode(translator.model, rows, rows > 0, sampler(config))
    assert sum(one.count for one in samples) == 10
    assert {one.tokens: one.count for one in samples} == {
        tuple(TARGET.decode(ids)): outputs.count(ids) for ids in outputs
    }
    assert samples == sample_translations(translator, WORDS, config, count=10)
    assert all(one.finished == (len(one.tokens) < LIMITS.decoded_tokens) for one in samples)


def test_at_temperature_0_all_draws_are_greedy(translator: Translator) -> None:
    (sample,) = sample_translations(translator, WORDS, DecodingConfig(temperature=0.0), count=10)
    assert sample.count == 10
    greedy = translator.translate(" ".join(WORDS))
    assert sample.tokens == greedy.tokens
    assert isclose(
        sample.log_probability, sum(log(s.probability) for s in greedy.steps), abs_tol=1e-4
    )


def test_temperature_and_cuts_change_the_chances_as_they_say(translator: Translator) -> None:

    def probabilities_with(config: DecodingConfig) -> list[float]:
        distribution = next_token_distribution(
            translator, WORDS, ("I",), config, top_count=len(TARGET)
        )
        assert distribution.vocabulary_size == len(TARGET) and distribution.candidate_count == sum(
            one.sampling_probability > 0 for one in distribution.top
        )
        assert isclose(sum(one.model_probability for one in distribution.top), 1)
        assert isclose(sum(one.sampling_probability for one in distribution.top), 1)
        return [one.sampling_probability for one in distribution.top]

    unchanged = probabilities_with(DecodingConfig())
    stepper = translator.start_stepper(WORDS).write_token(TARGET.token_to_id["I"]).write_token()
    assert unchanged == pytest.approx(
        sorted(stepper.steps[-1].probabilities.tolist(), reverse=True), 1e-5
    )
    assert probabilities_with(DecodingConfig(temperature=0.5))[0] > unchanged[0]
    assert probabilities_with(DecodingConfig(temperature=2.0))[0] < unchanged[0]
    assert probabilities_with(DecodingConfig(temperature=0.0)) == [1.0] + [0.0] * (len(TARGET) - 1)
    top = probabilities_with(DecodingConfig(top_k=3))
    assert top[3:] == [0.0] * (len(TARGET) - 3)
    # the tokens that are left keep their ratios
    assert top[0] / top[2] == pytest.approx(unchanged[0] / unchanged[2])
    nucleus = probabilities_with(DecodingConfig(top_p=0.6))
    left_count = sum(share > 0 for share in nucleus)
    assert sum(unchanged[:left_count]) >= 0.6 > sum(unchanged[: left_count - 1])


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
    translator: Translator, config: DecodingConfig
) -> None:
    distribution = next_token_distribution(translator, WORDS, (), config, top_count=len(TARGET))
    rows = SRC.expand(4_000, -1)
    outputs = decode(translator.model, rows, rows > 0, sampler(config), max_length=1)
    counts = Counter(TARGET.tokens[ids[0]] if ids else "<eos>" for ids in outputs)
    for token in distribution.top:
        assert abs(counts[token.token] / 4_000 - token.sampling_probability) < 0.03
        assert token.sampling_probability or not counts[token.token]  # what is cut is never drawn
