"""The only channel between pages and workers, and the only memory: what the pages ask of it.

Every function takes the engine of `open_store` first. No torch in here, and no SQL in the pages.
"""

from sqlalchemy import Engine

from seq2seq_core.store.history import (
    NO_HISTORY,
    history,
    latest_snapshot,
    run_corpus,
    snapshot_update,
)
from seq2seq_core.store.runs import (
    Run,
    advance_run,
    command,
    delete_run,
    describe_run,
    extend_run,
    run,
    runs,
    set_pace,
    start_run,
    waiting,
)
from seq2seq_core.store.schema import default_url, open_store
from seq2seq_core.store.workspaces import (
    Revision,
    Workspace,
    create_workspace,
    find_workspace,
    head,
    save_revision,
    undo,
)

__all__ = [
    "NO_HISTORY",
    "Engine",
    "Revision",
    "Run",
    "Workspace",
    "advance_run",
    "command",
    "create_workspace",
    "default_url",
    "delete_run",
    "describe_run",
    "extend_run",
    "find_workspace",
    "head",
    "history",
    "latest_snapshot",
    "open_store",
    "run",
    "run_corpus",
    "runs",
    "save_revision",
    "set_pace",
    "snapshot_update",
    "start_run",
    "undo",
    "waiting",
]
