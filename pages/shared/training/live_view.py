"""What a run shows of itself while it learns: numbers, curves, attention, sentences."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

import streamlit as st

from pages.shared.frame import components, session
from pages.shared.frame.glossary import word_gloss
from pages.shared.frame.i18n import _
from pages.shared.runs.labels import short_run_label
from pages.shared.runs.run_corpus import held_out_sources
from seq2seq_core import store
from seq2seq_core.config import ModelConfig
from seq2seq_core.figures import downsample
from seq2seq_core.store import Run

live_component = components.register_component("live")
HistoryColumns = Mapping[str, Sequence[Any]]
CURVE_POINTS = {
    "training": downsample.MAX_POINTS,
    "held_out": 150,
    "before": 100,
}  # points: they are sent often


def mark_correct(output: Sequence[str], reference: Sequence[str] | None) -> list[dict[str, Any]]:
    """The words of an output, each right or wrong: right ones stand so in the reference too."""
    if reference is None:
        return [{"token": token, "right": True} for token in output]
    right: set[int] = set()
    for block in SequenceMatcher(None, output, reference, autojunk=False).get_matching_blocks():
        right |= set(range(block.a, block.a + block.size))
    return [{"token": token, "right": i in right} for i, token in enumerate(output)]


# --- curves ---------------------------------------------------------------------------------


def curve_line(
    name: str, kind: str, updates: Sequence[int], values: Sequence[float]
) -> dict[str, Any]:
    """kind: training, held_out, or before for an earlier run.

    x is a list, or where all are equally far apart [last, step] alone.
    """
    xs, ys = downsample.downsample(updates, values, CURVE_POINTS[kind])
    steps = {right - left for left, right in pairwise(xs[1:])}
    evenly_spaced = len(xs) > 3 and len(steps) == 1
    rounded_values = [float(f"{y:.3g}") for y in ys[evenly_spaced:]]
    return {
        "name": name,
        "kind": kind,
        "x": [xs[-1], *steps] if evenly_spaced else xs,
        "y": rounded_values,
    }


@st.cache_resource(show_spinner=False, max_entries=256)
def _cached_history(run_id: int) -> dict[str, HistoryColumns]:
    return {"update": store.NO_HISTORY["update"]}


def update_history(run: Run) -> HistoryColumns:
    """The run's history of updates; only what is new is read from the store."""
    cache_entry = _cached_history(run.id)
    columns = cache_entry["update"]  # never changed, only replaced: another session may hold it
    last_update = columns["update"][-1] if columns["update"] else 0
    new_columns = store.load_history(session.engine(), run.id, "update", after_update=last_update)
    if new_columns["update"]:
        columns = {name: [*columns[name], *new_columns[name]] for name in columns}
        cache_entry["update"] = columns
    return columns


def previous_run(run: Run, choices: Sequence[Run]) -> Run | None:
    """The last other run on the same corpus: what this one is compared with."""
    earlier_runs = (
        r for r in choices if r.revision_id == run.revision_id and r.number < run.number
    )
    return next((r for r in earlier_runs if r.update > 1), None)


