"""The limits of the lesson, in one table; an operator raises one by SEQ2SEQ_LAB_<NAME>."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Limits:
    pairs: int = 2_000  # in the shared app; the command line takes cli_pairs
    cli_pairs: int = 30_000
    characters: int = 2_000  # of one sentence, before anything else looks at it
    tokens: int = 64  # of one sentence
    token_characters: int = 64
    vocabulary: int = 5_000  # a side, in the shared app
    upload_bytes: int = 5 * 2**20
    hidden_size: int = 256
    embedding_size: int = 256
    parameters: int = 2_000_000
    updates: int = 100_000
    batch_size: int = 256
    logits_per_update: int = 4_000_000  # batch × target length × vocabulary
    runs: int = 20  # kept in one workspace
    run_minutes: int = 10
    decoded_tokens: int = 64


def from_environment() -> Limits:
    """The table with the operator's changes; a value that is no whole number raises ValueError."""
    changed = {
        field.name: int(os.environ[name])
        for field in fields(Limits)
        if (name := f"SEQ2SEQ_LAB_{field.name.upper()}") in os.environ
    }
    return Limits(**changed)


LIMITS = from_environment()
