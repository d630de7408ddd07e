"""All pairs as a table: every change is saved as it is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pages.shared.corpus import analysis, edits
from pages.shared.frame import errors, session
from pages.shared.frame.i18n import _, current_language
from pages.shared.frame.session import CorpusView
from seq2seq_core.data import bundled
from seq2seq_core.data.corpus import Row
from seq2seq_core.data.tokenizers import CJK
from seq2seq_core.errors import StoreError

PROBLEMS = 4  # shown at once
LONGEST_WORD = 5  # Chinese characters; what is longer is rather a sentence without spaces


def table_of(rows: Sequence[Row]) -> pd.DataFrame:
    """The rows as a table, numbered from 1 as the problems count them."""
    return pd.DataFrame(
        {"source": [row.source for row in rows], "target": [row.target for row in rows]},
        index=pd.RangeIndex(1, len(rows) + 1),
        dtype="object",
    )


def rows_of(table: pd.DataFrame, before: Sequence[Row]) -> dict[int, Row]:
    """The rows of the table by their numbers on the screen, without those that are empty.

    Gold links belong to a pair as it was: a changed pair has none.
    """
    links = {(row.source, row.target): row.alignment for row in before}
    rows: dict[int, Row] = {}
    for number, *cells in zip(table.index, table["source"], table["target"], strict=True):
        source, target = (cell if isinstance(cell, str) else "" for cell in cells)  # None or NaN
        if source.strip() or target.strip():
            rows[number] = Row(source, target, links.get((source, target), ""))
    return rows


def titles(view: CorpusView) -> dict[str, str]:
    """What the two columns are called: by the language, where that is known."""
    chinese = [any(CJK.search(cell) for cell in side[:20]) for side in sides(view)]
    named = view.name in bundled.TRANSLATION_CORPORA
    return {
        "source": _("Chinese · source")
        if chinese[0]
        else _("English · source")
        if named
        else _("source"),
        "target": _("Chinese · target")
        if chinese[1]
        else _("English · target")
        if named
        else _("target"),
    }


def sides(view: CorpusView) -> tuple[list[str], list[str]]:
    return [row.source for row in view.rows], [row.target for row in view.rows]


def columns(view: CorpusView) -> dict[str, Any]:
    return {
        name: st.column_config.TextColumn(title, default="") for name, title in titles(view).items()
    }


def shown() -> dict[str, Any]:
    """What the editor stands on: mounts, base and view.

    A plain dict: a rerun may break in at every access to the session's own state, and between a
    commit and the note of it nothing may break in.
    """
    return st.session_state.setdefault("corpus_shown", {"mounts": 0, "base": None, "view": None})


def editor_key() -> str:
    return f"corpus_table_{shown()['mounts']}_{current_language()}"


def mount(view: CorpusView) -> None:
    """A fresh editor: fed its own output, Streamlit's would lose every second edit."""
    shown().update(mounts=shown()["mounts"] + 1, base=table_of(view.rows), view=view)


def unmount() -> None:
    """The editor is to start from the store: somebody else than it has changed the corpus."""
    shown()["view"] = None


def shown_view() -> CorpusView:
    """The version shown, mounted anew after a page switch, an undo, another tab's edit."""
    now, view = session.corpus(), shown()["view"]
    if view is None or editor_key() not in st.session_state:
        mount(now)
    elif view.revision != now.revision:
        errors.show_error(StoreError("stale"))  # what was typed here in the meantime does not win
        mount(now)
    return shown()["view"]


def save(view: CorpusView, rows: tuple[Row, ...], numbers: Sequence[object]) -> CorpusView:
    """Keep an edit. Refused, it is named and the stored rows come back; where another tab was
    quicker its version stays, and the learner is told."""
    note = shown()
    clean = edits.sanitize_with_notices(rows, view.tokenizer, numbers)
    if clean.problems:
        mount(session.corpus())
        st.rerun()
    if clean.rows == view.rows:  # the cell differs from what is stored by its spaces alone
        st.session_state.pop("corpus_said", None)
        return view
    try:
        note["view"] = edits.save_edit(view, clean.rows)
    except StoreError as error:
        errors.show_error(error)
        mount(session.corpus())
    return shown()["view"]


def edited(view: CorpusView) -> tuple[CorpusView, dict[int, Row]]:
    """Draw the editor and keep what was changed in it; the rows by their numbers in it."""
    table = st.data_editor(
        shown()["base"],
        num_rows="dynamic",
        height=470,
        hide_index=False,
        key=editor_key(),
        column_config=columns(view),
        alt=_("The sentence pairs of the corpus, to be edited."),
    )
    origin = bundled.load_bundled(view.name).rows if view.name in bundled.CORPUS_NAMES else ()
    rows = rows_of(table, (*origin, *view.rows))
    if tuple(rows.values()) != view.rows:
        mounts = shown()["mounts"]
        view = save(view, tuple(rows.values()), list(rows))
        if shown()["mounts"] > mounts:  # another tab was quicker: its rows are what comes next
            rows = dict(enumerate(view.rows, 1))
    return view, rows


def read_late_edit() -> None:
    """The browser sends an edit a moment late: another view may have been chosen in between."""
    note, edits_made = shown(), st.session_state.get(editor_key())
    if note["view"] is None or edits_made is None or edits_made == note.get("read"):
        return
    note["read"] = dict(edits_made)
    place = st.empty()
    with place.container():
        edited(shown_view())
    place.empty()


def problems(view: CorpusView, rows: dict[int, Row]) -> None:
    """What is wrong, at the numbers that the rows have on the screen."""
    numbers = list(rows)
    lines = [errors.format_problem(p, numbers[p.row - 1]) for p in analysis.usable_corpus(view).problems]
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
        for line in (lines + hints)[:PROBLEMS]:
            st.text(f"⚠ {line}")
        if len(lines + hints) > PROBLEMS:
            st.text(_("… and {count} more.", count=len(lines + hints) - PROBLEMS))


def held_out(view: CorpusView) -> None:
    """What the model never learns from: to be read, not to be changed."""
    title = _("{count} held-out pairs, never trained on", count=len(view.held_out))
    with st.expander(_("1 held-out pair, never trained on") if len(view.held_out) == 1 else title):
        st.dataframe(
            table_of(view.held_out), height=320, column_config=columns(view), key="corpus_held_out"
        )