def curve_panels(
    run: Run | None, history: HistoryColumns, evaluation: HistoryColumns, earlier_run: Run | None
) -> list:
    """Three pictures of one history; the earlier run is a pale line behind it."""
    on_held_out = run is not None and bool(held_out_sources(run))
    held_out_columns = evaluation if on_held_out else store.NO_HISTORY["evaluation"]
    earlier_columns = update_history(earlier_run) if earlier_run else store.NO_HISTORY["update"]
    earlier_length = (
        bisect(earlier_columns["update"], max(run.training.updates, run.update)) if run else 0
    )
    earlier_label = short_run_label(earlier_run) if earlier_run else ""
    loss = [
        curve_line(_("training loss"), "training", history["update"], history["loss"]),
        curve_line(
            _("loss on new sentences"),
            "held_out",
            held_out_columns["update"],
            held_out_columns["loss"],
        ),
    ]
    right = [
        curve_line(
            _("words right in training"), "training", history["update"], history["accuracy"]
        ),
        curve_line(
            _("new sentences right"),
            "held_out",
            held_out_columns["update"],
            held_out_columns["exact_match"],
        ),
    ]
    norm = [curve_line(_("gradient norm"), "training", history["update"], history["gradient_norm"])]
    for lines, column in ((loss, "loss"), (right, "accuracy"), (norm, "gradient_norm")):
        earlier_points = (
            earlier_columns["update"][:earlier_length],
            earlier_columns[column][:earlier_length],
        )
        lines.insert(0, curve_line(earlier_label, "before", *earlier_points))
    loss_text = f"{history['loss'][-1]:.2f}" if history["loss"] else "–"
    summary = _("Loss by update, now {loss}.", loss=loss_text)
    return [
        {"id": "loss", "title": _("loss"), "said": summary, "percent": False, "series": loss},
        {
            "id": "right",
            "title": _("accuracy"),
            "said": _("Share of words and sentences right, by update."),
            "percent": True,
            "series": right,
        },
        {
            "id": "norm",
            "title": _("gradient norm"),
            "said": _("Length of the gradient by update, before clipping."),
            "percent": False,
            "series": norm,
        },
    ]


# --- numbers --------------------------------------------------------------------------------


def number_tile(label: str, value: str | None, note: str = "", tooltip: str = "") -> dict[str, str]:
    return {"label": label, "value": value or "–", "note": note, "explained": tooltip}


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
) -> list:
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
    return " · ".join(word["gloss"] for word in components.annotate_tokens(tokens) if word["gloss"])


# --- everything -----------------------------------------------------------------------------


def describe_attention_map(source: Sequence[str], words: Sequence[str], attention: Any) -> str:
    """The map in words, for those who do not see it."""
    return " ".join(
        _(
            "{word} looks at {source}.",
            word=word,
            source=source[max(range(len(row)), key=row.__getitem__)],
        )
        for word, row in zip(words, attention or (), strict=False)
    )


def map_title(layout: str, model: ModelConfig | None) -> str:
    """What the map is a map of."""
    title = _("Where it looks for the first sentence") if layout == "train" else _("Where it looks")
    if model is None or not model.is_transformer:
        return title
    return _("{title}: its last layer, the mean of all heads", title=title)


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

    shape: of the model that wrote them, where there is no run yet.
    """
    engine = session.engine()
    history = update_history(run) if run else store.NO_HISTORY["update"]
    kind = "evaluation"
    evaluation = store.load_history(engine, run.id, kind) if run else store.NO_HISTORY[kind]
    new_sentences = held_out_sources(run) if run else set()
    empty_sentence: dict[str, Any] = {
        "source": [],
        "reference": None,
        "output": [],
        "attention": None,
    }
    first_sentence = sentences[0] if sentences else empty_sentence
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
        "source": components.annotate_tokens(first_sentence["source"]),
        "target": target,
        "meanings": [word_gloss(word) for word in target],
        "attention": attention,
        "looked": describe_attention_map(first_sentence["source"], target, attention),
        "sentences": [
            {
                "source": " ".join(sentence["source"]),
                "gloss": gloss_line(sentence["source"]),
                "reference": " ".join(sentence["reference"] or ()),
                "output": mark_correct(sentence["output"], sentence["reference"]),
                "exact": sentence["output"] == sentence["reference"],
                "badge": _("not in the training set")
                if tuple(sentence["source"]) in new_sentences
                else "",
            }
            for sentence in sentences
        ],
        "labels": {
            "attention": map_title(layout, run.model_config if run else model),
            "sentences": _("What it writes now"),
            "no_attention": _("This model has no attention: one vector carries the sentence."),
            "waiting": _("Press Train: the picture forms while the model learns."),
            "right": _("right"),
            "wrong": _("not yet right"),
            "update": _("update"),
        },
    }
