"""All pairs on a phone: cards instead of a grid."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.shared.corpus import edits, table
from pages.shared.corpus.composer import find_row
from pages.shared.frame import components, errors, session
from pages.shared.frame.i18n import _, ngettext
from pages.shared.frame.session import CorpusView
from seq2seq_core.data.corpus import Row

cards_component = components.register_component("cards")


def cards_event(event: str) -> dict[str, Any]:
    return st.session_state["corpus_cards_list"][event]


@errors.deferred_errors
def edit_row() -> None:
    event, view = cards_event("edit"), session.current_corpus()
    rows, position = list(view.rows), find_row(view, event)
    sanitized = edits.sanitize_with_notices(
        [Row(*map(str, event["to"]))], view.tokenizer, [position + 1]
    )
    if sanitized.rows and sanitized.rows[0] != rows[position]:
        rows[position] = sanitized.rows[0]
        edits.save_edit(view, rows)
        table.unmount_editor()


@errors.deferred_errors
def remove_row() -> None:
    event, view = cards_event("remove"), session.current_corpus()
    rows = list(view.rows)
    del rows[find_row(view, event)]
    edits.save_edit(view, rows)
    table.unmount_editor()


def view_cards(view: CorpusView) -> None:
    """Draw the cards. They ask for the pairs where they can be seen: only then are these sent."""
    titles = table.column_titles(view)
    rows_requested = st.session_state.get("corpus_cards_list", {}).get("seen", False)
    cards_component(
        key="corpus_cards_list",
        data={
            "rows": [[row.source, row.target] for row in view.rows] if rows_requested else None,
            "labels": {
                **titles,
                "search": _("Find a word"),
                "one": ngettext("1 pair", "{count} pairs", 1),
                # the component says how many: it counts what the search has found
                "count": ngettext("1 pair", "{count} pairs", 2, count="{count}"),
                "more": _("Show more"),
                "remove": _("Remove"),
            },
        },
        on_edit_change=edit_row,
        on_remove_change=remove_row,
    )
