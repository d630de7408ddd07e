"""Who is looking at what: the workspace, its corpus and its runs, all from URL and store.

Nothing that matters lives in the session: every page rebuilds itself from here on every run of its
script, so a refresh, a dropped socket or a restarted server loses nothing.
"""

from __future__ import annotations

import gc
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.shared import address, style
from pages.shared.i18n import _, language
from seq2seq_core import corpora, figures, pool, store
from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.corpus import Row, read_rows, tokens_of
from seq2seq_core.store import Engine, Revision, Run, Workspace
from seq2seq_core.vocabulary import SPECIALS

OFFERED = 200  # sentences in the list; any other can be typed

Columns = dict[str, list[Any]]

if TYPE_CHECKING:
    from seq2seq_core.experiment import Trained

_lock = threading.Lock()
_warm = threading.Event()
_pool: subprocess.Popen[bytes] | None = None  # a module global: it outlives every session
start_pool: Callable[[str], subprocess.Popen[bytes]] = pool.start  # tests put theirs here


def warm_up() -> None:
    """Import what the first decoding needs, after the first page went out, and freeze it."""
    import seq2seq_core.experiment
    import seq2seq_core.translation  # noqa: F401

    gc.collect()
    gc.freeze()  # what is imported never becomes garbage: do not walk over it again
    _warm.set()


def warm() -> bool:
    """Whether models can be used without waiting for the import of torch."""
    return _warm.is_set()


@st.cache_resource(show_spinner=False)
def engine() -> Engine:
    """The store, opened once; with it the workers start, where they are ours to start."""
    global _pool
    url = store.default_url()
    opened = store.open_store(url)
    with _lock:
        # a shared database has workers of its own, started by its operator
        if url.startswith("sqlite") and (_pool is None or _pool.poll() is not None):
            _pool = start_pool(url)
    threading.Thread(target=warm_up, daemon=True).start()
    return opened


def workspace() -> Workspace | None:
    """The workspace that the URL names, else this session's; None before the first write."""
    key = address.get("w")
    return store.find_workspace(engine(), key) if key else None


def say_lost() -> None:
    """A link that leads nowhere is said, in the same words whatever it looks like."""
    if address.get("w") and workspace() is None:
        address.drop("w")
        st.error(_("This link leads to no work that is kept here: you start with a new one."))


def own_workspace() -> Workspace:
    """The workspace, made now if there is none: called on the first write, never on a visit."""
    found = workspace()
    if found is None:
        key = store.create_workspace(engine())
        address.put("w", key)
        found = store.find_workspace(engine(), key)
    assert found is not None
    return found


@dataclass(frozen=True)
class CorpusView:
    """The learner's corpus, or the shipped one before the first change."""

    name: str
    tokenizer: str
    rows: tuple[Row, ...]
    held_out: tuple[Row, ...]
    revision: Revision | None


def corpus() -> CorpusView:
    mine = workspace()
    head = store.head(engine(), mine.id) if mine else None
    if head is None:
        default = corpora.shipped(corpora.DEFAULT)
        return CorpusView(default.name, "space", default.rows, default.held_out, None)
    return CorpusView(head.name, head.tokenizer, head.rows, head.held_out, head)


def save_corpus(
    view: CorpusView, rows: Sequence[Row], held_out: Sequence[Row], name: str | None = None
) -> CorpusView:
    """Keep a version that follows the one shown. Raises StoreError with code stale."""
    mine = own_workspace()
    parent = view.revision
    if parent is None and tuple(rows) != view.rows:  # so that the first change can be undone
        parent = save_corpus(view, view.rows, view.held_out).revision
    saved = store.save_revision(
        engine(),
        mine.id,
        parent.id if parent else None,
        name or view.name,
        view.tokenizer,
        tuple(rows),
        tuple(held_out),
    )
    return CorpusView(saved.name, saved.tokenizer, saved.rows, saved.held_out, saved)


@st.cache_data(show_spinner=False, max_entries=64)
def _sizes(key: object, _view: CorpusView) -> tuple[int, int, int]:
    corpus = read_rows(_view.rows, _view.tokenizer)
    source, target = corpus.vocabularies()
    return len(corpus.pairs), len(source) - len(SPECIALS), len(target) - len(SPECIALS)


def sizes(view: CorpusView) -> tuple[int, int, int]:
    """How many usable pairs, source words and target words a corpus has."""
    return _sizes(view.revision.id if view.revision else view.name, view)


def changed_sources(view: CorpusView) -> list[str]:
    """Source sentences that the learner wrote or changed, as they stand in the corpus."""
    if view.name not in corpora.NAMES:
        return []
    shipped = set(corpora.shipped(view.name).rows)
    return [row.source for row in view.rows if row not in shipped]


def runs() -> list[Run]:
    """The runs of the workspace, the latest first."""
    mine = workspace()
    return list(reversed(store.runs(engine(), mine.id))) if mine else []


def current(run: Run) -> Run:
    """The run as it is now."""
    return store.run(engine(), run.workspace_id, run.id) or run


def selected(choices: list[Run]) -> Run | None:
    """The run that the address names, else the latest one."""
    numbers = {run.number: run for run in choices}
    latest = choices[0].number if choices else 0
    return numbers.get(address.option("run", list(numbers), latest))


def label(run: Run) -> str:
    """How a run is called: its number and what it is made of."""
    model = run.model
    cell = ("Bi" if model["bidirectional"] else "") + model["architecture"].upper()
    score = model["attention"]
    look = _("no attention") if score == "none" else _("{score} attention", score=_(score))
    return f"{run.number} · {cell} · {look} · {_('{count} updates', count=run.update)}"


