"""What a run shows of itself while it learns: numbers, curves, attention, sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pages.shared.frame import components, session
from pages.shared.frame.glossary import annotate_tokens, word_gloss
from pages.shared.frame.i18n import _
from pages.shared.runs.run_corpus import held_out_sources
from pages.shared.training.curves import HistoryColumns, curve_panels, update_history
from seq2seq_core import store
from seq2seq_core.config import ModelConfig
from seq2seq_core.evaluation.alignment import argmax_positions
from seq2seq_core.evaluation.word_diff import mark_common_words
from seq2seq_core.store import Run

live_component = components.register_component("live")

# --- numbers --------------------------------------------------------------------------------


def number_tile(label: str, value: str | None, note: str = "", tooltip: str = "") -> dict[str, str]:
    return {"label": label, "value": value or "–", "note": note, "explanation": tooltip}


def remaining_note(run: Run) -> str:
    """How many updates there will be, and by the clock, at the present speed, in what time."""
    count = run.training.updates
    speed = (run.live or {}).get("updates_per_second")
    if not run.is_active or not speed or run.goal is not None:
        return _("of {count}", count=count)
    seconds = max(0, count - run.update) / speed
    if seconds < 100:
        return _("of {count}, {seconds} s left", count=count, seconds=f"{seconds:.0f}")
    return _("of {count}, {minutes} min left", count=count, minutes=f"{seconds / 60:.0f}")


def number_tiles(
    layout: str,
    run: Run | None,
    on_held_out: bool,
    losses: Sequence[float],
    evaluation: HistoryColumns,
) -> list[dict[str, str]]:
    """The figures of this moment; dashes hold their places before there are any."""
    live = (run.live if run else None) or {}
    exact, aligned = (evaluation[name][-1:] or [None] for name in ("exact_match", "alignment"))
    chance, speed = live.get("chance"), live.get("tokens_per_second")
    return [
        number_tile(
            _("update"),
            str(run.update) if run else None,
            "" if run is None or layout == "start" else remaining_note(run),
            _("An update is one step of the optimizer."),
        ),
        number_tile(
            _("epoch"),
            str(live["epoch"]) if live else None,
            tooltip=_("An epoch is as many updates as one pass over the corpus takes."),
        ),
        number_tile(
            _("loss"),
            f"{losses[-1]:.2f}" if losses else None,
            tooltip=_("How surprised the model is by the right word, in nats per word."),
        ),
        number_tile(
            _("new sentences right") if on_held_out else _("sentences right"),
            None if exact[0] is None else f"{exact[0]:.0%}",
            tooltip=_("Right to the last word. New sentences are never trained on.")
            if on_held_out
            else _("Right to the last word."),
        ),
        number_tile(
            _("attention right"),
            None if aligned[0] is None else f"{aligned[0]:.0%}",
            "" if aligned[0] is None or not chance else _("chance {share}", share=f"{chance:.0%}"),
            _("How often the largest weight lies on the word that this word comes from."),
        ),
        number_tile(
            _("words per second"),
            f"{speed:,.0f}" if speed else None,
            tooltip=_("Target words learnt from in a second of computing."),
        ),
    ]


def gloss_line(tokens: Sequence[str]) -> str:
    """What the words mean, one by one, where that is known and wanted."""
    return " · ".join(word["gloss"] for word in annotate_tokens(tokens) if word["gloss"])


# --- attention, sentences, and all together --------------------------------------------------


def describe_attention_map(source: Sequence[str], words: Sequence[str], attention: Any) -> str:
    """The map in words, for those who do not see it."""
    return " ".join(
        _("{word} looks at {source}.", word=word, source=source[position])
        for word, position in zip(words, argmax_positions(attention or ()), strict=False)
    )


def map_title(layout: str, model: ModelConfig | None) -> str:
    """What the map is a map of."""
    title = _("Where it looks for the first sentence") if layout == "train" else _("Where it looks")
    if model is None or not model.is_transformer:
        return title
    return _("{title}: its last layer, the mean of all heads", title=title)


def sentence_data(sentence: Mapping[str, Any], is_new: bool) -> dict[str, Any]:
    """One sentence, what it shall become and what the model makes of it, each word right or not.

    Where there is no reference, nothing is wrong.
    """
    output, reference = sentence["output"], sentence["reference"]
    marks = [True] * len(output) if reference is None else mark_common_words(output, reference)
    return {
        "source": " ".join(sentence["source"]),
        "gloss": gloss_line(sentence["source"]),
        "reference": " ".join(reference or ()),
        "output": [{"token": t, "right": right} for t, right in zip(output, marks, strict=True)],
        "exact": output == reference,
        "badge": _("not in the training set") if is_new else "",
    }


def live_labels(layout: str, model: ModelConfig | None) -> dict[str, str]:
    return {
        "attention": map_title(layout, model),
        "sentences": _("What it writes now"),
        "no_attention": _("This model has no attention: one vector carries the sentence."),
        "waiting": _("Press Train: the picture forms while the model learns."),
        "right": _("right"),
        "wrong": _("not yet right"),
        "update": _("update"),
    }


EMPTY_SENTENCE: Mapping[str, Any] = {
    "source": [], "reference": None, "output": [], "attention": None,
}  # fmt: skip


def live_data(
    layout: str,
    run: Run | None,
    sentences: Sequence[Mapping[str, Any]],
    on_held_out: bool,
    earlier_run: Run | None = None,
    updates: int = 600,
    model: ModelConfig | None = None,
) -> dict[str, Any]:
    """All that the component draws. layout: start or train; sentences as in a run's frame.

    updates and model: of the next run, where there is none yet.
    """
    engine = session.engine()
    history = update_history(run) if run else store.NO_HISTORY["update"]
    kind = "evaluation"
    evaluation = store.load_history(engine, run.id, kind) if run else store.NO_HISTORY[kind]
    new_sentences = held_out_sources(run) if run else set()
    first_sentence = sentences[0] if sentences else EMPTY_SENTENCE
    # an early model does not know when to stop: as many rows as the sentence needs keep the height
    rows = len(first_sentence["reference"] or first_sentence["output"]) + 1
    attention = first_sentence["attention"] and first_sentence["attention"][:rows]
    output = [*first_sentence["output"], "<eos>"] if sentences else []
    target = output[: len(attention) if attention else rows]
    tiles = number_tiles(layout, run, on_held_out, history["loss"], evaluation)
    return {
        "layout": layout,
        "numbers": [tiles[i] for i in (0, 2, 3, 4)] if layout == "start" else tiles,
        "panels": curve_panels(run, history, evaluation, earlier_run)[
            : 1 if layout == "start" else None
        ],
        "updates": max(run.training.updates, run.update) if run else updates,
        "source": annotate_tokens(first_sentence["source"]),
        "target": target,
        "meanings": [word_gloss(word) for word in target],
        "attention": attention,
        "label": describe_attention_map(first_sentence["source"], target, attention),
        "sentences": [
            sentence_data(sentence, tuple(sentence["source"]) in new_sentences)
            for sentence in sentences
        ],
        "labels": live_labels(layout, run.model if run else model),
    }
