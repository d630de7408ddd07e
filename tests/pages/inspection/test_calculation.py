"""A calculation on the screen: what stands there can be worked out again from what stands there."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.shared.inspection import calculation
from pages.shared.inspection.calculation import CalculationContext, calculation_lines
from seq2seq_core.inspection import hidden_states
from seq2seq_core.inspection.hidden_states import CellLocation
from seq2seq_core.models.calculation import Equation, Location, Operand
from tests.pages.laboratory import KINDS, ROWS, Laboratory, plain, select

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)
SQUASH = {"": lambda x: x, "tanh → ": math.tanh, "σ → ": lambda x: 1 / (1 + math.exp(-x))}


@given(NUMBERS)
def test_four_digits_are_kept(value: float) -> None:
    rounded = calculation.round_significant(value)
    assert rounded is not None
    assert rounded == pytest.approx(value, rel=0.0006, abs=1e-300)


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_infinity_is_no_number_for_a_browser(value: float) -> None:
    """A masked score is minus infinity, and JSON does not know it."""
    assert calculation.round_values([value, 1.0]) == [None, 1.0]


@pytest.mark.parametrize(("count", "note"), [(1, ""), (8, ""), (9, "and 1 more"), (64, "and 56")])
def test_what_does_not_fit_is_counted(english: None, count: int, note: str) -> None:
    assert calculation.more_note(count).startswith(note)
    assert bool(calculation.more_note(count)) == bool(note)


def equation(operation: str, parts: list[list[float]], result: list[float]) -> Equation:
    operands = tuple(Operand(f"a{i}", tuple(part)) for i, part in enumerate(parts))
    return Equation("score", operation, "e = a · b", operands, Operand("e", tuple(result)))


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=1, max_size=12))
def test_the_terms_of_a_dot_product_add_up_to_it(pairs: list[tuple[float, float]]) -> None:
    a, b = ([pair[i] for pair in pairs] for i in (0, 1))
    result = sum(x * y for x, y in pairs)
    (line,) = calculation_lines(
        [equation("dot", [a, b], [result])], CalculationContext({"source": "书"})
    )
    *_parts, terms, total = line["rows"]
    assert terms["symbol"] == "a0 ⊙ a1"
    assert sum(terms["values"]) == pytest.approx(total["values"][0], rel=0.01, abs=0.5)
    assert total["role"] == "result" and total["kind"] == "plain"


def lines_of(lab: Laboratory, kind: str, step: int = 1) -> list[dict[str, Any]]:
    selection = select(lab, kind)
    translator, translation = selection.trained.translator, selection.translation
    inspected = hidden_states.inspect_translation(
        translator, translation.source_tokens, [one.token for one in translation.steps]
    )
    context = CalculationContext(
        {"source": translation.source_tokens[0]},
        translation.steps[step].token,
        tuple({"source": token} for token in translation.source_tokens),
        0,
        translator.codec.target.tokens,
        "",
        len(translation.source_tokens),
    )
    return calculation_lines(hidden_states.explain_step(inspected, Location(step, 0)), context)


@pytest.mark.parametrize("kind", KINDS)
def test_every_line_has_a_name_and_a_formula(lab: Laboratory, english: None, kind: str) -> None:
    lines = lines_of(lab, kind)
    for line in lines:
        assert plain(line["name"])
        assert "{" not in plain(line["name"])
        assert bool(line["formula"]) == (line["formula"] != "")
    assert lines[-1]["code"] == "probability"


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_of_a_matrix_product_is_row_times_vector_plus_bias(
    lab: Laboratory, kind: str
) -> None:
    """As the browser works it out when one opens it."""
    opened = [line["product"] for line in lines_of(lab, kind) if "product" in line]
    assert bool(opened) == (kind != "silent")  # without attention its cell is all there is
    for product in opened:
        squash = SQUASH[product["squash"]]
        for i, row in enumerate(product["rows"]):
            total = sum(x * y for x, y in zip(row, product["inputs"], strict=True))
            total += product["bias"][i] if product["bias"] else 0
            assert squash(total) == pytest.approx(product["result"]["values"][i], abs=0.01)


def test_the_weights_of_a_mean_stand_beside_their_words(lab: Laboratory) -> None:
    (context,) = [line for line in lines_of(lab, "gru") if line["code"] == "context"]
    weights = [vector["weight"] for vector in context["mixture"]]
    assert sum(weights) == pytest.approx(1, abs=0.01)
    words = [plain([vector["word"]]) for vector in context["mixture"]]
    assert words == ROWS[0].source.split()
    mean = [
        sum(w * vector["values"][i] for w, vector in zip(weights, context["mixture"], strict=True))
        for i in range(len(context["mixture"][0]["values"]))
    ]
    assert mean == pytest.approx(context["rows"][0]["values"][: len(mean)], abs=0.01)


def test_the_written_word_is_among_the_likeliest_even_where_it_is_not(english: None) -> None:
    vocabulary = tuple("abcdefghijklmnop")
    probabilities = [0.5 / 2**i for i in range(15)] + [0.5 / 2**14]
    softmax = Equation(
        "probability", "softmax", "p", (Operand("o", tuple(range(16))),),
        Operand("p", tuple(probabilities)),
    )  # fmt: skip
    context = CalculationContext({"source": "书"}, "p", (), 0, vocabulary)
    data = calculation.vocabulary_softmax_data(softmax, context)
    assert [word["token"] for word in data["words"]] == [*"abcdefg", "p"]
    assert data["chosen"] == 7
    assert data["note"].startswith("And 8 more words: the sum is over all 16")
    likely = calculation.vocabulary_softmax_data(
        softmax, CalculationContext({"source": "书"}, "c", (), 0, vocabulary)
    )
    assert [word["token"] for word in likely["words"]] == [*"abcdefgh"] and likely["chosen"] == 2


@pytest.mark.parametrize("cell", ["decoder", "encoder"])
def test_gates_lie_between_0_and_1_and_are_drawn_so(lab: Laboratory, cell: str) -> None:
    selection = select(lab, "gru")
    inspected = hidden_states.inspect_translation(
        selection.trained.translator, selection.translation.source_tokens,
        [one.token for one in selection.translation.steps],
    )  # fmt: skip
    equations = hidden_states.explain_cell_step(inspected, CellLocation(cell, 0, 1, False))
    lines = calculation_lines(equations, CalculationContext({"source": "书"}))
    gates = [line for line in lines if line["code"] in ("r", "z")]
    assert len(gates) == 2
    for line in gates:
        result = line["rows"][-1]
        assert result["kind"] == "unit"
        assert all(0 < value < 1 for value in result["values"])
    new_state = next(line for line in lines if line["code"] == "h")["rows"][-1]
    assert new_state["kind"] == "signed"


def test_what_stands_above_already_is_not_repeated_before_a_matrix() -> None:
    x = Operand("x", (1.0, 2.0))
    first = Equation("embedded", "given", "", (), x)
    product = Equation(
        "state", "linear", "s = W x", (x,), Operand("s", (3.0,)), ((1.0, 1.0),), (0.0,)
    )
    _line, matrix = calculation_lines([first, product], CalculationContext({"source": "书"}))
    assert [row["symbol"] for row in matrix["rows"]] == ["s"]
    (alone,) = calculation_lines([product], CalculationContext({"source": "书"}))
    assert [row["symbol"] for row in alone["rows"]] == ["x", "s"]


def test_every_code_of_the_core_has_its_name(lab: Laboratory) -> None:
    for kind in KINDS:
        codes = {line["code"] for line in lines_of(lab, kind)}
        assert codes <= set(calculation.EQUATION_NAMES)
