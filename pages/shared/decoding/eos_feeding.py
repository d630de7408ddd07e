"""A test that fools: the decoder reads fillers instead of its own words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.shared.frame import components
from pages.shared.frame.i18n import _
from pages.shared.runs import evaluations
from pages.shared.runs.selection import Selection
from seq2seq_core.data.corpus import tokenize
from seq2seq_core.data.vocabulary import SPECIAL_TOKENS
from seq2seq_core.decoding.translator import translate_feeding_eos

MARKS = {True: "✓", False: "✗", None: ""}


def cell(token: str, right: bool | None = None) -> dict[str, str]:
    kind = "special" if token in SPECIAL_TOKENS else "target"
    return {"text": token, "sub": MARKS[right], "kind": kind}


def right_at(written: Sequence[str], wanted: Sequence[str] | None) -> list[bool | None]:
    """Whether each word is the one that stands there in the reference; None without one."""
    if wanted is None:
        return [None] * len(written)
    return [step < len(wanted) and token == wanted[step] for step, token in enumerate(written)]


def lane(
    name: str, note: str, written: Sequence[str], read: Sequence[str], wanted: Sequence[str] | None
) -> list[dict[str, Any]]:
    """Two rows: what a decoder wrote, and below it what it had read at that step."""
    marked = map(cell, written, right_at(written, wanted))
    return [
        {"label": name, "note": "", "cells": list(marked)},
        {"label": _("after it had read"), "note": note, "cells": list(map(cell, read))},
    ]


def parting(own: Sequence[str], filled: Sequence[str]) -> str:
    """Where the two lanes part, in words."""
    for place, (one, other) in enumerate(zip(own, filled, strict=True), 1):
        if one != other:
            return _("In this sentence the two part at step {step}.", step=place)
    return _("In this sentence it writes the same words all the same.")


def fillers(now: Selection, expected: str | None) -> None:
    """Greedy decoding and the test with fillers, step by step, and how often each is right."""
    own = [step.token for step in now.translation.steps]
    checkpoint = now.trained.checkpoint
    filled = translate_feeding_eos(
        now.trained.model, checkpoint, now.translation.source_tokens, len(own)
    )
    wanted = None if expected is None else [*tokenize(expected, checkpoint.tokenizer), "<eos>"]
    st.subheader(_("A test that fools: fillers instead of its own words"), anchor=False)
    st.markdown(
        _(
            "A well-known tutorial tests its model by letting it read the token for “end of "
            "sequence” at every step after the first. But a decoder has learnt to go on from the "
            "word before: where it never reads its own words, it easily loses the thread."
        )
    )
    st.text(parting(own, filled))
    label = _("What was read and written with and without fillers")
    its_own = lane(
        _("Greedy decoding wrote"), _("its own last word"), own, ["<sos>", *own[:-1]], wanted
    )
    links = [[[1, step], [0, step - 1]] for step in range(1, len(own))]
    components.tensors_component(
        key="decode_greedy_lane", data={"label": label, "rows": its_own, "links": links}
    )
    other = lane(
        _("With fillers it wrote"),
        _("<eos> at every step"),
        filled,
        ["<sos>", *["<eos>"] * (len(filled) - 1)],
        wanted,
    )
    components.tensors_component(key="decode_filler_lane", data={"label": label, "rows": other, "links": []})
    shares(now)


def shares(now: Selection) -> None:
    new = evaluations.has_held_out(now.trained)
    greedy = evaluations.greedy(now.run, now.trained)
    with_fillers = evaluations.fillers(now.run, now.trained)
    count = len(evaluations.sample(now.run, new).rows)
    with st.container(horizontal=True, gap="large"):
        st.metric(_("right to the last word, greedy"), f"{greedy:.0%}", width="content")
        st.metric(_("… with fillers"), f"{with_fillers:.0%}", width="content")
    told = (
        _("Of {count} sentences that it has not learnt from. The fillers even take as many steps "
          "as the reference has words: the model is the same, only the test is wrong.")
        if new
        else _("Of {count} sentences that it has learnt from. The fillers even take as many steps "
               "as the reference has words: the model is the same, only the test is wrong.")
    )  # fmt: skip
    st.caption(told.format(count=count))
