"""The tables, as two databases know them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from seq2seq_core.store import schema


def test_the_tables_are_postgresql_too() -> None:
    dialect = postgresql.dialect()
    for table in schema.metadata.sorted_tables:
        assert str(CreateTable(table).compile(dialect=dialect))
        for index in table.indexes:
            text = str(CreateIndex(index).compile(dialect=dialect))
            if index.name == "one_active_run":
                assert "UNIQUE" in text and "WHERE" in text
    assert "FOR UPDATE" in str(select(schema.runs).with_for_update().compile(dialect=dialect))
