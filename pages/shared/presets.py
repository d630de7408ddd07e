"""Published models with their corpora, each at one click: settings, corpus, where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages.shared import errors, runs, session, settings, steering
from pages.shared.i18n import N_, _
from seq2seq_core import corpora


@dataclass(frozen=True)
class Preset:
    key: str
    title: str
    sentence: str
    source: str  # the paper behind it
    corpus: str  # one of corpora.NAMES
    fields: dict[str, Any]  # of the configs, where they differ from the defaults


FIVE = {
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
PRESETS = (
    Preset(
        "default",
        N_("GRU with attention"),
        N_("What this lesson begins with: 300 pairs in which the same words recombine."),
        "Cho et al. 2014; Luong, Pham, Manning 2015",
        "first",
        {},
    ),
    Preset(
        "five_one",
        N_("Five sentences, one at a time"),
        N_(
            "A plain RNN of 128 numbers, no attention, 400 updates of one random sentence each: "
            "see how the loss jumps from sentence to sentence."
        ),
        "Sutskever, Vinyals, Le 2014",
        "five_sentences",
        FIVE | {"batch_size": "one"},
    ),
    Preset(
        "five_full",
        N_("Five sentences, all at once"),
        N_("The same model, but every update sees all five: the curve is smooth."),
        "Sutskever, Vinyals, Le 2014",
        "five_sentences",
        FIVE | {"batch_size": "full"},
    ),
    Preset(
        "additive",
        N_("LSTM with additive attention"),
        N_(
            "Embedding 15, hidden 20, attention 30 numbers: small enough to read each one, and "
            "large enough to align words."
        ),
        "Bahdanau, Cho, Bengio 2015",
        "first",
        {
            "architecture": "lstm",
            "bidirectional": False,
            "attention": "additive",
            "embedding_size": 15,
            "hidden_size": 20,
            "attention_size": 30,
            "dropout": 0.0,
            "learning_rate": 0.01,
        },
    ),
)


@errors.kept
def begin(preset: Preset) -> None:
    """Its settings and its corpus, and the run begins. The corpus before is one undo away."""
    view = session.corpus()
    if view.name != preset.corpus:
        shipped = corpora.shipped(preset.corpus)
        session.save_corpus(view, shipped.rows, shipped.held_out, preset.corpus, "space")
        st.toast(_("The corpus has changed too: Undo on the Corpus page brings the other back."))
    settings.preset(preset.fields)
    runs.start(*settings.configs(), steering.pace())


def choose() -> None:
    st.caption(_("A preset brings its corpus along; Undo on the Corpus page brings yours back."))
    for preset in PRESETS:
        st.button(
            _(preset.title),
            on_click=begin,
            args=(preset,),
            key=f"train_preset_{preset.key}",
            width="stretch",
        )
        told = _("{sentence} (After {source}.)", sentence=_(preset.sentence), source=preset.source)
        st.caption(told)
