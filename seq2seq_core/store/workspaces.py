"""Whose work it is, and the versions of its corpus. Undo is going back to an earlier version."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sql
from sqlalchemy import Connection, Engine, insert, select, update

from seq2seq_core.config import TOKENIZER_NAMES, check_choice
from seq2seq_core.data.cleaning import clean_text
from seq2seq_core.data.corpus import Row, sanitize_rows
from seq2seq_core.errors import CorpusError, StoreError
from seq2seq_core.limits import LIMITS
from seq2seq_core.store.engine import read_transaction, write_transaction
from seq2seq_core.store.schema import revisions, workspaces


@dataclass(frozen=True)
class Workspace:
    id: int
    head: int | None  # the revision that the learner sees
    created_at: float  # seconds since 1970
    touched_at: float


@dataclass(frozen=True)
class Revision:
    """One version of a corpus. Never changed; undo goes back to its parent."""

    id: int
    workspace_id: int
    parent_id: int | None
    name: str
    tokenizer: str
    rows: tuple[Row, ...]
    held_out: tuple[Row, ...]
    created_at: float


def hash_key(key: str) -> str:
    """SHA-256 of a key, hexadecimal; an invalid character in it is no error."""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()


def create_workspace(engine: Engine) -> str:
    """A new, empty workspace; returns its key, which the store itself does not know."""
    key, timestamp = secrets.token_urlsafe(32), time.time()
    with write_transaction(engine) as connection:
        connection.execute(
            insert(workspaces).values(
                key_hash=hash_key(key), created_at=timestamp, touched_at=timestamp
            )
        )
    return key


def find_workspace(engine: Engine, key: str) -> Workspace | None:
    """The workspace of a key; an unknown key makes none."""
    columns = [workspaces.c[name] for name in Workspace.__dataclass_fields__]
    query = select(*columns).where(workspaces.c.key_hash == hash_key(key))
    with read_transaction(engine) as connection:
        row = connection.execute(query).first()
    return None if row is None else Workspace(*row)


def touch_workspace(connection: Connection, workspace_id: int) -> None:
    """Mark a workspace as used. First in every change: it also locks the workspace until the end.

    Raises StoreError with code gone.
    """
    query = update(workspaces).where(workspaces.c.id == workspace_id)
    if not connection.execute(query.values(touched_at=time.time())).rowcount:
        raise StoreError("gone")


def expect_head(connection: Connection, workspace_id: int, expected_head: int | None) -> None:
    """Raises StoreError with code stale where another page has moved the head."""
    query = select(workspaces.c.head).where(workspaces.c.id == workspace_id)
    if connection.execute(query).scalar_one() != expected_head:
        raise StoreError("stale")


def revision_from_row(row: sql.Row[Any]) -> Revision:
    fields = dict(row._mapping)
    for name in ("rows", "held_out"):
        fields[name] = tuple(Row(*cells) for cells in fields[name])
    return Revision(**fields)


def move_head(connection: Connection, workspace_id: int, revision_id: int) -> Revision:
    """Make a revision the one that the learner sees; returns it."""
    command = update(workspaces).where(workspaces.c.id == workspace_id)
    connection.execute(command.values(head=revision_id))
    query = select(revisions).where(revisions.c.id == revision_id)
    return revision_from_row(connection.execute(query).one())


def validate_rows(rows: Sequence[Row], tokenizer: str) -> list[tuple[str, ...]]:
    """The rows as they are stored: sanitized, whatever the page has checked before.

    Raises CorpusError with code too_many_pairs, or that of the first problem that
    corpus.sanitize_rows names; ConfigError for an unknown tokenizer.
    """
    check_choice("tokenizer", tokenizer, TOKENIZER_NAMES)
    if len(rows) > LIMITS.pairs:
        raise CorpusError("too_many_pairs", count=len(rows), limit=LIMITS.pairs)
    sanitized_rows = sanitize_rows(rows, tokenizer)
    for problem in sanitized_rows.problems:
        raise problem.error
    return [(row.source, row.target, row.alignment) for row in sanitized_rows.rows]


def save_revision(
    engine: Engine,
    workspace_id: int,
    parent_id: int | None,
    name: str,
    tokenizer: str,
    rows: Sequence[Row],
    held_out: Sequence[Row],
) -> Revision:
    """Save an edit of the revision parent_id (None: the first one). It becomes the head.

    Raises StoreError with code stale where parent_id is no longer the head, or gone; CorpusError,
    see validate_rows.
    """
    stored_rows, stored_held_out = (validate_rows(part, tokenizer) for part in (rows, held_out))
    with write_transaction(engine) as connection:
        touch_workspace(connection, workspace_id)
        expect_head(connection, workspace_id, parent_id)
        insert_result = connection.execute(
            insert(revisions)
            .returning(revisions.c.id)
            .values(
                workspace_id=workspace_id,
                parent_id=parent_id,
                name=clean_text(name),
                tokenizer=tokenizer,
                rows=stored_rows,
                held_out=stored_held_out,
                created_at=time.time(),
            )
        )
        return move_head(connection, workspace_id, insert_result.scalar_one())


def find_head(engine: Engine, workspace_id: int) -> Revision | None:
    """The corpus as the learner sees it; None before the first save."""
    condition = (workspaces.c.id == workspace_id) & (workspaces.c.head == revisions.c.id)
    with read_transaction(engine) as connection:
        row = connection.execute(select(revisions).where(condition)).first()
    return None if row is None else revision_from_row(row)


def undo_revision(engine: Engine, workspace_id: int, expected_head: int) -> Revision:
    """Go back to the parent of the head; returns it. The later revision is kept.

    Raises StoreError with code stale, nothing_to_undo or gone.
    """
    with write_transaction(engine) as connection:
        touch_workspace(connection, workspace_id)
        expect_head(connection, workspace_id, expected_head)
        query = select(revisions.c.parent_id).where(revisions.c.id == expected_head)
        parent_id = connection.execute(query).scalar_one()
        if parent_id is None:
            raise StoreError("nothing_to_undo")
        return move_head(connection, workspace_id, parent_id)
