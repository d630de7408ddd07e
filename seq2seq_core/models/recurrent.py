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
from seq2seq_core.models.attention import Score, attend, score_named
from seq2seq_core.models.base import (
    CellStep,
    EncoderDecoder,
    Inspection,
    Look,
    SourceInspection,
    Step,
)
from seq2seq_core.models.calculation import (
    Line,
    Part,
    Spot,
    entrywise,
    given,
    matrix,
    mean,
    predicted,
    softmax,
)
from seq2seq_core.models.rnn_cells import CELLS, Carried, passes_inside, run, step_inside


@dataclass(frozen=True)
class RecurrentState:
    carried: Carried  # each (layers, B, D)
    summary: Tensor  # (B, D), the encoder's last state
    memory: Tensor  # (B, S, D), the encoder's states
    keys: Tensor  # (B, S, K), the memory as the score wants it
    mask: Tensor  # (B, S), True = real token

    def select(self, rows: Tensor) -> RecurrentState:
        return RecurrentState(
            tuple(part[:, rows] for part in self.carried),
            self.summary[rows],
            self.memory[rows],
            self.keys[rows],
            self.mask[rows],
        )


class Looked(NamedTuple):
    """What attention found for T queries."""

    context: Tensor  # (B, T, D)
    weights: Tensor  # (B, T, S)
    scores: Tensor  # (B, T, S)


class Moved(NamedTuple):
    """What T tokens, read one after the other, become."""

    inputs: Tensor  # (B, T, …), what the decoder's cell read
    embedded: Tensor  # (B, T, E)
    states: Tensor  # (B, T, D)
    carried: Carried
    looked: Looked | None
    combined: Tensor  # (B, T, D)
    logits: Tensor  # (B, T, V)


