"""All settings of how a model learns, declared once, as those of the model."""

from __future__ import annotations

from pages.shared.frame.i18n import N_, _
from pages.shared.settings.setting import (
    Setting,
    format_compact,
    format_share,
    translate_option,
)
from seq2seq_core.config import SCHEDULES, TrainingConfig

LEARNING_RATE = Setting(
    TrainingConfig,
    "learning_rate",
    N_("Learning rate"),
    N_("Size of each step of the optimizer Adam: too small is slow, too large explodes."),
    (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 1.0),
    format_compact,
    is_slider=True,
    short_label=N_("rate {value}"),
)
BATCH_SIZE = Setting(
    TrainingConfig,
    "batch_size",
    N_("Sentence pairs per update"),
    N_("One random pair, a batch of similar length, or the whole corpus at once."),
    ("one", 8, 16, 32, 64, 128, "full"),
    lambda value: {"one": _("one"), "full": _("all")}.get(value, str(value)),
    is_slider=True,
)
UPDATES = Setting(
    TrainingConfig,
    "updates",
    N_("Updates"),
    N_("How many steps the optimizer takes. One epoch is one pass over the corpus."),
    (100, 200, 400, 600, 1000, 2000, 5000),
    is_slider=True,
)
LEARNING_SETTINGS = (LEARNING_RATE, BATCH_SIZE, UPDATES)
MORE_LEARNING_SETTINGS = (
    Setting(
        TrainingConfig,
        "teacher_forcing",
        N_("Teacher forcing"),
        N_("How often the decoder reads the true word instead of its own, drawn per word."),
        (0.0, 0.25, 0.5, 0.75, 1.0),
        format_share,
        is_slider=True,
        short_label=N_("true word {value}"),
    ),
    Setting(
        TrainingConfig,
        "teacher_forcing_schedule",
        N_("Teacher forcing falls"),
        N_(
            "Scheduled sampling (S. Bengio et al. 2015): the true word is read less and less often "
            "while the model learns, in a line or along one of two curves."
        ),
        SCHEDULES,
        translate_option,
        short_label=N_("forcing {value}"),
    ),
    Setting(
        TrainingConfig,
        "teacher_forcing_half_life",
        N_("Half-life of teacher forcing"),
        N_("Updates after which the true word is read half as often as at the beginning."),
        (50, 100, 200, 400, 800),
        is_slider=True,
    ),
    Setting(
        TrainingConfig,
        "label_smoothing",
        N_("Label smoothing"),
        N_(
            "Share of the probability that is taken from the right word and spread over all words: "
            "the model shall not become too sure."
        ),
        (0.0, 0.05, 0.1, 0.2, 0.3),
        format_share,
        is_slider=True,
        short_label=N_("smoothing {value}"),
    ),
    Setting(
        TrainingConfig,
        "warm_up",
        N_("Warm-up"),
        N_(
            "Updates in which the learning rate rises from nothing to its height; then it falls "
            "with the root of their number. With 0 it stays the same."
        ),
        (0, 50, 100, 200, 400, 1000),
        is_slider=True,
        short_label=N_("warm-up {value}"),
    ),
    Setting(
        TrainingConfig,
        "weight_decay",
        N_("Weight decay"),
        N_("Share of each weight, times the learning rate, that is taken off at every update."),
        (0.0, 0.001, 0.01, 0.1, 1.0),
        format_compact,
        is_slider=True,
        short_label=N_("decay {value}"),
    ),
    Setting(
        TrainingConfig,
        "early_stopping",
        N_("Early stopping"),
        N_(
            "It stops by itself after so many updates without a lower loss on new sentences, "
            "measured every ten; where none are held out it never does."
        ),
        (0, 20, 50, 100, 200, 400),
        lambda value: str(value) if value else _("never"),
        is_slider=True,
        short_label=N_("patience {value}"),
    ),
    Setting(
        TrainingConfig,
        "clip",
        N_("Gradient clipping"),
        N_("A gradient longer than this is shortened to it."),
        (0.1, 0.5, 1.0, 5.0, 100.0),
        format_compact,
        is_slider=True,
    ),
    Setting(
        TrainingConfig,
        "seed",
        N_("Random seed"),
        N_("The same seed gives the same run, to the last digit."),
        (1, 2, 3, 4, 5),
    ),
)
