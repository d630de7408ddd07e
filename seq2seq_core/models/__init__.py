"""Every model of the lesson, built by name."""

from __future__ import annotations

from collections.abc import Callable

import torch

from seq2seq_core.config import ModelConfig
from seq2seq_core.errors import ConfigError
from seq2seq_core.limits import LIMITS
from seq2seq_core.models.base import EncoderDecoder
from seq2seq_core.models.recurrent import RecurrentModel
from seq2seq_core.models.transformer import Transformer

MODELS: dict[str, Callable[[ModelConfig, int, int], EncoderDecoder]] = {
    "rnn": RecurrentModel,
    "lstm": RecurrentModel,
    "gru": RecurrentModel,
    "transformer": Transformer,
}


def build_model(
    config: ModelConfig, source_size: int, target_size: int, seed: int
) -> EncoderDecoder:
    """An untrained model; the same seed gives the same weights. Sizes count vocabulary entries.

    Raises ConfigError where the model would be larger than the lesson allows.
    """
    with torch.random.fork_rng(devices=[]):  # torch initialises from its global generator
        torch.manual_seed(seed)
        model = MODELS[config.architecture](config, source_size, target_size)
    parameter_count = sum(parameter.numel() for parameter in model.parameters())
    if parameter_count > LIMITS.parameters:
        raise ConfigError("too_many_parameters", count=parameter_count, limit=LIMITS.parameters)
    return model
