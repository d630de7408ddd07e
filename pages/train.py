"""Train a model and watch it learn: the loss falls, sentences turn right, attention forms."""

from __future__ import annotations

import time
from typing import Any

import streamlit as st

from pages.shared import components, errors, session, settings, style
from pages.shared.i18n import _
from seq2seq_core import figures, store
from seq2seq_core.corpus import read_rows
from seq2seq_core.errors import Seq2SeqError
from seq2seq_core.store import Run

WAIT = 0.15  # seconds that a click waits for the run's first update, so that it shows at once
LIVE = 0.25  # seconds between two looks while something runs
MORE = 200  # updates added by going on after the end


def train() -> None:
    """Start a run with the chosen settings on the corpus as it is now."""
    from seq2seq_core import experiment

    try:
        model, training = settings.configs()
        view = session.corpus()
        changed = session.changed_sources(view)
        corpus = experiment.prepare(
            view.rows, view.held_out, view.tokenizer, model, training, changed
        )
        if view.revision is None:
            view = session.save_corpus(view, view.rows, view.held_out)
        revision = view.revision
        assert revision is not None
        run, replaced = store.start_run(
            session.engine(),
            revision.workspace_id,
            revision.id,
            model,
            training,
            corpus,
            view.name,
        )
    except Seq2SeqError as error:
        st.session_state["train_error"] = error
        return
    st.session_state.pop("train_error", None)
    session.show_run(run)
    if replaced is not None:
        text = _("Run {number} was stopped for this one; it is kept and can go on.")
        st.toast(text.format(number=replaced.number))
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline and not session.current(run).update:
        time.sleep(0.01)


def tell(run: Run, wanted: str) -> None:
    store.command(session.engine(), run.id, wanted)


def go_on(run: Run) -> None:
    """On from a pause, or further than the end."""
    if run.status == "done":
        store.extend_run(session.engine(), run.id, run.training["updates"] + MORE)
    else:
        store.command(session.engine(), run.id, "run")


def controls(run: Run | None, choices: list[Run]) -> None:
    """One dominant button: what makes most sense now."""
    with st.container(horizontal=True, vertical_alignment="center", key="train_controls"):
        if run is not None and run.active:
            st.button(
                _("Pause"), on_click=tell, args=(run, "pause"), type="primary",
                icon=":material/pause:", key="train_pause",
            )  # fmt: skip
            st.button(
                _("Stop"), on_click=tell, args=(run, "stop"), icon=":material/stop:",
                key="train_stop",
            )  # fmt: skip
        elif run is not None and run.status in ("paused", "stopped"):
            st.button(
                _("Go on"), on_click=go_on, args=(run,), type="primary",
                icon=":material/play_arrow:", key="train_go_on",
            )  # fmt: skip
        if run is None or not run.active:
            st.button(
                _("Train") if run is None else _("Train a new model"),
                on_click=train,
                type="primary" if run is None or run.status in ("done", "failed") else "secondary",
                icon=":material/play_arrow:" if run is None else ":material/replay:",
                key="train_start",
            )
            if run is not None and run.status == "done":
                st.button(
                    _("{count} more updates", count=MORE), on_click=go_on, args=(run,),
                    icon=":material/fast_forward:", key="train_more",
                )  # fmt: skip
        else:
            st.button(_("Start again"), on_click=train, icon=":material/replay:", key="train_start")
        settings.control(settings.ATTENTION, bare=True)
        with st.popover(_("More settings"), icon=":material/tune:", key="train_settings"):
            settings.sections()
        if len(choices) > 1:
            session.choose_run(choices, beside=True)


def status(run: Run | None) -> str:
    """Where the run stands, in one sentence."""
    if run is None:
        return _("Nothing is learnt yet: these translations are random words. Press Train.")
    updates = run.training["updates"]
    match run.status:
        case "queued":
            return _("Waiting for a free worker …")
        case "running" if run.wanted == "run":
            return _("Learning: update {update} of {updates}.", update=run.update, updates=updates)
        case "running" | "paused" if run.wanted == "pause" or run.status == "paused":
            return _("Paused at update {update}. Go on when you like.", update=run.update)
        case "done":
            return _("Finished after {update} updates.", update=run.update)
        case "failed" if run.reason is not None:
            return errors.sentence(run.reason["code"], run.reason["fields"])
        case _:
            return _("Stopped at update {update}; it can go on.", update=run.update)


