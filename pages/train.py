"""Train a model and watch it learn: the loss falls, sentences turn right, attention forms."""

from __future__ import annotations

import streamlit as st

from pages.shared import errors, keeping, live, presets, runs, session, settings, steering
from pages.shared.i18n import _
from pages.shared.literal import literal
from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.corpus import held_out_size
from seq2seq_core.errors import Seq2SeqError
from seq2seq_core.store import Run

LIVE = 0.25  # seconds between two looks while something runs


def out_of_date(run: Run, view: session.CorpusView) -> str | None:
    """Why a new model would be another one than this run; None where it would be the same."""
    if run.revision_id != getattr(view.revision, "id", None):
        return _("The corpus has changed since this run: train a new model to learn from it.")
    model, training = settings.configs()
    before = TrainingConfig(**run.training | {"updates": training.updates})
    if model != ModelConfig(**run.model) or training != before:
        return _("The settings are for the next model: this run was trained with others.")
    return None


def panel(view: session.CorpusView) -> None:
    """What the next model will be."""
    with st.popover(
        _("Presets"), icon=":material/auto_stories:", key="train_presets", width="stretch"
    ):
        presets.choose()
    with st.container(key="train_model", border=False):
        count = runs.parameters(view, settings.configs()[0]) if session.warm() else None
        title = _("Model") if count is None else _("Model · {count} weights", count=f"{count:,}")
        st.subheader(title, anchor=False)
        for setting in (settings.CELL, settings.ATTENTION, settings.HIDDEN):
            settings.control(setting)
    with st.container(key="train_learning", border=False):
        st.subheader(_("Learning"), anchor=False)
        for setting in (settings.RATE, settings.BATCH, settings.UPDATES):
            settings.control(setting)
    with st.popover(
        _("More settings"), icon=":material/tune:", key="train_settings", width="stretch"
    ):
        for setting in (*settings.MODEL_SETTINGS, *settings.TRAINING_SETTINGS):
            settings.control(setting)


# --- what moves -----------------------------------------------------------------------------


def say_status(run: Run | None) -> None:
    if run is None or run.status != "failed" or run.reason is None:
        st.text(steering.status(run))
        return
    errors.show(Seq2SeqError(run.reason["code"], **run.reason["fields"]))
    if run.reason["code"] == "diverged":
        rate = f"{run.training['learning_rate'] / 10:g}"
        st.button(
            _("Try again with learning rate {rate}", rate=rate),
            on_click=steering.slower,
            args=(run,),
            key="train_slower",
        )


def draw(run: Run | None, view: session.CorpusView, before: Run | None) -> None:
    """Everything that moves: numbers, curve, sentences, attention."""
    on_new = bool(runs.held_out_sources(run)) if run else bool(view.held_out)
    sentences = runs.watched(run) if run else []
    if not sentences:
        model, training = settings.configs()
        sentences = runs.untrained_sentences(view, model, training.seed)
    updates = settings.value(settings.UPDATES)
    with st.container(border=True, key="train_picture"):
        live.mount(
            key="train_live", data=live.data("train", run, sentences, on_new, before, updates)
        )


def describe(view: session.CorpusView) -> None:
    """What this is, and what it learns from, in one or two lines."""
    pairs, source, target = session.sizes(view)
    text = _(
        "{pairs} sentence pairs, {source} Chinese and {target} English words.",
        pairs=pairs,
        source=source,
        target=target,
    )
    if view.held_out:
        text += " " + _(
            "{count} new combinations are kept aside to see whether it has understood.",
            count=len(view.held_out),
        )
    elif count := held_out_size(pairs):
        text += " " + _(
            "Up to {count} of them are kept aside to see whether it has understood.", count=count
        )
    st.markdown(literal(text))


def page() -> None:
    st.title(_("Train, and watch it learn"), anchor=False)
    view = session.corpus()
    describe(view)
    settings.refuse()
    choices = runs.listed()
    run = runs.selected(choices)
    top, beside = st.columns([3, 1], gap="medium", vertical_alignment="center")
    if run is not None:
        with beside, st.container(horizontal=True, key="train_runs"):
            keeping.manage(run, choices)
        run = runs.selected(choices)  # the control may have chosen another
    if run is not None:
        steering.keep_pace(run)
    other = out_of_date(run, view) if run else None
    with top:
        steering.controls(run, fresh=other is not None)
    moving = (run is not None and run.status in ("queued", "running")) or not session.warm()
    before = live.earlier(run, choices) if run else None

    @st.fragment(run_every=LIVE if moving else None)
    def progress() -> None:
        now = runs.current(run) if run else None
        with errors.shown():
            say_status(now)
            draw(now, view, before)
        resting = now is None or now.status not in ("queued", "running")
        if moving and resting and session.warm():
            st.rerun()  # the buttons change too

    picture, panels = st.columns([3, 1], gap="medium")
    with panels:
        panel(view)
        if other is not None:
            st.caption(other)
    with picture:
        progress()
        if run is not None:
            with st.container(horizontal=True, gap="medium"):
                st.page_link(
                    "pages/decode.py",
                    label=_("Step through a translation"),
                    icon=":material/footprint:",
                )
                st.page_link(
                    "pages/attention.py", label=_("See where it looked"), icon=":material/grid_on:"
                )


page()
