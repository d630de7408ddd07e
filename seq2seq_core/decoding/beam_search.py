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
    """The score of a sentence of `length` tokens; with a penalty of 0 its log-probability."""
    return log_probability / ((5 + length) / 6) ** length_penalty


@dataclass(frozen=True)
class BeamStep:
    """One more token for every hypothesis alive. The best come first."""

    hypotheses: tuple[Hypothesis, ...]  # at most `width`, finished ones among them
    pruned: tuple[Hypothesis, ...]  # the next best, at most pruned_count, for a page to show

    @property
    def alive(self) -> tuple[Hypothesis, ...]:
        return tuple(one for one in self.hypotheses if not one.finished)

    @property
    def finished(self) -> tuple[Hypothesis, ...]:
        return tuple(one for one in self.hypotheses if one.finished)


def expand_hypotheses(
    alive: Sequence[Hypothesis], log_probabilities: Tensor, count: int
) -> list[Hypothesis]:
    """The `count` most probable ways to go on, out of log-probabilities (alive, V)."""
    prefixes = torch.tensor([one.log_probability for one in alive], dtype=torch.float64)  # (alive,)
    # log p of a sentence is the sum over its tokens: (alive, 1) + (alive, V) -> (alive · V,)
    totals = (prefixes.unsqueeze(1) + log_probabilities).flatten()
    best, indices = totals.topk(min(count, len(totals)))  # (count,) both
    size = log_probabilities.shape[1]  # V; an index is row · V + token, and the row is the parent
    return [
        Hypothesis((*alive[index // size].tokens, index % size), log_probability, index // size)
        for log_probability, index in zip(best.tolist(), indices.tolist(), strict=True)
        if log_probability > float("-inf")  # a token of probability 0 begins no sentence
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
    alive: tuple[Hypothesis, ...] = (Hypothesis(),)  # one row: the empty sentence
    for _ in range(max_length):
        last_tokens = [one.tokens[-1] if one.tokens else SOS for one in alive]
        step = model.step(state, torch.tensor(last_tokens))
        log_probabilities = step.logits.double().log_softmax(1)  # (alive, V)
        candidates = expand_hypotheses(alive, log_probabilities, width + pruned_count)
        beam_step = BeamStep(tuple(candidates[:width]), tuple(candidates[width:]))
        yield beam_step
        alive = beam_step.alive
        if not alive:
            return
        # one state may have several children, or none
        state = step.state.select(torch.tensor([one.parent for one in alive]))


def rank(steps: Sequence[BeamStep], length_penalty: float) -> list[Hypothesis]:
    """All finished sentences, best first; where none has finished, those alive at the end."""
    finished = [one for step in steps for one in step.finished]
    return sorted(finished or steps[-1].hypotheses, key=lambda one: -one.score(length_penalty))


def can_stop(
    steps: Sequence[BeamStep], best_score: float, length_penalty: float, max_length: int
) -> bool:
    """Whether no hypothesis alive can still win.

    A further token can only lower log p, and the greatest length allowed divides it by most: no
    hypothesis can reach a higher score than that.
    """
    score_bounds = [
        length_normalized(one.log_probability, max_length, length_penalty)
        for one in steps[-1].alive
    ]
    return best_score >= max(score_bounds, default=float("-inf"))  # none alive: nothing can follow


def collect_beam_steps(
    model: EncoderDecoder,
    src: Tensor,
    width: int,
    length_penalty: float = 0.0,
    max_length: int = LIMITS.decoded_tokens,
    pruned_count: int = 0,
) -> list[BeamStep]:
    """The steps of `beam_steps` up to the one after which nothing alive can win."""
    steps: list[BeamStep] = []
    best_score = float("-inf")  # of the finished sentences so far
    for beam_step in beam_steps(model, src, width, max_length, pruned_count):
        steps.append(beam_step)
        best_score = max([best_score, *(one.score(length_penalty) for one in beam_step.finished)])
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
