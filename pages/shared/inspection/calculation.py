"""A calculation line by line, as the component shows it: names in words, and rounded numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pages.shared.frame import components
from pages.shared.frame.i18n import N_, _, segments

if TYPE_CHECKING:
    from seq2seq_core.models.calculation import Equation, Operand  # torch comes with it

calculation_component = components.register_component("calculation")

WINDOW = 8  # numbers of a vector in sight at once
LIKELIEST_WORDS = 8  # words of the vocabulary that are shown
ACTIVATION_SYMBOLS = {"linear": "", "tanh_linear": "tanh → ", "sigmoid_linear": "σ → "}
EQUATION_NAMES = {
    "asks": N_("Who asks: the state that the last step left"),
    "embedded": N_("The word that it reads, as a vector"),
    "cut_off": N_("After ReLU: nothing below zero"),
    "inputs": N_("What the cell reads, in a row"),
    "state": N_("The decoder's new state"),
    "asked": N_("The decoder's state, made comparable"),
    "offered": N_("The position of {source}, made comparable"),
    "both": N_("Both together"),
    "bent": N_("Bent by tanh"),
    "score": N_("The score of {source}"),
    "sharper": N_("Times the sharpness β"),
    "weights": N_("Softmax: the scores of all words become weights"),
    "context": N_("The context: the weighted mean of all states"),
    "combined": N_("What the output layer reads"),
    "logit": N_("The logit of {target}"),
    "probability": N_("Softmax: the logits of all words become probabilities"),
    "log_softmax": N_("First way: log-softmax of the reference word {true} …"),
    "nll": N_("… and its negative, the loss (NLL)"),
    "cross_entropy": N_("Second way: cross-entropy straight from the logits"),
    "layer_input": N_("What comes into this part of the layer"),
    "read": N_("Layer norm comes first"),
    "query": N_("The query: what is looked for"),
    "key": N_("The key: how {source} can be found"),
    "value": N_("The value: what {source} has to give"),
    "product": N_("Query times key"),
    "scaled": N_("The score of {source}"),
    "mixed": N_("What the head brings: the weighted mean of all values"),
    "projected": N_("All heads side by side, through the output projection"),
    "added": N_("Added to what came in"),
    "normed": N_("Layer norm: less its mean μ, over its spread σ"),
    "last": N_("After the rest of this layer and all that follow"),
    "x": N_("What the cell reads"),
    "h_before": N_("The state before"),
    "c_before": N_("The cell before"),
    "i": N_("Input gate: how much of the new to write"),
    "f": N_("Forget gate: how much of the old to keep"),
    "g": N_("Candidate: what could be written"),
    "o": N_("Output gate: how much of the cell to show"),
    "c": N_("The cell after: some of the old, some of the new"),
    "h": N_("The state after"),
    "r": N_("Reset gate: how much of the old state counts for the new"),
    "z": N_("Update gate: how much of the old state stays"),
    "n_read": N_("The new, from what it reads"),
    "n_kept": N_("The new, from the old state"),
    "n": N_("Candidate: the new state as it would be"),
}


@dataclass(frozen=True)
class CalculationContext:
    """The words that the lines are about."""

    source: dict[str, str]  # the word that is looked at, as a segment: {"source": "书"}
    target: str = ""  # the word that is written
    positions: tuple[dict[str, str], ...] = ()  # all words that can be looked at, as segments
    selected_position: int = 0  # index into positions
    vocabulary: tuple[str, ...] = ()
    reference_token: str = ""  # what the corpus has at this step
    clickable_count: int = 0  # how many of the positions a click can choose, from the first on


def round_significant(value: float) -> float | None:
    """Four digits; JSON knows no infinity."""
    return None if math.isinf(value) else float(f"{value:.4g}")


def round_values(values: Iterable[float]) -> list[float | None]:
    return [round_significant(value) for value in values]


def more_note(count: int) -> str:
    """What stands behind a vector of this size, most of which is out of sight."""
    return _("and {count} more", count=count - WINDOW) if count > WINDOW else ""


def operand_row(operand: Operand, kind: str = "signed", role: str = "part") -> dict[str, Any]:
    values = round_values(operand.values)
    kind = "plain" if len(values) == 1 else kind
    return {"symbol": operand.symbol, "values": values, "kind": kind, "role": role,
            "more": more_note(len(values))}  # fmt: skip


def product_row(equation: Equation) -> dict[str, Any]:
    """The terms of a dot product."""
    a, b = equation.operands
    terms = [x * y for x, y in zip(a.values, b.values, strict=True)]
    return {"symbol": f"{a.symbol} ⊙ {b.symbol}", "values": round_values(terms), "kind": "signed",
            "role": "part", "more": more_note(len(terms))}  # fmt: skip


def matrix_product_data(equation: Equation) -> dict[str, Any]:
    """What a click on a number of a matrix product opens: its own dot product."""
    inputs = [value for operand in equation.operands for value in operand.values]
    symbols = [part.symbol for part in equation.operands]
    return {
        "inputs": round_values(inputs),
        "rows": [round_values(values) for values in equation.rows],
        "bias": round_values(equation.bias),
        "matrix": "W",
        "input": symbols[0] if len(symbols) == 1 else f"[{'; '.join(symbols)}]",
        "squash": ACTIVATION_SYMBOLS[equation.operation],
        "result": operand_row(equation.result),
        "more": more_note(len(inputs)),
    }


def position_word(word: dict[str, str]) -> dict[str, str]:
    ((side, token),) = word.items()
    return {"token": token, "side": side}


def attention_softmax_data(equation: Equation, context: CalculationContext) -> dict[str, Any]:
    """A softmax over the positions: scores above, weights below."""
    return {
        "words": [position_word(word) for word in context.positions],
        "chosen": context.selected_position,
        "clickable": context.clickable_count,
        "rows": [
            {**operand_row(equation.operands[0]), "kind": "signed"},
            {**operand_row(equation.result, "weight", "result"), "kind": "weight"},
        ],
    }


def vocabulary_softmax_data(equation: Equation, context: CalculationContext) -> dict[str, Any]:
    """A softmax over all words: the likeliest ones, and the written one in any case."""
    probabilities = equation.result.values
    order = sorted(range(len(probabilities)), key=probabilities.__getitem__, reverse=True)
    target_index = context.vocabulary.index(context.target)
    word_indices = (
        order[:LIKELIEST_WORDS]
        if target_index in order[:LIKELIEST_WORDS]
        else [*order[: LIKELIEST_WORDS - 1], target_index]
    )
    vectors = [
        (operand.symbol, [operand.values[k] for k in word_indices])
        for operand in (*equation.operands, equation.result)
    ]
    kinds = (("signed", "part"), ("weight", "result"))
    return {
        "words": [{"token": context.vocabulary[k], "side": "target"} for k in word_indices],
        "chosen": word_indices.index(target_index),
        "rows": [
            {"symbol": symbol, "values": round_values(values), "kind": kind, "role": role}
            for (symbol, values), (kind, role) in zip(vectors, kinds, strict=True)
        ],
        "note": _("And {count} more words: the sum is over all {all} of the vocabulary.",
                  count=len(probabilities) - len(word_indices), all=len(probabilities))
        if len(probabilities) > len(word_indices) else "",
    }  # fmt: skip


def weighted_sum_data(equation: Equation, context: CalculationContext) -> dict[str, Any]:
    """A weighted mean: every position's vector with its weight, and the mean."""
    symbol = "v" if equation.code == "mixed" else "h"
    vectors = [
        {"symbol": symbol, "values": round_values(values), "kind": "signed", "role": "part",
         "more": more_note(len(values)), "word": word, "weight": round_significant(weight)}
        for word, values, weight in zip(
            context.positions, equation.rows, equation.operands[0].values, strict=True
        )
    ]  # fmt: skip
    return {"mixture": vectors, "rows": [operand_row(equation.result, role="result")]}