def choose_run(page: str, choices: list[Run]) -> Run:
    """The run that the address names, else the latest, with the control to change it."""
    numbers = [run.number for run in choices]
    now = selected(choices)
    assert now is not None
    # another list or language is another widget: it begins with what is chosen now
    key = f"{page}_run_{language()}_{numbers[0]}"
    chosen = st.selectbox(
        _("Training run"),
        numbers,
        index=numbers.index(address.first(key, now.number)),
        format_func=lambda number: label(choices[numbers.index(number)]),
        key=key,
        label_visibility="collapsed" if page == "train" else "visible",
        width=330 if page == "train" else "stretch",
    )
    run = choices[numbers.index(chosen)]
    if run is not now:
        show_run(run)
    return run


def show_run(run: Run) -> None:
    """Make this the run that every page looks at."""
    address.put("run", str(run.number))


@st.cache_data(show_spinner=False, max_entries=64)
def _held_out(run_id: int) -> set[tuple[str, ...]]:
    corpus = store.run_corpus(engine(), run_id)
    return {tokens_of(source, corpus["tokenizer"]) for source, *_rest in corpus["held_out"]}


def held_out_sources(run: Run) -> set[tuple[str, ...]]:
    """The tokenised source sentences that this run never learns from."""
    return _held_out(run.id)


@st.cache_data(show_spinner=False, max_entries=8)
def _untrained(_view: CorpusView, key: object, model: ModelConfig, seed: int) -> list[dict]:
    from seq2seq_core import experiment

    return experiment.untrained_sentences(
        _view.rows, _view.held_out, _view.tokenizer, model, TrainingConfig(seed=seed),
        changed_sources(_view),
    )  # fmt: skip


def untrained_sentences(view: CorpusView, model: ModelConfig, seed: int) -> list[dict]:
    """What a model writes before it has learnt anything, in the form of a run's frame.

    Raises CorpusError where nothing in the corpus can be used.
    """
    return _untrained(view, view.revision.id if view.revision else None, model, seed)


@st.cache_resource(show_spinner=False, max_entries=64)
def _trained(run_id: int, update: int, _run: Run) -> Trained:
    from seq2seq_core import experiment  # torch comes with it: only a page that decodes pays

    snapshot = store.latest_snapshot(engine(), run_id)
    description = store.run_corpus(engine(), run_id)
    weights = snapshot[1] if snapshot else None
    return experiment.restore(description, _run.model, weights, _run.training["seed"])


def trained(run: Run) -> Trained:
    """The model of a run at its latest snapshot. Raises CheckpointError for a damaged one."""
    return _trained(run.id, store.snapshot_update(engine(), run.id) or 0, run)


@st.cache_data(show_spinner=False, max_entries=64)
def _pairs(run_id: int) -> dict[str, str]:
    corpus = store.run_corpus(engine(), run_id)
    rows = [*corpus["rows"], *corpus["held_out"]]
    pairs = {source: target for source, target, *_rest in rows}
    watched = {source: pairs[source] for source in corpus["watched"]}
    held_out = {source: target for source, target, *_rest in corpus["held_out"]}
    return watched | held_out | pairs  # in the order in which they are offered


def reference(run: Run, text: str) -> str | None:
    """The translation that the run's corpus gives for a source sentence, if it has it."""
    return _pairs(run.id).get(text)


def choose_sentence(page: str, run: Run) -> str:
    """A sentence out of the run's corpus, or a typed one. It goes into the URL."""
    choices = list(_pairs(run.id))[:OFFERED]
    default, now = choices[0], address.get("sentence") or choices[0]
    key = f"{page}_sentence_{run.id}"
    first = address.first(key, now)
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
        address.drop("sentence")
    else:
        address.put("sentence", text)
    return text or default


def loss_curve(run: Run | None, history: Columns, evaluation: Columns, updates: int = 0) -> Any:
    """The curve of a run, and of new sentences where some are held out."""
    empty: list[Any] = []
    on_new = run is not None and bool(held_out_sources(run))
    return figures.loss_curve(
        figures.Curve(_("training loss"), history["update"], history["loss"]),
        figures.Curve(
            _("loss on new sentences"),
            evaluation["update"] if on_new else empty,
            evaluation["loss"] if on_new else empty,
        ),
        run.training["updates"] if run else updates,
        style.palette(),
        _("update"),
        _("loss"),
    )


def name_unknown(words: Sequence[str]) -> None:
    if words:
        st.text(_("Never seen in training, read as <unk>: {words}", words=" ".join(words)))


def say_how_far(run: Run, update: int) -> None:
    """While a run goes on, what is shown is its latest snapshot."""
    if run.active:
        updates = run.training["updates"]
        text = _("Still learning: this is the model after {update} of {updates} updates.")
        st.text(text.format(update=update, updates=updates))


def nothing_trained() -> None:
    st.text(_("There is no model yet: train one first, it takes a few seconds."))
    st.page_link("pages/train.py", label=_("To Train"), icon=":material/show_chart:")


def repeat(run: Run, **changed: object) -> None:
    """Start a run like another one, on the same corpus, with some settings of the model changed."""
    model = ModelConfig(**{**run.model, **changed})
    training = TrainingConfig(**run.training)
    corpus = store.run_corpus(engine(), run.id)
    started = store.start_run(
        engine(), run.workspace_id, run.revision_id, model, training, corpus, run.name
    )
    say_replaced(started[1])


def say_replaced(run: Run | None) -> None:
    if run is not None:
        text = _("Run {number} was stopped for this one; it is kept and can go on.")
        st.toast(text.format(number=run.number))
