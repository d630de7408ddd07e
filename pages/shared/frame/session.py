"""Who is looking at what: the workspace, its corpus and its runs, all from URL and store.

Nothing that matters lives in the session: every page rebuilds itself from here on every run of its
script, so a refresh, a dropped socket or a restarted server loses nothing.
"""

from __future__ import annotations

import gc
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from pages.shared.frame import url_state
from pages.shared.frame.i18n import _
from seq2seq_core import store
from seq2seq_core.data import bundled
from seq2seq_core.data.corpus import Row, build_corpus, swap_sides
from seq2seq_core.data.vocabulary import SPECIAL_TOKENS
from seq2seq_core.store import Engine, Revision, Workspace
from seq2seq_core.workers import pool

_lock = threading.Lock()
_warm = threading.Event()
_pool: subprocess.Popen[bytes] | None = None  # a module global: it outlives every session
start_pool: Callable[[str], subprocess.Popen[bytes]] = pool.launch_pool  # tests put theirs here


def warm_up() -> None:
    """Import what the first decoding needs, after the first page went out, and freeze it."""
    import rouge_score.rouge_scorer  # noqa: F401
    import sacrebleu.metrics  # noqa: F401

    import seq2seq_core.decoding.translator
    import seq2seq_core.training.dataset  # noqa: F401

    gc.collect()
    gc.freeze()  # what is imported never becomes garbage: do not walk over it again
    _warm.set()


def warm() -> bool:
    """Whether models can be used without waiting for the import of torch."""
    return _warm.is_set()


@st.cache_resource(show_spinner=False)
def engine() -> Engine:
    """The store, opened once. Raises StoreError where it cannot be."""
    opened = store.open_store(store.default_url())
    threading.Thread(target=warm_up, daemon=True).start()
    return opened


def keep_workers() -> None:
    """Start the workers, and start them again should they ever have died."""
    global _pool
    url = store.default_url()
    with _lock:
        # a shared database has workers of its own, started by its operator
        if url.startswith("sqlite") and (_pool is None or _pool.poll() is not None):
            _pool = start_pool(url)


def workspace() -> Workspace | None:
    """The workspace that the URL names, else this session's; None before the first write."""
    key = url_state.get_param("w")
    return store.find_workspace(engine(), key) if key else None


def say_lost() -> None:
    """A link that leads nowhere is said, in the same words whatever it looks like."""
    if url_state.get_param("w") is not None and workspace() is None:
        url_state.remove_param("w")
        st.error(_("This link leads to no work that is kept here: you start with a new one."))


def own_workspace() -> Workspace:
    """The workspace, made now if there is none: called on the first write, never on a visit."""
    found = workspace()
    if found is None:
        key = store.create_workspace(engine())
        url_state.set_param("w", key)
        found = store.find_workspace(engine(), key)
    assert found is not None
    return found


@dataclass(frozen=True)
class CorpusView:
    """The learner's corpus, or the shipped one before the first change."""

    name: str
    tokenizer: str
    rows: tuple[Row, ...]
    held_out: tuple[Row, ...]
    revision: Revision | None


def corpus() -> CorpusView:
    mine = workspace()
    head = store.find_head(engine(), mine.id) if mine else None
    if head is None:
        default = bundled.load_bundled(bundled.DEFAULT_CORPUS)
        return CorpusView(default.name, "space", default.rows, default.held_out, None)
    return CorpusView(head.name, head.tokenizer, head.rows, head.held_out, head)


def save_corpus(
    view: CorpusView,
    rows: Sequence[Row],
    held_out: Sequence[Row],
    name: str | None = None,
    tokenizer: str | None = None,
) -> CorpusView:
    """Keep a version that follows the one shown. Raises StoreError with code stale."""
    mine = own_workspace()
    parent = view.revision
    if parent is None and tuple(rows) != view.rows:  # so that the first change can be undone
        parent = save_corpus(view, view.rows, view.held_out).revision
    saved = store.save_revision(
        engine(),
        mine.id,
        parent.id if parent else None,
        name or view.name,
        tokenizer or view.tokenizer,
        tuple(rows),
        tuple(held_out),
    )
    return CorpusView(saved.name, saved.tokenizer, saved.rows, saved.held_out, saved)


@st.cache_data(show_spinner=False, max_entries=64)
def _sizes(key: object, _view: CorpusView) -> tuple[int, int, int]:
    corpus = build_corpus(_view.rows, _view.tokenizer)
    source, target = corpus.build_vocabularies()
    return len(corpus.pairs), len(source) - len(SPECIAL_TOKENS), len(target) - len(SPECIAL_TOKENS)


def sizes(view: CorpusView) -> tuple[int, int, int]:
    """How many usable pairs, source words and target words a corpus has."""
    return _sizes(view.revision.id if view.revision else view.name, view)


def changed_sources(view: CorpusView) -> list[str]:
    """Source sentences that the learner wrote or changed, as they stand in the corpus."""
    if view.name not in bundled.CORPUS_NAMES:
        return []
    rows = bundled.load_bundled(view.name).rows
    known = {(row.source, row.target) for row in (*rows, *swap_sides(rows))}
    return [row.source for row in view.rows if (row.source, row.target) not in known]
