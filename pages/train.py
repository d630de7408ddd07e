"""Train a model and watch it learn: the loss falls, sentences turn right, attention forms."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pages.shared.frame import errors, session, widgets
from pages.shared.frame.i18n import _, join_sentences
from pages.shared.frame.markdown import escape_markdown
from pages.shared.runs import trained
from pages.shared.runs.run_corpus import held_out_sources
from pages.shared.runs.selection import list_runs, refresh_run, selected_run
from pages.shared.settings import panel
from pages.shared.settings.model import MODEL_SETTINGS, MORE_MODEL_SETTINGS
from pages.shared.settings.training import LEARNING_SETTINGS, MORE_LEARNING_SETTINGS, UPDATES
from pages.shared.training import controls, curves, live_view, presets, run_menu
from seq2seq_core.config import ModelConfig, TrainingConfig, effective
from seq2seq_core.data.corpus import held_out_size
from seq2seq_core.errors import Seq2SeqError
from seq2seq_core.store import Run

REFRESH_SECONDS = 0.25  # between two updates of the picture while a run goes

Configs = tuple[ModelConfig, TrainingConfig]


def outdated_reason(run: Run, view: session.CorpusView, configs: Configs | None) -> str | None:
    """Why a new model would be another one than this run; None where it would be the same."""
    if run.revision_id != getattr(view.revision, "id", None):
        return _("The corpus has changed since this run: train a new model to learn from it.")
    if configs is None:
        return None
    model, training = configs
    run_training = replace(run.training, updates=training.updates)
    if (effective(model), effective(training)) != (effective(run.model), effective(run_training)):
        return _("The settings are for the next model: this run was trained with others.")
    return None


def show_settings(view: session.CorpusView, configs: Configs | None) -> None:
    """The settings of the next model."""
    key = widgets.widget_key("train", "presets")  # a chosen preset closes its list
    with st.popover(_("Presets"), icon=":material/auto_stories:", key=key, width="stretch"):
        presets.draw_presets()
    with st.container(key="train_model", border=False):
        count = trained.count_weights(view, configs[0]) if configs and session.is_warm() else None
        title = _("Model") if count is None else _("Model · {count} weights", count=f"{count:,}")
        st.subheader(title, anchor=False)
        panel.draw_settings(MODEL_SETTINGS)
    with st.container(key="train_learning", border=False):
        st.subheader(_("Learning"), anchor=False)
        panel.draw_settings(LEARNING_SETTINGS)
    with st.popover(
        _("More settings"), icon=":material/tune:", key="train_settings", width="stretch"
    ):
        for title, settings in (
            (_("Model"), MORE_MODEL_SETTINGS),
            (_("Learning"), MORE_LEARNING_SETTINGS),
        ):
            st.subheader(title, anchor=False)
            panel.draw_settings(settings)


# --- what changes while a run goes ----------------------------------------------------------


def show_status(run: Run | None, outdated_note: str | None) -> None:
    """What the run does, or why it failed and how to go on."""
    if run is None or run.status != "failed" or run.reason is None:
        st.text(join_sentences(controls.describe_run_status(run), outdated_note))
        return
    errors.show_error(Seq2SeqError(run.reason["code"], **run.reason["fields"]))
    if run.reason["code"] == "diverged":
        rate = controls.suggest_smaller_rate(run)
        label = _("Try again with learning rate {rate}", rate=f"{rate:g}")
        if st.button(label, key="train_slower"):
            controls.retry_with_rate(run, rate)
            st.rerun()  # the whole page: it shows the new run


def untrained_configs(
    run: Run | None, view: session.CorpusView, configs: Configs | None
) -> Configs | None:
    """Of the model whose sentences are shown before an update has changed any.

    Of a run: its own, if the corpus is still the one that it learns from. Without a run: the
    settings of the next model.
    """
    if run is None:
        return configs
    same_corpus = run.revision_id == getattr(view.revision, "id", None)
    return (run.model, run.training) if same_corpus else None


def show_live_picture(
    run: Run | None, view: session.CorpusView, previous_run: Run | None, configs: Configs | None
) -> None:
    """Everything that moves: numbers, curve, sentences, attention."""
    on_new = bool(held_out_sources(run)) if run else bool(view.held_out)
    sentences = trained.run_preview(run) if run else []
    untrained = None if sentences else untrained_configs(run, view, configs)
    if untrained:
        sentences = trained.untrained_preview(view, untrained[0], untrained[1].seed)
    updates, model = panel.setting_value(UPDATES), untrained[0] if untrained else None
    with st.container(border=True, key="train_picture"):
        data = live_view.live_data("train", run, sentences, on_new, previous_run, updates, model)
        live_view.live_component(key="train_live", data=data)


def describe_corpus(view: session.CorpusView) -> None:
    """What the model learns from, in one or two lines."""
    pairs, source, target = trained.corpus_sizes(view)
    text = _(
        "{pairs} sentence pairs, {source} source and {target} target words.",
        pairs=pairs,
        source=source,
        target=target,
    )
    held_out_note = None
    if view.held_out:
        held_out_note = _(
            "{count} new combinations are kept aside to see whether it has understood.",
            count=len(view.held_out),
        )
    elif count := held_out_size(pairs):
        held_out_note = _(
            "Up to {count} of them are kept aside to see whether it has understood.", count=count
        )
    st.markdown(escape_markdown(join_sentences(text, held_out_note)))


def page() -> None:
    st.title(_("Train, and watch it learn"), anchor=False)
    view = session.current_corpus()
    describe_corpus(view)
    panel.drop_invalid()
    configs = panel.configs_or_none()
    runs = list_runs()
    run = selected_run(runs)
    top_column, side_column = st.columns([2.8, 1], gap="medium", vertical_alignment="center")
    if run is not None:
        with side_column, st.container(horizontal=True, key="train_runs"):
            run_menu.run_menu(run, runs)
        run = selected_run(runs)  # the control may have chosen another
    if run is not None:
        controls.sync_pace(run)
    outdated_note = outdated_reason(run, view, configs) if run else None
    with top_column:
        controls.draw_run_controls(run, offers_new_model=outdated_note is not None)
    is_live = (run is not None and run.status in ("queued", "running")) or not session.is_warm()
    previous_run = curves.previous_run(run, runs) if run else None

    @st.fragment(run_every=REFRESH_SECONDS if is_live else None)
    def show_progress() -> None:
        current_run = refresh_run(run) if run else None
        if run is not None and current_run is None:
            st.rerun()  # deleted in another tab
        with errors.errors_on_page():
            show_status(current_run, outdated_note)
            show_live_picture(current_run, view, previous_run, configs)
        is_idle = current_run is None or current_run.status not in ("queued", "running")
        if is_live and is_idle and session.is_warm():
            st.rerun()  # the buttons change too

    picture, panels = st.columns([2.8, 1], gap="medium")
    with panels:
        show_settings(view, configs)
    with picture:
        show_progress()
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
