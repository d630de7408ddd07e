"""The tree on the page is the beam itself."""

from __future__ import annotations

from math import isclose, log

import pytest
import torch

from seq2seq_core.config import DecodingConfig
from seq2seq_core.decoding.beam_search import beam_search, beam_steps
from seq2seq_core.decoding.beam_tree import (
    STOP_REASONS,
    BeamNode,
    BeamResult,
    BeamTree,
    build_beam_tree,
    collect_beam_steps,
)
from seq2seq_core.decoding.translator import Translator
from seq2seq_core.limits import LIMITS
from tests.core.model_grid import PAIRS, SOURCE, TARGET
from tests.core.trained import SMALL_KINDS, half_trained

WORDS = PAIRS[1].source
SRC = torch.tensor(SOURCE.encode(WORDS))
SEARCHES = [(1, 0.0), (3, 0.0), (3, 1.0), (10, 0.6)]


@pytest.fixture(scope="module", params=SMALL_KINDS, ids=lambda kind: kind.architecture)
def trained(request: pytest.FixtureRequest) -> Translator:
    return half_trained(request.param)


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


@pytest.mark.parametrize(("width", "penalty"), SEARCHES)
def test_a_tree_knows_its_beginnings_its_best_nodes_and_its_dead_ends(
    trained: Translator, width: int, penalty: float
) -> None:
    config = DecodingConfig(beam=width, length_penalty=penalty)
    grown = build_beam_tree(trained, WORDS, config)
    walked = paths(grown)
    for step, column in enumerate(grown.columns):
        for index in range(len(column)):
            assert grown.prefix_tokens(step, index) == walked[step][index]
        counts = grown.count_states(step)
        assert sum(counts.values()) == len(column) and counts["alive"] + counts["ended"] <= width
        for state in ("alive", "ended", "pruned"):
            index = grown.best_node_index(step, state)
            in_state = [node.log_probability for node in column if node.state == state]
            assert (index is None) == (not in_state) and len(in_state) == counts[state]
            assert index is None or column[index].log_probability == max(in_state)
        survivors = {path[:-1] for path, n in zip(walked[step], column, strict=True)
                     if n.state != "pruned"}  # fmt: skip
        alive = [walked[step - 1][i] for i, n in enumerate(grown.columns[step - 1])
                 if step and n.state == "alive"]  # fmt: skip
        assert grown.count_dead_ends(step) == sum(path not in survivors for path in alive)


def tree_that_ends(finished: bool, last_state: str, length: int) -> BeamTree:
    column = (BeamNode("he", 0.5, log(0.5), 0, "alive"),)
    last = (BeamNode("<eos>", 0.5, log(0.5), 0, last_state),)
    result = BeamResult(("he",), "he", log(0.25), 2, finished, (0, 0))
    return BeamTree((*(column for _ in range(length - 1)), last), (result,))


@pytest.mark.parametrize(
    ("tree", "penalty", "reason"),
    [
        (tree_that_ends(False, "alive", LIMITS.decoded_tokens), 0.0, "none_ended"),
        (tree_that_ends(True, "ended", LIMITS.decoded_tokens), 0.0, "none_alive"),
        (tree_that_ends(True, "alive", LIMITS.decoded_tokens), 1.0, "length_limit"),
        (tree_that_ends(True, "alive", 5), 1.0, "cannot_overtake"),
        (tree_that_ends(True, "alive", 5), 0.0, "less_probable"),
    ],
)
def test_a_search_is_over_for_one_reason(tree: BeamTree, penalty: float, reason: str) -> None:
    assert tree.stop_reason(penalty) == reason and reason in STOP_REASONS


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
