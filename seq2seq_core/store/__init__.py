"""The only channel between pages and workers, and the only memory: what the pages ask of it.

Every function takes the engine of `open_store` first. No torch in here, and no SQL in the pages.
"""

from sqlalchemy import Engine

from seq2seq_core.store.engine import default_url, open_store
from seq2seq_core.store.history import (
    NO_HISTORY,
    latest_snapshot_update,
    load_history,
    load_latest_snapshot,
    load_run_corpus,
)
from seq2seq_core.store.runs import (
    Run,
    advance_run,
    command_run,
    delete_run,
    edit_run,
    extend_run,
    find_run,
    find_runs,
    queue_status,
    set_run_pace,
    start_run,
)
from seq2seq_core.store.workspaces import (
    Revision,
    Workspace,
    create_workspace,
    find_head,
    find_workspace,
    save_revision,
    undo_revision,
)

__all__ = [
    "NO_HISTORY",
    "Engine",
    "Revision",
    "Run",
    "Workspace",
    "advance_run",
    "command_run",
    "create_workspace",
    "default_url",
    "delete_run",
    "edit_run",
    "extend_run",
    "find_head",
    "find_run",
    "find_runs",
    "find_workspace",
    "latest_snapshot_update",
    "load_history",
    "load_latest_snapshot",
    "load_run_corpus",
    "open_store",
    "queue_status",
    "save_revision",
    "set_run_pace",
    "start_run",
    "undo_revision",
]
