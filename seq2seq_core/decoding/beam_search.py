"""Beam search: keep several hypotheses alive, and decide at the end.

A hypothesis that writes <eos> leaves the beam as a finished sentence; its place is free again for
the next token. All hypotheses alive are advanced in one batch. Length penalty: Wu et al. 2016.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from seq2seq_core.data.vocabulary import EOS, SOS
from seq2seq_core.limits import LIMITS
from seq2seq_core.models.base import EncoderDecoder


@dataclass(frozen=True)
class Hypothesis:
    """A sentence, or the beginning of one."""

    tokens: tuple[int, ...] = ()  # with <eos>, where it has ended
    log_probability: float = 0.0  # of all its tokens together
    parent: int = 0  # its index among those alive one token ago, which it continues

    @property
    def finished(self) -> bool:
        return self.tokens[-1:] == (EOS,)

    def score(self, length_penalty: float) -> float:
        """log p / ((5 + n) / 6)^λ; n counts tokens, <eos> among them."""
        return length_normalized(self.log_probability, len(self.tokens), length_penalty)


def length_normalized(log_probability: float, length: int, length_penalty: float) -> float:
    return log_probability / ((5 + length) / 6) ** length_penalty


@dataclass(frozen=True)
class BeamStep:
    """One more token for every hypothesis alive. The best come first."""

    hypotheses: tuple[Hypothesis, ...]  # at most `width`, finished ones among them
    pruned: tuple[Hypothesis, ...]  # the next best, at most pruned_count, for a page to show

    @property
    def alive(self) -> tuple[Hypothesis, ...]:
        return tuple(hypothesis for hypothesis in self.hypotheses if not hypothesis.finished)


def expand_hypotheses(
    alive: Sequence[Hypothesis], log_probabilities: Tensor, count: int
) -> list[Hypothesis]:
    """The `count` most probable ways to go on, out of log-probabilities (alive, V)."""
    prefix_log_probabilities = torch.tensor(
        [hypothesis.log_probability for hypothesis in alive], dtype=torch.float64
    )
    # log p of a sentence is the sum over its tokens: (alive, 1) + (alive, V) -> (alive · V,)
    total = (prefix_log_probabilities.unsqueeze(1) + log_probabilities).flatten()
    # index = row · V + token: the row is the parent
    values, flat_indices = total.topk(min(count, len(total)))
    vocabulary_size = log_probabilities.shape[1]
    return [
        Hypothesis(
            (*alive[index // vocabulary_size].tokens, index % vocabulary_size),
            value,
            index // vocabulary_size,
        )
        for value, index in zip(values.tolist(), flat_indices.tolist(), strict=True)
        if value > float("-inf")  # a token of probability 0 begins no sentence
    ]


@torch.no_grad()
def beam_steps(
    model: EncoderDecoder,
    src: Tensor,
    width: int,
    max_length: int = LIMITS.decoded_tokens,
    pruned_count: int = 0,
) -> Iterator[BeamStep]:
    """A beam search, token by token, until none is alive or max_length tokens are written.

    src (S,) of ids, without padding; pruned_count more candidates of each step are given as pruned.
    """
    model.eval()
    state = model.init_state(src[None], torch.ones(1, len(src), dtype=torch.bool))
    alive: tuple[Hypothesis, ...] = (Hypothesis(),)
    for _ in range(max_length):
        last_tokens = [hypothesis.tokens[-1] if hypothesis.tokens else SOS for hypothesis in alive]
        step = model.step(state, torch.tensor(last_tokens))  # logits (alive, V)
        candidates = expand_hypotheses(
            alive, step.logits.double().log_softmax(1), width + pruned_count
        )
        beam_step = BeamStep(tuple(candidates[:width]), tuple(candidates[width:]))
        yield beam_step
        alive = beam_step.alive
        if not alive:
            return
        # one state may have several children, or none
        state = step.state.select(torch.tensor([one.parent for one in alive]))


def rank(steps: Sequence[BeamStep], length_penalty: float) -> list[Hypothesis]:
    """All finished sentences, best first; where none has finished, those alive at the end."""
    finished = [
        hypothesis for step in steps for hypothesis in step.hypotheses if hypothesis.finished
    ]
    return sorted(finished or steps[-1].hypotheses, key=lambda one: -one.score(length_penalty))


def can_stop(
    steps: Sequence[BeamStep], best_score: float, length_penalty: float, max_length: int
) -> bool:
    """Whether no hypothesis alive can still win.

    A further token can only lower log p, and the greatest length allowed divides it by most: no
    hypothesis can reach a higher score than that.
    """
    score_bounds = [
        length_normalized(hypothesis.log_probability, max_length, length_penalty)
        for hypothesis in steps[-1].alive
    ]
    return best_score >= max(score_bounds, default=float("-inf"))


def collect_beam_steps(
    model: EncoderDecoder,
    src: Tensor,
    width: int,
    length_penalty: float = 0.0,
    max_length: int = LIMITS.decoded_tokens,
    pruned_count: int = 0,
) -> list[BeamStep]:
    """The steps of a beam search, no further than they can matter; see `beam_steps`."""
    steps: list[BeamStep] = []
    best_score = float("-inf")
    for beam_step in beam_steps(model, src, width, max_length, pruned_count):
        steps.append(beam_step)
        best_score = max(
            [
                best_score,
                *(
                    hypothesis.score(length_penalty)
                    for hypothesis in beam_step.hypotheses
                    if hypothesis.finished
                ),
            ]
        )
        if can_stop(steps, best_score, length_penalty, max_length):
            break
    return steps


def beam_search(
    model: EncoderDecoder,
    src: Tensor,
    width: int,
    length_penalty: float = 0.0,
    max_length: int = LIMITS.decoded_tokens,
) -> list[Hypothesis]:
    """The sentences found with a beam of this width, best first.

    src (S,) of ids, without padding.
    """
    return rank(collect_beam_steps(model, src, width, length_penalty, max_length), length_penalty)
