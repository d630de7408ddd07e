"""Published models with their corpora, by name: the settings that differ from the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Preset:
    paper: str  # where the model comes from
    corpus: str  # the name of a bundled corpus
    settings: Mapping[str, Any] = field(default_factory=dict)  # field of a config -> value
    is_swapped: bool = False  # whether it learns the corpus from target to source


FIVE_SENTENCES = {
    "architecture": "rnn",
    "bidirectional": False,
    "attention": "none",
    "embedding_size": 128,
    "hidden_size": 128,
    "dropout": 0.0,
    "learning_rate": 0.001,
    "updates": 400,
    "clip": 100.0,  # as good as none
}
CONTEXT_VECTOR = {
    "architecture": "lstm",
    "bidirectional": False,
    "attention": "none",
    "context": "every_step",
    "decoder_relu": True,
}
ADDITIVE_LSTM = {
    "architecture": "lstm",
    "bidirectional": False,
    "attention": "additive",
    "embedding_size": 15,
    "hidden_size": 20,
    "attention_size": 30,
    "dropout": 0.0,
    "learning_rate": 0.01,
}
BIDIRECTIONAL = {"attention": "additive", "updates": 400}
SMALL_TRANSFORMER = {
    "architecture": "transformer",
    "layers": 2,
    "learning_rate": 0.002,
    "warm_up": 100,
    "updates": 400,
}
SUTSKEVER = "Sutskever, Vinyals, Le 2014"
PRESETS = {
    "default": Preset("Cho et al. 2014; Luong, Pham, Manning 2015", "first"),
    "five_one": Preset(SUTSKEVER, "five_sentences", FIVE_SENTENCES | {"batch_size": "one"}),
    "five_full": Preset(SUTSKEVER, "five_sentences", FIVE_SENTENCES | {"batch_size": "full"}),
    "context": Preset(f"Cho et al. 2014; {SUTSKEVER}", "first", CONTEXT_VECTOR),
    "summaries": Preset("Rush, Chopra, Weston 2015", "summaries", CONTEXT_VECTOR),
    "additive": Preset("Bahdanau, Cho, Bengio 2015", "first", ADDITIVE_LSTM),
    "both_ways": Preset(
        "Bahdanau, Cho, Bengio 2015; Luong, Pham, Manning 2015", "first", BIDIRECTIONAL
    ),
    "labels": Preset("Bahdanau, Cho, Bengio 2015", "labels", BIDIRECTIONAL),
    "transformer": Preset("Vaswani et al. 2017", "first", SMALL_TRANSFORMER, is_swapped=True),
}
