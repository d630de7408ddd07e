"""The buttons that start a run and steer it: pause, go on, step by step, faster, slower."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from pages.shared.frame import errors, session, url_state
from pages.shared.frame.i18n import _, current_language, join_sentences
from pages.shared.runs import actions
from pages.shared.settings import panel
from pages.shared.settings.training import BATCH_SIZE, LEARNING_RATE
from seq2seq_core import store
from seq2seq_core.data.corpus import held_out_size
from seq2seq_core.store import Run

MORE = 200  # updates added by going on after the end
PACES = (1, 3, 10, 30, 0)  # updates per second; 0: as fast as it goes
MAIN = 190  # px of the first button, whatever it says: those beside it stay in place
ICONS = {"pause": "pause", "run": "play_arrow", "more": "fast_forward"}


def pace() -> float | None:
    return url_state.get_option("speed", PACES, 0) or None


@errors.deferred_errors
def train(goal: int | None = None) -> None:
    """Start a run with the chosen settings on the corpus as it is now."""
    actions.start(*panel.configs(), pace(), goal)


@errors.deferred_errors
def tell(wanted: str) -> None:
    """Ask something of the run that is selected now: after a quick click before, it is another
    one than the button was drawn for."""
    run = actions.selected(actions.listed())
    if run is None:
        return
    if wanted == "more":
        store.extend_run(session.engine(), run.id, run.training["updates"] + MORE)
    else:
        store.command_run(session.engine(), run.id, wanted)


@errors.deferred_errors
def advance(epoch: bool) -> None:
    """One update or one epoch more, and then rest; without a run a new one takes them."""
    run = actions.selected(actions.listed())
    if run is None:
        view = session.corpus()
        pairs = session.sizes(view)[0]
        return train(steps(pairs - (0 if view.held_out else held_out_size(pairs)), epoch))
    updates = steps(len(store.load_run_corpus(session.engine(), run.id)["rows"]), epoch, run)
    store.advance_run(session.engine(), run.id, updates)
    if not run.is_active:
        actions.wait_for(run, run.update + updates)


def steps(pairs: int, epoch: bool, run: Run | None = None) -> int:
    """How many updates these are."""
    size = run.training["batch_size"] if run else panel.value(BATCH_SIZE)
    return -(-pairs // {"one": 1, "full": pairs}.get(size, size)) if epoch and pairs else 1


@errors.deferred_errors
def set_pace(key: str) -> None:
    url_state.set_param("speed", str(st.session_state[key]))
    run = actions.selected(actions.listed())
    if run is not None:
        store.set_run_pace(session.engine(), run.id, pace())


def keep_pace(run: Run) -> None:
    """What the slider says is so, also for a run that was started in slow motion elsewhere."""
    if run.is_active and run.pace != pace():
        store.set_run_pace(session.engine(), run.id, pace())


def smaller_rate(run: Run) -> float:
    """A learning rate to try after one that was too large: the usual one, or a tenth."""
    rate, usual = run.training["learning_rate"], LEARNING_RATE.default
    return usual if rate > usual else float(f"{rate / 10:.3g}")


@errors.deferred_errors
def again_with(run: Run, rate: float) -> None:
    """The same once more with another learning rate."""
    panel.preset(run.model | run.training | {"learning_rate": rate})
    train()


def controls(run: Run | None, fresh: bool) -> None:
    """One dominant button: what makes most sense now. fresh: a new model would be another one."""
    with st.container(horizontal=True, vertical_alignment="center", key="train_buttons"):
        if run is None:
            start(_("Train"), "primary", MAIN)
        elif run.is_active:
            button("pause", _("Pause"), primary=True)
        elif run.status in ("done", "failed") or fresh:
            start(_("Train a new model"), "primary", MAIN)
        else:
            button("run", _("Go on"), primary=True)
        for epoch, label in ((False, _("+1 update")), (True, _("+1 epoch"))):
            key = f"train_advance_{'epoch' if epoch else 'update'}"
            st.button(label, on_click=advance, args=(epoch,), key=key)
        speed()
        if run is not None and run.is_active:
            start(_("Start again"), "secondary")
        elif run is not None and stopped_early(run):
            button("run", _("Go on"))
        elif run is not None and run.status == "done":
            button("more", _("+{count} updates", count=MORE))
        elif run is not None and run.status != "failed" and fresh:
            button("run", _("Go on"))


def start(
    label: str, kind: Literal["primary", "secondary"], width: int | Literal["content"] = "content"
) -> None:
    st.button(
        label,
        on_click=train,
        type=kind,
        icon=":material/replay:",
        key="train_start",
        width=width,
    )


def button(wanted: str, label: str, primary: bool = False) -> None:
    st.button(
        label,
        on_click=tell,
        args=(wanted,),
        type="primary" if primary else "secondary",
        icon=f":material/{ICONS[wanted]}:",
        key=f"train_{wanted}",
        width=MAIN if primary else "content",
    )


def speed() -> None:
    key = f"train_speed_{current_language()}"
    st.select_slider(
        _("speed"),
        PACES,
        value=url_state.initial_value(key, url_state.get_option("speed", PACES, 0)),
        format_func=lambda value: _("{count} a second", count=value) if value else _("full speed"),
        key=key,
        on_change=set_pace,
        args=(key,),
        label_visibility="collapsed",
        width=190,
    )


def stopped_early(run: Run) -> bool:
    """Whether it came to rest by itself, before its last update."""
    return run.status == "done" and run.reason is not None


def status(run: Run | None) -> str:
    """Where the run stands, in one sentence."""
    if run is None:
        return _("Nothing is learnt yet: its weights are random, and so is what it writes.")
    updates = run.training["updates"]
    match run.status:
        case "failed" | "done" if run.reason is not None:
            return errors.error_sentence(run.reason["code"], run.reason["fields"])
        case "queued":
            learning, before = store.queue_status(session.engine(), run)
            if not before:
                return _("Waiting for a free worker: yours is next.")
            text = _("Waiting for a free worker: {before} before yours, {learning} learn now.")
            return text.format(before=before, learning=learning)
        case "running" if run.wanted == "run":
            others = store.queue_status(session.engine(), run)[0] - 1
            text = _("Learning here: update {update} of {updates}.")
            beside = _("Other runs beside it: {count}.", count=others) if others > 0 else None
            return join_sentences(text.format(update=run.update, updates=updates), beside)
        case "running" | "paused" if run.wanted == "pause" or run.status == "paused":
            return _("Paused at update {update}. Go on when you like.", update=run.update)
        case "done":
            return _("Finished after {update} updates.", update=run.update)
        case _:
            return _("Stopped at update {update}; it can go on.", update=run.update)
