"""RNN, LSTM and GRU encoder–decoders (Sutskever et al. 2014, Cho et al. 2014), with attention.

The decoder attends after its step, as in Luong, Pham, Manning 2015:
s_t = f(s_{t-1}, y_{t-1}), c_t = Σ_j α_tj h_j with α from s_t,
or before it, as in Bahdanau, Cho, Bengio 2015: α from s_{t-1}, s_t = f(s_{t-1}, y_{t-1}, c_t).
Then h̃_t = tanh(W_c [c_t; s_t]), logits = W_o h̃_t.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from seq2seq_core.config import ModelConfig
from seq2seq_core.models.attention import SCORES, AttentionScore, attend_to_memory
from seq2seq_core.models.base import (
    AttentionOverride,
    EncoderDecoder,
    Inspection,
    SourceInspection,
    Step,
)
from seq2seq_core.models.rnn_cells import (
    CELLS,
    HiddenState,
    inspect_encoder,
    inspect_step,
    run_cell,
)


@dataclass(frozen=True)
class RecurrentState:
    hidden_state: HiddenState  # each (layers, B, D); the only part that a step changes
    final_encoder_state: Tensor  # (B, D), the encoder's last state
    memory: Tensor  # (B, S, D), the encoder's states
    keys: Tensor  # (B, S, K), the memory as the score compares it
    mask: Tensor  # (B, S), True = real token

    def select(self, rows: Tensor) -> RecurrentState:
        return RecurrentState(
            tuple(part[:, rows] for part in self.hidden_state),  # layers stand before the batch
            self.final_encoder_state[rows],
            self.memory[rows],
            self.keys[rows],
            self.mask[rows],
        )


class AttentionOutput(NamedTuple):
    """What attention gives for T queries."""

    context: Tensor  # (B, T, D)
    weights: Tensor  # (B, T, S)
    scores: Tensor  # (B, T, S)


class DecoderOutput(NamedTuple):
    """What T tokens, read one after the other, become."""

    inputs: Tensor  # (B, T, …), what the decoder's cell reads
    embedded: Tensor  # (B, T, E)
    states: Tensor  # (B, T, D), of the last layer
    hidden_state: HiddenState  # of all layers, after the last token
    attention: AttentionOutput | None
    attentional_state: Tensor  # (B, T, D), h̃ of the formula above
    logits: Tensor  # (B, T, V)


class RecurrentModel(EncoderDecoder):
    """A recurrent encoder–decoder behind the contract of `base.EncoderDecoder`."""

    def __init__(self, config: ModelConfig, source_size: int, target_size: int) -> None:
        super().__init__()
        self.architecture = config.architecture
        size, cell = config.hidden_size, CELLS[config.architecture]
        layer_dropout = config.dropout if config.layers > 1 else 0.0
        self.source_embedding = nn.Embedding(source_size, config.embedding_size, padding_idx=0)
        self.target_embedding = nn.Embedding(target_size, config.embedding_size, padding_idx=0)
        # both directions together are as wide as the decoder: their last states start it
        self.encoder = cell(
            config.embedding_size,
            size // 2 if config.bidirectional else size,
            config.layers,
            batch_first=True,
            bidirectional=config.bidirectional,
            dropout=layer_dropout,
        )
        self.has_attention = config.has_attention
        self.attends_before_step = config.attention != "none" and config.timing == "before"
        self.context_every_step = config.context == "every_step"
        # the decoder reads a word, and beside it the vectors that the settings ask for
        extra_vectors = self.attends_before_step + self.context_every_step
        self.decoder = cell(
            config.embedding_size + size * extra_vectors,
            size,
            config.layers,
            batch_first=True,
            dropout=layer_dropout,
        )
        self.score: AttentionScore | None = None
        if config.attention != "none":
            score_size = config.attention_size or size
            self.score = SCORES[config.attention](size, size, score_size)
            self.combine = nn.Linear(2 * size, size, bias=False)  # W_c
        self.output = nn.Linear(size, target_size)  # W_o
        self.dropout = nn.Dropout(config.dropout)
        self.sharpness, self.embedding_relu = config.sharpness, config.decoder_relu

    def init_state(self, src: Tensor, src_mask: Tensor) -> RecurrentState:
        embedded = self.dropout(self.source_embedding(src))  # (B, S, E)
        # packed, so that the last state is the last word's and the backward pass starts at it
        packed = pack_padded_sequence(
            embedded, src_mask.sum(1), batch_first=True, enforce_sorted=False
        )
        outputs, last_state = self.encoder(packed)
        memory, _ = pad_packed_sequence(outputs, batch_first=True, total_length=src.shape[1])
        layers = self.encoder.num_layers
        hidden_state = tuple(  # (layers · directions, B, D / directions) -> (layers, B, D)
            part.unflatten(0, (layers, -1)).transpose(1, 2).flatten(2)
            for part in (last_state if isinstance(last_state, tuple) else (last_state,))
        )
        keys = memory if self.score is None else self.score.project_keys(memory)
        return RecurrentState(hidden_state, hidden_state[0][-1], memory, keys, src_mask)

    def attend(
        self, queries: Tensor, source: RecurrentState, override: AttentionOverride | None
    ) -> AttentionOutput | None:
        """Attention for queries (B, T, D), states of the decoder; None for a model without."""
        if self.score is None:
            return None
        scores = self.sharpness * self.score(queries, source.keys)  # (B, T, S)
        return AttentionOutput(*attend_to_memory(scores, source.memory, source.mask, override))

    def run_decoder(
        self, state: RecurrentState, tokens: Tensor, override: AttentionOverride | None = None
    ) -> DecoderOutput:
        """Read tokens (B, T); one at a time (T = 1) where the model attends before its step."""
        embedded = self.dropout(self.target_embedding(tokens))  # (B, T, E)
        if self.embedding_relu:
            embedded = embedded.relu()
        input_parts, attention = [embedded], None
        if self.context_every_step:  # the same vector beside every word
            final_state = state.final_encoder_state.unsqueeze(1)  # (B, 1, D)
            input_parts.append(final_state.expand(-1, tokens.shape[1], -1))
        if self.attends_before_step:
            query = state.hidden_state[0][-1].unsqueeze(1)  # (B, 1, D), s_{t-1}
            attention = self.attend(query, state, override)
            assert attention is not None and tokens.shape[1] == 1
            input_parts.append(attention.context)
        inputs = torch.cat(input_parts, dim=2)  # (B, T, E and the vectors beside)
        states, hidden_state = run_cell(self.decoder, inputs, state.hidden_state)
        if not self.attends_before_step:
            attention = self.attend(states, state, override)
        attentional_state = states
        if attention is not None:  # (B, T, 2 · D) -> (B, T, D)
            attentional_state = self.combine(torch.cat([attention.context, states], dim=2)).tanh()
        logits = self.output(self.dropout(attentional_state))
        return DecoderOutput(
            inputs, embedded, states, hidden_state, attention, attentional_state, logits
        )

    def forward(
        self, src: Tensor, src_mask: Tensor, tgt_in: Tensor
    ) -> tuple[Tensor, Tensor | None]:
        state = self.init_state(src, src_mask)
        if not self.attends_before_step:
            # no context goes into the next step, so attention can wait until all states are there
            output = self.run_decoder(state, tgt_in)
            weights = None if output.attention is None else output.attention.weights
            return output.logits, None if weights is None else weights[:, :, None, None]
        steps: list[Step] = []
        for t in range(tgt_in.shape[1]):
            steps.append(self.step(state, tgt_in[:, t]))
            state = steps[-1].state  # type: ignore[assignment]
        logits = torch.stack([step.logits for step in steps], dim=1)
        attention = [step.attention for step in steps if step.attention is not None]
        return logits, torch.stack(attention, dim=1)  # (B, T, V), (B, T, 1, 1, S)

    def build_step(self, state: RecurrentState, output: DecoderOutput) -> Step:
        attention = output.attention
        weights = None if attention is None else attention.weights.unsqueeze(1)  # (B, L=1, H=1, S)
        new_state = replace(state, hidden_state=output.hidden_state)
        return Step(output.logits.squeeze(1), new_state, weights)

    def step(
        self, state: RecurrentState, token: Tensor, override: AttentionOverride | None = None
    ) -> Step:
        return self.build_step(state, self.run_decoder(state, token.unsqueeze(1), override))

    def inspect(
        self, state: RecurrentState, token: Tensor, override: AttentionOverride | None = None
    ) -> Inspection:
        output = self.run_decoder(state, token.unsqueeze(1), override)  # T = 1
        attention = output.attention
        return Inspection(
            step=self.build_step(state, output),
            embedded=output.embedded.squeeze(1),
            hidden=output.states.squeeze(1),
            context=None if attention is None else attention.context.squeeze(1),
            scores=None if attention is None else attention.scores.unsqueeze(1),  # (B, 1, 1, S)
            attentional_state=output.attentional_state.squeeze(1),
            cells=inspect_step(
                self.decoder, output.inputs[:, 0], state.hidden_state, output.hidden_state
            ),
        )

    def inspect_source(self, src: Tensor, src_mask: Tensor) -> SourceInspection:
        """See the contract; only for sentences without padding."""
        assert src_mask.all()
        embedded = self.source_embedding(src)  # (B, S, E)
        states = self.init_state(src, src_mask).memory
        cells = inspect_encoder(self.encoder, embedded)
        ours = torch.cat([direction.new_state[0] for direction in cells[-1]], dim=-1)  # (B, S, D)
        torch.testing.assert_close(ours, states, rtol=0, atol=1e-5)  # the formulas are the cell's
        return SourceInspection(embedded, states, cells)
