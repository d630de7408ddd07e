"""All settings of a model and its training: frozen, with working defaults, checked once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from seq2seq_core.errors import ConfigError
from seq2seq_core.limits import LIMITS

ARCHITECTURES = ("rnn", "lstm", "gru")
SCORES = {"dot": "Dot", "general": "General", "additive": "Additive"}  # class in models.attention
ATTENTIONS = ("none", *SCORES)
TOKENIZERS = ("space", "zh-word", "character")


def one_of(name: str, value: object, choices: Collection[object]) -> None:
    if value not in choices:
        raise ConfigError(
            "unknown_choice", name=name, value=value, choices=", ".join(map(str, choices))
        )


def between(name: str, value: float, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ConfigError("out_of_range", name=name, value=value, low=low, high=high)


def whole(name: str, value: int, low: int, high: int) -> None:
    between(name, value, low, high)
    if not isinstance(value, int):
        raise ConfigError("out_of_range", name=name, value=value, low=low, high=high)


@dataclass(frozen=True)
class ModelConfig:
    """The shape of an encoder–decoder. Sizes count numbers per vector."""

    architecture: str = "gru"
    bidirectional: bool = True
    attention: str = "general"
    embedding_size: int = 64
    hidden_size: int = 64
    dropout: float = 0.1
    attention_size: int | None = None  # additive attention compares in it; None: hidden_size

    def __post_init__(self) -> None:
        one_of("architecture", self.architecture, ARCHITECTURES)
        one_of("bidirectional", self.bidirectional, (False, True))
        one_of("attention", self.attention, ATTENTIONS)
        whole("embedding_size", self.embedding_size, 1, LIMITS.embedding_size)
        whole("hidden_size", self.hidden_size, 1, LIMITS.hidden_size)
        between("dropout", self.dropout, 0.0, 0.9)
        if self.attention_size is not None:
            whole("attention_size", self.attention_size, 1, LIMITS.hidden_size)
        if self.bidirectional and self.hidden_size % 2:
            raise ConfigError("odd_hidden", value=self.hidden_size, better=self.hidden_size + 1)


@dataclass(frozen=True)
class TrainingConfig:
    """How a model learns. An update is one optimizer step; an epoch is one pass over the corpus.

    batch_size is a number of pairs, "full" (the whole corpus) or "one" (one random pair).
    teacher_forcing is the probability that the decoder reads the true word, drawn per token.
    """

    updates: int = 600
    batch_size: int | str = 32
    learning_rate: float = 0.003
    clip: float = 1.0  # largest norm of the gradient
    teacher_forcing: float = 1.0
    seed: int = 1

    def __post_init__(self) -> None:
        whole("updates", self.updates, 1, LIMITS.updates)
        if isinstance(self.batch_size, str):
            one_of("batch_size", self.batch_size, ("full", "one"))
        else:
            whole("batch_size", self.batch_size, 1, LIMITS.batch_size)
        between("learning_rate", self.learning_rate, 1e-7, 10.0)
        between("clip", self.clip, 1e-7, 1e6)
        between("teacher_forcing", self.teacher_forcing, 0.0, 1.0)
        whole("seed", self.seed, 0, 2**31 - 1)
