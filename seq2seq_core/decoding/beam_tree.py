"""A beam search as a tree of plain values: what a page shows of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

import torch

from seq2seq_core.config import DecodingConfig
from seq2seq_core.data.codec import Codec
from seq2seq_core.data.vocabulary import Vocabulary
from seq2seq_core.decoding.beam_search import (
    BeamStep,
    Hypothesis,
    collect_beam_steps,
    length_normalized,
    rank,
)
from seq2seq_core.decoding.translator import Translator
from seq2seq_core.limits import LIMITS


@dataclass(frozen=True)
class BeamNode:
    """The last token of one hypothesis."""

    token: str
    probability: float  # of this token, after all that stands before it
    log_probability: float  # of the whole hypothesis up to this token
    parent: int  # its index in the column before; 0 in the first one
    state: str  # "alive", "ended" or "pruned"


@dataclass(frozen=True)
class BeamResult:
    """A sentence that the search has come to."""

    tokens: tuple[str, ...]  # without <eos>
    text: str
    log_probability: float
    length: int  # in tokens, <eos> among them: what the length penalty counts
    finished: bool
    node_path: tuple[int, ...]  # the index of its node in each column

    def score(self, length_penalty: float) -> float:
        return length_normalized(self.log_probability, self.length, length_penalty)


STOP_REASONS = ("none_ended", "none_alive", "length_limit", "cannot_overtake", "less_probable")


@dataclass(frozen=True)
class BeamTree:
    columns: tuple[tuple[BeamNode, ...], ...]  # one a token; best first, the pruned ones last
    results: tuple[BeamResult, ...]  # best first, by the score with length penalty

    def prefix_tokens(self, step: int, node_index: int) -> tuple[str, ...]:
        """All tokens up to one node of a column, its own among them."""
        tokens: list[str] = []
        for column in reversed(self.columns[: step + 1]):
            tokens.append(column[node_index].token)
            node_index = column[node_index].parent
        return tuple(reversed(tokens))

    def best_node_index(self, step: int, state: str) -> int | None:
        """The index of the most probable node in this state; None where none is in it."""
        column = self.columns[step]
        return next((i for i, node in enumerate(column) if node.state == state), None)

    def count_states(self, step: int) -> Counter[str]:
        """State -> how many nodes of a column are in it."""
        return Counter(node.state for node in self.columns[step])

    def count_dead_ends(self, step: int) -> int:
        """How many hypotheses, alive one step ago, have no continuation left in the beam."""
        if not step:
            return 0
        parents = {node.parent for node in self.columns[step] if node.state != "pruned"}
        alive = (i for i, node in enumerate(self.columns[step - 1]) if node.state == "alive")
        return len(set(alive) - parents)

    def stop_reason(self, length_penalty: float) -> str:
        """Why the search was over: one of STOP_REASONS."""
        if not self.results[0].finished:
            return "none_ended"
        if not self.count_states(-1)["alive"]:
            return "none_alive"
        if len(self.columns) == LIMITS.decoded_tokens:
            return "length_limit"
        return "cannot_overtake" if length_penalty else "less_probable"


def beam_column(
    beam_step: BeamStep, previous_hypotheses: Sequence[Hypothesis], target: Vocabulary
) -> tuple[BeamNode, ...]:
    """One step as nodes; previous_hypotheses are those of the step before."""
    # a hypothesis counts its parent among those alive, a node among all of the column
    alive = [(i, one) for i, one in enumerate(previous_hypotheses) if not one.finished]
    nodes = []
    for number, one in enumerate((*beam_step.hypotheses, *beam_step.pruned)):
        parent_index, parent = alive[one.parent]
        state = "ended" if one.finished else "alive"
        nodes.append(
            BeamNode(
                token=target.tokens[one.tokens[-1]],
                probability=exp(one.log_probability - parent.log_probability),
                log_probability=one.log_probability,
                parent=parent_index,
                state=state if number < len(beam_step.hypotheses) else "pruned",
            )
        )
    return tuple(nodes)


def node_path(hypothesis: Hypothesis, steps: Sequence[BeamStep]) -> tuple[int, ...]:
    """The index of a sentence's node in each column, one column a token."""
    prefixes = [hypothesis.tokens[: length + 1] for length in range(len(hypothesis.tokens))]
    return tuple(
        next(i for i, one in enumerate(step.hypotheses) if one.tokens == prefix)
        for step, prefix in zip(steps, prefixes, strict=False)
    )


def build_result(hypothesis: Hypothesis, steps: Sequence[BeamStep], codec: Codec) -> BeamResult:
    ids = hypothesis.tokens[:-1] if hypothesis.finished else hypothesis.tokens
    tokens = codec.decode_target(ids)
    return BeamResult(
        tokens,
        codec.join_tokens(tokens),
        hypothesis.log_probability,
        len(hypothesis.tokens),
        hypothesis.finished,
        node_path(hypothesis, steps),
    )


def build_beam_tree(
    translator: Translator, source: Sequence[str], config: DecodingConfig, pruned_count: int = 3
) -> BeamTree:
    """The search for the translation of these source tokens.

    pruned_count: how many hypotheses that did not get into the beam each column shows.
    """
    codec, penalty = translator.codec, config.length_penalty
    src = torch.tensor(codec.encode_source(source))  # (S,)
    steps = collect_beam_steps(
        translator.model, src, config.beam, penalty, pruned_count=pruned_count
    )
    previous = [(Hypothesis(),), *(step.hypotheses for step in steps[:-1])]
    return BeamTree(
        tuple(beam_column(*pair, codec.target) for pair in zip(steps, previous, strict=True)),
        tuple(build_result(hypothesis, steps, codec) for hypothesis in rank(steps, penalty)),
    )
