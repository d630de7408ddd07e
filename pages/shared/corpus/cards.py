"""All pairs on a phone: cards instead of a grid."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.shared.corpus import edits, table
from pages.shared.corpus.composer import row_at
from pages.shared.frame import components, errors, session
from pages.shared.frame.i18n import _
from pages.shared.frame.session import CorpusView
from seq2seq_core.data.corpus import Row

cards = components.register("cards")


def told(event: str) -> dict[str, Any]:
    return st.session_state["corpus_cards_list"][event]


@errors.kept
def edit() -> None:
    said, view = told("edit"), session.corpus()
    rows, position = list(view.rows), row_at(view, said)
    clean = edits.tidied([Row(*map(str, said["to"]))], view.tokenizer, [position + 1])
    if clean.rows and clean.rows[0] != rows[position]:
        rows[position] = clean.rows[0]
        edits.keep(view, rows)
        table.unmount()


@errors.kept
def remove() -> None:
    said, view = told("remove"), session.corpus()
    rows = list(view.rows)
    del rows[row_at(view, said)]
    edits.keep(view, rows)
    table.unmount()


def view_cards(view: CorpusView) -> None:
    """Draw the cards. The pairs are sent where cards can be seen: these ask for them."""
    titles = table.titles(view)
    asked = st.session_state.get("corpus_cards_list", {}).get("seen", False)
    cards(
        key="corpus_cards_list",
        data={
            "rows": [[row.source, row.target] for row in view.rows] if asked else None,
            "labels": {
                **titles,
                "search": _("Find a word"),
                "count": _("{count} pairs"),
                "one": _("1 pair"),
                "more": _("Show more"),
                "remove": _("Remove"),
            },
        },
        on_edit_change=edit,
        on_remove_change=remove,
    )
