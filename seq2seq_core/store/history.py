"""What a run leaves behind: the copy of its corpus, its curve, its weights."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, func, select

from seq2seq_core.errors import CheckpointError, StoreError
from seq2seq_core.store.engine import read_transaction
from seq2seq_core.store.schema import corpora, events, snapshots

EVENT_COLUMNS = {
    "update": ("loss", "accuracy", "gradient_norm", "tokens"),
    "evaluation": ("update", "loss", "token_accuracy", "exact_match", "alignment"),
}

NOT_MEASURED = -1.0  # an alignment, as the table holds it, where there was none
NO_HISTORY: dict[str, dict[str, list[Any]]] = {
    kind: {name: [] for name in ("update", *names)} for kind, names in EVENT_COLUMNS.items()
}


def load_run_corpus(engine: Engine, run_id: int) -> dict[str, Any]:
    """The run's own copy of its corpus, see `start_run`. Raises StoreError with code gone."""
    query = select(corpora.c.corpus).where(corpora.c.run_id == run_id)
    with read_transaction(engine) as connection:
        corpus = connection.execute(query).scalar()
    if corpus is None:
        raise StoreError("gone")
    return corpus


def unpack_columns(data: bytes, count: int, names: Sequence[str]) -> dict[str, list[float]]:
    """The inverse of progress.pack_columns."""
    flat_values = struct.unpack(f"<{len(names) * count}d", data)
    return {name: list(flat_values[i * count :][:count]) for i, name in enumerate(names)}


def load_history(
    engine: Engine, run_id: int, kind: str, after_update: int = 0
) -> dict[str, list[Any]]:
    """The curve of a run as columns: update and the names in EVENT_COLUMNS[kind].

    kind is "update" or "evaluation"; after_update leaves out all up to that one. An alignment is
    None where there was none to measure.
    """
    condition = (events.c.run_id == run_id) & (events.c.kind == kind)
    if kind == "update":  # one event each, so a chunk's end is known
        condition &= events.c.first_update + events.c["count"] > after_update + 1
    query = select(events.c.first_update, events.c["count"], events.c["columns"]).where(condition)
    table: dict[str, list[Any]] = {name: [] for name in ("update", *EVENT_COLUMNS[kind])}
    with read_transaction(engine) as connection:
        for first, count, data in connection.execute(query.order_by(events.c.first_update)):
            chunk: dict[str, list[Any]] = unpack_columns(data, count, EVENT_COLUMNS[kind])
            updates = chunk.get("update", range(first, first + count))
            chunk["update"] = list(map(int, updates))
            for name, column in chunk.items():
                table[name] += column
    if after_update:
        indices = [i for i, update in enumerate(table["update"]) if update > after_update]
        table = {name: [column[i] for i in indices] for name, column in table.items()}
    if "alignment" in table:
        alignments = table["alignment"]
        table["alignment"] = [None if value == NOT_MEASURED else value for value in alignments]
    return table


def verify_checksum(weights: bytes, checksum: str) -> bytes:
    """The weights as they are. Raises CheckpointError with code damaged."""
    if hashlib.sha256(weights).hexdigest() != checksum:
        raise CheckpointError("damaged", detail="the checksum differs")
    return weights


def load_latest_snapshot(engine: Engine, run_id: int) -> tuple[int, bytes] | None:
    """Update and weights (see checkpoint.unpack_state); None before the first snapshot.

    Raises CheckpointError with code damaged.
    """
    columns = snapshots.c["update"], snapshots.c.weights, snapshots.c.sha256
    query = select(*columns).where(snapshots.c.run_id == run_id)
    with read_transaction(engine) as connection:
        row = connection.execute(query.order_by(snapshots.c["update"].desc()).limit(1)).first()
    if row is None:
        return None
    update, weights, checksum = row
    return update, verify_checksum(weights, checksum)


def latest_snapshot_update(engine: Engine, run_id: int) -> int | None:
    """The update of the latest snapshot, without reading its weights; None before the first."""
    query = select(func.max(snapshots.c["update"])).where(snapshots.c.run_id == run_id)
    with read_transaction(engine) as connection:
        return connection.execute(query).scalar()
