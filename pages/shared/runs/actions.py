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

CORPORA = {
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
WAIT = 0.15  # seconds that a click waits for the run's first update
OFFERED = 200  # sentences in the list; any other can be typed
Columns = dict[str, list[Any]]


def listed() -> list[Run]:
    """The runs of the workspace, the latest first."""
    mine = session.workspace()
    return list(reversed(store.find_runs(session.engine(), mine.id))) if mine else []


def current(run: Run) -> Run | None:
    """The run as it is now; None where it was deleted, perhaps in another tab."""
    return store.find_run(session.engine(), run.workspace_id, run.id)


def wait_for(run: Run, update: int) -> None:
    """Wait a moment until a run has come so far, so that a click shows at once what it did."""
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline:
        now = current(run)
        if now is None or now.update >= update:
            return
        time.sleep(0.01)


def selected(choices: list[Run]) -> Run | None:
    """The run that the address names, else the latest one."""
    numbers = {run.number: run for run in choices}
    latest = choices[0].number if choices else 0
    return numbers.get(url_state.get_option("run", list(numbers), latest))


def made_of(shape: ModelConfig) -> list[str]:
    """Architecture, layers and attention, each in few words."""
    if shape.is_transformer:
        sizes = _("layers {layers} × heads {heads}", layers=shape.layers, heads=shape.heads)
        return ["Transformer", sizes]
    cell = ("Bi" if shape.bidirectional else "") + shape.architecture.upper()
    layers = [_("layers {layers}", layers=shape.layers)] if shape.layers > 1 else []
    score = shape.attention
    look = _("no attention") if score == "none" else _("{score} attention", score=_(score))
    return [cell, *layers, look]


def kind(run: Run) -> str:
    """What a run is made of."""
    told = panel.told(run.model_config, TrainingConfig(**run.training))
    return " · ".join([*made_of(run.model_config), *told, _(CORPORA.get(run.name, run.name))])


def label(run: Run) -> str:
    """How a run is called: its number and its name, else what it is made of.

    It never changes while a run goes: Streamlit's list knows a choice by its words.
    """
    return f"{run.number} · {run.title or kind(run)}"


def short(run: Run) -> str:
    """The same where there is little room."""
    return run.title or _("run {number}", number=run.number)


def choose_run(page: str, choices: list[Run]) -> Run:
    """The run that the address names, else the latest, with the control to change it."""
    numbers = [run.number for run in choices]
    now = selected(choices)
    assert now is not None
    # another list or language is another widget: it begins with what is chosen now
    key = f"{page}_run_{current_language()}_{hash(tuple(map(label, choices)))}"
    chosen = st.selectbox(
        _("Training run"),
        numbers,
        index=numbers.index(url_state.initial_value(key, now.number)),
        format_func=lambda number: label(choices[numbers.index(number)]),
        key=key,
        label_visibility="collapsed" if page == "train" else "visible",
    )
    run = choices[numbers.index(chosen)] if chosen in numbers else now
    if run is not now:
        show_run(run)
    return run


def show_run(run: Run) -> None:
    """Make this the run that every page looks at."""
    url_state.set_param("run", str(run.number))


@st.cache_data(show_spinner=False, max_entries=64)
def _held_out(run_id: int) -> set[tuple[str, ...]]:
    corpus = store.load_run_corpus(session.engine(), run_id)
    return {tokenize(source, corpus["tokenizer"]) for source, *_rest in corpus["held_out"]}


def held_out_sources(run: Run) -> set[tuple[str, ...]]:
    """The tokenised source sentences that this run never learns from."""
    return _held_out(run.id)


@st.cache_data(show_spinner=False, max_entries=64)
def _pairs(run_id: int) -> dict[str, str]:
    corpus = store.load_run_corpus(session.engine(), run_id)
    rows = [*corpus["rows"], *corpus["held_out"]]
    pairs = {source: target for source, target, *_rest in rows}
    watched = {source: pairs[source] for source in corpus["watched"]}
    held_out = {source: target for source, target, *_rest in corpus["held_out"]}
    return watched | held_out | pairs  # in the order in which they are offered


def sentences(run: Run) -> list[str]:
    """Source sentences of the run's corpus, in the order in which they are offered."""
    return list(_pairs(run.id))[:OFFERED]


@st.cache_data(show_spinner=False, max_entries=64)
def _unseen(run_id: int) -> list[tuple[str, tuple[str, ...]]]:
    held_out = store.load_run_corpus(session.engine(), run_id)["held_out"]
    return [(source, tuple(target.split())) for source, target, *_rest in held_out]


def unseen(run: Run, word: str | None = None) -> list[str]:
    """Source sentences that this run never learns from, with this word in their translation."""
    return [text for text, target in _unseen(run.id) if word is None or word in target]


def reference(run: Run, text: str) -> str | None:
    """The translation that the run's corpus gives for a source sentence, if it has it."""
    return _pairs(run.id).get(text)


def choose_sentence(page: str, run: Run) -> str:
    """A sentence out of the run's corpus, or a typed one. It goes into the URL."""
    turn = st.session_state.get("sentence_turn", 0)
    choices = sentences(run)
    default, now = choices[0], url_state.get_param("sentence") or choices[0]
    key = f"{page}_sentence_{run.id}_{turn}"
    first = url_state.initial_value(key, now)
    if first not in choices:
        choices.append(first)
    text = st.selectbox(
        _("Sentence: choose one, or type your own"),
        choices,
        index=choices.index(first),
        key=key,
        accept_new_options=True,
    )
    if text is None or text == default:
        url_state.remove_param("sentence")
    else:
        url_state.set_param("sentence", text)
    return text or default


def show_sentence(text: str) -> None:
    """Make this the sentence that every page looks at, chosen elsewhere than in its control."""
    url_state.set_param("sentence", text)
    # the control knows what it showed last: another one begins with what the address says
    st.session_state["sentence_turn"] = st.session_state.get("sentence_turn", 0) + 1


def name_unknown(words: Sequence[str]) -> None:
    if words:
        st.text(_("Never seen in training, read as <unk>: {words}", words=" ".join(words)))


def say_how_far(run: Run, update: int) -> None:
    """While a run goes on, what is shown is its latest snapshot."""
    if run.is_active:
        updates = run.training["updates"]
        text = _("Still learning: this is the model after {update} of {updates} updates.")
        st.text(text.format(update=update, updates=updates))


def nothing_trained() -> None:
    st.text(_("There is no model yet: train one first, it takes a few seconds."))
    if st.button(_("To Start"), type="primary", icon=":material/play_circle:"):
        st.switch_page("pages/start.py")


def turned(view: session.CorpusView) -> bool:
    """Whether a corpus of the lesson stands the other way round: from English to Chinese."""
    if view.name not in bundled.TRANSLATION_CORPORA:
        return False
    targets = {row.target for row in bundled.load_bundled(view.name).rows}
    return sum(row.source in targets for row in view.rows) > len(view.rows) / 2


def start(
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

    view = session.corpus()
    changed = session.changed_sources(view)
    corpus = dataset.freeze_dataset(view.rows, view.held_out, view.tokenizer, model, training, changed)
    if view.revision is None:
        view = session.save_corpus(view, view.rows, view.held_out)
    revision = view.revision
    assert revision is not None
    name = f"{view.name}_swapped" if turned(view) else view.name
    run, replaced = store.start_run(
        session.engine(), revision.workspace_id, revision.id, model, training, corpus, name,
        pace, goal,
    )  # fmt: skip
    show_run(run)
    say_replaced(replaced)
    wait_for(run, 1)
    return run


def repeat(run: Run, **changed: object) -> None:
    """Start a run like another one, on the same corpus, with some settings of the model changed."""
    model = ModelConfig(**{**run.model, **changed})
    training = TrainingConfig(**run.training)
    corpus = store.load_run_corpus(session.engine(), run.id)
    started = store.start_run(
        session.engine(), run.workspace_id, run.revision_id, model, training, corpus, run.name
    )
    say_replaced(started[1])


def say_replaced(run: Run | None) -> None:
    if run is not None:
        text = _("Run {number} was stopped for this one; it is kept and can go on.")
        st.toast(text.format(number=run.number))