def equation_body(
    equation: Equation,
    context: CalculationContext,
    gate_symbols: set[str],
    earlier_symbols: set[str],
) -> dict[str, Any]:
    """The numbers of a line, by how its result comes about.

    gate_symbols: of gates, whose numbers are from 0 to 1. earlier_symbols: of the lines above;
    a matrix product shows its terms only on a click and need not repeat such operands.
    """
    if equation.operation == "softmax":
        if equation.code == "probability":
            return vocabulary_softmax_data(equation, context)
        return attention_softmax_data(equation, context)
    if equation.operation == "mean":
        return weighted_sum_data(equation, context)

    def value_kind(operand: Operand) -> str:
        return "unit" if operand.symbol in gate_symbols else "signed"

    repeats = bool(equation.rows) and all(
        operand.symbol in earlier_symbols for operand in equation.operands
    )
    rows = [] if repeats else [operand_row(part, value_kind(part)) for part in equation.operands]
    if equation.operation == "dot":
        rows.append(product_row(equation))
        if equation.bias:
            bias = round_values(equation.bias)
            rows.append({"symbol": "+ b", "values": bias, "kind": "plain"})
    rows.append(operand_row(equation.result, value_kind(equation.result), "result"))
    if equation.rows:
        return {"rows": rows, "product": matrix_product_data(equation)}
    return {"rows": rows}


def calculation_lines(
    equations: Sequence[Equation], context: CalculationContext
) -> list[dict[str, Any]]:
    gate_symbols = {
        equation.result.symbol for equation in equations if equation.operation == "sigmoid_linear"
    }
    words = {
        "source": context.source,
        "target": {"target": context.target},
        "true": {"target": context.reference_token},
    }
    symbols = [equation.result.symbol for equation in equations]
    return [
        {
            "code": equation.code,
            "name": segments(EQUATION_NAMES[equation.code], **words),
            "formula": "" if equation.operation == "given" else equation.formula,
            **equation_body(equation, context, gate_symbols, set(symbols[:i])),
        }
        for i, equation in enumerate(equations)
    ]


def calculation_data(
    key: str,
    heading: Sequence[dict[str, str]],
    equations: Sequence[Equation],
    context: CalculationContext,
    end: Sequence[dict[str, str]] = (),
) -> dict[str, Any]:
    """What the component shows; heading and end: segments above and below all lines."""
    return {
        "key": key,
        "window": WINDOW,
        "heading": heading,
        "lines": calculation_lines(equations, context),
        "end": end,
        "labels": {"back": _("The numbers before"), "next": _("The numbers after")},
    }
