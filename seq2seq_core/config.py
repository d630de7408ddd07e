"""All settings of a model and its training: frozen, with working defaults, checked once."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from seq2seq_core.errors import ConfigError
from seq2seq_core.limits import LIMITS

ARCHITECTURES = ("rnn", "lstm", "gru")
SCORES = {"dot": "Dot", "general": "General", "additive": "Additive"}  # class in models.attention
ATTENTIONS = ("none", *SCORES)
TOKENIZERS = ("space", "zh-word", "character")
NUMBER = re.compile(r"[+-]?([0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?")


def short(value: object) -> str:
    """A value as an error quotes it, whatever it holds."""
    return str(value)[:40].encode(errors="replace").decode()


def one_of(name: str, value: object, choices: Collection[object]) -> None:
    if value not in choices:
        named = ", ".join(map(str, choices))
        raise ConfigError("unknown_choice", name=name, value=short(value), choices=named)


def between(name: str, value: float, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ConfigError("out_of_range", name=name, value=short(value), low=low, high=high)


def whole(name: str, value: int, low: int, high: int) -> None:
    between(name, value, low, high)
    if not isinstance(value, int):
        raise ConfigError("out_of_range", name=name, value=short(value), low=low, high=high)


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
        between("learning_rate", self.learning_rate, 1e-7, LIMITS.learning_rate)
        between("clip", self.clip, 1e-7, 1e6)
        between("teacher_forcing", self.teacher_forcing, 0.0, 1.0)
        whole("seed", self.seed, 0, 2**31 - 1)


Config = TypeVar("Config", ModelConfig, TrainingConfig)


def text(_name: str, value: object) -> object:
    return value


def truth(name: str, value: object) -> bool:
    one_of(name, str(value).lower(), ("true", "false"))
    return str(value).lower() == "true"


def whole_number(name: str, value: object) -> int:
    """A whole number, or one written in plain digits: Python's int() would take 1_000 and １２.

    Raises ConfigError with code not_whole.
    """
    if isinstance(value, str) and re.fullmatch("[+-]?[0-9]{1,18}", value):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ConfigError("not_whole", name=name, value=short(value))
    return value


def number(name: str, value: object) -> float:
    """A finite number, or one written as 0.003 or 3e-3. Raises ConfigError, code not_a_number."""
    if isinstance(value, str) and NUMBER.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e300:
        raise ConfigError("not_a_number", name=name, value=short(value))
    return float(value)


def whole_or_word(name: str, value: object) -> object:
    return value if value in ("full", "one") else whole_number(name, value)


def whole_or_none(name: str, value: object) -> int | None:
    return None if value in (None, "none") else whole_number(name, value)


READERS: dict[str, Callable[[str, object], object]] = {  # by a field's type
    "str": text,
    "bool": truth,
    "int": whole_number,
    "float": number,
    "int | str": whole_or_word,
    "int | None": whole_or_none,
}


def read(kind: type[Config], settings: Mapping[str, object]) -> Config:
    readers = {field.name: READERS[str(field.type)] for field in fields(kind)}
    for name in settings:
        if name not in readers:
            raise ConfigError("unknown_setting", name=short(name), choices=", ".join(readers))
    values: dict[str, Any] = {n: readers[n](n, value) for n, value in settings.items()}
    return kind(**values)


def model_config(settings: Mapping[str, object]) -> ModelConfig:
    """A model's settings out of a URL, JSON or a command line; what is missing has its default.

    Raises ConfigError with code unknown_setting, not_whole, not_a_number, or as ModelConfig does.
    """
    return read(ModelConfig, settings)


def training_config(settings: Mapping[str, object]) -> TrainingConfig:
    """As model_config, for TrainingConfig."""
    return read(TrainingConfig, settings)
