"""Translators out of models that are trained or half trained, for tests that measure a model."""

from __future__ import annotations

from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data.codec import Codec
from seq2seq_core.decoding.translator import Translator
from seq2seq_core.models import build_model
from seq2seq_core.training.checkpoint import Checkpoint
from seq2seq_core.training.loop import Update, initial_state, train
from tests.core.model_grid import CODEC, DATA, SOURCE, TARGET

SMALL_KINDS = [
    ModelConfig("gru", True, "additive", 12, 16),
    ModelConfig("lstm", False, "none", 12, 16),
    ModelConfig("transformer", layers=2, heads=2, model_size=16, feed_forward_size=24),
]


def translator_of(event: Update, kind: ModelConfig, codec: Codec = CODEC) -> Translator:
    return Checkpoint(kind, codec, event.copy_state().parameters).build_translator()


def half_trained(kind: ModelConfig) -> Translator:
    """Not trained to the end: nothing is certain, so that there is something to choose."""
    model = build_model(kind, len(SOURCE), len(TARGET), seed=2)
    config = TrainingConfig(updates=25, batch_size="full")
    *_, last = train(model, initial_state(model), DATA, config)
    return translator_of(last, kind)
