"""The command line is a contract: events, exit codes, one line per error."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from seq2seq_core.cli import main
from seq2seq_core.data.corpus import Row
from seq2seq_core.data.formats import FORMATS, dump_rows
from tests.core.model_grid import FIVE

REAL = Path(__file__).parents[2].parent / "shared/data/tatoeba/open.simp.tsv"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("corpus") / "five.tsv"
    path.write_bytes(dump_rows([*FIVE, Row("", "half a pair")], "tsv"))
    return path


@pytest.fixture(scope="module")
def run(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run")
    arguments = ["train", str(corpus), "--out", str(out), "--updates", "60", "--batch-size", "full"]
    assert main(arguments) == 0
    return out


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_train_prints_one_object_per_event_and_done_last(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = "--architecture lstm --no-bidirectional --attention general --embedding-size 8"
    options += " --hidden-size 9 --dropout 0 --updates 12 --batch-size one --learning-rate 0.01"
    options += " --teacher-forcing 0.5 --tokenizer space --seed 7 --json"
    assert main(["train", str(corpus), "--out", str(tmp_path), *options.split()]) == 0
    printed = events(capsys.readouterr().out)
    assert [event["event"] for event in printed[:2]] == ["problem", "start"]
    assert printed[0]["row"] == 6 and printed[0]["column"] == "source"
    assert [e["update"] for e in printed if e["event"] == "update"] == list(range(1, 13))
    done = printed[-1]
    assert done["event"] == "done"
    keys = {"updates", "loss", "exact_match", "seconds", "target_tokens_per_second"}
    assert keys <= done.keys() and done["updates"] == 12
    stored = json.loads((tmp_path / "run.json").read_text())
    assert stored["model"]["architecture"] == "lstm" and stored["model"]["hidden_size"] == 9
    assert stored["training"]["batch_size"] == "one" and stored["training"]["seed"] == 7


def test_translate_says_every_step(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["translate", str(run), "咖哥 喜欢 小冰", "--json"]) == 0
    (answer,) = events(capsys.readouterr().out)
    assert answer["text"] == "KaGe likes XiaoBing"
    assert answer["tokens"] == ["KaGe", "likes", "XiaoBing"]
    assert answer["source_tokens"] == ["咖哥", "喜欢", "小冰"]
    assert [step["token"] for step in answer["steps"]] == [*answer["tokens"], "<eos>"]
    for step in answer["steps"]:
        assert sum(step["attention"]) == pytest.approx(1)
        assert step["top"][0] == {"token": step["token"], "probability": step["probability"]}


def test_words_run_together_are_cut_and_unknown_words_named(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["translate", str(run), "咖哥喜欢人工智能吗", "--json"]) == 0
    (answer,) = events(capsys.readouterr().out)
    assert answer["source_tokens"] == ["咖哥", "喜欢", "人工智能", "吗"]
    assert answer["unknown"] == ["吗"]


def test_evaluate_measures_all_pairs(
    run: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(run), str(corpus), "--json"]) == 0
    answer = events(capsys.readouterr().out)[-1]
    assert answer["exact_match"] == answer["token_accuracy"] == 1
    assert answer["bleu"] == pytest.approx(100)
    assert answer["chrf"] == pytest.approx(100)
    assert "version:2.6.0" in answer["bleu_signature"]


@pytest.mark.parametrize("form", FORMATS)
def test_a_corpus_may_come_in_every_format(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus, held_out = tmp_path / f"corpus.{form}", tmp_path / f"held_out.{form}"
    corpus.write_bytes(dump_rows(FIVE[:4], form))
    held_out.write_bytes(dump_rows(FIVE[4:], form))
    arguments = ["train", str(corpus), "--held-out", str(held_out), "--updates", "2", "--json"]
    assert main([*arguments, "--out", str(tmp_path / "run")]) == 0
    start = events(capsys.readouterr().out)[0]
    assert (start["pairs"], start["held_out"]) == (4, 1)
    assert main(["evaluate", str(tmp_path / "run"), str(corpus), "--json"]) == 0


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("hidden-size", "1_000", "whole number"),
        ("hidden-size", "１２", "whole number"),
        ("hidden-size", "true", "whole number"),
        ("hidden-size", "1000000000", "between 1 and 256"),
        ("updates", "1e3", "whole number"),
        ("batch-size", "all", "whole number"),
        ("learning-rate", "nan", "finite"),
        ("learning-rate", "inf", "finite"),
        ("learning-rate", "99", "and 10"),
        ("dropout", "1.0", "between 0.0 and 0.9"),
        ("seed", "-1", "between 0"),
    ],
)
def test_a_setting_out_of_place_is_refused_before_any_work(
    option: str, value: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    assert main(["train", "nowhere.tsv", "--out", str(out), f"--{option}={value}"]) == 2
    error = capsys.readouterr().err
    assert said in error and option.replace("-", "_") in error and len(error.splitlines()) == 1
    assert not out.exists()


def test_a_store_that_cannot_be_opened_ends_the_workers_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = tmp_path / "store.db"
    damaged.write_bytes(b"no database at all" * 100)
    for url in ("nonsense", f"sqlite:///{damaged}"):
        assert main(["workers", "--store", url]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert main(["workers", "--count", "1_0"]) == 2


@pytest.mark.parametrize("value", ["lots", "", "-1", "0", "1_000", "１２"])
def test_a_limit_that_is_no_number_is_said_in_one_line(
    value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEQ2SEQ_LAB_PAIRS", value)
    assert main(["translate", "nowhere", "hello"]) == 2
    error = capsys.readouterr().err
    assert "SEQ2SEQ_LAB_PAIRS" in error and len(error.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        "train nowhere.tsv --out {tmp}",
        "train {corpus} --out {tmp} --hidden-size many",
        "train {corpus} --out {tmp} --learning-rate 10 --updates 2000",
        "train {corpus}",
        "translate {tmp} hello",
        "evaluate {tmp} {corpus}",
        "dance",
    ],
)
def test_an_error_is_one_line_and_exit_code_2(
    arguments: str, corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = arguments.format(tmp=tmp_path / "run", corpus=corpus).split()
    try:
        code = main(words)
    except SystemExit as left:  # words that the parser does not know
        code = left.code
    assert code == 2
    *before, last = capsys.readouterr().err.strip().splitlines()
    assert len(last) < 300
    assert all("row 6" in line for line in before)  # the corpus' own half pair is named too


def test_a_process_of_its_own_ends_with_that_code_and_that_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "seq2seq_core", "train", "nowhere.tsv", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert done.stdout == "" and len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not REAL.exists(), reason="the real sentence pairs are not part of the project")
def test_real_untidy_sentences_run_through(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--tokenizer", "zh-word", "--updates", "60", "--json"]
    assert main(["train", str(REAL), "--out", str(tmp_path), *options]) == 0
    printed = events(capsys.readouterr().out)
    losses = [event["loss"] for event in printed if event["event"] == "update"]
    assert losses[-1] < losses[0] - 2
    assert printed[-1]["event"] == "done" and 0 < printed[-1]["token_accuracy"] < 1
    assert main(["translate", str(tmp_path), "我喜欢你。", "--json"]) == 0
    assert events(capsys.readouterr().out)[0]["text"]
