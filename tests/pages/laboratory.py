"""A workspace with trained runs, and the pages as a learner opens them on it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from pages.shared.frame.session import CorpusView
from pages.shared.runs.selection import Selection
from seq2seq_core import store
from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data import bundled
from seq2seq_core.data.corpus import Row
from seq2seq_core.store.progress import Chunk, Progress, write_progress
from seq2seq_core.store.queue import claim_run
from seq2seq_core.training import dataset
from seq2seq_core.training.restore import restore_run
from seq2seq_core.workers.worker import Heartbeat, Worker

ROOT = Path(__file__).parents[2]
# the scripts in pages/, by name
TITLES = {
    "start": "How a sentence becomes another sentence",
    "corpus": "Corpus: what the model learns from",
    "train": "Train, and watch it learn",
    "decode": "Decode, one token at a time",
    "guess": "Guess your model",
    "search": "Search: which word next?",
    "attention": "Attention: where it looked",
    "inside": "Inside one step",
    "embeddings": "Words and states as points",
    "metrics": "Metrics: how good is it?",
}
ALL_PAGES = tuple(TITLES)
PAGES_OF_A_RUN = tuple(page for page in TITLES if page not in ("start", "corpus", "train"))
URL_PATHS = {"start": "", "embeddings": "words"}  # where they differ from the file's name

FIRST = bundled.load_bundled("first")
ROWS, HELD_OUT = FIRST.rows[:40], FIRST.held_out[:6]
TRAINING = TrainingConfig(updates=60, batch_size=16, learning_rate=0.01)
GRU = ModelConfig("gru", True, "general", 16, 24, dropout=0.0)
SILENT = replace(GRU, attention="none")
TRANSFORMER = ModelConfig(
    "transformer", layers=2, heads=2, model_size=16, feed_forward_size=24, dropout=0.0
)
KINDS = {"gru": GRU, "silent": SILENT, "transformer": TRANSFORMER}


class IdlePool:
    """In the place of the worker processes: they are there, and do nothing."""

    def poll(self) -> None:
        return None


@dataclass(frozen=True)
class Laboratory:
    """A store in a file, with one workspace."""

    path: Path
    key: str  # of the workspace, as the URL has it

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def open(self) -> Engine:
        return store.open_store(self.url)

    def runs(self) -> dict[str, store.Run]:
        """By the learner's name for each."""
        engine = self.open()
        workspace = store.find_workspace(engine, self.key)
        assert workspace is not None
        return {run.title: run for run in store.find_runs(engine, workspace.id)}

    def copy_to(self, folder: Path) -> Laboratory:
        """The same once more, for a test that changes something."""
        copy = Laboratory(folder / "store.db", self.key)
        with sqlite3.connect(self.path) as mine, sqlite3.connect(copy.path) as other:
            mine.backup(other)  # with what stands in the write-ahead log
        return copy


def empty_laboratory(folder: Path) -> Laboratory:
    """A workspace in which nothing was done yet."""
    path = folder / "store.db"
    return Laboratory(path, store.create_workspace(store.open_store(f"sqlite:///{path}")))


def save_corpus(
    engine: Engine, key: str, rows: Sequence[Row] = ROWS, held_out: Sequence[Row] = HELD_OUT,
    name: str = "first",
) -> store.Revision:  # fmt: skip
    workspace = store.find_workspace(engine, key)
    assert workspace is not None
    head = store.find_head(engine, workspace.id)
    parent = head.id if head else None
    return store.save_revision(
        engine, workspace.id, parent, name, "space", tuple(rows), tuple(held_out)
    )


def start_run(
    engine: Engine,
    revision: store.Revision,
    model: ModelConfig,
    title: str,
    training: TrainingConfig = TRAINING,
) -> store.Run:
    """A queued run on a corpus that was saved."""
    corpus = dataset.freeze_dataset(
        revision.rows, revision.held_out, revision.tokenizer, model, training
    )
    run, _replaced = store.start_run(
        engine, revision.workspace_id, revision.id, model, training, corpus, revision.name
    )
    store.edit_run(engine, run.id, title=title)
    return run


def train_all(engine: Engine) -> None:
    """What the worker processes do, in this one, until nothing is left to do."""
    worker = Worker(engine, "w1", Heartbeat())
    while worker.advance():
        pass
    worker.close()


def fail_run(engine: Engine, run: store.Run, code: str, **fields: Any) -> None:
    """As a worker reports a run that cannot go on."""
    claim = claim_run(engine, "w1")
    assert claim is not None and claim.run_id == run.id
    reason = {"code": code, "fields": fields}
    history = [Chunk("update", 1, [(9.0, 0.0, 99.0, 12)])]
    progress = Progress(run.id, claim.attempt, 1, 0.1, history, status="failed", reason=reason)
    write_progress(engine, "w1", [progress])


def build_laboratory(folder: Path) -> Laboratory:
    """One run of each kind of model, trained alike on a small part of the lesson's corpus."""
    made = empty_laboratory(folder)
    engine = made.open()
    revision = save_corpus(engine, made.key)
    for title, model in KINDS.items():
        start_run(engine, revision, model, title)
        train_all(engine)
    return made


def select(lab: Laboratory, title: str, text: str = ROWS[0].source) -> Selection:
    """What a page looks at, without a page."""
    run, engine = lab.runs()[title], lab.open()
    snapshot = store.load_latest_snapshot(engine, run.id)
    assert snapshot is not None
    description = store.load_run_corpus(engine, run.id)
    trained = restore_run(description, run.model, snapshot[1], run.training.seed)
    return Selection(run, trained, text, trained.translator.translate(text))


def view_of(*rows: Row, name: str = "mine.tsv", held_out: Sequence[Row] = ()) -> CorpusView:
    return CorpusView(name, "space", rows, tuple(held_out), None)


# --- a page ---------------------------------------------------------------------------------


def open_page(lab: Laboratory | None, page: str, **params: str) -> AppTest:
    """A page of the app at the address that these make, drawn once; nothing may go wrong."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    for name, value in ({"w": lab.key} if lab else {}).items() | params.items():
        app.query_params[name] = value
    if page != "start":
        app._page_hash = calc_hash(URL_PATHS.get(page, page))  # as switch_page after a first run
    app.run()
    assert not app.exception, app.exception[0].value
    return app


def address(app: AppTest) -> dict[str, str]:
    """What the URL says."""
    params = app.query_params.items()
    return {name: value if isinstance(value, str) else value[-1] for name, value in params}


def everything(app: AppTest) -> str:
    """All that a page sends to the browser: controls, tables and component data too."""
    return "\n".join(str(element.proto) for block in (app.main, app.sidebar) for element in block)


def texts(app: AppTest) -> list[str]:
    """All that is to be read on a page, controls and components apart."""
    return [
        element.value
        for kind in ("title", "subheader", "markdown", "caption", "text", "error", "warning")
        for element in app.get(kind)
    ]


def page_text(app: AppTest) -> str:
    return "\n".join(texts(app))


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def component_data(app: AppTest, name: str) -> dict[str, Any]:
    """What a component of this name was given to draw."""
    for element in app.get("bidi_component"):
        if element.proto.component_name.endswith(f".{name}"):
            data = json.loads(element.proto.json)
            assert isinstance(data, dict)
            return data
    names = [element.proto.component_name for element in app.get("bidi_component")]
    raise AssertionError(f"no component {name} among {names}")


def plain(parts: Sequence[dict[str, str]]) -> str:
    """Segments as a reader reads them."""
    return "".join(text for part in parts for text in part.values())
