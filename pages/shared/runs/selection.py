"""What a page looks at: a run at its latest snapshot, and a sentence that it translates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared.frame import session, url_state, widgets
from pages.shared.frame.i18n import _
from pages.shared.runs.labels import run_label
from pages.shared.runs.run_corpus import offered_sentences
from pages.shared.runs.trained import load_trained_run
from seq2seq_core import store
from seq2seq_core.store import Run

if TYPE_CHECKING:
    from seq2seq_core.decoding.translator import Translation
    from seq2seq_core.training.restore import TrainedRun


# --- a run ----------------------------------------------------------------------------------


def list_runs() -> list[Run]:
    """The runs of the workspace, the latest first."""
    workspace = session.current_workspace()
    return list(reversed(store.find_runs(session.engine(), workspace.id))) if workspace else []


def refresh_run(run: Run) -> Run | None:
    """The run as it is now; None where it was deleted, perhaps in another tab."""
    return store.find_run(session.engine(), run.workspace_id, run.id)


def selected_run(choices: list[Run]) -> Run | None:
    """The run that the address names, else the latest one."""
    numbers = {run.number: run for run in choices}
    latest_number = choices[0].number if choices else 0
    return numbers.get(url_state.get_option("run", list(numbers), latest_number))


def select_run(run: Run) -> None:
    """Make this the run that every page looks at."""
    url_state.set_param("run", str(run.number))


def choose_run(page: str, choices: list[Run]) -> Run:
    """The run that the address names, else the latest, with the control to change it."""
    numbers = [run.number for run in choices]
    current_run = selected_run(choices)
    assert current_run is not None
    # another list is another widget: it begins with the current run
    labels_hash = hash(tuple(map(run_label, choices)))
    bound = widgets.bind(page, "run", current_run.number, scope=labels_hash)
    chosen_number = st.selectbox(
        _("Training run"),
        numbers,
        index=numbers.index(bound.initial),
        format_func=lambda number: run_label(choices[numbers.index(number)]),
        key=bound.key,
        on_change=bound.save,
        label_visibility="collapsed" if page == "train" else "visible",
    )
    run = choices[numbers.index(chosen_number)] if chosen_number in numbers else current_run
    if run is not current_run:
        select_run(run)  # what is on the screen counts
    return run


def show_progress_note(run: Run, update: int) -> None:
    """While a run goes on, what is shown is its latest snapshot."""
    if run.is_active:
        st.text(
            _(
                "Still learning: this is the model after {update} of {updates} updates.",
                update=update,
                updates=run.training.updates,
            )
        )


def show_no_model_note() -> None:
    st.text(_("There is no model yet: train one first, it takes a few seconds."))
    if st.button(_("To Start"), type="primary", icon=":material/play_circle:"):
        st.switch_page("pages/start.py")


# --- a sentence -----------------------------------------------------------------------------


def choose_sentence(page: str, run: Run) -> str:
    """A sentence out of the run's corpus, or a typed one. It goes into the URL."""
    choices = offered_sentences(run)
    default, url_sentence = choices[0], url_state.get_param("sentence") or choices[0]
    bound = widgets.bind(page, "sentence", url_sentence, scope=run.id, default=default)
    if bound.initial not in choices:
        choices.append(bound.initial)
    text = st.selectbox(
        _("Sentence: choose one, or type your own"),
        choices,
        index=choices.index(bound.initial),
        key=bound.key,
        on_change=bound.save,
        accept_new_options=True,
    )
    return text or default


def select_sentence(text: str) -> None:
    """Make this the sentence that every page looks at, chosen elsewhere than in its control."""
    url_state.set_param("sentence", text)
    widgets.remount("sentence")


def show_unknown_words(words: Sequence[str]) -> None:
    if words:
        st.text(_("Never seen in training, read as <unk>: {words}", words=" ".join(words)))


# --- both -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class SelectedRun:
    run: Run
    trained: TrainedRun


@dataclass(frozen=True)
class Selection(SelectedRun):
    text: str
    translation: Translation


def choose_trained_run(page: str, choices: Sequence[Run]) -> SelectedRun:
    """The run that the address names, as far as it has come; with the control to change it."""
    with st.columns([1, 2])[0]:
        run = choose_run(page, list(choices))
    trained = load_trained_run(run)
    show_progress_note(run, trained.update)
    return SelectedRun(run, trained)


def choose_run_and_sentence(page: str, choices: Sequence[Run]) -> Selection:
    """The run and the sentence that the address names, with the controls to change both."""
    left, right = st.columns([1, 2])
    with left:
        run = choose_run(page, list(choices))
    with right:
        text = choose_sentence(page, run)
    trained = load_trained_run(run)
    show_progress_note(run, trained.update)
    translation = trained.translator.translate(text)
    show_unknown_words(translation.unknown)
    return Selection(run, trained, text, translation)


def rerun_on_progress(*followed_runs: Run | None) -> None:
    """Draw the page again when a run that still learns has come further, once a second at most."""
    active_runs = [run for run in followed_runs if run is not None and run.is_active]
    if not active_runs:
        return
    updates = [store.latest_snapshot_update(session.engine(), run.id) for run in active_runs]

    @st.fragment(run_every=1.0)
    def check_progress() -> None:
        current_runs = [refresh_run(run) for run in active_runs]
        has_ended = any(run is None or not run.is_active for run in current_runs)
        if has_ended or updates != [
            store.latest_snapshot_update(session.engine(), run.id) for run in active_runs
        ]:
            st.rerun()

    check_progress()
