"""What runs and corpora are called where one chooses one, and what each is made of."""

from __future__ import annotations

from pages.shared.frame.i18n import N_, _
from pages.shared.settings import panel
from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.store import Run

CORPUS_LABELS = {
    "first": N_("First"),
    "first_swapped": N_("First, English to Chinese"),
    "five_sentences": N_("five sentences"),
    "five_sentences_swapped": N_("five sentences, English to Chinese"),
    "reverse": N_("reverse"),
    "labels": N_("labels"),
    "summaries": N_("summaries"),
    "dialogue": N_("dialogue"),
    "questions": N_("questions"),
}
CORPUS_DESCRIPTIONS = {
    "first": (N_("First"), N_("300 pairs in which words recombine.")),
    "five_sentences": (N_("Five sentences"), N_("No word occurs twice.")),
    "reverse": (
        N_("Reverse"),
        N_("Three to eight symbols, written backwards: for each there is one place to look at."),
    ),
    "labels": (
        N_("Labels"),
        N_("A label for every word; for 要, 把, 画, 在 and 信 only the neighbours decide."),
    ),
    "summaries": (
        N_("Summaries"),
        N_("Long becomes short: who did what is kept; time, place and number are dropped."),
    ),
    "dialogue": (
        N_("Dialogue"),
        N_("Something is said, and a reply takes up its names and things."),
    ),
    "questions": (
        N_("Questions"),
        N_("Two facts and a question; the answer is a word of the facts."),
    ),
}


def describe_model(model: ModelConfig) -> list[str]:
    """Architecture, layers and attention, each in few words."""
    if model.is_transformer:
        sizes = _("layers {layers} × heads {heads}", layers=model.layers, heads=model.heads)
        return ["Transformer", sizes]
    cell = ("Bi" if model.bidirectional else "") + model.architecture.upper()
    layers = [_("layers {layers}", layers=model.layers)] if model.layers > 1 else []
    score = model.attention
    attention_text = (
        _("no attention") if score == "none" else _("{score} attention", score=_(score))
    )
    return [cell, *layers, attention_text]


def describe_settings(run: Run) -> str:
    """What a run is made of."""
    setting_labels = panel.non_default_labels(run.model_config, TrainingConfig(**run.training))
    return " · ".join(
        [
            *describe_model(run.model_config),
            *setting_labels,
            _(CORPUS_LABELS.get(run.name, run.name)),
        ]
    )


def run_label(run: Run) -> str:
    """How a run is called: its number and its name, else what it is made of.

    It never changes while a run goes: Streamlit's list knows a choice by its words.
    """
    return f"{run.number} · {run.title or describe_settings(run)}"


def short_run_label(run: Run) -> str:
    """The same where there is little room."""
    return run.title or _("run {number}", number=run.number)
