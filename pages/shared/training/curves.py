"""The curves of a run while it learns, and of the run before it."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from pages.shared.frame import session
from pages.shared.frame.i18n import _
from pages.shared.runs.caching import cache_by_identity
from pages.shared.runs.labels import short_run_label
from pages.shared.runs.run_corpus import held_out_sources
from seq2seq_core import store
from seq2seq_core.figures import downsample
from seq2seq_core.store import Run

HistoryColumns = Mapping[str, Sequence[Any]]
CURVE_POINTS = {  # of each kind of line: they are sent often
    "training": downsample.MAX_POINTS,
    "held_out": 150,
    "before": 100,
}


def curve_line(
    name: str, kind: str, updates: Sequence[int], values: Sequence[float]
) -> dict[str, Any]:
    """kind: training, held_out, or before for an earlier run.

    x is a list, or where all are equally far apart [last, step] alone.
    """
    xs, ys = downsample.downsample(updates, values, CURVE_POINTS[kind])
    steps = {right - left for left, right in pairwise(xs[1:])}
    evenly_spaced = len(xs) > 3 and len(steps) == 1
    return {
        "name": name,
        "kind": kind,
        "x": [xs[-1], *steps] if evenly_spaced else xs,
        "y": [float(f"{y:.3g}") for y in ys[evenly_spaced:]],
    }


@cache_by_identity(max_entries=256)
def cached_history(run: Run) -> dict[str, HistoryColumns]:
    """A dict whose columns under `update` update_history replaces as the run goes on."""
    return {"update": store.NO_HISTORY["update"]}


def update_history(run: Run) -> HistoryColumns:
    """The run's history of updates; only what is new is read from the store."""
    cache_entry = cached_history(run)
    columns = cache_entry["update"]  # never changed, only replaced: another session may hold it
    last_update = columns["update"][-1] if columns["update"] else 0
    new_columns = store.load_history(session.engine(), run.id, "update", after_update=last_update)
    if new_columns["update"]:
        columns = {name: [*columns[name], *new_columns[name]] for name in columns}
        cache_entry["update"] = columns
    return columns


def previous_run(run: Run, choices: Sequence[Run]) -> Run | None:
    """The last other run on the same corpus: what this one is compared with."""
    for other in choices:
        if other.revision_id == run.revision_id and other.number < run.number and other.update > 1:
            return other
    return None


def loss_lines(history: HistoryColumns, held_out: HistoryColumns) -> list[dict[str, Any]]:
    return [
        curve_line(_("training loss"), "training", history["update"], history["loss"]),
        curve_line(_("loss on new sentences"), "held_out", held_out["update"], held_out["loss"]),
    ]


def accuracy_lines(history: HistoryColumns, held_out: HistoryColumns) -> list[dict[str, Any]]:
    name, new_name = _("words right in training"), _("new sentences right")
    return [
        curve_line(name, "training", history["update"], history["accuracy"]),
        curve_line(new_name, "held_out", held_out["update"], held_out["exact_match"]),
    ]


def norm_lines(history: HistoryColumns) -> list[dict[str, Any]]:
    name = _("gradient norm")
    return [curve_line(name, "training", history["update"], history["gradient_norm"])]


def earlier_lines(run: Run | None, earlier_run: Run | None) -> dict[str, dict[str, Any]]:
    """By column: the earlier run, as far as this one will go; without one lines of no points."""
    history = update_history(earlier_run) if earlier_run else store.NO_HISTORY["update"]
    length = bisect(history["update"], max(run.training.updates, run.update)) if run else 0
    label, updates = short_run_label(earlier_run) if earlier_run else "", history["update"][:length]
    return {
        column: curve_line(label, "before", updates, history[column][:length])
        for column in ("loss", "accuracy", "gradient_norm")
    }


def curve_panels(
    run: Run | None, history: HistoryColumns, evaluation: HistoryColumns, earlier_run: Run | None
) -> list[dict[str, Any]]:
    """Three charts of one history for the component; the earlier run is a pale line behind it."""
    on_held_out = run is not None and bool(held_out_sources(run))
    held_out = evaluation if on_held_out else store.NO_HISTORY["evaluation"]
    earlier = earlier_lines(run, earlier_run)
    last_loss = f"{history['loss'][-1]:.2f}" if history["loss"] else "–"
    panels = (
        ("loss", "loss", _("loss"), _("Loss by update, now {loss}.", loss=last_loss),
         loss_lines(history, held_out)),
        ("right", "accuracy", _("accuracy"),
         _("Share of words and sentences right, by update."), accuracy_lines(history, held_out)),
        ("norm", "gradient_norm", _("gradient norm"),
         _("Length of the gradient by update, before clipping."), norm_lines(history)),
    )  # fmt: skip
    return [
        {
            "id": name,
            "title": title,
            "label": description,
            "percent": name == "right",
            "series": [earlier[column], *lines],
        }
        for name, column, title, description, lines in panels
    ]
