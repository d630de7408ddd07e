"""RNN, LSTM and GRU encoder–decoders (Sutskever et al. 2014, Cho et al. 2014), with attention.

The decoder asks after its step, as in Luong, Pham, Manning 2015:
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
from seq2seq_core.models import rnn_cells
from seq2seq_core.models.attention import AttentionScore, attend_to_memory, build_score
from seq2seq_core.models.base import (
    AttentionOverride,
    CellStep,
    EncoderDecoder,
    Inspection,
    SourceInspection,
    Step,
)
from seq2seq_core.models.calculation import (
    Equation,
    Location,
    Operand,
    affine,
    elementwise,
    input_value,
    output_distribution,
    softmax,
    weighted_sum,
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
    hidden_state: HiddenState  # each (layers, B, D)
    final_encoder_state: Tensor  # (B, D), the encoder's last state
    memory: Tensor  # (B, S, D), the encoder's states
    keys: Tensor  # (B, S, K), the memory as the score wants it
    mask: Tensor  # (B, S), True = real token

    def select(self, rows: Tensor) -> RecurrentState:
        return RecurrentState(
            tuple(part[:, rows] for part in self.hidden_state),
            self.final_encoder_state[rows],
            self.memory[rows],
            self.keys[rows],
            self.mask[rows],
        )


class AttentionOutput(NamedTuple):
    """What attention found for T queries."""

    context: Tensor  # (B, T, D)
    weights: Tensor  # (B, T, S)
    scores: Tensor  # (B, T, S)


class DecoderOutput(NamedTuple):
    """What T tokens, read one after the other, become."""

    inputs: Tensor  # (B, T, …), what the decoder's cell read
    embedded: Tensor  # (B, T, E)
    states: Tensor  # (B, T, D)
    hidden_state: HiddenState
    attention: AttentionOutput | None
    attentional_state: Tensor  # (B, T, D)
    logits: Tensor  # (B, T, V)


class RecurrentModel(EncoderDecoder):
    """A recurrent encoder–decoder behind the contract of `base.EncoderDecoder`."""

    def __init__(self, config: ModelConfig, source_size: int, target_size: int) -> None:
        super().__init__()
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
        input_size = config.embedding_size + size * (
            self.attends_before_step + self.context_every_step
        )
        self.decoder = cell(
            input_size, size, config.layers, batch_first=True, dropout=layer_dropout
        )
        self.score: AttentionScore | None = None
        if config.attention != "none":
            score_size = config.attention_size or size
            self.score = build_score(config.attention, size, size, score_size)
            self.combine = nn.Linear(2 * size, size, bias=False)
        self.output = nn.Linear(size, target_size)
        self.dropout = nn.Dropout(config.dropout)
        self.embedding_activation = nn.ReLU() if config.decoder_relu else nn.Identity()
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
        """Attention for decoder states (B, T, D); None for a model that has none."""
        if self.score is None:
            return None
        scores = self.sharpness * self.score(queries, source.keys)
        return AttentionOutput(*attend_to_memory(scores, source.memory, source.mask, override))

    def run_decoder(
        self, state: RecurrentState, tokens: Tensor, override: AttentionOverride | None = None
    ) -> DecoderOutput:
        """Read tokens (B, T). Who asks before a step can only read one at a time: T = 1."""
        embedded = self.embedding_activation(
            self.dropout(self.target_embedding(tokens))
        )  # (B, T, E)
        input_parts, attention = [embedded], None
        if self.context_every_step:
            input_parts.append(
                state.final_encoder_state.unsqueeze(1).expand(-1, tokens.shape[1], -1)
            )
        if self.attends_before_step:
            attention = self.attend(state.hidden_state[0][-1].unsqueeze(1), state, override)
            assert attention is not None and tokens.shape[1] == 1
            input_parts.append(attention.context)
        inputs = torch.cat(input_parts, dim=2)
        states, hidden_state = run_cell(self.decoder, inputs, state.hidden_state)
        if not self.attends_before_step:
            attention = self.attend(states, state, override)
        attentional_state = states
        if attention is not None:
            attentional_state = self.combine(torch.cat([attention.context, states], dim=2)).tanh()
        logits = self.output(self.dropout(attentional_state))
        return DecoderOutput(
            inputs, embedded, states, hidden_state, attention, attentional_state, logits
        )

    def build_step(self, state: RecurrentState, output: DecoderOutput) -> Step:
        attention = output.attention
        weights = None if attention is None else attention.weights.unsqueeze(1)  # (B, L=1, H=1, S)
        return Step(
            output.logits.squeeze(1), replace(state, hidden_state=output.hidden_state), weights
        )

    def step(
        self, state: RecurrentState, token: Tensor, override: AttentionOverride | None = None
    ) -> Step:
        return self.build_step(state, self.run_decoder(state, token.unsqueeze(1), override))

    def inspect(
        self, state: RecurrentState, token: Tensor, override: AttentionOverride | None = None
    ) -> Inspection:
        output = self.run_decoder(state, token.unsqueeze(1), override)
        attention = output.attention
        return Inspection(
            step=self.build_step(state, output),
            embedded=output.embedded.squeeze(1),
            hidden=output.states.squeeze(1),
            context=None if attention is None else attention.context.squeeze(1),
            scores=None if attention is None else attention.scores.unsqueeze(1),
            attentional_state=output.attentional_state.squeeze(1),
            cells=inspect_step(
                self.decoder, output.inputs[:, 0], state.hidden_state, output.hidden_state
            ),
        )

    def inspect_source(self, src: Tensor, src_mask: Tensor) -> SourceInspection:
        """For sentences without padding."""
        assert src_mask.all()
        embedded = self.source_embedding(src)
        states = self.init_state(src, src_mask).memory
        cells = inspect_encoder(self.encoder, embedded)
        recomputed_states = torch.cat([one.new_state[0] for one in cells[-1]], dim=-1)
        torch.testing.assert_close(
            recomputed_states, states, rtol=0, atol=1e-5
        )  # the formulas are the cell's
        return SourceInspection(embedded, states, cells)

    def explain_step(self, src: Tensor, tokens: Tensor, location: Location) -> tuple[Equation, ...]:
        state = self.init_state(src, torch.ones_like(src, dtype=torch.bool))
        for token in tokens[0, : location.step]:
            state = replace(
                state, hidden_state=self.run_decoder(state, token[None, None]).hidden_state
            )
        token = tokens[:, location.step : location.step + 1]
        new_state = Operand.from_tensor("s_t", self.run_decoder(state, token).states)
        previous_state = Operand.from_tensor("s_{t-1}", state.hidden_state[0][-1])
        attention_equations = self.explain_attention(
            previous_state if self.attends_before_step else new_state, state, location.position
        )
        inputs = self.explain_inputs(
            state, token, [equation.result for equation in attention_equations[-1:]]
        )
        name, cell_input = self.decoder.mode.split("_")[0], inputs[-1].result
        memory = ", cell_{t-1}" if len(state.hidden_state) > 1 else ""
        formula = f"s_t = {name}({cell_input.symbol}, s_{{t-1}}{memory})"
        step = Equation("state", "cell", formula, (cell_input, previous_state), new_state)
        equations = (
            [*attention_equations, *inputs, step]
            if self.attends_before_step
            else [*inputs, step, *attention_equations]
        )
        if attention_equations:
            operands, formula = (
                (attention_equations[-1].result, new_state),
                "h̃_t = tanh(W_c [c_t; s_t])",
            )
            weight = self.combine.weight
            equations.append(affine("combined", "tanh_linear", formula, "h̃_t", operands, weight))
        token_id = int(tokens[0, location.step + 1])
        return *equations, *output_distribution(equations[-1].result, self.output, token_id)

    def explain_attention(self, query: Operand, source: RecurrentState, j: int) -> list[Equation]:
        """From the query to the context, for source position j."""
        if self.score is None:
            return []
        equations = list(
            self.score.explain_score(query, Operand.from_tensor("h_j", source.memory[0, j]))
        )
        if self.attends_before_step:  # its own step comes later: this is what the last one left
            equations.insert(0, input_value("asks", query.symbol, query.tensor))
        scores = self.score(query.tensor[None, None], source.keys)[0, 0]  # (S,), of all words
        if self.sharpness != 1:
            beta, formula = Operand("β", (self.sharpness,)), "β e_j"
            equations.append(
                elementwise("sharper", "times", formula, formula, beta, equations[-1].result)
            )
            scores = self.sharpness * scores
        symbol = equations[-1].result.symbol
        formula = f"α_j = exp({symbol}) / Σ_i exp({symbol.replace('_j', '_i')})"
        weights = softmax(
            "weights", formula, "α", Operand.from_tensor(symbol.replace("_j", ""), scores)
        )
        context = weighted_sum(
            "context", "c_t = Σ_j α_j h_j", "c_t", weights.result, source.memory[0]
        )
        return [*equations, weights, context]

    def explain_inputs(
        self, state: RecurrentState, token: Tensor, context: list[Operand]
    ) -> list[Equation]:
        """What the cell reads: the word before, where it is wired so the encoder's last state, and
        the context of who asks before the step."""
        equations = [input_value("embedded", "y_{t-1}", self.target_embedding(token))]
        if self.embedding_relu:
            formula, word = "y = max(0, y_{t-1})", equations[0].result
            equations.append(elementwise("cut_off", "relu", formula, "y", word))
        operands = [equations[-1].result]
        if self.context_every_step:
            operands.append(Operand.from_tensor("h_{last}", state.final_encoder_state))
        if self.attends_before_step:
            operands += context
        if len(operands) == 1:
            return equations
        formula = f"x_t = [{'; '.join(operand.symbol for operand in operands)}]"
        values = tuple(value for part in operands for value in part.values)
        return [
            *equations,
            Equation("inputs", "join", formula, tuple(operands), Operand("x_t", values)),
        ]

    def explain_cell(
        self, step: CellStep, side: str, layer: int, backwards: bool = False
    ) -> tuple[Equation, ...]:
        suffix = f"l{layer}_reverse" if backwards else f"l{layer}"
        return rnn_cells.explain_layer_step(
            self.encoder if side == "encoder" else self.decoder, suffix, step
        )

    def forward(
        self, src: Tensor, src_mask: Tensor, tgt_in: Tensor
    ) -> tuple[Tensor, Tensor | None]:
        state = self.init_state(src, src_mask)
        if not self.attends_before_step:
            # nothing of a step's reading goes into the next, so all states come before all looking
            output = self.run_decoder(state, tgt_in)
            weights = None if output.attention is None else output.attention.weights
            return output.logits, None if weights is None else weights[:, :, None, None]
        steps: list[Step] = []
        for t in range(tgt_in.shape[1]):
            steps.append(self.step(state, tgt_in[:, t]))
            state = steps[-1].state  # type: ignore[assignment]
        logits = torch.stack([step.logits for step in steps], dim=1)
        attention_weights = [step.attention for step in steps if step.attention is not None]
        return logits, torch.stack(attention_weights, dim=1)  # (B, T, V), (B, T, 1, 1, S)
