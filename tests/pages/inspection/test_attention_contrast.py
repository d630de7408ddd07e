"""What stands beside a run to show what attention does: alike in all else, if that can be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.shared.inspection import attention_contrast
from seq2seq_core.config import ModelConfig
from tests.pages.laboratory import Laboratory

WORDS = st.lists(st.sampled_from("abc"), max_size=7)


@given(WORDS, WORDS)
def test_what_is_not_framed_stands_in_both_in_the_same_order(
    words: list[str], others: list[str]
) -> None:
    parts = attention_contrast.frame_differences(words, others).split()
    assert len(parts) == len(words)
    common = [word for word, part in zip(words, parts, strict=True) if part == word]
    rest = iter(others)
    assert all(word in rest for word in common)
    if words == others:
        assert common == words


def test_learner_text_in_a_frame_stays_text() -> None:
    framed = attention_contrast.frame_differences(["*b*"], [])
    assert framed == r":violet-badge[\*b\*]"


def test_the_same_model_without_attention_differs_in_nothing_else() -> None:
    for model in (ModelConfig(), ModelConfig("lstm", False, "additive", layers=2)):
        silent = attention_contrast.without_attention(run_with_model(model))
        assert replace(silent, attention=model.attention) == model and not silent.has_attention


def run_with_model(config: ModelConfig) -> attention_contrast.Run:
    """Only the model's settings are read."""

    class RunWithModel:
        model = config

    return RunWithModel()  # type: ignore[return-value]


def test_each_of_two_runs_that_differ_in_attention_is_the_others_counterpart(
    lab: Laboratory,
) -> None:
    runs = lab.runs()
    choices = list(runs.values())
    assert attention_contrast.find_counterpart(runs["gru"], choices) == runs["silent"]
    assert attention_contrast.find_counterpart(runs["silent"], choices) == runs["gru"]


@pytest.mark.parametrize("change", ["training", "corpus", "model"])
def test_a_run_that_differs_in_more_is_no_counterpart(lab: Laboratory, change: str) -> None:
    runs = lab.runs()
    silent = runs["silent"]
    other = {
        "training": replace(silent, training=replace(silent.training, seed=9)),
        "corpus": replace(silent, revision_id=silent.revision_id + 1),
        "model": replace(silent, model=replace(silent.model, hidden_size=32)),
    }[change]
    assert attention_contrast.find_counterpart(runs["gru"], [other]) is None


def test_a_transformer_is_no_counterpart_of_a_run_without_attention(lab: Laboratory) -> None:
    runs = lab.runs()
    assert attention_contrast.find_counterpart(runs["silent"], [runs["transformer"]]) is None
    gru = replace(runs["gru"], model=ModelConfig(attention="none"))
    assert attention_contrast.find_counterpart(runs["transformer"], [gru]) == gru
