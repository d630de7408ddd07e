"""Every bad input of the table ends as it should, at every door that it can come in by.

tests/bad_inputs.json gives for each one its normal form (`stored`) or the code of its error, where
it has one (`later`: said when the corpus is read, not when it is stored).
"""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from seq2seq_core import store
from seq2seq_core.cli import main
from seq2seq_core.config import (
    ModelConfig,
    TrainingConfig,
    parse_decoding_config,
    parse_model_config,
    parse_training_config,
)
from seq2seq_core.data.cleaning import clean_text
from seq2seq_core.data.corpus import Row, build_corpus, count_duplicates, sanitize_rows
from seq2seq_core.data.formats import FORMATS, decode_upload, dump_rows, parse_rows, read_file
from seq2seq_core.errors import ConfigError, CorpusError, Seq2SeqError
from seq2seq_core.limits import LIMITS
from seq2seq_core.models import build_model
from seq2seq_core.store import runs, schema

Case = dict[str, Any]
TABLE = Path(__file__).parents[2] / "bad_inputs.json"
WHOLE_TABLE = Path(__file__).parents[4] / "shared/bad_inputs.json"
CASES: list[Case] = json.loads(TABLE.read_text(encoding="utf-8"))


def content_of(case: Case) -> Any:
    """The exact text or bytes of a case; `gen` is a Python expression of ours."""
    return eval(case["gen"]) if "gen" in case else case["input"]


def each_case(kind: str, having: str = "", lacking: str = "") -> Any:
    """One test for each case of a kind, with or without one of its fields."""
    cases = [case for case in CASES if case["kind"] == kind and lacking not in case]
    cases = [case for case in cases if not having or having in case]
    return pytest.mark.parametrize("case", cases, ids=[case["id"] for case in cases])


def check_refusal(error: Seq2SeqError, case: Case) -> None:
    """One short sentence, with the code of the table."""
    assert error.code == case["code"]
    assert len(str(error)) < 300 and "\n" not in str(error)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return store.open_store(f"sqlite:///{tmp_path}/store.db")


@pytest.mark.skipif(not WHOLE_TABLE.exists(), reason="the whole table is not part of the project")
def test_no_case_is_missing_and_the_inputs_are_equal() -> None:
    ours = {case["id"]: case for case in CASES}
    kinds = {case["kind"] for case in CASES}
    whole = json.loads(WHOLE_TABLE.read_text(encoding="utf-8"))["cases"]
    theirs = {case["id"]: case for case in whole if case["kind"] in kinds}
    assert ours.keys() == theirs.keys()
    for number, case in theirs.items():
        # a gzip file holds the time at which it was made
        is_same = "gen" in case and ours[number].get("gen") == case["gen"]
        assert is_same or content_of(ours[number]) == content_of(case)


# what a learner types


@each_case("corpus text")
def test_a_text_is_cleaned_or_refused(case: Case) -> None:
    text = content_of(case)
    sanitized = sanitize_rows([Row(text, "x")], "space")
    if "code" in case:
        check_refusal(sanitized.problems[0].error, case)
        assert not sanitized.rows
        return
    stored = case.get("stored", text)
    assert clean_text(text) == stored
    assert sanitized.rows == (Row(stored, "x"),) and not sanitized.problems
    assert sanitized.altered_rows == ((1,) if case.get("notice") else ())


@each_case("corpus text")
def test_a_text_is_learnt_from_or_named_with_its_row(case: Case) -> None:
    good_row, text = Row("你 好", "hi"), content_of(case)
    corpus = build_corpus([good_row, Row(text, "x")], "space")
    code = case.get("code") or case.get("later")
    if code is None:
        assert corpus.rows == (good_row, Row(case.get("stored", text), "x"))
    else:
        (problem,) = corpus.problems
        assert (problem.row, problem.column, problem.error.code) == (2, "source", code)
        assert corpus.rows == (good_row,)


@each_case("corpus text")
@pytest.mark.parametrize("side", ["rows", "held_out"])
def test_the_store_keeps_a_clean_text_exactly_and_no_other(
    case: Case, side: str, engine: Engine
) -> None:
    workspace = store.find_workspace(engine, store.create_workspace(engine))
    assert workspace is not None
    parts = {"rows": [Row("你 好", "hi")], "held_out": [Row("你 好", "hi")]}
    parts[side] = [Row("你 好", "hi"), Row(content_of(case), content_of(case))]
    try:
        store.save_revision(engine, workspace.id, None, "mine", "space", **parts)
    except CorpusError as error:
        check_refusal(error, case)
        assert store.find_head(engine, workspace.id) is None
        return
    assert "code" not in case
    stored = case.get("stored", content_of(case))
    head = store.find_head(engine, workspace.id)
    assert head is not None and getattr(head, side)[1] == Row(stored, stored)