def numbers(run: Run | None, losses: list[float], evaluation: dict[str, list[Any]]) -> None:
    """The figures of this moment; dashes hold their places before there are any."""
    live = (run.live if run else None) or {}
    exact, aligned = (evaluation[name][-1:] or [None] for name in ("exact_match", "alignment"))
    on_new = live.get("evaluated", "held_out") == "held_out"
    speed = live.get("tokens_per_second")
    shown = [
        (_("update"), f"{run.update}" if run else "–", None),
        (_("loss"), f"{losses[-1]:.2f}" if losses else "–", None),
        (
            _("new sentences right") if on_new else _("sentences right"),
            "–" if exact[0] is None else f"{exact[0]:.0%}",
            _("Right to the last word. New sentences are never trained on.")
            if on_new
            else _("Right to the last word."),
        ),
        (
            _("attention on the right word"),
            "–" if aligned[0] is None else f"{aligned[0]:.0%}",
            _("How often the largest weight lies on the word that this word comes from."),
        ),
        (_("words per second"), f"{speed:,.0f}" if speed else "–", None),
    ]
    with st.container(horizontal=True, gap="medium", key="train_numbers"):
        for label, value, explained in shown:
            st.metric(label, value, help=explained, width="content")


def untrained() -> list[dict[str, Any]]:
    """What the chosen model writes before it has learnt anything; nothing where it cannot be."""
    if not session.warm():
        return []
    try:
        model, training = settings.configs()
        return session.untrained_sentences(session.corpus(), model, training.seed)
    except Seq2SeqError as error:
        errors.show(error)
        return []


def describe(view: session.CorpusView) -> None:
    """What it will learn from, in one line."""
    corpus = read_rows(view.rows, view.tokenizer)
    source, target = corpus.vocabularies()
    st.markdown(
        _(
            "{pairs} sentence pairs, {source} Chinese and {target} English words. "
            "{held_out} new combinations are held out to see whether it has understood.",
            pairs=len(corpus.pairs),
            source=len(source) - 4,
            target=len(target) - 4,
            held_out=len(view.held_out),
        )
    )


def draw(run: Run | None) -> None:
    """Everything that moves: numbers, curve, sentences, attention."""
    names = _("training loss"), _("loss on new sentences")
    if run is None:
        history, evaluation = store.NO_HISTORY["update"], store.NO_HISTORY["evaluation"]
        updates = settings.value(settings.UPDATES)
        data = components.live_data("none", untrained(), set())
    else:
        history = store.history(session.engine(), run.id, "update")
        evaluation = store.history(session.engine(), run.id, "evaluation")
        updates = run.training["updates"]
        data = components.live_data(
            f"run{run.id}", (run.live or {}).get("sentences", []), session.held_out_sources(run)
        )
    losses = history["loss"]
    numbers(run, losses, evaluation)
    with st.container(border=True, key="train_picture"):
        st.altair_chart(
            figures.loss_curve(
                figures.Curve(names[0], history["update"], losses),
                figures.Curve(names[1], evaluation["update"], evaluation["loss"]),
                updates,
                style.palette(),
                _("update"),
                _("loss"),
            ),
            height=200,
            key="train_curve",
            alt=_("Loss by update, now {loss}.", loss=f"{losses[-1]:.2f}" if losses else "–"),
        )
        components.live(key="train_live", data=data)


def page() -> None:
    st.title(_("Train, and watch it learn"), anchor=False)
    view = session.corpus()
    describe(view)
    choices = session.runs()
    run = session.selected(choices)
    controls(run, choices)
    if run is not None and run.revision_id != getattr(view.revision, "id", None):
        st.text(_("The corpus has changed since this run: train a new model to learn from it."))
    if error := st.session_state.get("train_error"):
        errors.show(error)
    moving = (run is not None and run.status in ("queued", "running")) or not session.warm()

    @st.fragment(run_every=LIVE if moving else None)
    def progress() -> None:
        now = session.current(run) if run else None
        st.text(status(now))
        draw(now)
        resting = now is None or now.status not in ("queued", "running")
        if moving and resting and session.warm():
            st.rerun()  # the buttons change too

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
