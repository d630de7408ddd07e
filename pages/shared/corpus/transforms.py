"""The same pairs in another form: the other way round, in simplified characters, cut otherwise."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.shared.corpus import analysis, edits, table
from pages.shared.frame import errors, session
from pages.shared.frame.i18n import N_, _, current_language
from pages.shared.frame.session import CorpusView
from pages.shared.runs.caching import cache_by_identity
from seq2seq_core.data import formats
from seq2seq_core.data.corpus import Row, swap_sides

TOKENIZER_LABELS = {
    "space": (N_("at spaces"), N_("Words stand apart by spaces, as you write them.")),
    "zh-word": (
        N_("Chinese words"),
        N_("Chinese is cut into words by a dictionary, punctuation stands alone."),
    ),
    "character": (N_("characters"), N_("Every character is a token, a space is ▁.")),
}


def save_version(
    rows: Sequence[Row], held_out: Sequence[Row], tokenizer: str | None = None
) -> None:
    """Save what one of the tools made of the corpus."""
    edits.save_edit(session.current_corpus(), rows, held_out, tokenizer=tokenizer)
    table.unmount_editor()


@errors.deferred_errors
def swap_corpus_sides() -> None:
    view = session.current_corpus()
    save_version(swap_sides(view.rows), swap_sides(view.held_out))


@errors.deferred_errors
def simplify_corpus() -> None:
    view = session.current_corpus()
    save_version(formats.to_simplified_rows(view.rows), formats.to_simplified_rows(view.held_out))


@errors.deferred_errors
def set_tokenizer(key: str) -> None:
    """Another tokenizer; links count tokens, so they end with the old one."""
    view, tokenizer = session.current_corpus(), st.session_state[key]
    rows, held_out = (
        edits.sanitize_with_notices([Row(row.source, row.target) for row in part], tokenizer)
        for part in (view.rows, view.held_out)
    )
    if not rows.problems:
        save_version(rows.rows, held_out.rows, tokenizer)


@cache_by_identity(max_entries=analysis.MAX_CACHED_VERSIONS, kind=st.cache_data)
def has_traditional_rows(view: CorpusView) -> bool:
    return formats.has_traditional(view.rows)


def swap_button() -> None:
    st.button(
        _("Swap sides"),
        on_click=swap_corpus_sides,
        icon=":material/swap_horiz:",
        key="corpus_swap",
    )


def choose_tokenizer(view: CorpusView) -> None:
    """Draw the choice of how sentences are cut into tokens."""
    with st.popover(
        _("Words: {cut}", cut=_(TOKENIZER_LABELS[view.tokenizer][0])), icon=":material/content_cut:"
    ):
        key = f"corpus_cut_{view.version}_{current_language()}"
        st.radio(
            _("How sentences are cut into tokens"),
            list(TOKENIZER_LABELS),
            index=list(TOKENIZER_LABELS).index(view.tokenizer),
            format_func=lambda name: _(TOKENIZER_LABELS[name][0]),
            captions=[_(sentence) for _name, sentence in TOKENIZER_LABELS.values()],
            key=key,
            on_change=set_tokenizer,
            args=(key,),
        )


def simplify_button(view: CorpusView) -> None:
    """Draw the button where there is anything to simplify."""
    if has_traditional_rows(view):
        st.button(
            _("Traditional → simplified"),
            on_click=simplify_corpus,
            icon=":material/translate:",
            key="corpus_simplify",
        )
