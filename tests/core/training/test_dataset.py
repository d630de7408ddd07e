"""A run's own copy of its corpus: what it learns from, what it never sees, and what is too much."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data.corpus import Row, build_corpus
from seq2seq_core.errors import ConfigError, CorpusError
from seq2seq_core.limits import LIMITS
from seq2seq_core.training.dataset import (
    PREVIEW_COUNT,
    choose_preview_sources,
    freeze_dataset,
    load_dataset,
)
from tests.core.model_grid import FIVE, PAIRS

MODEL = ModelConfig("gru", embedding_size=8, hidden_size=8)
TRAINING = TrainingConfig()
MANY = [Row(f"甲{i} 乙", f"a{i} b") for i in range(40)]


def test_what_is_frozen_is_plain_data_and_comes_back() -> None:
    description = freeze_dataset(FIVE[:4], FIVE[4:], "space", MODEL, TRAINING)
    dataset = load_dataset(json.loads(json.dumps(description)))
    assert dataset == load_dataset(description)
    assert (dataset.pairs, dataset.held_out) == (PAIRS[:4], PAIRS[4:])
    assert dataset.codec.tokenizer == "space"
    assert dataset.codec.source.tokens == tuple(description["source_vocabulary"])
    assert dataset.codec.target.tokens == tuple(description["target_vocabulary"])


def test_the_vocabularies_know_the_training_pairs_alone() -> None:
    codec = load_dataset(freeze_dataset(FIVE[:4], FIVE[4:], "space", MODEL, TRAINING)).codec
    assert codec.find_unknown(PAIRS[4].source) == PAIRS[4].source
    assert not codec.find_unknown(PAIRS[0].source)


def test_a_row_with_a_problem_is_left_out() -> None:
    description = freeze_dataset(
        [*FIVE, Row("", "alone"), Row("你", "")], [], "space", MODEL, TRAINING
    )
    assert load_dataset(description).pairs == PAIRS


def test_a_held_out_sentence_that_is_also_learnt_from_is_not_new_and_left_out() -> None:
    description = freeze_dataset(FIVE, FIVE[2:3], "space", MODEL, TRAINING)
    assert load_dataset(description).held_out == ()


def test_without_held_out_rows_a_tenth_is_held_out_by_the_seed() -> None:
    one, again, other = (
        load_dataset(freeze_dataset(MANY, [], "space", MODEL, TrainingConfig(seed=seed)))
        for seed in (1, 1, 2)
    )
    assert one == again and one.held_out != other.held_out
    assert (len(one.pairs), len(one.held_out)) == (36, 4)
    assert {*one.pairs, *one.held_out} == set(build_corpus(MANY, "space").pairs)
    assert one.evaluation_pairs == one.held_out


def test_where_nothing_is_held_out_the_training_pairs_are_measured() -> None:
    dataset = load_dataset(freeze_dataset(FIVE, [], "space", MODEL, TRAINING))
    assert dataset.evaluation_pairs == dataset.pairs


def test_wanted_sentences_are_shown_first_then_the_first_one_and_held_out_ones() -> None:
    training, held_out = FIVE[:3], FIVE[3:]
    sources = [row.source for row in FIVE]
    assert choose_preview_sources(training, held_out, []) == [sources[0], sources[3], sources[4]]
    wanted = ["别 的", f" {sources[2]} ", sources[4], sources[2]]
    assert choose_preview_sources(training, held_out, wanted) == [
        sources[2], sources[4], sources[0],
    ]  # fmt: skip
    assert choose_preview_sources(training[:1], [], []) == sources[:1]


def test_nothing_to_learn_from_is_refused() -> None:
    for rows in ([], [Row("", "x")]):
        with pytest.raises(CorpusError) as caught:
            freeze_dataset(rows, [], "space", MODEL, TRAINING)
        assert caught.value.code == "no_pairs"


def test_too_many_words_are_refused_by_their_side() -> None:
    words = [f"w{i}" for i in range(LIMITS.vocabulary + 1)]
    rows = [Row("你", " ".join(words[i : i + 60])) for i in range(0, len(words), 60)]
    with pytest.raises(CorpusError) as caught:
        freeze_dataset(rows, FIVE[:1], "space", MODEL, TRAINING)
    assert caught.value.code == "too_many_words" and caught.value.fields["side"] == "target"


def test_an_update_that_is_too_much_work_is_refused() -> None:
    rows = [Row(f"甲{i} " + "乙 " * 62, f"a{i} " + "b " * 62) for i in range(600)]
    with pytest.raises(ConfigError) as caught:
        freeze_dataset(rows, [], "space", MODEL, TrainingConfig(batch_size="full"))
    assert caught.value.code == "too_much_per_update"


TEXTS = st.text(max_size=6) | st.sampled_from(["你 好", "我", "a b", "<eos>", ""])
ROWS = st.lists(st.builds(Row, TEXTS, TEXTS), max_size=30)


@given(ROWS, ROWS)
def test_any_rows_become_a_dataset_without_leaks_or_one_error(
    rows: list[Row], held_out: list[Row]
) -> None:
    try:
        description = freeze_dataset(rows, held_out, "space", MODEL, TRAINING)
    except CorpusError as error:
        assert error.code == "no_pairs"
        return
    dataset = load_dataset(json.loads(json.dumps(description)))
    sources = {row[0] for row in description["rows"]}
    assert not sources & {row[0] for row in description["held_out"]}
    assert len(dataset.pairs) == len(description["rows"])
    assert all(not dataset.codec.find_unknown(pair.source) for pair in dataset.pairs)
    assert 1 <= len(set(description["watched"])) == len(description["watched"]) <= PREVIEW_COUNT