class Recurrent(EncoderDecoder):
    """A recurrent encoder–decoder behind the contract of `base.EncoderDecoder`."""

    def __init__(self, config: ModelConfig, source_size: int, target_size: int) -> None:
        super().__init__()
        size, cell = config.hidden_size, CELLS[config.architecture]
        between = config.dropout if config.layers > 1 else 0.0
        self.source_embedding = nn.Embedding(source_size, config.embedding_size, padding_idx=0)
        self.target_embedding = nn.Embedding(target_size, config.embedding_size, padding_idx=0)
        # both directions together are as wide as the decoder: their last states start it
        self.encoder = cell(
            config.embedding_size,
            size // 2 if config.bidirectional else size,
            config.layers,
            batch_first=True,
            bidirectional=config.bidirectional,
            dropout=between,
        )
        self.asks_before = config.attention != "none" and config.timing == "before"
        self.reads_summary = config.context == "every_step"
        read = config.embedding_size + size * (self.asks_before + self.reads_summary)
        self.decoder = cell(read, size, config.layers, batch_first=True, dropout=between)
        self.score: Score | None = None
        if config.attention != "none":
            compared_in = config.attention_size or size
            self.score = score_named(config.attention, size, size, compared_in)
            self.combine = nn.Linear(2 * size, size, bias=False)
        self.output = nn.Linear(size, target_size)
        self.dropout = nn.Dropout(config.dropout)
        self.after_embedding = nn.ReLU() if config.decoder_relu else nn.Identity()
        self.sharpness, self.cuts_off = config.sharpness, config.decoder_relu

    def init_state(self, src: Tensor, src_mask: Tensor) -> RecurrentState:
        embedded = self.dropout(self.source_embedding(src))  # (B, S, E)
        # packed, so that the last state is the last word's and the backward pass starts at it
        packed = pack_padded_sequence(
            embedded, src_mask.sum(1), batch_first=True, enforce_sorted=False
        )
        outputs, last = self.encoder(packed)
        memory, _ = pad_packed_sequence(outputs, batch_first=True, total_length=src.shape[1])
        layers = self.encoder.num_layers
        carried = tuple(  # (layers · directions, B, D / directions) -> (layers, B, D)
            part.unflatten(0, (layers, -1)).transpose(1, 2).flatten(2)
            for part in (last if isinstance(last, tuple) else (last,))
        )
        keys = memory if self.score is None else self.score.keys(memory)
        return RecurrentState(carried, carried[0][-1], memory, keys, src_mask)

    def look_back(
        self, queries: Tensor, source: RecurrentState, look: Look | None
    ) -> Looked | None:
        """Attention for decoder states (B, T, D); None for a model that has none."""
        if self.score is None:
            return None
        scores = self.sharpness * self.score(queries, source.keys)
        return Looked(*attend(scores, source.memory, source.mask, look))

    def advance(self, state: RecurrentState, tokens: Tensor, look: Look | None = None) -> Moved:
        """Read tokens (B, T). Who asks before a step can only read one at a time: T = 1."""
        embedded = self.after_embedding(self.dropout(self.target_embedding(tokens)))  # (B, T, E)
        read, looked = [embedded], None
        if self.reads_summary:
            read.append(state.summary.unsqueeze(1).expand(-1, tokens.shape[1], -1))
        if self.asks_before:
            looked = self.look_back(state.carried[0][-1].unsqueeze(1), state, look)
            assert looked is not None and tokens.shape[1] == 1
            read.append(looked.context)
        inputs = torch.cat(read, dim=2)
        states, carried = run(self.decoder, inputs, state.carried)
        if not self.asks_before:
            looked = self.look_back(states, state, look)
        combined = states
        if looked is not None:
            combined = self.combine(torch.cat([looked.context, states], dim=2)).tanh()
        logits = self.output(self.dropout(combined))
        return Moved(inputs, embedded, states, carried, looked, combined, logits)

    def step_of(self, state: RecurrentState, moved: Moved) -> Step:
        looked = moved.looked
        weights = None if looked is None else looked.weights.unsqueeze(1)  # (B, L=1, H=1, S)
        return Step(moved.logits.squeeze(1), replace(state, carried=moved.carried), weights)

    def step(self, state: RecurrentState, token: Tensor, look: Look | None = None) -> Step:
        return self.step_of(state, self.advance(state, token.unsqueeze(1), look))

    def inspect(self, state: RecurrentState, token: Tensor, look: Look | None = None) -> Inspection:
        moved = self.advance(state, token.unsqueeze(1), look)
        looked = moved.looked
        return Inspection(
            step=self.step_of(state, moved),
            embedded=moved.embedded.squeeze(1),
            hidden=moved.states.squeeze(1),
            context=None if looked is None else looked.context.squeeze(1),
            scores=None if looked is None else looked.scores.unsqueeze(1),
            combined=moved.combined.squeeze(1),
            cells=step_inside(self.decoder, moved.inputs[:, 0], state.carried, moved.carried),
        )

    def inspect_source(self, src: Tensor, src_mask: Tensor) -> SourceInspection:
        """For sentences without padding."""
        assert src_mask.all()
        embedded = self.source_embedding(src)
        states = self.init_state(src, src_mask).memory
        cells = passes_inside(self.encoder, embedded)
        made = torch.cat([one.after[0] for one in cells[-1]], dim=-1)
        torch.testing.assert_close(made, states, rtol=0, atol=1e-5)  # the formulas are the cell's
        return SourceInspection(embedded, states, cells)

    def explain(self, src: Tensor, tokens: Tensor, spot: Spot) -> tuple[Line, ...]:
        state = self.init_state(src, torch.ones_like(src, dtype=torch.bool))
        for token in tokens[0, : spot.step]:
            state = replace(state, carried=self.advance(state, token[None, None]).carried)
        token = tokens[:, spot.step : spot.step + 1]
        now = Part.of("s_t", self.advance(state, token).states)
        last = Part.of("s_{t-1}", state.carried[0][-1])
        looked = self.explain_looking(last if self.asks_before else now, state, spot.position)
        inputs = self.explain_inputs(state, token, [line.result for line in looked[-1:]])
        name, read = self.decoder.mode.split("_")[0], inputs[-1].result
        memory = ", cell_{t-1}" if len(state.carried) > 1 else ""
        formula = f"s_t = {name}({read.symbol}, s_{{t-1}}{memory})"
        step = Line("state", "cell", formula, (read, last), now)
        lines = [*looked, *inputs, step] if self.asks_before else [*inputs, step, *looked]
        if looked:
            parts, formula = (looked[-1].result, now), "h̃_t = tanh(W_c [c_t; s_t])"
            weight = self.combine.weight
            lines.append(matrix("combined", "tanh_linear", formula, "h̃_t", parts, weight))
        written = int(tokens[0, spot.step + 1])
        return *lines, *predicted(lines[-1].result, self.output, written)

    def explain_looking(self, query: Part, source: RecurrentState, j: int) -> list[Line]:
        """From the query to the context, for source position j."""
        if self.score is None:
            return []
        lines = list(self.score.explain(query, Part.of("h_j", source.memory[0, j])))
        if self.asks_before:  # its own step comes later: this is what the last one left
            lines.insert(0, given("asks", query.symbol, query.tensor))
        scores = self.score(query.tensor[None, None], source.keys)[0, 0]  # (S,), of all words
        if self.sharpness != 1:
            beta, formula = Part("β", (self.sharpness,)), "β e_j"
            lines.append(entrywise("sharper", "times", formula, formula, beta, lines[-1].result))
            scores = self.sharpness * scores
        symbol = lines[-1].result.symbol
        formula = f"α_j = exp({symbol}) / Σ_i exp({symbol.replace('_j', '_i')})"
        weights = softmax("weights", formula, "α", Part.of(symbol.replace("_j", ""), scores))
        context = mean("context", "c_t = Σ_j α_j h_j", "c_t", weights.result, source.memory[0])
        return [*lines, weights, context]

    def explain_inputs(
        self, state: RecurrentState, token: Tensor, context: list[Part]
    ) -> list[Line]:
        """What the cell reads: the word before, where it is wired so the encoder's last state, and
        the context of who asks before the step."""
        lines = [given("embedded", "y_{t-1}", self.target_embedding(token))]
        if self.cuts_off:
            formula, word = "y = max(0, y_{t-1})", lines[0].result
            lines.append(entrywise("cut_off", "relu", formula, "y", word))
        parts = [lines[-1].result]
        if self.reads_summary:
            parts.append(Part.of("h_{last}", state.summary))
        if self.asks_before:
            parts += context
        if len(parts) == 1:
            return lines
        formula = f"x_t = [{'; '.join(part.symbol for part in parts)}]"
        values = tuple(value for part in parts for value in part.values)
        return [*lines, Line("inputs", "join", formula, tuple(parts), Part("x_t", values))]

    def explain_cell(
        self, step: CellStep, side: str, layer: int, backwards: bool = False
    ) -> tuple[Line, ...]:
        place = f"l{layer}_reverse" if backwards else f"l{layer}"
        return rnn_cells.explain(self.encoder if side == "encoder" else self.decoder, place, step)

    def forward(
        self, src: Tensor, src_mask: Tensor, tgt_in: Tensor
    ) -> tuple[Tensor, Tensor | None]:
        state = self.init_state(src, src_mask)
        if not self.asks_before:
            # nothing of a step's reading goes into the next, so all states come before all looking
            moved = self.advance(state, tgt_in)
            weights = None if moved.looked is None else moved.looked.weights
            return moved.logits, None if weights is None else weights[:, :, None, None]
        steps: list[Step] = []
        for t in range(tgt_in.shape[1]):
            steps.append(self.step(state, tgt_in[:, t]))
            state = steps[-1].state  # type: ignore[assignment]
        logits = torch.stack([step.logits for step in steps], dim=1)
        looked = [step.attention for step in steps if step.attention is not None]
        return logits, torch.stack(looked, dim=1)  # (B, T, V), (B, T, 1, 1, S)
