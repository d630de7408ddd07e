"""All settings of a model, declared once: a new field of ModelConfig is one more Setting here."""

from __future__ import annotations

from pages.shared.frame.i18n import N_, _
from pages.shared.settings.setting import (
    Setting,
    architecture_label,
    format_compact,
    format_share,
    format_switch,
    translate_option,
)
from seq2seq_core.config import (
    ARCHITECTURES,
    ATTENTION_TIMINGS,
    ATTENTIONS,
    CONTEXT_TIMINGS,
    NORM_POSITIONS,
    ModelConfig,
)

ARCHITECTURE = Setting(
    ModelConfig,
    "architecture",
    N_("Architecture"),
    N_(
        "What reads and writes: a plain RNN, or an LSTM or GRU with gates, one word after the "
        "other; or a Transformer, which looks at all words at once by attention alone."
    ),
    ARCHITECTURES,
    architecture_label,
)
ATTENTION = Setting(
    ModelConfig,
    "attention",
    N_("Attention"),
    N_(
        "With attention the decoder looks back at all source positions before it writes a word; "
        "without it one vector has to carry the whole sentence. The names say how decoder state s "
        "and source position h are compared: dot sᵀh, general sᵀWh, additive vᵀtanh(Ws + Uh)."
    ),
    ATTENTIONS,
    translate_option,
)
HIDDEN_SIZE = Setting(
    ModelConfig,
    "hidden_size",
    N_("Hidden size"),
    N_("Numbers in a hidden state: more can remember more, and take longer."),
    (8, 16, 32, 64, 128, 256),
    is_slider=True,
    short_label=N_("hidden {value}"),
)
HEAD_COUNT = Setting(
    ModelConfig,
    "heads",
    N_("Heads"),
    N_(
        "How many ways of looking each layer has: every head compares in a part of its own of the "
        "vectors, and gets its own weights."
    ),
    (1, 2, 4, 8),
)
MODEL_SIZE = Setting(
    ModelConfig,
    "model_size",
    N_("Model size"),
    N_("Numbers in each vector of the Transformer; the heads share them equally."),
    (8, 16, 32, 64, 128, 256),
    is_slider=True,
    short_label=N_("size {value}"),
)
MODEL_SETTINGS = (ARCHITECTURE, ATTENTION, HIDDEN_SIZE, HEAD_COUNT, MODEL_SIZE)
MORE_MODEL_SETTINGS = (
    Setting(
        ModelConfig,
        "layers",
        N_("Layers"),
        N_("Of the encoder, and as many of the decoder: each reads what the one below makes."),
        (1, 2, 3, 4),
    ),
    Setting(
        ModelConfig,
        "bidirectional",
        N_("Encoder"),
        N_("Reads the source from left to right only, or from both ends at once."),
        (True, False),
        lambda value: _("both directions") if value else _("left to right"),
    ),
    Setting(
        ModelConfig,
        "timing",
        N_("The decoder asks"),
        N_(
            "When it looks at the source: after its step, with the new state (Luong et al. 2015), "
            "or before it, with the old one, so that the step can read what was found (Bahdanau et "
            "al. 2015); that takes longer, one word at a time."
        ),
        ATTENTION_TIMINGS,
        translate_option,
        short_label=N_("asks {value}"),
    ),
    Setting(
        ModelConfig,
        "attention_size",
        N_("Attention size"),
        N_("Numbers in which additive attention compares s and h."),
        (None, 8, 16, 32, 64, 128),
        lambda value: _("as hidden") if value is None else str(value),
        is_slider=True,
        short_label=N_("attention size {value}"),
    ),
    Setting(
        ModelConfig,
        "sharpness",
        N_("Sharpness β"),
        N_(
            "The scores times this factor, before the softmax makes weights of them: 0 looks at "
            "all positions alike, a large one hardly at more than one, 1 leaves them as they are. "
            "The model learns with it."
        ),
        (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0),
        format_compact,
        is_slider=True,
        short_label="β {value}",
    ),
    Setting(
        ModelConfig,
        "context",
        N_("Context vector"),
        N_(
            "The encoder's last state. It starts the decoder; given at every step, the decoder can "
            "read it again whenever it writes a word."
        ),
        CONTEXT_TIMINGS,
        translate_option,
        short_label=N_("context {value}"),
    ),
    Setting(
        ModelConfig,
        "embedding_size",
        N_("Embedding size"),
        N_("Numbers that stand for one word."),
        (8, 16, 32, 64, 128, 256),
        is_slider=True,
        short_label=N_("embedding {value}"),
    ),
    Setting(
        ModelConfig,
        "decoder_relu",
        N_("ReLU after the decoder's embedding"),
        N_("Sets the negative numbers of each word that the decoder reads to zero."),
        (False, True),
        format_switch,
        short_label="ReLU",
    ),
    Setting(
        ModelConfig,
        "feed_forward_size",
        N_("Feed-forward size"),
        N_("Numbers between the two linear maps that each layer applies to every position alone."),
        (16, 32, 64, 128, 256, 512, 1024),
        is_slider=True,
        short_label=N_("feed-forward {value}"),
    ),
    Setting(
        ModelConfig,
        "norm",
        N_("Layer norm"),
        N_(
            "Where numbers are brought back to one size: after each residual sum, as in the paper, "
            "or before each part, which learns more steadily in many layers."
        ),
        NORM_POSITIONS,
        translate_option,
        short_label=N_("norm {value}"),
    ),
    Setting(
        ModelConfig,
        "positions",
        N_("Positions"),
        N_(
            "Sines and cosines of the position, added to each embedding. Without them a "
            "Transformer cannot tell in which order the source words stand."
        ),
        (True, False),
        format_switch,
        short_label=N_("positions {value}"),
    ),
    Setting(
        ModelConfig,
        "dropout",
        N_("Dropout"),
        N_("Share of numbers set to zero at random while learning: none shall be relied on alone."),
        (0.0, 0.1, 0.2, 0.3, 0.5),
        format_share,
        is_slider=True,
    ),
)
