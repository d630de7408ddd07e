"""What runs and corpora are called where one chooses one, and what each is made of."""

from __future__ import annotations

from pages.shared.frame.i18n import _
from pages.shared.settings import panel
from seq2seq_core.config import ModelConfig
from seq2seq_core.data import bundled
from seq2seq_core.store import Run


def corpus_label(name: str) -> str:
    """What a run's corpus is called in the middle of a line; a learner's own has its own name."""
    info = bundled.CORPORA.get(name.removesuffix(bundled.SWAPPED_SUFFIX))
    if name in bundled.CORPORA:
        return _(bundled.CORPORA[name].label)
    if info is not None and info.task == "translation":
        return _("{corpus}, English to Chinese", corpus=_(info.label))
    return _(name)


def describe_model(model: ModelConfig) -> list[str]:
    """Architecture, layers and attention, each in few words."""
    if model.is_transformer:
        sizes = _("layers {layers} × heads {heads}", layers=model.layers, heads=model.heads)
        return ["Transformer", sizes]
    cell = ("Bi" if model.bidirectional else "") + model.architecture.upper()
    layers = [_("layers {layers}", layers=model.layers)] if model.layers > 1 else []
    if not model.has_attention:
        return [cell, *layers, _("no attention")]
    return [cell, *layers, _("{score} attention", score=_(model.attention))]


def describe_settings(run: Run) -> str:
    """What a run is made of."""
    differences = panel.non_default_labels(run.model, run.training)
    return " · ".join([*describe_model(run.model), *differences, corpus_label(run.name)])


def run_label(run: Run) -> str:
    """How a run is called: its number and its name, else what it is made of.

    It never changes while a run goes: Streamlit's list knows a choice by its words.
    """
    return f"{run.number} · {run.title or describe_settings(run)}"


def short_run_label(run: Run) -> str:
    """The same where there is little room."""
    return run.title or _("run {number}", number=run.number)
