"""All pairs as a table: every change is saved as it is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pages.shared.corpus import analysis, edits
from pages.shared.frame import errors, session
from pages.shared.frame.i18n import _, current_language, ngettext
from pages.shared.frame.session import CorpusView
from seq2seq_core.data import bundled
from seq2seq_core.data.corpus import Row
from seq2seq_core.data.tokenizers import CJK
from seq2seq_core.errors import StoreError

LONGEST_WORD = 5  # Chinese characters; what is longer is rather a sentence without spaces


def rows_to_table(rows: Sequence[Row]) -> pd.DataFrame:
    """The rows as a table, numbered from 1 as the problems count them."""
    return pd.DataFrame(
        {"source": [row.source for row in rows], "target": [row.target for row in rows]},
        index=pd.RangeIndex(1, len(rows) + 1),
        dtype="object",
    )


def table_to_rows(table: pd.DataFrame, earlier_rows: Sequence[Row]) -> dict[int, Row]:
    """The rows of the table by their numbers on the screen, without those that are empty.

    Gold links belong to a pair as it was: a changed pair has none.
    """
    links = {(row.source, row.target): row.alignment for row in earlier_rows}
    rows: dict[int, Row] = {}
    for number, *cells in zip(table.index, table["source"], table["target"], strict=True):
        source, target = (cell if isinstance(cell, str) else "" for cell in cells)  # None or NaN
        if source.strip() or target.strip():
            rows[number] = Row(source, target, links.get((source, target), ""))
    return rows


def column_titles(view: CorpusView) -> dict[str, str]:
    """What the two columns are called: by the language, where that is known."""
    is_chinese = [any(CJK.search(cell) for cell in side[:20]) for side in split_sides(view)]
    is_translation = view.name in bundled.TRANSLATION_CORPORA
    titles = {"source": _("source"), "target": _("target")}
    if is_translation:
        titles = {"source": _("English · source"), "target": _("English · target")}
    if is_chinese[0]:
        titles["source"] = _("Chinese · source")
    if is_chinese[1]:
        titles["target"] = _("Chinese · target")
    return titles


def split_sides(view: CorpusView) -> tuple[list[str], list[str]]:
    return [row.source for row in view.rows], [row.target for row in view.rows]


def column_configs(view: CorpusView) -> dict[str, Any]:
    return {
        name: st.column_config.TextColumn(title, default="")
        for name, title in column_titles(view).items()
    }


def editor_state() -> dict[str, Any]:
    """What the editor stands on: mounts, base and view.

    A plain dict: a rerun may break in at every access to the session's own state, and between a
    commit and the note of it nothing may break in.
    """
    return st.session_state.setdefault("corpus_shown", {"mounts": 0, "base": None, "view": None})


def editor_key() -> str:
    return f"corpus_table_{editor_state()['mounts']}_{current_language()}"


def mount_editor(view: CorpusView) -> None:
    """A fresh editor: fed its own output, Streamlit's would lose every second edit."""
    editor_state().update(
        mounts=editor_state()["mounts"] + 1, base=rows_to_table(view.rows), view=view
    )


def unmount_editor() -> None:
    """Let the editor start from the store again: the corpus was changed elsewhere."""
    editor_state()["view"] = None


def mounted_view() -> CorpusView:
    """The version shown, mounted anew after a page switch, an undo, another tab's edit."""
    stored_view, view = session.current_corpus(), editor_state()["view"]
    if view is None or editor_key() not in st.session_state:
        mount_editor(stored_view)
    elif view.revision != stored_view.revision:
        errors.show_error(StoreError("stale"))  # what was typed here in the meantime does not win
        mount_editor(stored_view)
    return editor_state()["view"]


def save_rows(view: CorpusView, rows: tuple[Row, ...], numbers: Sequence[object]) -> CorpusView:
    """Save an edit.

    A refused one is named and the stored rows come back. Where another tab was quicker, its version
    stays, and the learner reads so.
    """
    sanitized = edits.sanitize_with_notices(rows, view.tokenizer, numbers)
    if sanitized.problems:
        mount_editor(session.current_corpus())
        st.rerun()
    if sanitized.rows == view.rows:  # the cell differs from what is stored by its spaces alone
        st.session_state.pop("corpus_said", None)
        return view
    try:
        editor_state()["view"] = edits.save_edit(view, sanitized.rows)
    except StoreError as error:
        errors.show_error(error)
        mount_editor(session.current_corpus())
    return editor_state()["view"]


def draw_editor(view: CorpusView) -> tuple[CorpusView, dict[int, Row]]:
    """Draw the editor and save what was changed in it; gives the rows by their numbers in it."""
    table = st.data_editor(
        editor_state()["base"],
        num_rows="dynamic",
        height=470,
        hide_index=False,
        key=editor_key(),
        column_config=column_configs(view),
        alt=_("The sentence pairs of the corpus, to be edited."),
    )
    bundled_rows = bundled.load_bundled(view.name).rows if view.name in bundled.CORPUS_NAMES else ()
    rows = table_to_rows(table, (*bundled_rows, *view.rows))
    if tuple(rows.values()) != view.rows:
        mounts = editor_state()["mounts"]
        view = save_rows(view, tuple(rows.values()), list(rows))
        if editor_state()["mounts"] > mounts:  # another tab was quicker: its rows are next
            rows = dict(enumerate(view.rows, 1))
    return view, rows


def read_late_edit() -> None:
    """The browser sends an edit a moment late: another view may have been chosen in between."""
    state, pending_edits = editor_state(), st.session_state.get(editor_key())
    if state["view"] is None or pending_edits is None or pending_edits == state.get("read"):
        return
    state["read"] = dict(pending_edits)
    placeholder = st.empty()
    with placeholder.container():
        draw_editor(mounted_view())
    placeholder.empty()


def draw_problems(view: CorpusView, rows: dict[int, Row]) -> None:
    """Say what is wrong in the rows, by their numbers on the screen."""
    numbers = list(rows)
    problems = analysis.usable_corpus(view).problems
    lines = [errors.format_problem(problem, numbers[problem.row - 1]) for problem in problems]
    hints = [
        _("Row {row}: without spaces the whole sentence counts as one word.", row=number)
        for number, row in rows.items()
        if view.tokenizer == "space"
        and " " not in row.source.strip()
        and len(CJK.findall(row.source)) > LONGEST_WORD
    ]
    if not lines + hints:
        return
    with st.container(border=True, key="corpus_problems"):
        if lines:
            st.text(_("These rows are left out until they are mended; all others are used:"))
        for line in (lines + hints)[: edits.MAX_SHOWN_PROBLEMS]:
            st.text(f"⚠ {line}")
        more = len(lines + hints) - edits.MAX_SHOWN_PROBLEMS
        if more > 0:
            st.text(_("… and {count} more.", count=more))


def draw_held_out(view: CorpusView) -> None:
    """What the model never learns from: to be read, not to be changed."""
    title = ngettext(
        "1 held-out pair, never trained on",
        "{count} held-out pairs, never trained on",
        len(view.held_out),
    )
    with st.expander(title):
        st.dataframe(
            rows_to_table(view.held_out),
            height=320,
            column_config=column_configs(view),
            key="corpus_held_out",
        )
