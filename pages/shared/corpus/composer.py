"""One's own sentences: a pair is put together out of known words, a new word into ten sentences."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

import streamlit as st

from pages.shared.corpus import analysis, composer_data, edits, table
from pages.shared.frame import components, errors, session
from pages.shared.frame.i18n import _, ngettext
from pages.shared.frame.session import CorpusView
from seq2seq_core.data.augmentation import (
    MIN_ROWS_PER_WORD,
    AugmentationOffer,
    LexiconEntry,
    augment,
)
from seq2seq_core.data.corpus import Row
from seq2seq_core.data.tokenizers import CJK, TOKENIZERS
from seq2seq_core.errors import StoreError

composer_component = components.register_component("composer")


def composer_event(event: str) -> dict[str, Any]:
    """What the component has just sent under the name of an event."""
    return st.session_state["corpus_composer"][event]


def redraws_page(change: Callable[[], None]) -> Callable[[], None]:
    """For callbacks after which the whole page is drawn anew, not the composer alone."""

    @wraps(change)
    def marked_change() -> None:
        st.session_state["corpus_changed"] = True
        change()

    return errors.deferred_errors(marked_change)


def find_row(view: CorpusView, row_reference: dict[str, Any]) -> int:
    """The position of a row that the browser names. Raises StoreError where it is another now."""
    position, text = int(row_reference["row"]), (row_reference["source"], row_reference["target"])
    if position < len(view.rows):
        row = view.rows[position]
        if (row.source, row.target) == text:
            return position
    raise StoreError("stale")


@redraws_page
def add_pair() -> None:
    """Put the pair on top, or in the place of the one that was edited; train on it, if asked to."""
    event, view = composer_event("pair"), session.current_corpus()
    join = TOKENIZERS[view.tokenizer].join
    source, target = (join([str(token) for token in event[side]]) for side in ("source", "target"))
    sanitized = edits.sanitize_with_notices([Row(source, target)], view.tokenizer, [1])
    if sanitized.rows:
        save_pair(view, sanitized.rows[0], event["replaces"])
        st.session_state["corpus_go"] = event["train"]


def save_pair(view: CorpusView, new_row: Row, replaces: dict[str, Any] | None) -> None:
    """Save the pair, unless the corpus has it; say where another row contradicts it."""
    replaced_position = find_row(view, replaces) if replaces else None
    other_rows = {i: row for i, row in enumerate(view.rows) if i != replaced_position}
    for i, row in other_rows.items():
        if (row.source, row.target) == (new_row.source, new_row.target):
            edits.queue_notice(
                _("This pair stands in the corpus already, in row {row}.", row=i + 1)
            )
            return
    rows = [new_row, *other_rows.values()]
    for number, row in enumerate(rows[1:], 2):
        if row.source == new_row.source:
            edits.queue_notice(
                _(
                    "Row {row} translates the same sentence differently: "
                    "the model cannot learn both.",
                    row=number,
                )
            )
            break
    edits.save_edit(view, rows)
    table.unmount_editor()


@redraws_page
def request_training() -> None:
    """Train on the corpus as it is, on the next run of the page."""
    st.session_state["corpus_go"] = True


@redraws_page
def remove_own_pair() -> None:
    view = session.current_corpus()
    rows = list(view.rows)
    del rows[find_row(view, composer_event("remove"))]
    edits.save_edit(view, rows)
    table.unmount_editor()


@redraws_page
def augment_new_word() -> None:
    """Put a new word into ten sentences, on top of the corpus, below the sentence it came in."""
    event, view = composer_event("spread"), session.current_corpus()
    new_entry = LexiconEntry(event["source"], event["target"])
    known_entry = LexiconEntry(*event["place"])
    for position, offer in analysis.word_hints(view).items():
        if not isinstance(offer, AugmentationOffer) or offer.new_entry != new_entry:
            continue
        if known_entry in offer.substitutes:
            new_rows = augment(
                analysis.usable_corpus(view), view.tokenizer, new_entry, known_entry, view.held_out
            )
            rows = [*view.rows[: position + 1], *new_rows, *view.rows[position + 1 :]]
            edits.save_edit(view, edits.sanitize_with_notices(rows, view.tokenizer).rows)
            table.unmount_editor()
            edits.queue_notice(
                _(
                    "{new} stands in {count} more sentences now, on top of the corpus.",
                    new=new_entry.source,
                    count=len(new_rows),
                )
                if len(new_rows) == MIN_ROWS_PER_WORD
                else ngettext(
                    "Only 1 sentence had room for {new}; it is on top of the corpus.",
                    "Only {count} sentences had room for {new}; they are on top of the corpus.",
                    len(new_rows),
                    new=new_entry.source,
                )
            )
            return
    raise StoreError("stale")


@errors.deferred_errors
def answer_request() -> None:
    """Find the words that fit next, for the run of the fragment that follows."""
    view, request = session.current_corpus(), composer_event("suggest")
    st.session_state["corpus_suggestions"] = composer_data.suggestions_data(view, request)


@st.fragment
def mount_composer(data: dict[str, Any]) -> None:
    """Draw the composer; its questions are answered here, all else draws the page anew."""
    if st.session_state.pop("corpus_changed", False):
        st.rerun()
    composer_component(
        key="corpus_composer",
        data={**data, "suggestions": st.session_state.get("corpus_suggestions")},
        on_suggest_change=answer_request,
        on_pair_change=add_pair,
        on_remove_change=remove_own_pair,
        on_spread_change=augment_new_word,
        on_train_change=request_training,
    )


def view_own_pairs(view: CorpusView, language: str) -> None:
    """Draw the composer and the list of one's own pairs."""
    st.session_state.pop("corpus_changed", None)
    own_positions = analysis.own_rows(view)
    chinese = bool(view.rows and CJK.search(view.rows[0].source))
    mount_composer(
        {
            "drawn_at": time.time(),  # what comes with the same again is an answer to a question
            "key": f"{view.name}_{view.tokenizer}_{chinese}",  # a draft is for one direction
            "tokenizer": view.tokenizer,
            **composer_data.word_data(view, language),
            "own": composer_data.own_pairs_data(view, own_positions),
            "said": " ".join(text for text, _refused in edits.pop_notices()),
            "labels": composer_data.composer_labels(view, len(own_positions)),
        }
    )
