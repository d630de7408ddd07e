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
from pages.shared.runs import actions
from seq2seq_core import store
from seq2seq_core.config import ModelConfig
from seq2seq_core.figures import downsample
from seq2seq_core.store import Run

component = components.register_component("live", "curve", "matrix")
Columns = Mapping[str, Sequence[Any]]
DETAIL = {
    "training": downsample.MAX_POINTS,
    "held_out": 150,
    "before": 100,
}  # points: they are sent often


def marked(output: Sequence[str], reference: Sequence[str] | None) -> list[dict[str, Any]]:
    """The words of an output, each right or wrong: right ones stand so in the reference too."""
    if reference is None:
        return [{"token": token, "right": True} for token in output]
    right: set[int] = set()
    for block in SequenceMatcher(None, output, reference, autojunk=False).get_matching_blocks():
        right |= set(range(block.a, block.a + block.size))
    return [{"token": token, "right": i in right} for i, token in enumerate(output)]


# --- curves ---------------------------------------------------------------------------------


def line(name: str, kind: str, updates: Sequence[int], values: Sequence[float]) -> dict[str, Any]:
    """kind: training, held_out, or before for an earlier run.

    x is a list, or where all are equally far apart [last, step] alone.
    """
    xs, ys = downsample.downsample(updates, values, DETAIL[kind])
    steps = {after - before for before, after in pairwise(xs[1:])}
    even = len(xs) > 3 and len(steps) == 1
    short = [float(f"{y:.3g}") for y in ys[even:]]
    return {"name": name, "kind": kind, "x": [xs[-1], *steps] if even else xs, "y": short}


@st.cache_resource(show_spinner=False, max_entries=256)
def _curve(run_id: int) -> dict[str, Columns]:
    return {"update": store.NO_HISTORY["update"]}


def curve(run: Run) -> Columns:
    """The run's history of updates; only what is new is read from the store."""
    kept = _curve(run.id)
    known = kept["update"]  # never changed, only replaced: another session may hold it
    last = known["update"][-1] if known["update"] else 0
    new = store.load_history(session.engine(), run.id, "update", after_update=last)
    if new["update"]:
        known = {name: [*known[name], *new[name]] for name in known}
        kept["update"] = known
    return known


def earlier(run: Run, choices: Sequence[Run]) -> Run | None:
    """The last other run on the same corpus: what this one is compared with."""
    others = (r for r in choices if r.revision_id == run.revision_id and r.number < run.number)
    return next((r for r in others if r.update > 1), None)


