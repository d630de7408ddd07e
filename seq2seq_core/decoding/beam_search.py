"""Beam search: keep several beginnings alive, and decide at the end.

A beginning that writes <eos> leaves the beam as a finished sentence; its place is free again for
the next token. Everything alive is advanced in one batch. Length penalty: Wu et al. 2016.
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
    parent: int = 0  # which of those alive one token ago it goes on from

    @property
    def ended(self) -> bool:
        return self.tokens[-1:] == (EOS,)

    def score(self, length_penalty: float) -> float:
        """log p / ((5 + n) / 6)^λ, n counts tokens with <eos>: the longer, the less each weighs."""
        return penalised(self.log_probability, len(self.tokens), length_penalty)


def penalised(log_probability: float, length: int, length_penalty: float) -> float:
    return log_probability / ((5 + length) / 6) ** length_penalty


@dataclass(frozen=True)
class Round:
    """One more token for all that are alive. The best come first."""

    kept: tuple[Hypothesis, ...]  # ended ones among them
    pruned: tuple[Hypothesis, ...]  # the next best, as many as were asked for

    @property
    def alive(self) -> tuple[Hypothesis, ...]:
        return tuple(one for one in self.kept if not one.ended)


def expand(alive: Sequence[Hypothesis], log_probabilities: Tensor, count: int) -> list[Hypothesis]:
    """The `count` most probable ways to go on, out of log-probabilities (alive, V)."""
    before = torch.tensor([one.log_probability for one in alive], dtype=torch.float64)
    total = (before.unsqueeze(1) + log_probabilities).flatten()  # (alive · V)
    best, places = total.topk(min(count, len(total)))
    size = log_probabilities.shape[1]
    return [
        Hypothesis((*alive[place // size].tokens, place % size), value, place // size)
        for value, place in zip(best.tolist(), places.tolist(), strict=True)
        if value > float("-inf")
    ]


@torch.no_grad()
def rounds(
    model: EncoderDecoder,
    src: Tensor,
    width: int,
    max_length: int = LIMITS.decoded_tokens,
    show: int = 0,
) -> Iterator[Round]:
    """A beam search, token by token, until none is alive or max_length tokens are written.

    src (S,) of ids, without padding; `show` more candidates of each round are given as pruned.
    """
    model.eval()
    state = model.init_state(src[None], torch.ones(1, len(src), dtype=torch.bool))
    alive: tuple[Hypothesis, ...] = (Hypothesis(),)
    for _ in range(max_length):
        last = [one.tokens[-1] if one.tokens else SOS for one in alive]
        step = model.step(state, torch.tensor(last))
        found = expand(alive, step.logits.double().log_softmax(1), width + show)
        now = Round(tuple(found[:width]), tuple(found[width:]))
        yield now
        alive = now.alive
        if not alive:
            return
        state = step.state.select(torch.tensor([one.parent for one in alive]))


def ranking(found: Sequence[Round], length_penalty: float) -> list[Hypothesis]:
    """All finished sentences, best first; the beginnings alive at the end where none has ended."""
    ended = [one for each in found for one in each.kept if one.ended]
    return sorted(ended or found[-1].kept, key=lambda one: -one.score(length_penalty))


def decided(found: Sequence[Round], best: float, length_penalty: float, max_length: int) -> bool:
    """Whether nothing alive can still win: no token makes a sentence more probable."""
    hopes = [penalised(one.log_probability, max_length, length_penalty) for one in found[-1].alive]
    return best >= max(hopes, default=float("-inf"))


def search(
    model: EncoderDecoder,
    src: Tensor,
    width: int,
    length_penalty: float = 0.0,
    max_length: int = LIMITS.decoded_tokens,
    show: int = 0,
) -> list[Round]:
    """The rounds of a beam search, no further than they can matter; see `rounds`."""
    found: list[Round] = []
    best = float("-inf")
    for now in rounds(model, src, width, max_length, show):
        found.append(now)
        best = max([best, *(one.score(length_penalty) for one in now.kept if one.ended)])
        if decided(found, best, length_penalty, max_length):
            break
    return found


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
    return ranking(search(model, src, width, length_penalty, max_length), length_penalty)
