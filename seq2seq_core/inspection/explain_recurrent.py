"""A step of an RNN, LSTM or GRU model line by line, as equations of plain numbers.

Every line is worked out anew from the model's weights; tests hold the results against the model's
own step. Notation as in `models.recurrent`: h_j encoder states, s_t decoder states, c_t context.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn

from seq2seq_core.models.base import CellStep
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
from seq2seq_core.models.recurrent import RecurrentModel, RecurrentState
from seq2seq_core.models.rnn_cells import HiddenState

# --- one cell: x its input, h (and c) its state before, h' (and c') after ---------------------


def explain_gate(
    cell: nn.RNNBase,
    suffix: str,
    index: int,
    gate_names: str,
    x: Operand,
    h: Operand,
    operation: str,
) -> Equation:
    """One gate of gate_names, such as "ifgo", by its index: from W x + U h + b."""
    w, u, b, c = (  # torch keeps the gates' weights one below the other
        getattr(cell, f"{kind}_{suffix}").chunk(len(gate_names))[index]
        for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    name = gate_names[index]
    sign = "σ" if operation == "sigmoid_linear" else "tanh"
    formula = f"{name} = {sign}(W_{name} x + U_{name} h + b_{name})"
    return affine(name, operation, formula, name, (x, h), torch.cat([w, u], dim=1), b + c)


def explain_rnn(
    cell: nn.RNNBase, suffix: str, x: Operand, h: Operand, state: HiddenState
) -> tuple[Equation, ...]:
    equation = explain_gate(cell, suffix, 0, "h", x, h, "tanh_linear")
    new_state = Operand("h'", equation.result.values)
    return (replace(equation, formula="h' = tanh(W x + U h + b)", result=new_state),)


def explain_lstm(
    cell: nn.RNNBase, suffix: str, x: Operand, h: Operand, state: HiddenState
) -> tuple[Equation, ...]:
    kinds = ("sigmoid_linear", "sigmoid_linear", "tanh_linear", "sigmoid_linear")
    i, f, g, o = (explain_gate(cell, suffix, n, "ifgo", x, h, kind) for n, kind in enumerate(kinds))
    old_cell = input_value("c_before", "c", state[1])
    operands = f.result, old_cell.result, i.result, g.result
    c = elementwise("c", "lstm_cell", "c' = f ⊙ c + i ⊙ g", "c'", *operands)
    hidden = elementwise("h", "lstm_out", "h' = o ⊙ tanh(c')", "h'", o.result, c.result)
    return old_cell, i, f, g, o, c, hidden


def explain_gru(
    cell: nn.RNNBase, suffix: str, x: Operand, h: Operand, state: HiddenState
) -> tuple[Equation, ...]:
    r, z = (explain_gate(cell, suffix, n, "rzn", x, h, "sigmoid_linear") for n in (0, 1))
    (w, b), (u, d) = (  # n keeps its two products apart: r acts on the second alone
        [getattr(cell, f"{kind}_{source}_{suffix}").chunk(3)[2] for kind in ("weight", "bias")]
        for source in ("ih", "hh")
    )
    input_term = affine("n_read", "linear", "a = W_n x + b_n", "a", (x,), w, b)
    hidden_term = affine("n_kept", "linear", "u = U_n h + d_n", "u", (h,), u, d)
    operands = input_term.result, r.result, hidden_term.result
    n = elementwise("n", "gru_new", "n = tanh(a + r ⊙ u)", "n", *operands)
    mix = elementwise("h", "gru_mix", "h' = (1 − z) ⊙ n + z ⊙ h", "h'", z.result, n.result, h)
    return r, z, input_term, hidden_term, n, mix


CELL_EXPLAINERS = {"rnn": explain_rnn, "lstm": explain_lstm, "gru": explain_gru}


def explain_cell(
    model: RecurrentModel, step: CellStep, side: str, layer: int, is_backward: bool = False
) -> tuple[Equation, ...]:
    """One step of one cell of the "encoder" or "decoder"; step: vectors (size,)."""
    cell = model.encoder if side == "encoder" else model.decoder
    suffix = f"l{layer}_reverse" if is_backward else f"l{layer}"
    x, h = input_value("x", "x", step.inputs), input_value("h_before", "h", step.previous_state[0])
    explain = CELL_EXPLAINERS[model.architecture]
    return x, h, *explain(cell, suffix, x.result, h.result, step.previous_state)


# --- one step of the decoder ----------------------------------------------------------------


def explain_attention(
    model: RecurrentModel, query: Operand, source: RecurrentState, j: int
) -> list[Equation]:
    """From the query to the context, for source position j; no lines without attention."""
    if model.score is None:
        return []
    h_j = Operand.from_tensor("h_j", source.memory[0, j])
    equations = list(model.score.explain_score(query, h_j))
    if model.attends_before_step:  # the query is the state after the step before
        equations.insert(0, input_value("asks", query.symbol, query.tensor))
    scores = model.score(query.tensor[None, None], source.keys)[0, 0]  # (S,), of all positions
    if model.sharpness != 1:
        beta, score = Operand("β", (model.sharpness,)), equations[-1].result
        equations.append(elementwise("sharper", "times", "β e_j", "β e_j", beta, score))
        scores = model.sharpness * scores
    symbol = equations[-1].result.symbol
    formula = f"α_j = exp({symbol}) / Σ_i exp({symbol.replace('_j', '_i')})"
    all_scores = Operand.from_tensor(symbol.replace("_j", ""), scores)
    weights = softmax("weights", formula, "α", all_scores)
    formula = "c_t = Σ_j α_j h_j"
    context = weighted_sum("context", formula, "c_t", weights.result, source.memory[0])
    return [*equations, weights, context]


def explain_inputs(
    model: RecurrentModel, state: RecurrentState, token: Tensor, context: list[Operand]
) -> list[Equation]:
    """What the cell reads: the word before, and the vectors that the settings put beside it.

    token (1, 1); context holds the result of `explain_attention`, where there is one.
    """
    equations = [input_value("embedded", "y_{t-1}", model.target_embedding(token))]
    if model.embedding_relu:
        formula, word = "y = max(0, y_{t-1})", equations[0].result
        equations.append(elementwise("cut_off", "relu", formula, "y", word))
    operands = [equations[-1].result]
    if model.context_every_step:
        operands.append(Operand.from_tensor("h_{last}", state.final_encoder_state))
    if model.attends_before_step:
        operands += context
    if len(operands) == 1:
        return equations
    formula = f"x_t = [{'; '.join(operand.symbol for operand in operands)}]"
    values = tuple(value for operand in operands for value in operand.values)
    joined = Equation("inputs", "join", formula, tuple(operands), Operand("x_t", values))
    return [*equations, joined]


def explain_recurrent_step(
    model: RecurrentModel, src: Tensor, tokens: Tensor, location: Location
) -> tuple[Equation, ...]:
    """One decoder step, from what it reads to the probability of what it wrote; as
    `hidden_states.explain_step`."""
    state = model.init_state(src, torch.ones_like(src, dtype=torch.bool))
    for token in tokens[0, : location.step]:  # the words written before this step
        output = model.run_decoder(state, token[None, None])
        state = replace(state, hidden_state=output.hidden_state)
    token = tokens[:, location.step : location.step + 1]  # (1, 1)
    new_state = Operand.from_tensor("s_t", model.run_decoder(state, token).states)
    previous_state = Operand.from_tensor("s_{t-1}", state.hidden_state[0][-1])
    query = previous_state if model.attends_before_step else new_state
    attention = explain_attention(model, query, state, location.position)
    context = [equation.result for equation in attention[-1:]]
    inputs = explain_inputs(model, state, token, context)
    cell_input = inputs[-1].result
    memory_cell = ", cell_{t-1}" if len(state.hidden_state) > 1 else ""
    name = model.architecture.upper()
    formula = f"s_t = {name}({cell_input.symbol}, s_{{t-1}}{memory_cell})"
    step = Equation("state", "cell", formula, (cell_input, previous_state), new_state)
    equations = [*inputs, step]
    equations = [*attention, *equations] if model.attends_before_step else [*equations, *attention]
    if attention:
        formula, operands = "h̃_t = tanh(W_c [c_t; s_t])", (*context, new_state)
        weight = model.combine.weight
        equations.append(affine("combined", "tanh_linear", formula, "h̃_t", operands, weight))
    written_id = int(tokens[0, location.step + 1])
    return *equations, *output_distribution(equations[-1].result, model.output, written_id)
