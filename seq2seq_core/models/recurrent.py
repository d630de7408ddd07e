"""RNN, LSTM and GRU encoder–decoders (Sutskever et al. 2014, Cho et al. 2014), with attention.

The decoder asks after its step, as in Luong, Pham, Manning 2015:
s_t = f(s_{t-1}, y_{t-1}), c_t = Σ_j α_tj h_j, h̃_t = tanh(W_c [c_t; s_t]), logits = W_o h̃_t.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from seq2seq_core.config import ModelConfig
from seq2seq_core.models.attention import Score, attend, score_named
from seq2seq_core.models.base import EncoderDecoder, Inspection, Step

CELLS: dict[str, Callable[..., nn.RNNBase]] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}

Carried = tuple[Tensor, ...]  # (h,), for an LSTM (h, c); each (1, B, D)


@dataclass(frozen=True)
class RecurrentState:
    carried: Carried
    memory: Tensor  # (B, S, D), the encoder's states
    keys: Tensor  # (B, S, D), the memory as the score wants it
    mask: Tensor  # (B, S), True = real token

    def select(self, rows: Tensor) -> RecurrentState:
        return RecurrentState(
            tuple(part[:, rows] for part in self.carried),
            self.memory[rows],
            self.keys[rows],
            self.mask[rows],
        )


class Read(NamedTuple):
    """What the decoder's states (B, T, D) become."""

    logits: Tensor  # (B, T, V)
    context: Tensor | None  # (B, T, D)
    weights: Tensor | None  # (B, T, S)
    scores: Tensor | None  # (B, T, S)


def run(cell: nn.RNNBase, inputs: Tensor, carried: Carried) -> tuple[Tensor, Carried]:
    """One pass of a cell; torch gives an LSTM's state as a pair and the others' as one tensor."""
    outputs, last = cell(inputs, carried if len(carried) == 2 else carried[0])
    return outputs, last if isinstance(last, tuple) else (last,)


class Recurrent(EncoderDecoder):
    """A recurrent encoder–decoder behind the contract of `base.EncoderDecoder`."""

    def __init__(self, config: ModelConfig, source_size: int, target_size: int) -> None:
        super().__init__()
        size, cell = config.hidden_size, CELLS[config.architecture]
        self.source_embedding = nn.Embedding(source_size, config.embedding_size, padding_idx=0)
        self.target_embedding = nn.Embedding(target_size, config.embedding_size, padding_idx=0)
        # both directions together are as wide as the decoder: their last states start it
        self.encoder = cell(
            config.embedding_size,
            size // 2 if config.bidirectional else size,
            batch_first=True,
            bidirectional=config.bidirectional,
        )
        self.decoder = cell(config.embedding_size, size, batch_first=True)
        self.score: Score | None = None
        if config.attention != "none":
            compared_in = config.attention_size or size
            self.score = score_named(config.attention, size, size, compared_in)
            self.combine = nn.Linear(2 * size, size, bias=False)
        self.output = nn.Linear(size, target_size)
        self.dropout = nn.Dropout(config.dropout)

    def init_state(self, src: Tensor, src_mask: Tensor) -> RecurrentState:
        embedded = self.dropout(self.source_embedding(src))  # (B, S, E)
        # packed, so that the last state is the last word's and the backward pass starts at it
        packed = pack_padded_sequence(
            embedded, src_mask.sum(1), batch_first=True, enforce_sorted=False
        )
        outputs, last = self.encoder(packed)
        memory, _ = pad_packed_sequence(outputs, batch_first=True, total_length=src.shape[1])
        carried = tuple(  # (directions, B, D / directions) -> (1, B, D)
            part.transpose(0, 1).flatten(1).unsqueeze(0)
            for part in (last if isinstance(last, tuple) else (last,))
        )
        keys = memory if self.score is None else self.score.keys(memory)
        return RecurrentState(carried, memory, keys, src_mask)

    def read(self, states: Tensor, source: RecurrentState) -> Read:
        """From decoder states (B, T, D) to logits, looking at the source if there is attention."""
        if self.score is None:
            return Read(self.output(self.dropout(states)), None, None, None)
        scores = self.score(states, source.keys)
        context, weights, scores = attend(scores, source.memory, source.mask)
        combined = self.combine(torch.cat([context, states], dim=2)).tanh()
        return Read(self.output(self.dropout(combined)), context, weights, scores)

    def inspect(self, state: RecurrentState, token: Tensor) -> Inspection:
        embedded = self.dropout(self.target_embedding(token)).unsqueeze(1)  # (B, 1, E)
        states, carried = run(self.decoder, embedded, state.carried)
        logits, context, weights, scores = self.read(states, state)
        return Inspection(
            step=Step(
                logits.squeeze(1),
                replace(state, carried=carried),
                None if weights is None else weights.unsqueeze(1),  # (B, L=1, H=1, S)
            ),
            hidden=states.squeeze(1),
            context=None if context is None else context.squeeze(1),
            scores=None if scores is None else scores.squeeze(1),
        )

    def forward(
        self, src: Tensor, src_mask: Tensor, tgt_in: Tensor
    ) -> tuple[Tensor, Tensor | None]:
        state = self.init_state(src, src_mask)
        # nothing of a step's reading goes into the next, so all states come before all looking
        states, _ = run(
            self.decoder, self.dropout(self.target_embedding(tgt_in)), state.carried
        )  # (B, T, D)
        logits, _, weights, _ = self.read(states, state)
        return logits, None if weights is None else weights[:, :, None, None]  # (B, T, 1, 1, S)
