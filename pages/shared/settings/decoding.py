"""How the next word is chosen: the settings of a search and of a draw, declared once."""

from __future__ import annotations

from pages.shared.frame.i18n import N_, _
from pages.shared.settings.setting import Setting, format_compact, format_share
from seq2seq_core.config import DecodingConfig

BEAM = Setting(
    DecodingConfig,
    "beam",
    N_("Beam width"),
    N_("How many beginnings stay alive after each step. A beam of one is greedy."),
    tuple(range(1, 11)),
    is_slider=True,
    page_default=3,
)
LENGTH_PENALTY = Setting(
    DecodingConfig,
    "length_penalty",
    N_("Length penalty λ"),
    N_(
        "Each word makes a sentence less probable, so short ones win. The score log p / ((5 + n) / "
        "6)^λ makes up for it (Wu et al. 2016); n counts the tokens. With λ = 0 the plain "
        "probability decides."
    ),
    (0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0),
    format_compact,
    is_slider=True,
    page_default=0.6,
)
TEMPERATURE = Setting(
    DecodingConfig,
    "temperature",
    N_("Temperature"),
    N_(
        "The numbers before the softmax are divided by it. Below 1 what is likely gets likelier, "
        "above 1 everything gets more alike; at 0 the most probable word is certain: greedy."
    ),
    (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0),
    format_compact,
    is_slider=True,
    page_default=1.0,
)
TOP_K = Setting(
    DecodingConfig,
    "top_k",
    N_("Top-k"),
    N_("Draw only among so many of the most probable words (Fan et al. 2018)."),
    (0, 1, 2, 3, 5, 10, 20, 50),
    lambda count: _("all") if count == 0 else str(count),
    is_slider=True,
)
TOP_P = Setting(
    DecodingConfig,
    "top_p",
    N_("Top-p"),
    N_(
        "Draw only among the fewest words that have this share of the probability together "
        "(Holtzman et al. 2020)."
    ),
    (0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0),
    format_share,
    is_slider=True,
)
DRAW_NUMBER = Setting(
    DecodingConfig,
    "seed",
    N_("Draw number"),
    N_("The seed of the random numbers: the same number draws the same sentences again."),
    param="draw",  # not the seed of the training
)
DECODING_SETTINGS = (BEAM, LENGTH_PENALTY, TEMPERATURE, TOP_K, TOP_P, DRAW_NUMBER)
