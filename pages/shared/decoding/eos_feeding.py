"""A test that fools: the decoder reads fillers instead of its own words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.shared.frame import components
from pages.shared.frame.i18n import _
from pages.shared.runs import evaluations
from pages.shared.runs.selection import Selection
from seq2seq_core.data.vocabulary import SPECIAL_TOKENS

CORRECTNESS_MARKS = {True: "✓", False: "✗", None: ""}


def token_cell(token: str, is_right: bool | None = None) -> dict[str, str]:
    kind = "special" if token in SPECIAL_TOKENS else "target"
    return {"text": token, "sub": CORRECTNESS_MARKS[is_right], "kind": kind}


def match_reference(output: Sequence[str], reference: Sequence[str] | None) -> list[bool | None]:
    """Whether each word is the one that stands there in the reference; None without one."""
    if reference is None:
        return [None] * len(output)
    return [step < len(reference) and token == reference[step] for step, token in enumerate(output)]


def lane_rows(
    name: str,
    note: str,
    output: Sequence[str],
    inputs: Sequence[str],
    reference: Sequence[str] | None,
) -> list[dict[str, Any]]:
    """Two rows: what a decoder wrote, and below it what it had read at that step."""
    output_cells = map(token_cell, output, match_reference(output, reference))
    return [
        {"label": name, "note": "", "cells": list(output_cells)},
        {"label": _("after it had read"), "note": note, "cells": list(map(token_cell, inputs))},
    ]


def describe_divergence(greedy_tokens: Sequence[str], eos_fed_tokens: Sequence[str]) -> str:
    """Where the two lanes part, in words."""
    for step, (greedy_token, eos_fed_token) in enumerate(
        zip(greedy_tokens, eos_fed_tokens, strict=True), 1
    ):
        if greedy_token != eos_fed_token:
            return _("In this sentence the two part at step {step}.", step=step)
    return _("In this sentence it writes the same words all the same.")


def draw_eos_feeding(selection: Selection, reference: str | None) -> None:
    """Greedy decoding and the test with fillers, step by step, and how often each is right."""
    greedy_tokens = [step.token for step in selection.translation.steps]
    translator = selection.trained.translator
    eos_fed_tokens = translator.translate_feeding_eos(
        selection.translation.source_tokens, len(greedy_tokens)
    )
    reference_tokens = (
        None if reference is None else [*translator.codec.tokenize_target(reference), "<eos>"]
    )
    st.subheader(_("A test that fools: fillers instead of its own words"), anchor=False)
    st.markdown(
        _(
            "A well-known tutorial tests its model by letting it read the token for “end of "
            "sequence” at every step after the first. But a decoder has learnt to go on from the "
            "word before: where it never reads its own words, it easily loses the thread."
        )
    )
    st.text(describe_divergence(greedy_tokens, eos_fed_tokens))
    label = _("What was read and written with and without fillers")
    greedy_rows = lane_rows(
        _("Greedy decoding wrote"),
        _("its own last word"),
        greedy_tokens,
        ["<sos>", *greedy_tokens[:-1]],
        reference_tokens,
    )
    links = [[[1, step], [0, step - 1]] for step in range(1, len(greedy_tokens))]
    components.tensors_component(
        key="decode_greedy_lane", data={"label": label, "rows": greedy_rows, "links": links}
    )
    eos_fed_rows = lane_rows(
        _("With fillers it wrote"),
        _("<eos> at every step"),
        eos_fed_tokens,
        ["<sos>", *["<eos>"] * (len(eos_fed_tokens) - 1)],
        reference_tokens,
    )
    components.tensors_component(
        key="decode_filler_lane", data={"label": label, "rows": eos_fed_rows, "links": []}
    )
    draw_exact_match_shares(selection)


def draw_exact_match_shares(selection: Selection) -> None:
    on_held_out = evaluations.has_held_out(selection.trained)
    greedy_share = evaluations.cached_greedy_match(selection.run, selection.trained)
    eos_feeding_share = evaluations.cached_eos_feeding_match(selection.run, selection.trained)
    count = len(evaluations.evaluation_sample(selection.run, on_held_out).rows)
    with st.container(horizontal=True, gap="large"):
        st.metric(_("right to the last word, greedy"), f"{greedy_share:.0%}", width="content")
        st.metric(_("… with fillers"), f"{eos_feeding_share:.0%}", width="content")
    caption = (
        _("Of {count} sentences that it has not learnt from. The fillers even take as many steps "
          "as the reference has words: the model is the same, only the test is wrong.")
        if on_held_out
        else _("Of {count} sentences that it has learnt from. The fillers even take as many steps "
               "as the reference has words: the model is the same, only the test is wrong.")
    )  # fmt: skip
    st.caption(caption.format(count=count))
