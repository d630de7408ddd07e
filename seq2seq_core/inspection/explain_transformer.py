"""One head of one decoder layer of a Transformer line by line, as equations of plain numbers.

Every line is worked out anew from the model's weights; tests hold the results against the model's
own step. Notation: x the vector of the query, h_j encoder states, e_j scores, α_j weights.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from seq2seq_core.models.calculation import (
    Equation,
    Location,
    Operand,
    affine,
    dot_product,
    elementwise,
    input_value,
    layer_norm,
    output_distribution,
    softmax,
    weighted_sum,
)
from seq2seq_core.models.transformer import Transformer
from seq2seq_core.models.transformer_layers import (
    DecoderLayer,
    MultiHeadAttention,
    Residual,
    causal_mask,
)

# --- one head -------------------------------------------------------------------------------


def explain_projection(
    code: str, formula: str, x: Operand, layer: nn.Linear, heads: int, head: int
) -> Equation:
    """One head's part of the query, key or value of one vector."""
    weight, bias = (part.chunk(heads)[head] for part in (layer.weight, layer.bias))  # (d, D), (d,)
    return affine(code, "linear", formula, formula.split(" =")[0], (x,), weight, bias)


def explain_merge_heads(output: nn.Linear, head_outputs: Tensor) -> Equation:
    """The outputs of all heads (H, d), as one vector again."""
    operands = [Operand.from_tensor(f"o_{i}", values) for i, values in enumerate(head_outputs, 1)]
    formula = f"a = W_O [{'; '.join(operand.symbol for operand in operands)}] + b_O"
    return affine("projected", "linear", formula, "a", operands, output.weight, output.bias)


def explain_head(
    attention: MultiHeadAttention, x: Tensor, memory: Tensor, mask: Tensor, location: Location
) -> list[Equation]:
    """One head, from the query of target position location.step to the merged output.

    x (1, T, D), memory (1, S, D), mask as in `MultiHeadAttention.forward`.
    """
    heads, head, step = attention.heads, location.head, location.step
    symbol = "h_j" if location.attention == "cross" else "x_j"
    x_t = Operand.from_tensor("x", x[0, step])
    x_j = Operand.from_tensor(symbol, memory[0, location.position])
    formulas = "q = W_Q x + b_Q", f"k_j = W_K {symbol} + b_K", f"v_j = W_V {symbol} + b_V"
    query = explain_projection("query", formulas[0], x_t, attention.query, heads, head)
    key = explain_projection("key", formulas[1], x_j, attention.key, heads, head)
    value = explain_projection("value", formulas[2], x_j, attention.value, heads, head)
    product = dot_product("product", "q · k_j", "q · k_j", query.result, key.result)
    root = Operand("√d", (math.sqrt(len(query.result.values)),))
    score = elementwise("scaled", "divide", "e_j = q · k_j / √d", "e_j", product.result, root)
    keys, values = attention.project_kv(memory)  # (1, H, S, d)
    _, trace = attention.inspect(x, keys, values, mask)
    scores = Operand.from_tensor("e", trace.scores[0, head, step])  # (S,), of all positions
    weights = softmax("weights", "α_j = exp(e_j) / Σ_i exp(e_i)", "α", scores)
    head_output = weighted_sum("mixed", "o = Σ_j α_j v_j", "o", weights.result, values[0, head])
    merged = explain_merge_heads(attention.output, (trace.weights @ values)[0, :, step])
    return [query, key, value, product, score, weights, head_output, merged]


# --- the sum and the norm around it ---------------------------------------------------------


def explain_pre_norm(residual: Residual, x: Tensor) -> list[Equation]:
    """The input of the attention: x (D,), after its norm where the norm comes first."""
    if residual.norm_first:
        layer_input = input_value("layer_input", "x_{in}", x)
        return [layer_input, layer_norm("read", layer_input.result, residual.norm)]
    return [input_value("layer_input", "x", x)]


def explain_add_norm(residual: Residual, x: Tensor, attended: Operand) -> list[Equation]:
    """x (D,) plus the output of the attention."""
    layer_input = Operand.from_tensor("x_{in}" if residual.norm_first else "x", x)
    formula = f"x_{{sum}} = {layer_input.symbol} + a"
    total = elementwise("added", "add", formula, "x_{sum}", layer_input, attended)
    if residual.norm_first:
        return [total]
    return [total, layer_norm("normed", total.result, residual.norm)]


def explain_layer_attention(
    layer: DecoderLayer, x: Tensor, memory: Tensor, mask: Tensor, location: Location
) -> list[Equation]:
    """One head with its residual; x (1, T, D) all words so far, memory (1, S, D) of the source."""
    attention, residual = layer.self_attention, layer.attention_residual
    attended_states = residual.pre_norm(x)  # its own words, seen through the causal mask
    attention_mask = causal = causal_mask(x.shape[1], x.shape[1])
    if location.attention == "cross":  # the second attention reads the output of the first
        own_output = attention(attended_states, *attention.project_kv(attended_states), causal)
        x = residual.add_norm(x, own_output)
        attention, residual = layer.cross_attention, layer.cross_residual
        attended_states, attention_mask = memory, mask
    equations = explain_head(
        attention, residual.pre_norm(x), attended_states, attention_mask, location
    )
    layer_input = x[0, location.step]  # (D,)
    return [
        *explain_pre_norm(residual, layer_input),
        *equations,
        *explain_add_norm(residual, layer_input, equations[-1].result),
    ]


def explain_transformer_step(
    model: Transformer, src: Tensor, tokens: Tensor, location: Location
) -> tuple[Equation, ...]:
    """One decoder step, from what one layer reads to the probability of what it wrote; as
    `hidden_states.explain_step`."""
    mask = torch.ones_like(src, dtype=torch.bool)  # (1, S)
    state, memory = model.init_state(src, mask), model.inspect_source(src, mask).states
    x = model.embed_tokens(model.target_embedding, tokens[:, :-1])  # (1, T, D)
    equations: list[Equation] = []
    for number, (layer, cache) in enumerate(zip(model.decoder, state.caches, strict=True)):
        if number == location.layer:
            equations = explain_layer_attention(layer, x, memory, mask[:, None, None], location)
        x, _ = layer(x, cache, mask[:, None, None])
    output_state = input_value("last", "x_{out}", model.decoder_norm(x)[0, location.step])
    written_id = int(tokens[0, location.step + 1])
    distribution = output_distribution(output_state.result, model.output, written_id)
    return *equations, output_state, *distribution
