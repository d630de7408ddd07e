"""The runs of a workspace as the pages use them: chosen, named, started, with their sentences."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.shared.frame import session, url_state
from pages.shared.frame.i18n import N_, _, current_language
from pages.shared.settings import panel
from seq2seq_core import store
from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data import bundled
from seq2seq_core.data.corpus import tokenize
from seq2seq_core.store import Run

CORPUS_LABELS = {
    "first": N_("First"),
    "first_swapped": N_("First, English to Chinese"),
    "five_sentences": N_("five sentences"),
    "five_sentences_swapped": N_("five sentences, English to Chinese"),
    "reverse": N_("reverse"),
    "labels": N_("labels"),
    "summaries": N_("summaries"),
    "dialogue": N_("dialogue"),
    "questions": N_("questions"),
}
WAIT_SECONDS = 0.15  # seconds that a click waits for the run's first update
OFFERED_SENTENCES = 200  # sentences in the list; any other can be typed
RunColumns = dict[str, list[Any]]


def list_runs() -> list[Run]:
    """The runs of the workspace, the latest first."""
    workspace = session.current_workspace()
    return list(reversed(store.find_runs(session.engine(), workspace.id))) if workspace else []


def refresh(run: Run) -> Run | None:
    """The run as it is now; None where it was deleted, perhaps in another tab."""
    return store.find_run(session.engine(), run.workspace_id, run.id)


def wait_for_update(run: Run, update: int) -> None:
    """Wait a moment until a run has come so far, so that a click shows at once what it did."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        latest_run = refresh(run)
        if latest_run is None or latest_run.update >= update:
            return
        time.sleep(0.01)


def selected_run(choices: list[Run]) -> Run | None:
    """The run that the address names, else the latest one."""
    numbers = {run.number: run for run in choices}
    latest_number = choices[0].number if choices else 0
    return numbers.get(url_state.get_option("run", list(numbers), latest_number))


def describe_model(model: ModelConfig) -> list[str]:
    """Architecture, layers and attention, each in few words."""
    if model.is_transformer:
        sizes = _("layers {layers} × heads {heads}", layers=model.layers, heads=model.heads)
        return ["Transformer", sizes]
    cell = ("Bi" if model.bidirectional else "") + model.architecture.upper()
    layers = [_("layers {layers}", layers=model.layers)] if model.layers > 1 else []
    score = model.attention
    attention_text = (
        _("no attention") if score == "none" else _("{score} attention", score=_(score))
    )
    return [cell, *layers, attention_text]


def describe_settings(run: Run) -> str:
    """What a run is made of."""
    setting_labels = panel.non_default_labels(run.model_config, TrainingConfig(**run.training))
    return " · ".join(
        [
            *describe_model(run.model_config),
            *setting_labels,
            _(CORPUS_LABELS.get(run.name, run.name)),
        ]
    )


def run_label(run: Run) -> str:
    """How a run is called: its number and its name, else what it is made of.

    It never changes while a run goes: Streamlit's list knows a choice by its words.
    """
    return f"{run.number} · {run.title or describe_settings(run)}"


def short_run_label(run: Run) -> str:
    """The same where there is little room."""
    return run.title or _("run {number}", number=run.number)


def draw_run_choice(page: str, choices: list[Run]) -> Run:
    """The run that the address names, else the latest, with the control to change it."""
    numbers = [run.number for run in choices]
    current_run = selected_run(choices)
    assert current_run is not None
    # another list or language is another widget: it begins with what is chosen now
    key = f"{page}_run_{current_language()}_{hash(tuple(map(run_label, choices)))}"
    chosen_number = st.selectbox(
        _("Training run"),
        numbers,
        index=numbers.index(url_state.initial_value(key, current_run.number)),
        format_func=lambda number: run_label(choices[numbers.index(number)]),
        key=key,
        label_visibility="collapsed" if page == "train" else "visible",
    )
    run = choices[numbers.index(chosen_number)] if chosen_number in numbers else current_run
    if run is not current_run:
        select_run(run)
    return run


def select_run(run: Run) -> None:
    """Make this the run that every page looks at."""
    url_state.set_param("run", str(run.number))


@st.cache_data(show_spinner=False, max_entries=64)
def _held_out_sources(run_id: int) -> set[tuple[str, ...]]:
    corpus = store.load_run_corpus(session.engine(), run_id)
    return {tokenize(source, corpus["tokenizer"]) for source, *_rest in corpus["held_out"]}


def held_out_sources(run: Run) -> set[tuple[str, ...]]:
    """The tokenised source sentences that this run never learns from."""
    return _held_out_sources(run.id)


@st.cache_data(show_spinner=False, max_entries=64)
def _targets_by_source(run_id: int) -> dict[str, str]:
    corpus = store.load_run_corpus(session.engine(), run_id)
    rows = [*corpus["rows"], *corpus["held_out"]]
    targets = {source: target for source, target, *_rest in rows}
    watched_pairs = {source: targets[source] for source in corpus["watched"]}
    held_out = {source: target for source, target, *_rest in corpus["held_out"]}
    return watched_pairs | held_out | targets  # in the order in which they are offered


