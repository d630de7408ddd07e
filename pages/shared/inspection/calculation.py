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

numbers = components.register_component("numbers")

WINDOW = 8  # numbers of a vector that stand there at once, as in numbers.js
LIKELY = 8  # words of the vocabulary that are shown
SQUASHES = {"linear": "", "tanh_linear": "tanh → ", "sigmoid_linear": "σ → "}
NAMES = {
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
class Told:
    """The words that the lines are about."""

    source: dict[str, str]  # the word that is looked at, as a segment: {"source": "书"}
    target: str = ""  # the word that is written
    positions: tuple[dict[str, str], ...] = ()  # all words that can be looked at, as segments
    chosen: int = 0  # which of them
    vocabulary: tuple[str, ...] = ()
    true: str = ""  # the reference word
    pick: int = 0  # so many of them can be chosen by a click


def short(value: float) -> float | None:
    """Four digits; JSON knows no infinity."""
    return None if math.isinf(value) else float(f"{value:.4g}")


def rounded(values: Iterable[float]) -> list[float | None]:
    return [short(value) for value in values]


def more(count: int) -> str:
    return _("and {count} more", count=count - WINDOW) if count > WINDOW else ""


def row(part: Operand, kind: str = "signed", role: str = "part") -> dict[str, Any]:
    values = rounded(part.values)
    kind = "plain" if len(values) == 1 else kind
    return {"symbol": part.symbol, "values": values, "kind": kind, "role": role,
            "more": more(len(values))}  # fmt: skip


def products(line: Equation) -> dict[str, Any]:
    """The terms of a dot product."""
    a, b = line.operands
    terms = [x * y for x, y in zip(a.values, b.values, strict=True)]
    return {"symbol": f"{a.symbol} ⊙ {b.symbol}", "values": rounded(terms), "kind": "signed",
            "role": "part", "more": more(len(terms))}  # fmt: skip


def opens(line: Equation) -> dict[str, Any]:
    """What the numbers of a matrix product open: each its own dot product."""
    inputs = [value for part in line.operands for value in part.values]
    symbols = [part.symbol for part in line.operands]
    return {
        "inputs": rounded(inputs),
        "rows": [rounded(values) for values in line.rows],
        "bias": rounded(line.bias),
        "matrix": "W",
        "input": symbols[0] if len(symbols) == 1 else f"[{'; '.join(symbols)}]",
        "squash": SQUASHES[line.operation],
        "result": row(line.result),
        "more": more(len(inputs)),
    }


def over_words(line: Equation, told: Told) -> dict[str, Any]:
    """A softmax over the positions: scores above, weights below."""
    return {
        "words": [named(word) for word in told.positions],
        "chosen": told.chosen,
        "pick": told.pick,
        "rows": [
            {**row(line.operands[0]), "kind": "signed"},
            {**row(line.result, "weight", "result"), "kind": "weight"},
        ],
    }


def named(word: dict[str, str]) -> dict[str, str]:
    ((side, token),) = word.items()
    return {"token": token, "side": side}


def over_vocabulary(line: Equation, told: Told) -> dict[str, Any]:
    """A softmax over all words: the likeliest ones, and the written one in any case."""
    probabilities = line.result.values
    order = sorted(range(len(probabilities)), key=probabilities.__getitem__, reverse=True)
    written = told.vocabulary.index(told.target)
    shown = order[:LIKELY] if written in order[:LIKELY] else [*order[: LIKELY - 1], written]
    some = [(part.symbol, [part.values[k] for k in shown]) for part in (*line.operands, line.result)]
    kinds = (("signed", "part"), ("weight", "result"))
    return {
        "words": [{"token": told.vocabulary[k], "side": "target"} for k in shown],
        "chosen": shown.index(written),
        "rows": [
            {"symbol": symbol, "values": rounded(values), "kind": kind, "role": role}
            for (symbol, values), (kind, role) in zip(some, kinds, strict=True)
        ],
        "note": _("And {count} more words: the sum is over all {all} of the vocabulary.",
                  count=len(probabilities) - len(shown), all=len(probabilities))
        if len(probabilities) > len(shown) else "",
    }  # fmt: skip


def mixture(line: Equation, told: Told) -> dict[str, Any]:
    """A weighted mean: every position's vector with its weight, and the mean."""
    symbol = "v" if line.code == "mixed" else "h"
    vectors = [
        {"symbol": symbol, "values": rounded(values), "kind": "signed", "role": "part",
         "more": more(len(values)), "word": word, "weight": short(weight)}
        for word, values, weight in zip(
            told.positions, line.rows, line.operands[0].values, strict=True
        )
    ]  # fmt: skip
    return {"mixed": vectors, "rows": [row(line.result, role="result")]}


def body(line: Equation, told: Told, unit: set[str], known: set[str]) -> dict[str, Any]:
    """The numbers of a line, by how its result comes about.

    unit: symbols of gates, from 0 to 1; known: what stands above already, which a matrix product,
    whose terms are not beside each other, need not repeat.
    """
    if line.operation == "softmax":
        whole = line.code == "probability"
        return over_vocabulary(line, told) if whole else over_words(line, told)
    if line.operation == "mean":
        return mixture(line, told)

    def kind(part: Operand) -> str:
        return "unit" if part.symbol in unit else "signed"

    repeats = bool(line.rows) and all(part.symbol in known for part in line.operands)
    rows = [] if repeats else [row(part, kind(part)) for part in line.operands]
    if line.operation == "dot":
        rows.append(products(line))
        rows += [
            {"symbol": "+ b", "values": rounded(line.bias), "kind": "plain"} for _bias in line.bias
        ]
    rows.append(row(line.result, kind(line.result), "result"))
    if line.rows:
        return {"rows": rows, "open": opens(line)}
    return {"rows": rows}


def shown(lines: Sequence[Equation], told: Told) -> list[dict[str, Any]]:
    """The lines as the component draws them."""
    unit = {line.result.symbol for line in lines if line.operation == "sigmoid_linear"}
    words = {
        "source": told.source,
        "target": {"target": told.target},
        "true": {"target": told.true},
    }
    results = [line.result.symbol for line in lines]
    return [
        {
            "code": line.code,
            "name": segments(NAMES[line.code], **words),
            "formula": "" if line.operation == "given" else line.formula,
            **body(line, told, unit, set(results[:number])),
        }
        for number, line in enumerate(lines)
    ]


def labels() -> dict[str, str]:
    return {"back": _("The numbers before"), "next": _("The numbers after")}
