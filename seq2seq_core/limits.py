"""The limits of the lesson, in one table; an operator changes one by SEQ2SEQ_LAB_<NAME>."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields

from seq2seq_core.errors import ConfigError


@dataclass(frozen=True)
class Limits:
    pairs: int = 2_000  # in the shared app; the command line takes cli_pairs
    cli_pairs: int = 30_000
    tokens: int = 64  # of one sentence
    token_characters: int = 64
    characters: int = 4_200  # of one sentence before it is cut: 64 tokens × 64, and spaces
    vocabulary: int = 5_000  # a side, in the shared app
    upload_bytes: int = 5 * 2**20
    hidden_size: int = 256
    embedding_size: int = 256
    layers: int = 4
    heads: int = 8
    feed_forward_size: int = 1_024
    beam: int = 10
    parameters: int = 2_000_000
    updates: int = 100_000
    batch_size: int = 256
    learning_rate: int = 10
    logits_per_update: int = 4_000_000  # batch × target length × vocabulary
    runs: int = 20  # of one workspace
    run_minutes: int = 10
    decoded_tokens: int = 64
    workspace_bytes: int = 50 * 2**20
    idle_days: int = 30  # until a workspace that nobody opens is deleted


def environment_overrides() -> Iterator[tuple[str, str, str]]:
    """Field, variable and value of every limit that the operator has set."""
    for field in fields(Limits):
        variable = f"SEQ2SEQ_LAB_{field.name.upper()}"
        if variable in os.environ:
            yield field.name, variable, os.environ[variable]


def is_positive_int(value: str) -> bool:
    return re.fullmatch("[1-9][0-9]{0,17}", value) is not None


def check_environment() -> None:
    """Raises ConfigError with code bad_limit where a limit is not a whole number from 1 on.

    The command line and the app call it when they start: an import has nobody to tell.
    """
    for _, variable, value in environment_overrides():
        if not is_positive_int(value):
            raise ConfigError("bad_limit", name=variable, value=value[:40])


LIMITS = Limits(
    **{name: int(value) for name, _, value in environment_overrides() if is_positive_int(value)}
)