def offered_sentences(run: Run) -> list[str]:
    """Source sentences of the run's corpus, in the order in which they are offered."""
    return list(_targets_by_source(run.id))[:OFFERED_SENTENCES]


@st.cache_data(show_spinner=False, max_entries=64)
def _held_out_pairs(run_id: int) -> list[tuple[str, tuple[str, ...]]]:
    held_out = store.load_run_corpus(session.engine(), run_id)["held_out"]
    return [(source, tuple(target.split())) for source, target, *_rest in held_out]


def unseen_sentences(run: Run, word: str | None = None) -> list[str]:
    """Source sentences that this run never learns from, with this word in their translation."""
    return [text for text, target in _held_out_pairs(run.id) if word is None or word in target]


def reference_translation(run: Run, text: str) -> str | None:
    """The translation that the run's corpus gives for a source sentence, if it has it."""
    return _targets_by_source(run.id).get(text)


def choose_sentence(page: str, run: Run) -> str:
    """A sentence out of the run's corpus, or a typed one. It goes into the URL."""
    mount_count = st.session_state.get("sentence_turn", 0)
    choices = offered_sentences(run)
    default, url_sentence = choices[0], url_state.get_param("sentence") or choices[0]
    key = f"{page}_sentence_{run.id}_{mount_count}"
    initial_sentence = url_state.initial_value(key, url_sentence)
    if initial_sentence not in choices:
        choices.append(initial_sentence)
    text = st.selectbox(
        _("Sentence: choose one, or type your own"),
        choices,
        index=choices.index(initial_sentence),
        key=key,
        accept_new_options=True,
    )
    if text is None or text == default:
        url_state.remove_param("sentence")
    else:
        url_state.set_param("sentence", text)
    return text or default


def select_sentence(text: str) -> None:
    """Make this the sentence that every page looks at, chosen elsewhere than in its control."""
    url_state.set_param("sentence", text)
    # the control knows what it showed last: another one begins with what the address says
    st.session_state["sentence_turn"] = st.session_state.get("sentence_turn", 0) + 1


def show_unknown_words(words: Sequence[str]) -> None:
    if words:
        st.text(_("Never seen in training, read as <unk>: {words}", words=" ".join(words)))


def show_progress_note(run: Run, update: int) -> None:
    """While a run goes on, what is shown is its latest snapshot."""
    if run.is_active:
        updates = run.training["updates"]
        text = _("Still learning: this is the model after {update} of {updates} updates.")
        st.text(text.format(update=update, updates=updates))


def show_no_model_note() -> None:
    st.text(_("There is no model yet: train one first, it takes a few seconds."))
    if st.button(_("To Start"), type="primary", icon=":material/play_circle:"):
        st.switch_page("pages/start.py")


def is_swapped(view: session.CorpusView) -> bool:
    """Whether a corpus of the lesson stands the other way round: from English to Chinese."""
    if view.name not in bundled.TRANSLATION_CORPORA:
        return False
    targets = {row.target for row in bundled.load_bundled(view.name).rows}
    return sum(row.source in targets for row in view.rows) > len(view.rows) / 2


def start_and_select_run(
    model: ModelConfig,
    training: TrainingConfig,
    pace: float | None = None,
    goal: int | None = None,
) -> Run:
    """Start a run on the corpus as it is now, and look at it from now on.

    Waits a moment for its first update, so that it shows at once. pace and goal as in store.Run.
    Raises CorpusError or ConfigError where something is empty or too large.
    """
    from seq2seq_core.training import dataset

    view = session.current_corpus()
    own_sources = session.changed_sources(view)
    corpus = dataset.freeze_dataset(
        view.rows, view.held_out, view.tokenizer, model, training, own_sources
    )
    if view.revision is None:
        view = session.save_corpus(view, view.rows, view.held_out)
    revision = view.revision
    assert revision is not None
    name = f"{view.name}_swapped" if is_swapped(view) else view.name
    run, replaced_run = store.start_run(
        session.engine(), revision.workspace_id, revision.id, model, training, corpus, name,
        pace, goal,
    )  # fmt: skip
    select_run(run)
    show_replaced_note(replaced_run)
    wait_for_update(run, 1)
    return run


def repeat_run(run: Run, **overrides: object) -> None:
    """Start a run like another one, on the same corpus, with some settings of the model changed."""
    model = ModelConfig(**{**run.model, **overrides})
    training = TrainingConfig(**run.training)
    corpus = store.load_run_corpus(session.engine(), run.id)
    start_result = store.start_run(
        session.engine(), run.workspace_id, run.revision_id, model, training, corpus, run.name
    )
    show_replaced_note(start_result[1])


def show_replaced_note(run: Run | None) -> None:
    if run is not None:
        text = _("Run {number} was stopped for this one; it is kept and can go on.")
        st.toast(text.format(number=run.number))
