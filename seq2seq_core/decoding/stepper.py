"""Writing a translation one token at a time, the same way for every model behind the contract."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from seq2seq_core.data.vocabulary import EOS, SOS
from seq2seq_core.limits import LIMITS
from seq2seq_core.models.base import (
    AttentionOverride,
    EncoderDecoder,
    Inspection,
    State,
    average_heads,
)

# from logits (B, V) to one token per row (B,): `argmax_token`, or a `sampling.sampler`
TokenChooser = Callable[[Tensor], Tensor]


def argmax_token(logits: Tensor) -> Tensor:
    """The most probable token of each row: (B, V) -> (B,)."""
    return logits.argmax(1)


@torch.no_grad()
def decode(
    model: EncoderDecoder,
    src: Tensor,
    src_mask: Tensor,
    choose_token: TokenChooser,
    max_length: int = LIMITS.decoded_tokens,
) -> list[list[int]]:
    """Choose a token, read it, choose the next, until <eos> or max_length tokens.

    src (B, S), src_mask (B, S); returns one list of ids per row, without <sos> and <eos>.
    """
    model.eval()
    state = model.init_state(src, src_mask)
    token = torch.full((len(src),), SOS)  # (B,)
    finished = torch.zeros(len(src), dtype=torch.bool)  # (B,)
    step_tokens: list[Tensor] = []  # (B,) each
    while not finished.all() and len(step_tokens) < max_length:
        step = model.step(state, token)
        state, token = step.state, choose_token(step.logits)  # (B, V) -> (B,)
        finished |= token == EOS  # a finished row is decoded on until all rows are, then cut
        step_tokens.append(token)
    rows = torch.stack(step_tokens, 1).tolist()  # (B, T)
    return [ids[: ids.index(EOS)] if EOS in ids else ids for ids in rows]


def greedy_search(
    model: EncoderDecoder, src: Tensor, src_mask: Tensor, max_length: int = LIMITS.decoded_tokens
) -> list[list[int]]:
    """The most probable token at every step, see `decode`."""
    return decode(model, src, src_mask, argmax_token, max_length)


@torch.no_grad()
def decode_feeding_eos(
    model: EncoderDecoder, src: Tensor, src_mask: Tensor, lengths: Sequence[int]
) -> list[list[int]]:
    """A misleading test: after <sos> the decoder reads <eos> at every step, never its own words.

    A well-known tutorial tests its model like this. src (B, S), src_mask (B, S), lengths: how many
    steps each row takes, at least one; returns the most probable id of every step.
    """
    model.eval()
    state = model.init_state(src, src_mask)
    token = torch.full((len(src),), SOS)  # (B,)
    step_tokens: list[Tensor] = []  # (B,) each
    for _ in range(max(lengths)):
        step = model.step(state, token)
        state, token = step.state, torch.full_like(token, EOS)  # whatever it would have written
        step_tokens.append(argmax_token(step.logits))
    rows = torch.stack(step_tokens, 1).tolist()  # (B, T)
    return [ids[:length] for ids, length in zip(rows, lengths, strict=True)]


@dataclass(frozen=True)
class DecodingStep:
    """One token written, and everything that led to it."""

    token: int  # the id that was written, not always the most probable one
    probabilities: Tensor  # (V,)
    inspection: Inspection  # of a batch of one: B = 1

    @property
    def attention(self) -> Tensor | None:
        """(S,), see `average_heads`."""
        weights = self.inspection.step.attention  # (1, L, H, S)
        return None if weights is None else average_heads(weights)[0]


@dataclass(frozen=True)
class Stepper:
    """One translation in the making. Each token gives a new stepper, the old one stays as it is."""

    model: EncoderDecoder
    state: State  # before the first token
    steps: tuple[DecodingStep, ...] = ()  # one a token written

    @classmethod
    @torch.no_grad()
    def from_source(cls, model: EncoderDecoder, src: Tensor) -> Stepper:
        """Before the first token; src (S,) of ids, without padding."""
        model.eval()
        src_mask = torch.ones(1, len(src), dtype=torch.bool)  # (1, S), all of them real tokens
        return cls(model, model.init_state(src[None], src_mask))

    @property
    def tokens(self) -> list[int]:
        return [step.token for step in self.steps]

    @property
    def finished(self) -> bool:
        return bool(self.steps) and self.steps[-1].token == EOS

    @torch.no_grad()
    def write_token(
        self, token: int | None = None, override: AttentionOverride | None = None
    ) -> Stepper:
        """Write one more token: the most probable one, or the given one.

        override: other attention weights at this step, see models.attention_overrides.
        """
        # the model reads the last token written; its state has read all before that one
        last_token = self.tokens[-1] if self.steps else SOS
        state = self.steps[-1].inspection.step.state if self.steps else self.state
        inspection = self.model.inspect(state, torch.tensor([last_token]), override)  # B = 1
        probabilities = inspection.step.logits[0].softmax(0)  # (V,)
        token_id = int(probabilities.argmax()) if token is None else token
        step = DecodingStep(token_id, probabilities, inspection)
        return replace(self, steps=(*self.steps, step))

    def decode_to_end(self, max_length: int = LIMITS.decoded_tokens) -> Stepper:
        """Greedy from here to <eos> or max_length tokens."""
        stepper = self
        while not stepper.finished and len(stepper.steps) < max_length:
            stepper = stepper.write_token()
        return stepper
