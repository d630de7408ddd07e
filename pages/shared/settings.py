"""All settings of a run, declared once: each has a default, a sentence and a place in the URL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages.shared import address
from pages.shared.i18n import N_, _, language
from seq2seq_core.config import ARCHITECTURES, SCORES, ModelConfig, TrainingConfig

NAMES = N_("dot"), N_("general"), N_("additive")  # the names in SCORES that have a translation
MODEL, TRAINING = ModelConfig(), TrainingConfig()


@dataclass(frozen=True)
class Choice:
    """One setting out of a few. `key` is also its name in the URL."""

    key: str
    label: str
    sentence: str
    options: tuple[Any, ...]
    default: Any
    shown: Callable[[Any], str] = str


ATTENTION = Choice(
    "attention",
    N_("Attention"),
    N_(
        "With attention the decoder looks back at all source words before it writes each word. "
        "Without it, one vector has to carry the whole sentence."
    ),
    ("with", "without"),
    "with",
    lambda value: _("with attention") if value == "with" else _("without attention"),
)

MODEL_SETTINGS = (
    Choice(
        "cell",
        N_("Cell"),
        N_("What reads and writes word by word: a plain RNN, or an LSTM or GRU with gates."),
        ARCHITECTURES,
        MODEL.architecture,
        str.upper,
    ),
    Choice(
        "directions",
        N_("Encoder"),
        N_("Reads the source from left to right only, or from both ends at once."),
        (2, 1),
        2,
        lambda value: _("both directions") if value == 2 else _("left to right"),
    ),
    Choice(
        "score",
        N_("Attention score"),
        N_("How decoder state s and source position h are compared: sᵀh, sᵀWh or vᵀtanh(Ws + Uh)."),
        tuple(SCORES),
        MODEL.attention,
        _,
    ),
    Choice(
        "hidden",
        N_("Hidden size"),
        N_("Numbers in a hidden state: more can remember more, and take longer."),
        (8, 16, 32, 64, 128, 256),
        MODEL.hidden_size,
    ),
    Choice(
        "embedding",
        N_("Embedding size"),
        N_("Numbers that stand for one word."),
        (8, 16, 32, 64, 128, 256),
        MODEL.embedding_size,
    ),
    Choice(
        "dropout",
        N_("Dropout"),
        N_("Share of numbers set to zero at random while learning: none shall be relied on alone."),
        (0.0, 0.1, 0.2, 0.3, 0.5),
        MODEL.dropout,
    ),
)
UPDATES = Choice(
    "updates",
    N_("Updates"),
    N_("How many steps the optimizer takes. One epoch is one pass over the corpus."),
    (100, 200, 400, 600, 1000, 2000, 5000),
    TRAINING.updates,
)
TRAINING_SETTINGS = (
    UPDATES,
    Choice(
        "batch",
        N_("Sentence pairs per update"),
        N_("One random pair, a batch of similar length, or the whole corpus at once."),
        ("one", 8, 16, 32, 64, 128, "full"),
        TRAINING.batch_size,
        lambda value: {"one": _("one"), "full": _("all")}.get(value, str(value)),
    ),
    Choice(
        "rate",
        N_("Learning rate"),
        N_("Size of each step of the optimizer Adam: too small is slow, too large explodes."),
        (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 1.0),
        TRAINING.learning_rate,
        lambda value: f"{value:g}",
    ),
    Choice(
        "clip",
        N_("Gradient clipping"),
        N_("A gradient longer than this is shortened to it."),
        (0.1, 0.5, 1.0, 5.0, 100.0),
        TRAINING.clip,
        lambda value: f"{value:g}",
    ),
    Choice(
        "forcing",
        N_("Teacher forcing"),
        N_("How often the decoder reads the true word instead of its own, drawn per word."),
        (0.0, 0.25, 0.5, 0.75, 1.0),
        TRAINING.teacher_forcing,
        lambda value: f"{value:.0%}",
    ),
    Choice(
        "seed",
        N_("Random seed"),
        N_("The same seed gives the same run, to the last digit."),
        (1, 2, 3, 4, 5),
        TRAINING.seed,
    ),
)


def choose(setting: Choice, key: str) -> None:
    chosen = st.session_state[key]
    if chosen == setting.default:
        address.drop(setting.key)
    else:
        address.put(setting.key, str(chosen))


def control(setting: Choice, bare: bool = False) -> None:
    """Draw one setting; a bare one explains itself by its options."""
    key = f"train_{setting.key}_{language()}"
    st.segmented_control(
        _(setting.label),
        setting.options,
        default=address.first(key, value(setting)),
        required=True,
        format_func=setting.shown,
        key=key,
        on_change=choose,
        args=(setting, key),
        help=None if bare else _(setting.sentence),
        label_visibility="collapsed" if bare else "visible",
        wrap=True,
    )


def sections() -> None:
    """All settings but the first, for a place that opens."""
    for title, settings in ((_("Model"), MODEL_SETTINGS), (_("Learning"), TRAINING_SETTINGS)):
        st.subheader(title, anchor=False)
        for setting in settings:
            control(setting)


def value(setting: Choice) -> Any:
    """The chosen value, also where the control is not drawn.

    The control knows it first: a click on Train may come together with a click on a setting.
    """
    chosen = st.session_state.get(f"train_{setting.key}_{language()}")
    if chosen in setting.options:
        return chosen
    return address.option(setting.key, setting.options, setting.default)


def configs() -> tuple[ModelConfig, TrainingConfig]:
    """The chosen settings. Raises ConfigError where they do not go together."""
    chosen = {s.key: value(s) for s in (ATTENTION, *MODEL_SETTINGS, *TRAINING_SETTINGS)}
    model = ModelConfig(
        architecture=chosen["cell"],
        bidirectional=chosen["directions"] == 2,
        attention=chosen["score"] if chosen["attention"] == "with" else "none",
        embedding_size=chosen["embedding"],
        hidden_size=chosen["hidden"],
        dropout=chosen["dropout"],
    )
    training = TrainingConfig(
        updates=chosen["updates"],
        batch_size=chosen["batch"],
        learning_rate=chosen["rate"],
        clip=chosen["clip"],
        teacher_forcing=chosen["forcing"],
        seed=chosen["seed"],
    )
    return model, training
