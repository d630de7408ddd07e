"""A checkpoint out of a training event, for tests that measure a model."""

from __future__ import annotations

from seq2seq_core.config import ModelConfig
from seq2seq_core.data.vocabulary import Vocabulary
from seq2seq_core.training.checkpoint import Checkpoint
from seq2seq_core.training.loop import Update


def checkpoint_of(
    event: Update, kind: ModelConfig, source: Vocabulary, target: Vocabulary
) -> Checkpoint:
    return Checkpoint(kind, "space", source, target, event.copy_state().parameters)
