"""The tree on the page is the beam itself."""

from __future__ import annotations

from math import isclose, log

import pytest
import torch

from seq2seq_core.config import DecodingConfig
from seq2seq_core.decoding.beam_search import beam_search, beam_steps
from seq2seq_core.decoding.beam_tree import (
    BeamTree,
    build_beam_tree,
    collect_beam_steps,
)
from seq2seq_core.decoding.stepper import Stepper
from seq2seq_core.decoding.translator import translate
from seq2seq_core.models.base import EncoderDecoder
from seq2seq_core.training.checkpoint import Checkpoint
from tests.core.model_grid import PAIRS, SOURCE, TARGET
from tests.core.trained import SMALL_KINDS, half_trained

WORDS = PAIRS[1].source
SRC = torch.tensor(SOURCE.encode(WORDS))
SEARCHES = [(1, 0.0), (3, 0.0), (3, 1.0), (10, 0.6)]
Trained = tuple[EncoderDecoder, Checkpoint]


@pytest.fixture(scope="module", params=SMALL_KINDS, ids=lambda kind: kind.architecture)
def trained(request: pytest.FixtureRequest) -> Trained:
    checkpoint = half_trained(request.param)
    return checkpoint.build(), checkpoint


def paths(grown: BeamTree) -> list[list[tuple[str, ...]]]:
    """The tokens from the beginning to each node, by following its parents."""
    found: list[list[tuple[str, ...]]] = [[()]]
    for column in grown.columns:
        found.append([(*found[-1][node.parent], node.token) for node in column])
    return found[1:]


@pytest.mark.parametrize(("width", "penalty"), SEARCHES)
def test_what_the_tree_keeps_and_prunes_is_what_the_beam_does(
    trained: Trained, width: int, penalty: float
) -> None:
    model, checkpoint = trained
    config = DecodingConfig(beam=width, length_penalty=penalty)
    grown = build_beam_tree(model, checkpoint, WORDS, config, pruned_count=2)
    wanted = list(beam_steps(model, SRC, width, pruned_count=2))[: len(grown.columns)]
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
    trained: Trained, width: int, penalty: float
) -> None:
    model, checkpoint = trained
    grown = build_beam_tree(
        model, checkpoint, WORDS, DecodingConfig(beam=width, length_penalty=penalty)
    )
    wanted = beam_search(model, SRC, width, penalty)
    assert [one.log_probability for one in grown.results] == [one.log_probability for one in wanted]
    # nothing that was left out could have come before the best one
    assert len(collect_beam_steps(model, SRC, width, penalty)) == len(grown.columns)
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


def test_log_p_of_a_path_is_the_sum_of_the_steps(trained: Trained) -> None:
    model, checkpoint = trained
    grown = build_beam_tree(model, checkpoint, WORDS, DecodingConfig(beam=4))
    for node, tokens in zip(grown.columns[-1], paths(grown)[-1], strict=True):
        walk = Stepper.from_source(model, SRC)
        for token in TARGET.encode(tokens):
            walk = walk.write_token(token)
        each = [log(float(step.probabilities[step.token])) for step in walk.steps]
        assert isclose(sum(each), node.log_probability, abs_tol=1e-5)
        assert isclose(each[-1], log(node.probability), abs_tol=1e-5)


def test_a_beam_of_one_is_greedy(trained: Trained) -> None:
    model, checkpoint = trained
    (best, *_rest) = build_beam_tree(model, checkpoint, WORDS, DecodingConfig()).results
    assert best.tokens == translate(model, checkpoint, " ".join(WORDS)).tokens
