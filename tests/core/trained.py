"""A translator out of a training event, for tests that measure a model."""

from __future__ import annotations

from seq2seq_core.config import ModelConfig
from seq2seq_core.data.codec import Codec
from seq2seq_core.decoding.translator import Translator
from seq2seq_core.training.checkpoint import Checkpoint
from seq2seq_core.training.loop import Update
from tests.core.model_grid import CODEC


def translator_of(event: Update, kind: ModelConfig, codec: Codec = CODEC) -> Translator:
    return Checkpoint(kind, codec, event.copy_state().parameters).build_translator()
