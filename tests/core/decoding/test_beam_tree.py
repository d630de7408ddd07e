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
def translator(request: pytest.FixtureRequest) -> Translator:
    return half_trained(request.param)


def prefixes_of(tree: BeamTree) -> list[list[tuple[str, ...]]]:
    """The tokens from the beginning to each node, by following its parents."""
    prefixes: list[list[tuple[str, ...]]] = [[()]]
    for column in tree.columns:
        prefixes.append([(*prefixes[-1][node.parent], node.token) for node in column])
    return prefixes[1:]


@pytest.mark.parametrize(("width", "penalty"), SEARCHES)
def test_what_the_tree_keeps_and_prunes_is_what_the_beam_does(
    translator: Translator, width: int, penalty: float
) -> None:
    config = DecodingConfig(beam=width, length_penalty=penalty)
    tree = build_beam_tree(translator, WORDS, config, pruned_count=2)
    steps = list(beam_steps(translator.model, SRC, width, pruned_count=2))[: len(tree.columns)]
    for column, prefixes, step in zip(tree.columns, prefixes_of(tree), steps, strict=True):
        hypotheses = (*step.hypotheses, *step.pruned)
        assert prefixes == [tuple(TARGET.decode(one.tokens)) for one in hypotheses]
        assert len(set(prefixes)) == len(prefixes)  # one path to each
        assert [node.log_probability for node in column] == [
            one.log_probability for one in hypotheses
        ]
        states = [node.state for node in column]
        assert states == ["ended" if one.finished else "alive" for one in step.hypotheses] + [
            "pruned"
        ] * len(step.pruned)


@pytest.mark.parametrize(("width", "penalty"), SEARCHES)
def test_the_ranking_is_the_beams_and_every_path_leads_to_its_sentence(
    translator: Translator, width: int, penalty: float
) -> None:
    tree = build_beam_tree(translator, WORDS, DecodingConfig(beam=width, length_penalty=penalty))
    hypotheses = beam_search(translator.model, SRC, width, penalty)
    assert [one.log_probability for one in tree.results] == [
        one.log_probability for one in hypotheses
    ]
    # nothing that was left out could have come before the best one
    assert len(collect_beam_steps(translator.model, SRC, width, penalty)) == len(tree.columns)
    prefixes = prefixes_of(tree)
    for one in tree.results:
        end = ("<eos>",) if one.finished else ()
        last = len(one.node_path) - 1
        assert prefixes[last][one.node_path[-1]] == (*one.tokens, *end)
        for step in range(last):
            child = tree.columns[step + 1][one.node_path[step + 1]]
            assert child.parent == one.node_path[step]
        assert one.length == len(one.tokens) + len(end) == len(one.node_path)
    scores = [one.score(penalty) for one in tree.results]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(("width", "penalty"), SEARCHES)
def test_a_tree_knows_its_beginnings_its_best_nodes_and_its_dead_ends(
    translator: Translator, width: int, penalty: float
) -> None:
    config = DecodingConfig(beam=width, length_penalty=penalty)
    tree = build_beam_tree(translator, WORDS, config)
    prefixes = prefixes_of(tree)
    for step, column in enumerate(tree.columns):
        for index in range(len(column)):
            assert tree.prefix_tokens(step, index) == prefixes[step][index]
        counts = tree.count_states(step)
        assert sum(counts.values()) == len(column) and counts["alive"] + counts["ended"] <= width
        for state in ("alive", "ended", "pruned"):
            index = tree.best_node_index(step, state)
            in_state = [node.log_probability for node in column if node.state == state]
            assert (index is None) == (not in_state) and len(in_state) == counts[state]
            assert index is None or column[index].log_probability == max(in_state)
        survivors = {path[:-1] for path, n in zip(prefixes[step], column, strict=True)
                     if n.state != "pruned"}  # fmt: skip
        alive = [prefixes[step - 1][i] for i, n in enumerate(tree.columns[step - 1])
                 if step and n.state == "alive"]  # fmt: skip
        assert tree.count_dead_ends(step) == sum(path not in survivors for path in alive)


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


def test_log_p_of_a_path_is_the_sum_of_the_steps(translator: Translator) -> None:
    tree = build_beam_tree(translator, WORDS, DecodingConfig(beam=4))
    for node, tokens in zip(tree.columns[-1], prefixes_of(tree)[-1], strict=True):
        stepper = translator.start_stepper(WORDS)
        for token in TARGET.encode(tokens):
            stepper = stepper.write_token(token)
        logs = [log(float(step.probabilities[step.token])) for step in stepper.steps]
        assert isclose(sum(logs), node.log_probability, abs_tol=1e-5)
        assert isclose(logs[-1], log(node.probability), abs_tol=1e-5)


def test_a_beam_of_one_is_greedy(translator: Translator) -> None:
    (best, *_rest) = build_beam_tree(translator, WORDS, DecodingConfig()).results
    assert best.tokens == translator.translate(" ".join(WORDS)).tokens
