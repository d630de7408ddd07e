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
from seq2seq_core.data.corpus import Row
from seq2seq_core.store import Engine, Revision, Workspace
from seq2seq_core.workers import pool

_pool_lock = threading.Lock()
_warm = threading.Event()
_pool: subprocess.Popen[bytes] | None = None  # a module global: it outlives every session
start_pool: Callable[[str], subprocess.Popen[bytes]] = pool.launch_pool  # tests put theirs here


def warm_up() -> None:
    """Import what the first decoding needs after the first page went out, out of the GC's sight."""
    import rouge_score.rouge_scorer  # noqa: F401
    import sacrebleu.metrics  # noqa: F401

    import seq2seq_core.decoding.translator
    import seq2seq_core.workers.preview  # noqa: F401

    gc.collect()
    gc.freeze()  # what is imported never becomes garbage: do not walk over it again
    _warm.set()


def is_warm() -> bool:
    """Whether models can be used without waiting for the import of torch."""
    return _warm.is_set()


@st.cache_resource(show_spinner=False)
def engine() -> Engine:
    """The store, opened once. Raises StoreError where it cannot be."""
    store_engine = store.open_store(store.default_url())
    threading.Thread(target=warm_up, daemon=True).start()
    return store_engine


def ensure_workers() -> None:
    """Start the workers, and start them again should they ever have died."""
    global _pool
    url = store.default_url()
    with _pool_lock:
        # a shared database has workers of its own, started by its operator
        if url.startswith("sqlite") and (_pool is None or _pool.poll() is not None):
            _pool = start_pool(url)


def current_workspace() -> Workspace | None:
    """The workspace that the URL names, else this session's; None before the first write."""
    key = url_state.get_param("w")
    return store.find_workspace(engine(), key) if key else None


def report_lost_workspace() -> None:
    """Say that a link leads nowhere, in the same words whatever it looks like."""
    if url_state.get_param("w") is not None and current_workspace() is None:
        url_state.remove_param("w")
        st.error(_("This link leads to no work that is kept here: you start with a new one."))


def ensure_workspace() -> Workspace:
    """The workspace, made now if there is none: called on the first write, never on a visit."""
    workspace = current_workspace()
    if workspace is None:
        key = store.create_workspace(engine())
        url_state.set_param("w", key)
        workspace = store.find_workspace(engine(), key)
    assert workspace is not None
    return workspace


@dataclass(frozen=True)
class CorpusView:
    """The learner's corpus, or the shipped one before the first change."""

    name: str  # of a bundled corpus, or of the learner's file
    tokenizer: str  # a key of TOKENIZERS
    rows: tuple[Row, ...]
    held_out: tuple[Row, ...]  # never trained on
    revision: Revision | None  # as it is stored; None: nothing was changed yet

    @classmethod
    def from_revision(cls, revision: Revision) -> CorpusView:
        return cls(revision.name, revision.tokenizer, revision.rows, revision.held_out, revision)

    @classmethod
    def from_bundled(cls, name: str) -> CorpusView:
        corpus = bundled.load_bundled(name)
        return cls(corpus.name, "space", corpus.rows, corpus.held_out, None)

    @property
    def version(self) -> object:
        """What tells these rows from all others."""
        return self.revision.id if self.revision else self.name


def current_corpus() -> CorpusView:
    workspace = current_workspace()
    head = store.find_head(engine(), workspace.id) if workspace else None
    if head is None:
        return CorpusView.from_bundled(bundled.DEFAULT_CORPUS)
    return CorpusView.from_revision(head)


def save_corpus(
    view: CorpusView,
    rows: Sequence[Row],
    held_out: Sequence[Row],
    name: str | None = None,
    tokenizer: str | None = None,
) -> CorpusView:
    """Store rows as the version after the one shown; name and tokenizer: where they change.

    Raises StoreError with code stale where another tab was quicker.
    """
    workspace = ensure_workspace()
    parent = view.revision
    if parent is None and tuple(rows) != view.rows:  # so that the first change can be undone
        parent = save_corpus(view, view.rows, view.held_out).revision
    revision = store.save_revision(
        engine(),
        workspace.id,
        parent.id if parent else None,
        name or view.name,
        tokenizer or view.tokenizer,
        tuple(rows),
        tuple(held_out),
    )
    return CorpusView.from_revision(revision)


def changed_sources(view: CorpusView) -> list[str]:
    """Source sentences that the learner wrote or changed, as they stand in the corpus."""
    return [view.rows[i].source for i in bundled.find_changed_rows(view.name, view.rows)]
