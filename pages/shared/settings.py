"""All settings of a run, declared once: each has a default, a sentence and a place in the URL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from pages.shared import address, errors
from pages.shared.i18n import N_, _, language
from seq2seq_core.config import (
    ARCHITECTURES,
    SCORES,
    ModelConfig,
    TrainingConfig,
    model_config,
    training_config,
)
from seq2seq_core.errors import ConfigError

NAMES = N_("dot"), N_("general"), N_("additive")  # the names in SCORES that have a translation
DEFAULTS: dict[str, Any] = asdict(ModelConfig()) | asdict(TrainingConfig())
MODEL_FIELDS = ModelConfig.__dataclass_fields__.keys()


@dataclass(frozen=True)
class Choice:
    """One setting out of a few. `key` is its name in the URL, `field` the one in its config."""

    key: str
    field: str
    label: str
    sentence: str
    options: tuple[Any, ...]
    shown: Callable[[Any], str] = str
    slides: bool = False  # numbers lie on a line, names stand side by side

    @property
    def default(self) -> Any:
        return DEFAULTS[self.field]


def percent(value: float) -> str:
    return f"{value:.0%}"


def short(value: float) -> str:
    return f"{value:g}"


CELL = Choice(
    "cell",
    "architecture",
    N_("Cell"),
    N_("What reads and writes word by word: a plain RNN, or an LSTM or GRU with gates."),
    ARCHITECTURES,
    str.upper,
)
ATTENTION = Choice(
    "attention",
    "attention",
    N_("Attention"),
    N_(
        "With attention the decoder looks back at all source positions before it writes a word; "
        "without it one vector has to carry the whole sentence. The names say how decoder state s "
        "and source position h are compared: dot sᵀh, general sᵀWh, additive vᵀtanh(Ws + Uh)."
    ),
    ("none", *SCORES),
    lambda value: _("none") if value == "none" else _(value),
)
HIDDEN = Choice(
    "hidden",
    "hidden_size",
    N_("Hidden size"),
    N_("Numbers in a hidden state: more can remember more, and take longer."),
    (8, 16, 32, 64, 128, 256),
    slides=True,
)
RATE = Choice(
    "rate",
    "learning_rate",
    N_("Learning rate"),
    N_("Size of each step of the optimizer Adam: too small is slow, too large explodes."),
    (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 1.0),
    short,
    slides=True,
)
BATCH = Choice(
    "batch",
    "batch_size",
    N_("Sentence pairs per update"),
    N_("One random pair, a batch of similar length, or the whole corpus at once."),
    ("one", 8, 16, 32, 64, 128, "full"),
    lambda value: {"one": _("one"), "full": _("all")}.get(value, str(value)),
    slides=True,
)
UPDATES = Choice(
    "updates",
    "updates",
    N_("Updates"),
    N_("How many steps the optimizer takes. One epoch is one pass over the corpus."),
    (100, 200, 400, 600, 1000, 2000, 5000),
    slides=True,
)
MODEL_SETTINGS = (
    Choice(
        "bidirectional",
        "bidirectional",
        N_("Encoder"),
        N_("Reads the source from left to right only, or from both ends at once."),
        (True, False),
        lambda value: _("both directions") if value else _("left to right"),
    ),
    Choice(
        "embedding",
        "embedding_size",
        N_("Embedding size"),
        N_("Numbers that stand for one word."),
        (8, 16, 32, 64, 128, 256),
        slides=True,
    ),
    Choice(
        "compared",
        "attention_size",
        N_("Attention size"),
        N_("Numbers in which additive attention compares s and h; the other scores have none."),
        (None, 8, 16, 32, 64, 128),
        lambda value: _("as hidden") if value is None else str(value),
        slides=True,
    ),
    Choice(
        "dropout",
        "dropout",
        N_("Dropout"),
        N_("Share of numbers set to zero at random while learning: none shall be relied on alone."),
        (0.0, 0.1, 0.2, 0.3, 0.5),
        percent,
        slides=True,
    ),
)
TRAINING_SETTINGS = (
    Choice(
        "clip",
        "clip",
        N_("Gradient clipping"),
        N_("A gradient longer than this is shortened to it."),
        (0.1, 0.5, 1.0, 5.0, 100.0),
        short,
        slides=True,
    ),
    Choice(
        "forcing",
        "teacher_forcing",
        N_("Teacher forcing"),
        N_("How often the decoder reads the true word instead of its own, drawn per word."),
        (0.0, 0.25, 0.5, 0.75, 1.0),
        percent,
        slides=True,
    ),
    Choice(
        "seed",
        "seed",
        N_("Random seed"),
        N_("The same seed gives the same run, to the last digit."),
        (1, 2, 3, 4, 5),
    ),
)
ALL = (
    CELL, ATTENTION, HIDDEN, *MODEL_SETTINGS, UPDATES, RATE, BATCH, *TRAINING_SETTINGS
)  # fmt: skip


def widget(setting: Choice) -> str:
    """The key of its control: a preset makes new ones, which begin with what it says."""
    return f"train_{setting.key}_{language()}_{st.session_state.get('settings_turn', 0)}"


def put(setting: Choice, value: object) -> None:
    if value == setting.default:
        address.drop(setting.key)
    else:
        address.put(setting.key, str(value).lower())


def preset(values: dict[str, Any]) -> None:
    """Set fields as given and all others to their defaults."""
    for setting in ALL:
        put(setting, values.get(setting.field, setting.default))
    st.session_state["settings_turn"] = st.session_state.get("settings_turn", 0) + 1


def choose(setting: Choice, key: str) -> None:
    if key != widget(setting):
        return  # of a control that a preset has just replaced: the browser still reports it
    put(setting, st.session_state[key])


def read(setting: Choice, text: str) -> Any:
    """A value out of the URL, by the same door as everywhere. Raises ConfigError."""
    if setting.field in MODEL_FIELDS:  # whether it goes with the others is said when it is used
        alone = {"bidirectional": False} | {setting.field: text}
        return getattr(model_config(alone), setting.field)
    return getattr(training_config({setting.field: text}), setting.field)


def refuse() -> None:
    """Say which settings of a link are out of their limits, once, and forget them."""
    for setting in ALL:
        text = address.get(setting.key)
        try:
            if text is not None:
                read(setting, text)
        except ConfigError as error:
            address.drop(setting.key)
            errors.show(error)


def value(setting: Choice) -> Any:
    """The chosen value, also where the control is not drawn.

    The control knows it first: a click on Train may come together with a click on a setting.
    """
    key = widget(setting)
    if key in st.session_state:
        return st.session_state[key]
    text = address.get(setting.key)
    try:
        return setting.default if text is None else read(setting, text)
    except ConfigError:
        return setting.default


def control(setting: Choice) -> None:
    """Draw one setting; a value that comes by a link or a preset is one more option."""
    key, now = widget(setting), value(setting)
    first = address.first(key, now)
    options = setting.options
    if first not in options:
        numbers = [option for option in options if isinstance(option, int | float)]
        at = sum(number < first for number in numbers) + options.index(numbers[0])
        options = (*options[:at], first, *options[at:])
    draw = st.select_slider if setting.slides else st.segmented_control
    more: dict[str, Any] = {"value": first} if setting.slides else {"default": first}
    if not setting.slides:
        more |= {"required": True, "wrap": True}
    draw(
        _(setting.label),
        options,
        format_func=setting.shown,
        key=key,
        on_change=choose,
        args=(setting, key),
        help=_(setting.sentence),
        **more,
    )


def usable() -> tuple[ModelConfig, TrainingConfig] | None:
    """The chosen settings; None where they do not go together, and why is said."""
    try:
        return configs()
    except ConfigError as error:
        errors.show(error)
        return None


def configs() -> tuple[ModelConfig, TrainingConfig]:
    """The chosen settings. Raises ConfigError where they do not go together."""
    chosen = {setting.field: value(setting) for setting in ALL}
    model = {name: value for name, value in chosen.items() if name in MODEL_FIELDS}
    training = {name: value for name, value in chosen.items() if name not in MODEL_FIELDS}
    return ModelConfig(**model), TrainingConfig(**training)
