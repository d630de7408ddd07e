"""Published models with their corpora, each at one click, in words."""

from __future__ import annotations

import streamlit as st

from pages.shared.frame import errors, session, widgets
from pages.shared.frame.i18n import N_, _
from pages.shared.runs import actions
from pages.shared.settings import panel
from pages.shared.training import controls
from seq2seq_core.data import bundled
from seq2seq_core.data.corpus import swap_sides
from seq2seq_core.presets import PRESETS, Preset

PRESET_TEXTS = {  # name -> title, sentence
    "default": (
        N_("GRU with attention"),
        N_("What this lesson begins with: 300 pairs in which the same words recombine."),
    ),
    "five_one": (
        N_("Five sentences, one at a time"),
        N_(
            "A plain RNN of 128 numbers, no attention, 400 updates of one random sentence each: "
            "see how the loss jumps from sentence to sentence."
        ),
    ),
    "five_full": (
        N_("Five sentences, all at once"),
        N_("The same model, but every update sees all five: the curve is smooth."),
    ),
    "context": (
        N_("Context vector"),
        N_(
            "An LSTM without attention: its last state has to carry the whole sentence. The "
            "decoder begins with it and reads it again at every step, and a ReLU follows its "
            "embedding; More settings has a switch for each."
        ),
    ),
    "summaries": (
        N_("Context vector, summaries"),
        N_("The same model makes long sentences short: here one vector has to carry less."),
    ),
    "additive": (
        N_("LSTM with additive attention"),
        N_(
            "Embedding 15, hidden 20, attention 30 numbers: small enough to read each one, and "
            "large enough to align words. It asks after its step; the paper asks before, which "
            "takes longer and aligns about as well: More settings has both."
        ),
    ),
    "both_ways": (
        N_("Bidirectional encoder with attention"),
        N_(
            "A GRU reads the source from both ends, additive attention looks back. More settings "
            "has a sharpness β: the scores times β, from 0, alike everywhere, to one position "
            "alone. A published article has a factor in a formula that does not do this: β is our "
            "reading of what it wants."
        ),
    ),
    "labels": (
        N_("Bidirectional encoder, labels"),
        N_("The same model writes a label for every word; some only the neighbours decide."),
    ),
    "transformer": (
        N_("Transformer, English to Chinese"),
        N_(
            "Two layers of four heads, sines and cosines for the positions, a warm-up of the "
            "learning rate; the corpus First with its sides swapped."
        ),
    ),
}


def switch_corpus(name: str, want_swapped: bool) -> None:
    """Make a bundled corpus the current one, in this direction; a changed version of it stays."""
    view = new_view = session.current_corpus()
    if view.name != name:
        new_view = session.CorpusView.from_bundled(name)
    rows, held_out = new_view.rows, new_view.held_out
    if bundled.is_swapped(new_view.name, new_view.rows) != want_swapped:
        rows, held_out = tuple(swap_sides(rows)), tuple(swap_sides(held_out))
    if (view.name, view.rows) != (name, rows):
        session.save_corpus(view, rows, held_out, name, new_view.tokenizer)
        st.toast(_("The corpus has changed too: Undo on the Corpus page brings the other back."))


@errors.deferred_errors
def start_preset(preset: Preset) -> None:
    """Take its settings and its corpus and start a run. The corpus before is one undo away."""
    switch_corpus(preset.corpus, preset.is_swapped)
    panel.apply_preset(preset.settings)
    widgets.remount("presets")
    actions.start_and_select_run(*panel.chosen_configs(), controls.chosen_pace())


def draw_presets() -> None:
    st.caption(_("A preset brings its corpus along; Undo on the Corpus page brings yours back."))
    for name, preset in PRESETS.items():
        title, sentence = PRESET_TEXTS[name]
        st.button(
            _(title),
            on_click=start_preset,
            args=(preset,),
            key=f"train_preset_{name}",
            width="stretch",
        )
        st.caption(_("{sentence} (After {source}.)", sentence=_(sentence), source=preset.paper))
