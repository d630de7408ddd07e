"""Train a model and watch it learn: the loss falls, sentences turn right, attention forms."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any, Literal

import streamlit as st

from pages.shared import components, errors, runs, session, settings
from pages.shared.i18n import _
from seq2seq_core import store
from seq2seq_core.corpus import SMALLEST_SPLIT
from seq2seq_core.errors import Seq2SeqError
from seq2seq_core.store import Run

WAIT = 0.15  # seconds that a click waits for the run's first update, so that it shows at once
LIVE = 0.25  # seconds between two looks while something runs
MORE = 200  # updates added by going on after the end
ICONS = {"pause": "pause", "stop": "stop", "run": "play_arrow", "more": "fast_forward"}
ICONS = {"pause": "pause", "stop": "stop", "run": "play_arrow", "more": "fast_forward"}


@errors.kept
def train() -> None:
    """Start a run with the chosen settings on the corpus as it is now."""
    from seq2seq_core import experiment

    model, training = settings.configs()
    view = session.corpus()
    changed = session.changed_sources(view)
    corpus = experiment.prepare(view.rows, view.held_out, view.tokenizer, model, training, changed)
    if view.revision is None:
        view = session.save_corpus(view, view.rows, view.held_out)
    revision = view.revision
    assert revision is not None
    run, replaced = store.start_run(
        session.engine(), revision.workspace_id, revision.id, model, training, corpus, view.name
    )
    runs.show_run(run)
    runs.say_replaced(replaced)
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline and not runs.current(run).update:
        time.sleep(0.01)


@errors.kept
def tell(wanted: str) -> None:
    """Ask something of the run that is selected now: after a quick click before, it is another
    one than the button was drawn for."""
    run = runs.selected(runs.listed())
    if run is None:
        return
    if wanted == "more":
        store.extend_run(session.engine(), run.id, run.training["updates"] + MORE)
    else:
        store.command(session.engine(), run.id, wanted)


def out_of_date(run: Run, view: session.CorpusView) -> str | None:
    """Why a new model would be another one than this run; None where it would be the same."""
    if run.revision_id != getattr(view.revision, "id", None):
        return _("The corpus has changed since this run: train a new model to learn from it.")
    model, training = settings.configs()
    changed = asdict(training) | {"updates": run.training["updates"]}
    if asdict(model) != run.model or changed != run.training:
        return _("The settings above are for the next model: this run was trained with others.")
    return None


def controls(run: Run | None, fresh: bool) -> None:
    """One dominant button: what makes most sense now. fresh: a new model would be another one."""
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        if run is None:
            start(_("Train"), "primary")
        elif run.active:
            button("pause", _("Pause"), primary=True)
            button("stop", _("Stop"))
            start(_("Start again"), "secondary")
        else:
            over = run.status in ("done", "failed")
            start(_("Train a new model"), "primary" if over or fresh else "secondary")
            if run.status == "done":
                button("more", _("{count} more updates", count=MORE))
            elif not over:
                button("run", _("Go on"), primary=not fresh)
        settings.control(settings.ATTENTION, bare=True)
        with st.popover(_("More settings"), icon=":material/tune:", key="train_settings"):
            settings.sections()


def start(name: str, kind: Literal["primary", "secondary"]) -> None:
    st.button(name, on_click=train, type=kind, icon=":material/replay:", key="train_start")


def button(wanted: str, name: str, primary: bool = False) -> None:
    st.button(
        name,
        on_click=tell,
        args=(wanted,),
        type="primary" if primary else "secondary",
        icon=f":material/{ICONS[wanted]}:",
        key=f"train_{wanted}",
    )


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
        case _:
            return _("Stopped at update {update}; it can go on.", update=run.update)


def say_status(run: Run | None) -> None:
    if run is not None and run.status == "failed" and run.reason is not None:
        errors.show(Seq2SeqError(run.reason["code"], **run.reason["fields"]))
    else:
        st.text(status(run))


def numbers(run: Run | None, on_new: bool, losses: list[float], evaluation: runs.Columns) -> None:
    """The figures of this moment; dashes hold their places before there are any."""
    exact, aligned = (evaluation[name][-1:] or [None] for name in ("exact_match", "alignment"))
    speed = ((run.live if run else None) or {}).get("tokens_per_second")
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
            _("looks at the right word"),
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
        return runs.untrained_sentences(session.corpus(), model, training.seed)
    except Seq2SeqError as error:
        errors.show(error)
        return []


def describe(view: session.CorpusView) -> None:
    """What this is, and what it learns from, in one or two lines."""
    pairs, source, target = session.sizes(view)
    text = _(
        "A small network learns to translate Chinese into English from {pairs} sentence pairs, "
        "{source} Chinese and {target} English words.",
        pairs=pairs,
        source=source,
        target=target,
    )
    if view.held_out:
        text += " " + _(
            "{count} new combinations are kept aside to see whether it has understood.",
            count=len(view.held_out),
        )
    elif pairs >= SMALLEST_SPLIT:
        text += " " + _("A tenth of them is kept aside to see whether it has understood.")
    st.markdown(text)


def draw(run: Run | None, view: session.CorpusView) -> None:
    """Everything that moves: numbers, curve, sentences, attention."""
    if run is None:
        history, evaluation = store.NO_HISTORY["update"], store.NO_HISTORY["evaluation"]
        on_new, sentences, new = bool(view.held_out), untrained(), set()
    else:
        history = store.history(session.engine(), run.id, "update")
        evaluation = store.history(session.engine(), run.id, "evaluation")
        new = runs.held_out_sources(run)
        on_new, sentences = bool(new), (run.live or {}).get("sentences", [])
    losses = history["loss"]
    numbers(run, on_new, losses, evaluation)
    with st.container(border=True, key="train_picture"):
        st.altair_chart(
            runs.loss_curve(run, history, evaluation, settings.value(settings.UPDATES)),
            height=200,
            key="train_curve",
            alt=_("Loss by update, now {loss}.", loss=f"{losses[-1]:.2f}" if losses else "–"),
        )
        key = f"run{run.id}" if run else "none"
        components.live(key="train_live", data=components.live_data(key, sentences, new))


def page() -> None:
    st.title(_("Train, and watch it learn"), anchor=False)
    view = session.corpus()
    describe(view)
    choices = runs.listed()
    with st.container(horizontal=True, vertical_alignment="center", key="train_controls"):
        left, right = st.container(width="content"), st.container(width="content")
    with right:  # first of all: everything else is about the chosen run
        run = runs.choose_run("train", choices) if choices else None
    other = out_of_date(run, view) if run else None
    with left:
        controls(run, fresh=other is not None)
    moving = (run is not None and run.status in ("queued", "running")) or not session.warm()

    @st.fragment(run_every=LIVE if moving else None)
    def progress() -> None:
        now = runs.current(run) if run else None
        with errors.shown():
            say_status(now)
            draw(now, view)
        resting = now is None or now.status not in ("queued", "running")
        if moving and resting and session.warm():
            st.rerun()  # the buttons change too

    if other is not None:
        st.text(other)
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
