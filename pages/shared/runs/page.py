"""The frame of a page that looks at a trained model: its script says what stands in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

from pages.shared.runs.selection import (
    SelectedRun,
    list_runs,
    rerun_on_progress,
    show_no_model_note,
)
from seq2seq_core.store import Run

Selected = TypeVar("Selected", bound=SelectedRun)


def trained_page(
    page: str,
    title: str,
    intro: str | None,
    select: Callable[[str, Sequence[Run]], Selected],
    draw: Callable[[Selected], None],
    *,
    follows: bool = True,
) -> None:
    """Draw the whole page; where there is no run yet, the way to one.

    page: its name in the keys of its controls. select: draws the controls on top and gives what is
    chosen. draw: draws all below. follows: whether a run that still learns draws the page again.
    """
    st.title(title, anchor=False)
    if intro is not None:
        st.markdown(intro)
    choices = list_runs()
    if not choices:
        show_no_model_note()
        return
    selected = select(page, choices)
    draw(selected)
    if follows:
        rerun_on_progress(selected.run)
