"""All settings of a model and its training: frozen, with working defaults, checked once."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from typing import Any, TypeVar

from seq2seq_core.errors import ConfigError
from seq2seq_core.limits import LIMITS

ARCHITECTURES = ("rnn", "lstm", "gru", "transformer")
ATTENTIONS = ("none", "dot", "general", "additive")  # the scores of models.attention.SCORES
# attention after the decoder's step (Luong et al. 2015) or before it (Bahdanau et al. 2015)
ATTENTION_TIMINGS = ("after", "before")
CONTEXT_TIMINGS = ("start", "every_step")  # where the decoder gets the encoder's last state
# layer norm after each residual sum, as in Vaswani et al. 2017, or before each sublayer
NORM_POSITIONS = ("post", "pre")
SCHEDULES = ("constant", "linear", "exponential", "inverse_sigmoid")  # S. Bengio et al. 2015
CHOICES: dict[str, Sequence[str]] = {  # the words that a field may be, by the field's name
    "architecture": ARCHITECTURES,
    "attention": ATTENTIONS,
    "timing": ATTENTION_TIMINGS,
    "context": CONTEXT_TIMINGS,
    "norm": NORM_POSITIONS,
    "teacher_forcing_schedule": SCHEDULES,
}
TOKENIZER_NAMES = ("space", "zh-word", "character")
NUMBER_PATTERN = re.compile(r"[+-]?([0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?")


def quote_value(value: object) -> str:
    """A value as an error quotes it: 40 characters at most, and valid Unicode."""
    return str(value)[:40].encode(errors="replace").decode()


def check_choice(name: str, value: object, choices: Collection[object]) -> None:
    """Raises ConfigError with code unknown_choice."""
    if value not in choices:
        known = ", ".join(map(str, choices))
        raise ConfigError("unknown_choice", name=name, value=quote_value(value), choices=known)


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Raises ConfigError with code out_of_range; low and high are allowed themselves."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ConfigError("out_of_range", name=name, value=quote_value(value), low=low, high=high)


def check_int(name: str, value: int, low: int, high: int) -> None:
    check_range(name, value, low, high)
    if not isinstance(value, int):
        raise ConfigError("out_of_range", name=name, value=quote_value(value), low=low, high=high)


@dataclass(frozen=True)
class ModelConfig:
    """The shape of an encoder–decoder. Sizes count numbers per vector.

    Which fields a recurrent model and a Transformer read: see unread_fields.
    """

    architecture: str = "gru"
    bidirectional: bool = True
    attention: str = "general"
    embedding_size: int = 64
    hidden_size: int = 64
    dropout: float = 0.1
    attention_size: int | None = None  # of additive attention; None: hidden_size
    layers: int = 1  # of the encoder, and as many of the decoder
    timing: str = "after"  # whether the decoder attends before or after its step
    context: str = "start"  # the encoder's last state: only at the start, or again at every step
    sharpness: float = 1.0  # β, scores times this before the softmax; 0: all weights equal
    decoder_relu: bool = False  # ReLU after the decoder's embedding
    heads: int = 4
    model_size: int = 64  # D, of every state of a Transformer
    feed_forward_size: int = 128
    norm: str = "post"
    positions: bool = True  # without them a Transformer cannot tell the order of the words

    def __post_init__(self) -> None:
        for name in ("architecture", "timing", "context", "norm", "attention"):
            check_choice(name, getattr(self, name), CHOICES[name])
        for name in ("decoder_relu", "positions", "bidirectional"):
            check_choice(name, getattr(self, name), (False, True))
        self.check_sizes()

    def check_sizes(self) -> None:
        check_int("embedding_size", self.embedding_size, 1, LIMITS.embedding_size)
        check_int("hidden_size", self.hidden_size, 1, LIMITS.hidden_size)
        check_range("dropout", self.dropout, 0.0, 0.9)
        check_range("sharpness", self.sharpness, 0.0, 100.0)
        check_int("layers", self.layers, 1, LIMITS.layers)
        check_int("heads", self.heads, 1, LIMITS.heads)
        check_int("model_size", self.model_size, 1, LIMITS.hidden_size)
        check_int("feed_forward_size", self.feed_forward_size, 1, LIMITS.feed_forward_size)
        if self.attention_size is not None:
            check_int("attention_size", self.attention_size, 1, LIMITS.hidden_size)
        if self.is_transformer and self.model_size % self.heads:
            raise ConfigError("uneven_heads", size=self.model_size, heads=self.heads)
        if not self.is_transformer and self.bidirectional and self.hidden_size % 2:
            raise ConfigError("odd_hidden", value=self.hidden_size, better=self.hidden_size + 1)

    @property
    def is_transformer(self) -> bool:
        return self.architecture == "transformer"

    @property
    def has_attention(self) -> bool:
        """Whether the decoder looks back at the source."""
        return self.is_transformer or self.attention != "none"

    @property
    def attention_cost(self) -> int:
        """Numbers that attention computes for each pair of target and source position."""
        if self.is_transformer:
            return self.layers * self.heads
        comparison_size = self.attention_size or self.hidden_size
        return comparison_size if self.attention == "additive" else 1


@dataclass(frozen=True)
class TrainingConfig:
    """How a model learns. An update is one optimizer step; an epoch is one pass over the corpus.

    batch_size is a number of pairs, "full" (the whole corpus) or "one" (one random pair).
    teacher_forcing is the probability that the decoder reads the true word, drawn per token; with
    a schedule it begins there and falls to half of it after teacher_forcing_half_life updates.
    """

    updates: int = 600
    batch_size: int | str = 32
    learning_rate: float = 0.003
    clip: float = 1.0  # largest norm of the gradient
    teacher_forcing: float = 1.0
    seed: int = 1
    teacher_forcing_schedule: str = "constant"
    teacher_forcing_half_life: int = 200  # updates
    label_smoothing: float = 0.0  # share of the target's probability spread over all words
    warm_up: int = 0  # updates until the full learning rate; then it falls by 1/√update
    weight_decay: float = 0.0  # share of a weight, times the rate, lost at each update
    early_stopping: int = 0  # updates without a lower held-out loss after which to stop; 0: never

    def __post_init__(self) -> None:
        check_choice("teacher_forcing_schedule", self.teacher_forcing_schedule, SCHEDULES)
        check_int("teacher_forcing_half_life", self.teacher_forcing_half_life, 1, LIMITS.updates)
        check_range("label_smoothing", self.label_smoothing, 0.0, 0.9)
        check_int("warm_up", self.warm_up, 0, LIMITS.updates)
        check_range("weight_decay", self.weight_decay, 0.0, 10.0)
        check_int("early_stopping", self.early_stopping, 0, LIMITS.updates)
        check_int("updates", self.updates, 1, LIMITS.updates)
        if isinstance(self.batch_size, str):
            check_choice("batch_size", self.batch_size, ("full", "one"))
        else:
            check_int("batch_size", self.batch_size, 1, LIMITS.batch_size)
        check_range("learning_rate", self.learning_rate, 1e-7, LIMITS.learning_rate)
        check_range("clip", self.clip, 1e-7, 1e6)
        check_range("teacher_forcing", self.teacher_forcing, 0.0, 1.0)
        check_int("seed", self.seed, 0, 2**31 - 1)

    def pairs_per_update(self, pairs: int) -> int:
        """batch_size as a number, for a corpus of `pairs` pairs."""
        sizes = {"full": max(pairs, 1), "one": 1}
        return sizes.get(str(self.batch_size)) or int(self.batch_size)

    def updates_per_epoch(self, pairs: int) -> int:
        return -(-pairs // self.pairs_per_update(pairs))  # the last batch may be smaller


@dataclass(frozen=True)
class DecodingConfig:
    """How the next token is chosen. By default greedily: always the most probable one.

    A temperature, top_k or top_p below 1 samples the token instead. A beam wider than one and
    sampling exclude each other: ConfigError with code beam_and_lot.
    """

    beam: int = 1  # hypotheses that are kept alive
    length_penalty: float = 0.0  # λ of Wu et al. 2016; 0: the plain probability decides
    temperature: float | None = None  # 1: as the model says; towards 0: always the most probable
    top_k: int = 0  # draw among this many, the most probable ones; 0: among all
    top_p: float = 1.0  # draw among the most probable that have this probability together
    seed: int = 1

    def __post_init__(self) -> None:
        check_int("beam", self.beam, 1, LIMITS.beam)
        check_range("length_penalty", self.length_penalty, 0.0, 10.0)
        if self.temperature is not None:
            check_range("temperature", self.temperature, 0.0, 100.0)
        check_int("top_k", self.top_k, 0, LIMITS.vocabulary)
        check_range("top_p", self.top_p, 1e-6, 1.0)
        check_int("seed", self.seed, 0, 2**31 - 1)
        if self.beam > 1 and self.uses_sampling:
            raise ConfigError("beam_and_lot")

    @property
    def uses_sampling(self) -> bool:
        return self.temperature is not None or self.top_k > 0 or self.top_p < 1


Config = TypeVar("Config", ModelConfig, TrainingConfig, DecodingConfig)


# --- what a config means in effect ----------------------------------------------------------

ATTENTION_FIELDS = {"timing", "sharpness", "attention_size"}
RECURRENT_FIELDS = {"attention", "bidirectional", "embedding_size", "hidden_size", "context",
                    "decoder_relu", *ATTENTION_FIELDS}  # fmt: skip
TRANSFORMER_FIELDS = {"heads", "model_size", "feed_forward_size", "norm", "positions"}


def unread_fields(values: Mapping[str, object]) -> set[str]:
    """The fields that make no difference beside these values, of one config or of several."""
    has_schedule = values.get("teacher_forcing_schedule", "constant") != "constant"
    unread = set() if has_schedule else {"teacher_forcing_half_life"}
    if values.get("architecture") == "transformer":
        return unread | RECURRENT_FIELDS
    if values.get("attention") == "none":
        unread |= ATTENTION_FIELDS
    if values.get("attention") != "additive":
        unread.add("attention_size")
    return unread | TRANSFORMER_FIELDS


def effective(config: Config) -> Config:
    """The same config with its default in each field that makes no difference."""
    unread = unread_fields(asdict(config))
    defaults: dict[str, Any] = {f.name: f.default for f in fields(config) if f.name in unread}
    return replace(config, **defaults)


# --- a config out of text -------------------------------------------------------------------


def parse_bool(name: str, value: object) -> bool:
    check_choice(name, str(value).lower(), ("true", "false"))
    return str(value).lower() == "true"


def parse_int(name: str, value: object) -> int:
    """A whole number, or one written in plain digits. Raises ConfigError, code not_whole."""
    if isinstance(value, str) and re.fullmatch("[+-]?[0-9]{1,18}", value):
        return int(value)  # int() alone would read 1_000 and １２ too
    if isinstance(value, bool) or not isinstance(value, int):
        raise ConfigError("not_whole", name=name, value=quote_value(value))
    return value


def parse_float(name: str, value: object) -> float:
    """A finite number, or one written as 0.003 or 3e-3. Raises ConfigError, code not_a_number."""
    if isinstance(value, str) and NUMBER_PATTERN.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e300:
        raise ConfigError("not_a_number", name=name, value=quote_value(value))
    return float(value)


def parse_int_or_word(name: str, value: object) -> object:
    return value if value in ("full", "one") else parse_int(name, value)


def parse_optional_int(name: str, value: object) -> int | None:
    return None if value in (None, "none") else parse_int(name, value)


def parse_optional_float(name: str, value: object) -> float | None:
    return None if value in (None, "none") else parse_float(name, value)


PARSERS: dict[str, Callable[[str, object], object]] = {  # by a field's type
    "str": lambda _name, value: value,
    "bool": parse_bool,
    "int": parse_int,
    "float": parse_float,
    "int | str": parse_int_or_word,
    "int | None": parse_optional_int,
    "float | None": parse_optional_float,
}


def parse_config(config_class: type[Config], settings: Mapping[str, object]) -> Config:
    """A config out of a URL, JSON or a command line; a missing field has its default.

    Raises ConfigError with code unknown_setting, not_whole, not_a_number, or as the config does.
    """
    parsers = {field.name: PARSERS[str(field.type)] for field in fields(config_class)}
    for name in settings:
        if name not in parsers:
            raise ConfigError("unknown_setting", name=quote_value(name), choices=", ".join(parsers))
    values: dict[str, Any] = {name: parsers[name](name, settings[name]) for name in settings}
    return config_class(**values)


parse_model_config = partial(parse_config, ModelConfig)
parse_training_config = partial(parse_config, TrainingConfig)
parse_decoding_config = partial(parse_config, DecodingConfig)
