"""The buttons that start a run and steer it: pause, go on, step by step, faster, slower."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

import streamlit as st

from pages.shared.frame import errors, session, url_state, widgets
from pages.shared.frame.i18n import _, join_sentences
from pages.shared.runs import actions
from pages.shared.runs.selection import list_runs, selected_run
from pages.shared.runs.trained import corpus_sizes
from pages.shared.settings import panel
from pages.shared.settings.training import BATCH_SIZE, LEARNING_RATE
from seq2seq_core import store
from seq2seq_core.config import TrainingConfig
from seq2seq_core.data.corpus import held_out_size
from seq2seq_core.store import Run

EXTRA_UPDATES = 200  # added by going on after the end
PACES = (1, 3, 10, 30, 0)  # updates per second; 0: as fast as it goes
MAIN_BUTTON_WIDTH = 190  # px of the first button, whatever it says: those beside it stay in place
COMMAND_ICONS = {"pause": "pause", "run": "play_arrow", "more": "fast_forward"}


def chosen_pace() -> float | None:
    return url_state.get_option("speed", PACES, 0) or None


@errors.deferred_errors
def train_chosen(goal: int | None = None) -> None:
    """Start a run with the chosen settings on the corpus as it is now."""
    actions.start_and_select_run(*panel.chosen_configs(), chosen_pace(), goal)


@errors.deferred_errors
def send_command(command: str) -> None:
    """Send a command to the run that is selected now.

    After another quick click that is not the run which the button was drawn for.
    """
    run = selected_run(list_runs())
    if run is None:
        return
    if command == "more":
        store.extend_run(session.engine(), run.id, run.training.updates + EXTRA_UPDATES)
    else:
        store.command_run(session.engine(), run.id, command)


@errors.deferred_errors
def advance_training(by_epoch: bool) -> None:
    """One update or one epoch more, and then rest; without a run a new one takes them."""
    run = selected_run(list_runs())
    if run is None:
        view = session.current_corpus()
        pairs = corpus_sizes(view)[0]
        pairs -= 0 if view.held_out else held_out_size(pairs)
        return train_chosen(count_updates(pairs, by_epoch))
    rows = store.load_run_corpus(session.engine(), run.id)["rows"]
    updates = count_updates(len(rows), by_epoch, run)
    store.advance_run(session.engine(), run.id, updates)
    if not run.is_active:
        actions.wait_for_update(run, run.update + updates)


def count_updates(pairs: int, by_epoch: bool, run: Run | None = None) -> int:
    """The updates of one epoch over the pairs, or one; of a run, or as the settings are now."""
    training = run.training if run else TrainingConfig(batch_size=panel.setting_value(BATCH_SIZE))
    return max(training.updates_per_epoch(pairs), 1) if by_epoch else 1


def change_pace() -> None:
    run = selected_run(list_runs())
    if run is not None:
        store.set_run_pace(session.engine(), run.id, chosen_pace())


def sync_pace(run: Run) -> None:
    """Give the run the pace of the slider, though it was started at another one elsewhere."""
    if run.is_active and run.pace != chosen_pace():
        store.set_run_pace(session.engine(), run.id, chosen_pace())


def suggest_smaller_rate(run: Run) -> float:
    """A learning rate to try after one that was too large: the usual one, or a tenth."""
    rate, default_rate = run.training.learning_rate, LEARNING_RATE.default
    return default_rate if rate > default_rate else float(f"{rate / 10:.3g}")


@errors.deferred_errors
def retry_with_rate(run: Run, rate: float) -> None:
    """Train once more with the settings of a run, but for the learning rate."""
    panel.apply_preset(asdict(run.model) | asdict(run.training) | {"learning_rate": rate})
    train_chosen()


def draw_run_controls(run: Run | None, offers_new_model: bool) -> None:
    """Draw the buttons, one of them dominant: what makes most sense now.

    offers_new_model: the settings or the corpus are others than those of the run.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="train_buttons"):
        if run is None:
            draw_start_button(_("Train"), "primary", MAIN_BUTTON_WIDTH)
        elif run.is_active:
            draw_command_button("pause", _("Pause"), primary=True)
        elif run.status in ("done", "failed") or offers_new_model:
            draw_start_button(_("Train a new model"), "primary", MAIN_BUTTON_WIDTH)
        else:
            draw_command_button("run", _("Go on"), primary=True)
        for by_epoch, label in ((False, _("+1 update")), (True, _("+1 epoch"))):
            key = f"train_advance_{'epoch' if by_epoch else 'update'}"
            st.button(label, on_click=advance_training, args=(by_epoch,), key=key)
        draw_pace_slider()
        if run is not None and run.is_active:
            draw_start_button(_("Start again"), "secondary")
        elif run is not None and stopped_early(run):
            draw_command_button("run", _("Go on"))
        elif run is not None and run.status == "done":
            draw_command_button("more", _("+{count} updates", count=EXTRA_UPDATES))
        elif run is not None and run.status != "failed" and offers_new_model:
            draw_command_button("run", _("Go on"))


def draw_start_button(
    label: str, kind: Literal["primary", "secondary"], width: int | Literal["content"] = "content"
) -> None:
    st.button(
        label,
        on_click=train_chosen,
        type=kind,
        icon=":material/replay:",
        key="train_start",
        width=width,
    )


def draw_command_button(command: str, label: str, primary: bool = False) -> None:
    st.button(
        label,
        on_click=send_command,
        args=(command,),
        type="primary" if primary else "secondary",
        icon=f":material/{COMMAND_ICONS[command]}:",
        key=f"train_{command}",
        width=MAIN_BUTTON_WIDTH if primary else "content",
    )


def draw_pace_slider() -> None:
    url_pace = url_state.get_option("speed", PACES, 0)
    bound = widgets.bind("train", "speed", url_pace, default=0, after_save=change_pace)
    st.select_slider(
        _("speed"),
        PACES,
        value=bound.initial,
        format_func=lambda value: _("{count} a second", count=value) if value else _("full speed"),
        key=bound.key,
        on_change=bound.save,
        label_visibility="collapsed",
        width=190,
    )


def stopped_early(run: Run) -> bool:
    """Whether it came to rest by itself, before its last update."""
    return run.status == "done" and run.reason is not None


def describe_run_status(run: Run | None) -> str:
    """Where the run stands, in one sentence."""
    if run is None:
        return _("Nothing is learnt yet: its weights are random, and so is what it writes.")
    updates = run.training.updates
    match run.status:
        case "failed" | "done" if run.reason is not None:
            return errors.error_sentence(run.reason["code"], run.reason["fields"])
        case "queued":
            running_count, queued_before = store.queue_status(session.engine(), run)
            if not queued_before:
                return _("Waiting for a free worker: yours is next.")
            text = _("Waiting for a free worker: {before} before yours, {learning} learn now.")
            return text.format(before=queued_before, learning=running_count)
        case "running" if run.wanted == "run":
            other_count = store.queue_status(session.engine(), run)[0] - 1
            text = _("Learning here: update {update} of {updates}.")
            others_note = (
                _("Other runs beside it: {count}.", count=other_count) if other_count > 0 else None
            )
            return join_sentences(text.format(update=run.update, updates=updates), others_note)
        case "running" | "paused" if run.wanted == "pause" or run.status == "paused":
            return _("Paused at update {update}. Go on when you like.", update=run.update)
        case "done":
            return _("Finished after {update} updates.", update=run.update)
        case _:
            return _("Stopped at update {update}; it can go on.", update=run.update)
