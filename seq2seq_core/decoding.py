"""Writing a translation one token at a time. Written once, for every model behind the contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from seq2seq_core.limits import LIMITS
from seq2seq_core.models.base import EncoderDecoder, Inspection, State
from seq2seq_core.vocabulary import EOS, SOS


@torch.no_grad()
def greedy(
    model: EncoderDecoder, src: Tensor, src_mask: Tensor, max_length: int = LIMITS.decoded_tokens
) -> list[list[int]]:
    """The most probable token at every step, until <eos> or max_length tokens.

    src (B, S), src_mask (B, S); returns one list of ids per row, without <sos> and <eos>.
    """
    model.eval()
    state = model.init_state(src, src_mask)
    token = torch.full((len(src),), SOS)
    ended = torch.zeros(len(src), dtype=torch.bool)
    written: list[Tensor] = []
    while not ended.all() and len(written) < max_length:
        step = model.step(state, token)
        state, token = step.state, step.logits.argmax(1)
        ended |= token == EOS
        written.append(token)
    return [
        ids[: ids.index(EOS)] if EOS in ids else ids for ids in torch.stack(written, 1).tolist()
    ]


@torch.no_grad()
def with_fillers(
    model: EncoderDecoder, src: Tensor, src_mask: Tensor, lengths: Sequence[int]
) -> list[list[int]]:
    """A test that fools: after <sos> the decoder reads <eos> at every step, never its own words.

    A well-known tutorial tests its model like this. src (B, S), src_mask (B, S), lengths: how many
    steps each row takes, at least one; returns the most probable id of every step.
    """
    model.eval()
    state = model.init_state(src, src_mask)
    token = torch.full((len(src),), SOS)
    written: list[Tensor] = []
    for _ in range(max(lengths)):
        step = model.step(state, token)
        state, token = step.state, torch.full_like(token, EOS)
        written.append(step.logits.argmax(1))
    rows = torch.stack(written, 1).tolist()
    return [ids[:length] for ids, length in zip(rows, lengths, strict=True)]


@dataclass(frozen=True)
class DecodingStep:
    """One token written, and everything that led to it."""

    token: int
    probabilities: Tensor  # (V,)
    inspection: Inspection

    @property
    def attention(self) -> Tensor | None:
        """(S,), or (L, H, S) where a model has more than one head."""
        weights = self.inspection.step.attention
        return None if weights is None else weights[0].squeeze((0, 1))


@dataclass(frozen=True)
class Stepper:
    """A walk through one translation. Every move returns a new walk, the old one stays whole."""

    model: EncoderDecoder
    state: State
    steps: tuple[DecodingStep, ...] = ()

    @classmethod
    @torch.no_grad()
    def start(cls, model: EncoderDecoder, src: Tensor) -> Stepper:
        """Before the first token; src (S,) of ids, without padding."""
        model.eval()
        return cls(model, model.init_state(src[None], torch.ones(1, len(src), dtype=torch.bool)))

    @property
    def tokens(self) -> list[int]:
        return [step.token for step in self.steps]

    @property
    def finished(self) -> bool:
        return bool(self.steps) and self.steps[-1].token == EOS

    @torch.no_grad()
    def next(self, token: int | None = None) -> Stepper:
        """Write one more token: the most probable one, or the given one."""
        last = self.tokens[-1] if self.steps else SOS
        state = self.steps[-1].inspection.step.state if self.steps else self.state
        inspection = self.model.inspect(state, torch.tensor([last]))
        probabilities = inspection.step.logits[0].softmax(0)
        chosen = int(probabilities.argmax()) if token is None else token
        return replace(self, steps=(*self.steps, DecodingStep(chosen, probabilities, inspection)))

    def back(self, to: int) -> Stepper:
        """The walk when it had `to` tokens."""
        return replace(self, steps=self.steps[:to])

    def finish(self, max_length: int = LIMITS.decoded_tokens) -> Stepper:
        """Greedy from here to <eos> or max_length tokens."""
        walk = self
        while not walk.finished and len(walk.steps) < max_length:
            walk = walk.next()
        return walk
