"""The tree on the page is the beam itself, and what is drawn by lot is drawn as by decoding."""

from __future__ import annotations

from math import isclose, log

import pytest
import torch

from seq2seq_core.config import DecodingConfig, ModelConfig, TrainingConfig
from seq2seq_core.data.vocabulary import EOS
from seq2seq_core.decoding.beam_search import beam_search, beam_steps
from seq2seq_core.decoding.beam_tree import (
    BeamTree,
    build_beam_tree,
    collect_beam_steps,
    next_token_distribution,
    sample_translations,
    sampling_distribution,
    sequence_log_probabilities,
)
from seq2seq_core.decoding.stepper import decode, sampler
from seq2seq_core.decoding.translator import Translator
from seq2seq_core.limits import LIMITS
from seq2seq_core.models import build_model
from seq2seq_core.training.loop import initial_state, train
from tests.core.model_grid import DATA, PAIRS, SOURCE, TARGET
from tests.core.trained import translator_of

WORDS = PAIRS[1].source
SRC = torch.tensor(SOURCE.encode(WORDS))
KINDS = [
    ModelConfig("gru", True, "additive", 12, 16),
    ModelConfig("lstm", False, "none", 12, 16),
    ModelConfig("transformer", layers=2, heads=2, model_size=16, feed_forward_size=24),
]
SEARCHES = [(1, 0.0), (3, 0.0), (3, 1.0), (10, 0.6)]


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.architecture)
def trained(request: pytest.FixtureRequest) -> Translator:
    """Not trained to the end: nothing is certain, so that there is something to choose."""
    model = build_model(request.param, len(SOURCE), len(TARGET), seed=2)
    *_, last = train(
        model, initial_state(model), DATA, TrainingConfig(updates=25, batch_size="full")
    )
    return translator_of(last, request.param)


def paths(grown: BeamTree) -> list[list[tuple[str, ...]]]:
    """The tokens from the beginning to each node, by following its parents."""
    found: list[list[tuple[str, ...]]] = [[()]]
    for column in grown.columns:
        found.append([(*found[-1][node.parent], node.token) for node in column])
    return found[1:]


@pytest.mark.parametrize(("width", "penalty"), SEARCHES)
def test_what_the_tree_keeps_and_prunes_is_what_the_beam_does(
    trained: Translator, width: int, penalty: float
) -> None:
    config = DecodingConfig(beam=width, length_penalty=penalty)
    grown = build_beam_tree(trained, WORDS, config, pruned_count=2)
    wanted = list(beam_steps(trained.model, SRC, width, pruned_count=2))[: len(grown.columns)]
    for column, walked, now in zip(grown.columns, paths(grown), wanted, strict=True):
        everyone = (*now.hypotheses, *now.pruned)
        assert walked == [tuple(TARGET.decode(one.tokens)) for one in everyone]
        assert len(set(walked)) == len(walked)  # one path to each
        assert [node.log_probability for node in column] == [
            one.log_probability for one in everyone
        ]
        states = [node.state for node in column]
        assert states == ["ended" if one.finished else "alive" for one in now.hypotheses] + [
            "pruned"
        ] * len(now.pruned)


@pytest.mark.parametrize(("width", "penalty"), SEARCHES)
def test_the_ranking_is_the_beams_and_every_path_leads_to_its_sentence(
    trained: Translator, width: int, penalty: float
) -> None:
    grown = build_beam_tree(trained, WORDS, DecodingConfig(beam=width, length_penalty=penalty))
    wanted = beam_search(trained.model, SRC, width, penalty)
    assert [one.log_probability for one in grown.results] == [one.log_probability for one in wanted]
    # nothing that was left out could have come before the best one
    assert len(collect_beam_steps(trained.model, SRC, width, penalty)) == len(grown.columns)
    walked = paths(grown)
    for one in grown.results:
        end = ("<eos>",) if one.finished else ()
        last = len(one.node_path) - 1
        assert walked[last][one.node_path[-1]] == (*one.tokens, *end)
        for step in range(last):
            child = grown.columns[step + 1][one.node_path[step + 1]]
            assert child.parent == one.node_path[step]
        assert one.length == len(one.tokens) + len(end) == len(one.node_path)
    scores = [one.score(penalty) for one in grown.results]
    assert scores == sorted(scores, reverse=True)


def test_log_p_of_a_path_is_the_sum_of_the_steps(trained: Translator) -> None:
    grown = build_beam_tree(trained, WORDS, DecodingConfig(beam=4))
    for node, tokens in zip(grown.columns[-1], paths(grown)[-1], strict=True):
        walk = trained.start_stepper(WORDS)
        for token in TARGET.encode(tokens):
            walk = walk.write_token(token)
        each = [log(float(step.probabilities[step.token])) for step in walk.steps]
        assert isclose(sum(each), node.log_probability, abs_tol=1e-5)
        assert isclose(each[-1], log(node.probability), abs_tol=1e-5)


def test_a_beam_of_one_is_greedy(trained: Translator) -> None:
    (best, *_rest) = build_beam_tree(trained, WORDS, DecodingConfig()).results
    assert best.tokens == trained.translate(" ".join(WORDS)).tokens


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


def test_what_is_drawn_by_is_what_is_shown() -> None:
    logits = torch.randn(12, generator=torch.Generator().manual_seed(1))
    config = DecodingConfig(temperature=1.3, top_k=4, seed=3)
    shown = sampling_distribution(logits, config)
    choose = sampler(config)
    drawn = torch.cat([choose(logits.expand(500, -1)) for _ in range(8)])
    shares = drawn.bincount(minlength=12) / len(drawn)
    assert shares.double().sub(shown).abs().max() < 0.03
