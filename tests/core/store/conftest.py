"""A store with a workspace."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from seq2seq_core import store
from tests.core.store.examples import new_workspace


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return store.open_store(f"sqlite:///{tmp_path}/folder/store.db")


@pytest.fixture
def workspace(engine: Engine) -> int:
    return new_workspace(engine)