@each_case("corpus text", lacking="code")
def test_a_stored_text_comes_back_from_a_file_exactly(case: Case) -> None:
    rows = [Row(case.get("stored", content_of(case)), "x"), Row("x", "y")]
    for file_format in FORMATS:
        text = decode_upload(dump_rows(rows, file_format))
        assert parse_rows(text, f"corpus.{file_format}") == rows


def test_a_file_on_the_command_line_names_the_same_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = [case for case in CASES if case["kind"] == "corpus text"]
    path = tmp_path / "corpus.json"
    path.write_text(json.dumps([[content_of(case), "x"] for case in texts]), encoding="utf-8")
    arguments = ["train", str(path), "--out", str(tmp_path / "run"), "--tokenizer", "space"]
    assert main([*arguments, "--updates", "1", "--json"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    printed_codes = {event["row"]: event["code"] for event in events if event["event"] == "problem"}
    codes = [case.get("code") or case.get("later") for case in texts]
    assert printed_codes == {row: code for row, code in enumerate(codes, 1) if code}


# files


@each_case("upload file")
def test_a_file_becomes_rows_or_one_sentence(case: Case, tmp_path: Path) -> None:
    data, name = content_of(case), case.get("name", "corpus.tsv")
    if "code" in case:
        with pytest.raises(CorpusError) as caught:
            parse_rows(decode_upload(data), name)
        check_refusal(caught.value, case)
    else:
        rows = parse_rows(decode_upload(data), name)
        assert len(rows) == case["rows"]
        assert count_duplicates(rows) == case.get("duplicates", count_duplicates(rows))
    path = tmp_path / name.replace("/", "_")  # on the command line: the same, and the file named
    path.write_bytes(data)
    if "code" in case:
        with pytest.raises(CorpusError, match="corpus.tsv|a.csv|a.json"):
            read_file(path)
    else:
        assert read_file(path) == rows


@each_case("upload file", having="later")
def test_too_many_rows_are_refused_by_reader_and_store(case: Case, engine: Engine) -> None:
    assert case["later"] == "too_many_pairs"
    rows = parse_rows(decode_upload(content_of(case)), "corpus.tsv")
    workspace = store.find_workspace(engine, store.create_workspace(engine))
    assert workspace is not None
    with pytest.raises(CorpusError, match=f"{len(rows)}.*{LIMITS.pairs}"):
        build_corpus(rows, "space")
    with pytest.raises(CorpusError, match=f"{len(rows)}.*{LIMITS.pairs}"):
        store.save_revision(engine, workspace.id, None, "mine", "space", rows, [])
    assert store.find_head(engine, workspace.id) is None


# settings


@each_case("config", lacking="clicks")
def test_a_setting_is_refused_at_the_door(case: Case) -> None:
    with pytest.raises(ConfigError) as caught:
        config = parse_model_config(case.get("model", {}))
        parse_training_config(case.get("training", {}))
        parse_decoding_config(case.get("decoding", {}))
        build_model(config, case["vocabulary"], case["vocabulary"], seed=1)
    check_refusal(caught.value, case)


@each_case("config", lacking="clicks")
def test_a_name_that_is_no_setting_is_refused(case: Case) -> None:
    settings = json.loads(content_of(case))
    for parse in (parse_model_config, parse_training_config, parse_decoding_config):
        with pytest.raises(ConfigError):
            parse(settings)


@each_case("config", having="clicks")
def test_a_hundred_clicks_on_train_start_one_run(
    case: Case, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "DOUBLE_CLICK_SECONDS", 60.0)  # the machine may be slow
    workspace = store.find_workspace(engine, store.create_workspace(engine))
    assert workspace is not None
    revision = store.save_revision(
        engine, workspace.id, None, "mine", "space", [Row("你", "hi")], []
    )
    barrier = threading.Barrier(20)

    def click(number: int) -> int:
        if number < 20:
            barrier.wait()
        settings = ModelConfig(), TrainingConfig()
        return store.start_run(engine, workspace.id, revision.id, *settings, {}, "mine")[0].id

    with ThreadPoolExecutor(20) as threads:
        started = set(threads.map(click, range(case["clicks"])))
    assert len(started) == 1
    assert len(store.find_runs(engine, workspace.id)) == 1


# keys of workspaces


@each_case("workspace id")
def test_a_wrong_key_finds_nothing_and_makes_nothing(case: Case, engine: Engine) -> None:
    key = store.create_workspace(engine)
    for expression in case["keys"]:
        wrong = eval(expression, {"key": key})
        assert wrong != key
        assert store.find_workspace(engine, wrong) is None
    assert store.find_workspace(engine, key) is not None
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(schema.workspaces)).scalar() == 1
