"""What follows from a run, a snapshot or a corpus is computed once, for all learners together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from pages.shared.frame.session import CorpusView
from seq2seq_core.store import Run

# What tells an argument from all others of its class. A trained run does not know whose it is: a
# function that takes one takes its run too. Two classes stand by name: torch comes with the one,
# and the module of the other imports this one.
IDENTITIES: dict[str | type, Callable[[Any], object]] = {
    CorpusView: lambda view: view.version,
    Run: lambda run: run.id,
    "seq2seq_core.training.restore.TrainedRun": lambda trained: trained.update,
    "pages.shared.runs.selection.Selection": lambda selection: (
        selection.run.id,
        selection.trained.update,
        selection.translation.source_tokens,
    ),
}

Computation = TypeVar("Computation", bound=Callable[..., Any])


def cache_by_identity(
    *, max_entries: int, kind: Callable[..., Any] = st.cache_resource
) -> Callable[[Computation], Computation]:
    """A cache that knows runs, snapshots and corpora by their identity, all else by its value.

    kind: st.cache_resource for what nobody changes, st.cache_data where everybody gets a copy.
    """
    return kind(show_spinner=False, max_entries=max_entries, hash_funcs=IDENTITIES)
