"""Every setting has its option, and every way of decoding its own on the command line."""

from __future__ import annotations

import argparse
import json
from dataclasses import fields
from pathlib import Path

import pytest

from seq2seq_core.cli import build_parser, main
from seq2seq_core.config import DecodingConfig, ModelConfig, TrainingConfig
from seq2seq_core.data.formats import dump_rows
from tests.core.model_grid import FIVE, PAIRS

TRANSFORMER = "--architecture transformer --layers 2 --heads 2 --model-size 32 --norm pre"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("corpus") / "five.tsv"
    path.write_bytes(dump_rows(FIVE, "tsv"))
    return path


@pytest.fixture(scope="module")
def run(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run")
    options = f"{TRANSFORMER} --feed-forward-size 48 --dropout 0 --updates 80 --batch-size full"
    options += " --label-smoothing 0.05 --warm-up 20 --weight-decay 0.01 --no-positions --clip 2"
    assert main(["train", str(corpus), "--out", str(out), *options.split()]) == 0
    return out


def test_every_setting_is_an_option_under_its_fields_name() -> None:
    (commands,) = (a for a in build_parser()._actions if isinstance(a, argparse._SubParsersAction))
    for command, configs in {
        "train": (ModelConfig, TrainingConfig),
        "translate": (DecodingConfig,),
        "evaluate": (DecodingConfig,),
    }.items():
        there = commands.choices[command]._option_string_actions
        for field in (field for config in configs for field in fields(config)):
            assert f"--{field.name.replace('_', '-')}" in there


def test_what_was_asked_for_is_what_was_trained(run: Path) -> None:
    stored = json.loads((run / "run.json").read_text())
    asked = {"architecture": "transformer", "layers": 2, "heads": 2, "model_size": 32}
    asked |= {"norm": "pre", "feed_forward_size": 48, "positions": False}
    assert asked.items() <= stored["model"].items()
    asked = {"label_smoothing": 0.05, "warm_up": 20, "weight_decay": 0.01, "clip": 2.0}
    assert asked.items() <= stored["training"].items()


def said(run: Path, options: str, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    assert main(["translate", str(run), " ".join(PAIRS[0].source), "--json", *options.split()]) == 0
    return json.loads(capsys.readouterr().out)


def test_translating_greedily_by_beam_and_by_lot(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    greedy = said(run, "", capsys)
    assert said(run, "--beam 1", capsys) == said(run, "--temperature 0", capsys) == greedy
    assert said(run, "--top-k 1 --seed 9", capsys) == greedy
    best = said(run, "--beam 5 --length-penalty 0.6", capsys)
    assert best["steps"][-1]["token"] == "<eos>"
    hot = [
        said(run, f"--temperature 9 --top-p 0.99 --seed {seed}", capsys) for seed in (1, 1, 2, 3)
    ]
    assert hot[0] == hot[1] and hot[0]["text"] != greedy["text"]
    assert len({one["text"] for one in hot}) > 1


def test_evaluating_by_beam_and_by_lot(
    run: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def exact(options: str) -> float:
        assert main(["evaluate", str(run), str(corpus), "--json", *options.split()]) == 0
        return json.loads(capsys.readouterr().out)["exact_match"]

    assert exact("") == exact("--beam 3") == 1.0
    assert exact("--temperature 50") == 0.0


def test_settings_that_do_not_go_together_are_one_line(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for options in (["--beam", "4", "--temperature", "1"], ["--beam", "11"], ["--top-p", "x"]):
        assert main(["translate", str(run), "咖哥", *options]) == 2
        told = capsys.readouterr()
        assert told.out == "" and told.err.count("\n") == 1


def test_early_stopping_ends_the_run_where_nothing_gets_better(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus, held_out = tmp_path / "four.tsv", tmp_path / "one.tsv"
    corpus.write_bytes(dump_rows(FIVE[:4], "tsv"))
    held_out.write_bytes(dump_rows(FIVE[4:], "tsv"))  # of unknown words: it cannot be learnt
    options = f"--held-out {held_out} --out {tmp_path / 'run'} --updates 900 --batch-size full"
    assert main(["train", str(corpus), *options.split(), "--early-stopping", "40", "--json"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    losses = {e["update"]: e["loss"] for e in events if e["event"] == "evaluation"}
    best = min(losses, key=losses.__getitem__)
    assert events[-1]["updates"] == max(losses) == best + 40 < 900
