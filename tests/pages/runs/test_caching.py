"""What is computed for a snapshot is computed once, and never given for another one."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.shared.frame.session import CorpusView
from pages.shared.runs.caching import IDENTITIES, cache_by_identity
from pages.shared.runs.selection import Selection
from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data.corpus import Row
from seq2seq_core.decoding.translator import Translation
from seq2seq_core.store import Revision, Run
from seq2seq_core.training.restore import TrainedRun

NOTHING: Any = None
RUN = Run(
    id=1, workspace_id=1, revision_id=1, name="first", number=1, model=ModelConfig(),
    training=TrainingConfig(), status="running", wanted="run", update=5, reason=None, live=None,
    trained_seconds=0.0, created_at=0.0, changed_at=0.0, title="", pace=None, goal=None,
    watched=None,
)  # fmt: skip
OTHER_RUN = replace(RUN, id=2, number=2)
TRAINED = TrainedRun(NOTHING, NOTHING, update=5)
VIEW = CorpusView("first", "space", (Row("a", "b"),), (), None)

computations: list[tuple[object, ...]] = []


@cache_by_identity(max_entries=8)
def resource_of(run: Run, trained: TrainedRun, option: str) -> list[str]:
    computations.append(("resource", run.id, trained.update, option))
    return [option]


@cache_by_identity(max_entries=8, kind=st.cache_data)
def data_of(run: Run, trained: TrainedRun, option: str) -> list[str]:
    computations.append(("data", run.id, trained.update, option))
    return [option]


@cache_by_identity(max_entries=8)
def resource_of_sentence(selection: Selection) -> str:
    computations.append((selection.run.id, selection.trained.update, selection.text))
    return selection.text


@cache_by_identity(max_entries=8)
def resource_of_corpus(view: CorpusView) -> int:
    computations.append((view.version,))
    return len(view.rows)


@cache_by_identity(max_entries=2)
def resource_of_run(run: Run) -> int:
    computations.append((run.id,))
    return run.id


both_kinds = pytest.mark.parametrize("cached", [resource_of, data_of])
Cached = Callable[[Run, TrainedRun, str], list[str]]


@pytest.fixture(autouse=True)
def empty_caches() -> Iterator[None]:
    st.cache_data.clear()
    st.cache_resource.clear()
    computations.clear()
    yield


@both_kinds
def test_the_same_snapshot_is_computed_once(cached: Cached) -> None:
    assert cached(RUN, TRAINED, "a") == cached(RUN, TRAINED, option="a") == ["a"]
    assert len(computations) == 1


@both_kinds
def test_a_run_that_went_on_is_the_same_run(cached: Cached) -> None:
    """Its row in the store changes with each update; its model is known by the snapshot's."""
    cached(RUN, TRAINED, "a")
    cached(replace(RUN, update=9, live={"sentences": []}, changed_at=1.0), TRAINED, "a")
    assert len(computations) == 1


@both_kinds
def test_another_update_run_or_option_is_computed_anew(cached: Cached) -> None:
    cached(RUN, TRAINED, "a")
    assert cached(RUN, replace(TRAINED, update=6), "a") == ["a"]
    assert cached(OTHER_RUN, TRAINED, "a") == ["a"]
    assert cached(RUN, TRAINED, "b") == ["b"]
    assert [rest for _kind, *rest in computations] == [
        [1, 5, "a"], [1, 6, "a"], [2, 5, "a"], [1, 5, "b"],
    ]  # fmt: skip


def test_two_functions_share_nothing() -> None:
    resource_of(RUN, TRAINED, "a")
    data_of(RUN, TRAINED, "a")
    assert [kind for kind, *_rest in computations] == ["resource", "data"]


def test_a_resource_is_one_object_and_data_is_a_copy() -> None:
    assert resource_of(RUN, TRAINED, "a") is resource_of(RUN, TRAINED, "a")
    assert data_of(RUN, TRAINED, "a") is not data_of(RUN, TRAINED, "a")


def test_the_oldest_entry_makes_room() -> None:
    for run_id in (1, 2, 3, 1):
        resource_of_run(replace(RUN, id=run_id))
    assert computations == [(1,), (2,), (3,), (1,)]


def selection_of(run: Run, update: int, text: str) -> Selection:
    translation = Translation("", (), tuple(text.split()), (), ())
    return Selection(run, replace(TRAINED, update=update), text, translation)


def test_a_selection_is_known_by_its_run_its_update_and_its_tokens() -> None:
    selections = [
        selection_of(RUN, 5, "i like books"),
        selection_of(RUN, 6, "i like books"),
        selection_of(OTHER_RUN, 5, "i like books"),
        selection_of(RUN, 5, "i like tea"),
    ]
    for selection in [*selections, *selections, selection_of(RUN, 5, "i  like books")]:
        resource_of_sentence(selection)
    assert len(computations) == len(selections)


def test_a_corpus_is_known_by_its_version() -> None:
    revision = Revision(7, NOTHING, NOTHING, "first", "space", (), (), NOTHING)
    for view in (VIEW, replace(VIEW, revision=revision), VIEW, replace(VIEW, name="cn_60")):
        resource_of_corpus(view)
    assert computations == [("first",), (7,), ("cn_60",)]


# --- learners -------------------------------------------------------------------------------


def draw_run() -> None:
    """A page of a learner who looks at the run in the URL, at its update there."""
    from dataclasses import replace

    import streamlit as st

    from tests.pages.runs import test_caching as test

    run = replace(test.RUN, id=int(st.query_params["run"]))
    trained = replace(test.TRAINED, update=int(st.query_params["update"]))
    for cached in (test.resource_of, test.data_of):
        st.text(f"{cached(run, trained, f'run {run.id} at {trained.update}')}")


def visit(run_id: int, update: int) -> AppTest:
    page = AppTest.from_function(draw_run)
    page.query_params["run"], page.query_params["update"] = str(run_id), str(update)
    return page.run()


def test_learners_share_a_snapshot_and_never_get_another_ones() -> None:
    learners = [visit(1, 5), visit(2, 5), visit(1, 5), visit(1, 6)]
    seen = [[text.value for text in learner.text] for learner in learners]
    assert seen == [
        [f"['run {run_id} at {update}']"] * 2 for run_id, update in [(1, 5), (2, 5), (1, 5), (1, 6)]
    ]
    assert [key for kind, *key in computations if kind == "resource"] == [
        [1, 5, "run 1 at 5"], [2, 5, "run 2 at 5"], [1, 6, "run 1 at 6"],
    ]  # fmt: skip


# --- the product ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", [key for key in IDENTITIES if isinstance(key, str)])
def test_a_class_that_stands_by_name_is_there(name: str) -> None:
    module, class_name = name.rsplit(".", 1)
    loaded = getattr(importlib.import_module(module), class_name)
    assert f"{loaded.__module__}.{loaded.__qualname__}" == name


def test_no_cache_takes_a_trained_run_without_its_run() -> None:
    """Update 5 of one run would be given for update 5 of another."""
    cached_functions = [
        node
        for path in sorted((Path(__file__).parents[3] / "pages").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and any("cache" in ast.unparse(decorator) for decorator in node.decorator_list)
    ]
    assert len(cached_functions) > 20
    for function in cached_functions:
        types = {ast.unparse(arg.annotation) for arg in function.args.args if arg.annotation}
        assert "TrainedRun" not in types or "Run" in types, function.name
