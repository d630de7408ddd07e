"""What runs and their corpora are called."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pages.shared.frame.i18n import _
from pages.shared.runs.labels import (
    corpus_label,
    describe_model,
    describe_settings,
    run_label,
    short_run_label,
)
from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data.bundled import CORPORA
from tests.pages.laboratory import Laboratory


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("first", "First"),
        ("first_swapped", "First, English to Chinese"),
        ("five_sentences_swapped", "five sentences, English to Chinese"),
        ("my own", "my own"),
        ("my_swapped", "my_swapped"),
        ("reverse_swapped", "reverse_swapped"),  # no translation: a learner's own name
    ],
)
def test_a_corpus_is_called_by_its_label_and_direction(name: str, label: str) -> None:
    assert corpus_label(name) == label


def test_every_corpus_of_the_lesson_has_its_label() -> None:
    assert [corpus_label(name) for name in CORPORA] == [info.label for info in CORPORA.values()]


# --- what a run is made of ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "parts"),
    [
        (ModelConfig(), ["BiGRU", "general attention"]),
        (ModelConfig("lstm", False, "none"), ["LSTM", "no attention"]),
        (ModelConfig("rnn", False, "dot", layers=3), ["RNN", "layers 3", "dot attention"]),
        (ModelConfig("transformer", layers=2, heads=4), ["Transformer", "layers 2 × heads 4"]),
    ],
)
def test_a_model_is_called_by_its_cell_its_layers_and_its_attention(
    english: None, model: ModelConfig, parts: list[str]
) -> None:
    assert describe_model(model) == parts


def test_what_a_transformer_does_not_read_is_not_said_of_it(english: None) -> None:
    odd = ModelConfig("transformer", attention="none", bidirectional=False)
    assert describe_model(odd) == describe_model(ModelConfig("transformer"))


def test_a_run_is_called_by_its_number_and_name_else_by_what_it_is(
    lab: Laboratory, english: None
) -> None:
    run = lab.runs()["gru"]
    assert run_label(run) == "1 · gru"
    assert short_run_label(run) == "gru"
    nameless = replace(run, title="")
    assert run_label(nameless).startswith("1 · BiGRU · general attention · ")
    assert run_label(nameless).endswith(" · First")
    assert short_run_label(nameless) == "run 1"


def test_a_name_never_changes_while_a_run_goes(lab: Laboratory, language: str) -> None:
    run = replace(lab.runs()["gru"], title="")
    for status, update in (("queued", 0), ("running", 5), ("done", 60)):
        assert run_label(replace(run, status=status, update=update)) == run_label(run)


def test_what_is_not_as_usual_is_in_the_name(lab: Laboratory, english: None) -> None:
    run = replace(lab.runs()["gru"], title="")
    usual = replace(run, model=ModelConfig(), training=TrainingConfig())
    assert describe_settings(usual) == "BiGRU · general attention · First"
    slow = replace(usual, training=TrainingConfig(learning_rate=0.0003))
    assert "rate 0.0003" in describe_settings(slow)
    pre = replace(usual, model=ModelConfig("transformer", norm="pre"))
    assert "norm before each part" in describe_settings(pre)
    # a recurrent model has no norm: it does not count
    assert describe_settings(replace(usual, model=ModelConfig(norm="pre"))) == describe_settings(
        usual
    )


def test_in_chinese_nothing_stays_english(lab: Laboratory, chinese: None) -> None:
    assert describe_model(ModelConfig()) == ["BiGRU", _("{score} attention", score=_("general"))]
    assert not describe_model(ModelConfig(attention="none"))[1].isascii()
    assert not short_run_label(replace(lab.runs()["gru"], title="")).isascii()