def panels(run: Run | None, history: Columns, evaluation: Columns, before: Run | None) -> list:
    """Three pictures of one history; the earlier run is a pale line behind it."""
    on_new = run is not None and bool(actions.held_out_sources(run))
    new = evaluation if on_new else store.NO_HISTORY["evaluation"]
    past = curve(before) if before else store.NO_HISTORY["update"]
    within = bisect(past["update"], max(run.training["updates"], run.update)) if run else 0
    shadow = actions.short(before) if before else ""
    loss = [
        line(_("training loss"), "training", history["update"], history["loss"]),
        line(_("loss on new sentences"), "held_out", new["update"], new["loss"]),
    ]
    right = [
        line(_("words right in training"), "training", history["update"], history["accuracy"]),
        line(_("new sentences right"), "held_out", new["update"], new["exact_match"]),
    ]
    norm = [line(_("gradient norm"), "training", history["update"], history["gradient_norm"])]
    for lines, column in ((loss, "loss"), (right, "accuracy"), (norm, "gradient_norm")):
        earlier = past["update"][:within], past[column][:within]
        lines.insert(0, line(shadow, "before", *earlier))
    now = f"{history['loss'][-1]:.2f}" if history["loss"] else "–"
    said = _("Loss by update, now {loss}.", loss=now)
    return [
        {"id": "loss", "title": _("loss"), "said": said, "percent": False, "series": loss},
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


def number(label: str, value: str | None, note: str = "", explained: str = "") -> dict[str, str]:
    return {"label": label, "value": value or "–", "note": note, "explained": explained}


def of_all(run: Run) -> str:
    """How many updates there will be, and by the clock, at the present speed, in what time."""
    count = run.training["updates"]
    speed = (run.live or {}).get("updates_per_second")
    if not run.is_active or not speed or run.goal is not None:
        return _("of {count}", count=count)
    seconds = max(0, count - run.update) / speed
    if seconds < 100:
        return _("of {count}, {seconds} s left", count=count, seconds=f"{seconds:.0f}")
    return _("of {count}, {minutes} min left", count=count, minutes=f"{seconds / 60:.0f}")


def numbers(
    layout: str, run: Run | None, on_new: bool, losses: Sequence[float], evaluation: Columns
) -> list:
    """The figures of this moment; dashes hold their places before there are any."""
    live = (run.live if run else None) or {}
    exact, aligned = (evaluation[name][-1:] or [None] for name in ("exact_match", "alignment"))
    chance, speed = live.get("chance"), live.get("tokens_per_second")
    return [
        number(
            _("update"),
            str(run.update) if run else None,
            "" if run is None or layout == "start" else of_all(run),
            _("An update is one step of the optimizer."),
        ),
        number(
            _("epoch"),
            str(live["epoch"]) if live else None,
            explained=_("An epoch is as many updates as one pass over the corpus takes."),
        ),
        number(
            _("loss"),
            f"{losses[-1]:.2f}" if losses else None,
            explained=_("How surprised the model is by the right word, in nats per word."),
        ),
        number(
            _("new sentences right") if on_new else _("sentences right"),
            None if exact[0] is None else f"{exact[0]:.0%}",
            explained=_("Right to the last word. New sentences are never trained on.")
            if on_new
            else _("Right to the last word."),
        ),
        number(
            _("attention right"),
            None if aligned[0] is None else f"{aligned[0]:.0%}",
            "" if aligned[0] is None or not chance else _("chance {share}", share=f"{chance:.0%}"),
            _("How often the largest weight lies on the word that this word comes from."),
        ),
        number(
            _("words per second"),
            f"{speed:,.0f}" if speed else None,
            explained=_("Target words learnt from in a second of computing."),
        ),
    ]


def glosses(tokens: Sequence[str]) -> str:
    """What the words mean, one by one, where that is known and wanted."""
    return " · ".join(word["gloss"] for word in components.annotate_tokens(tokens) if word["gloss"])


# --- everything -----------------------------------------------------------------------------


def looked(source: Sequence[str], words: Sequence[str], attention: Any) -> str:
    """The map in words, for those who do not see it."""
    return " ".join(
        _(
            "{word} looks at {source}.",
            word=word,
            source=source[max(range(len(row)), key=row.__getitem__)],
        )
        for word, row in zip(words, attention or (), strict=False)
    )


def where(layout: str, shape: ModelConfig | None) -> str:
    """What the map is a map of."""
    title = _("Where it looks for the first sentence") if layout == "train" else _("Where it looks")
    if shape is None or not shape.is_transformer:
        return title
    return _("{title}: its last layer, the mean of all heads", title=title)


def mount(key: str, data: dict[str, Any]) -> None:
    """Draw it. What moves goes another way than the component's own code, see feed.js."""
    component(key=key, data={"feed": key})
    components.feed_component(key=f"{key}_feed", data={"to": key, **data})


def data(
    layout: str,
    run: Run | None,
    sentences: Sequence[Mapping[str, Any]],
    on_new: bool,
    before: Run | None = None,
    updates: int = 600,
    shape: ModelConfig | None = None,
) -> dict[str, Any]:
    """All that the component draws. layout: start or train; sentences as in a run's frame.

    shape: of the model that wrote them, where there is no run yet.
    """
    engine = session.engine()
    history = curve(run) if run else store.NO_HISTORY["update"]
    kind = "evaluation"
    evaluation = store.load_history(engine, run.id, kind) if run else store.NO_HISTORY[kind]
    new = actions.held_out_sources(run) if run else set()
    nothing: dict[str, Any] = {"source": [], "reference": None, "output": [], "attention": None}
    first = sentences[0] if sentences else nothing
    # an early model does not know when to stop: as many rows as the sentence needs keep the height
    rows = len(first["reference"] or first["output"]) + 1
    attention = first["attention"] and first["attention"][:rows]
    written = [*first["output"], "<eos>"] if sentences else []
    target = written[: len(attention) if attention else rows]
    shown = numbers(layout, run, on_new, history["loss"], evaluation)
    return {
        "layout": layout,
        "numbers": [shown[i] for i in (0, 2, 3, 4)] if layout == "start" else shown,
        "panels": panels(run, history, evaluation, before)[: 1 if layout == "start" else None],
        "updates": max(run.training["updates"], run.update) if run else updates,
        "source": components.annotate_tokens(first["source"]),
        "target": target,
        "meanings": [word_gloss(word) for word in target],
        "attention": attention,
        "looked": looked(first["source"], target, attention),
        "sentences": [
            {
                "source": " ".join(sentence["source"]),
                "gloss": glosses(sentence["source"]),
                "reference": " ".join(sentence["reference"] or ()),
                "output": marked(sentence["output"], sentence["reference"]),
                "exact": sentence["output"] == sentence["reference"],
                "badge": _("not in the training set") if tuple(sentence["source"]) in new else "",
            }
            for sentence in sentences
        ],
        "labels": {
            "attention": where(layout, run.model_config if run else shape),
            "sentences": _("What it writes now"),
            "no_attention": _("This model has no attention: one vector carries the sentence."),
            "waiting": _("Press Train: the picture forms while the model learns."),
            "right": _("right"),
            "wrong": _("not yet right"),
            "update": _("update"),
        },
    }
