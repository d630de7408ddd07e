"""A few sentences as the model writes them: those of the corpus with their reference."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.config import TrainingConfig
from seq2seq_core.decoding.translator import Translator
from seq2seq_core.errors import CorpusError
from seq2seq_core.limits import LIMITS
from seq2seq_core.training.dataset import freeze_dataset, load_dataset
from seq2seq_core.training.restore import TrainedRun, restore_run
from seq2seq_core.workers.preview import (
    UNTRAINED_LENGTH,
    PreviewSentence,
    preview_run,
    preview_untrained,
    sentences_by_source,
    tokenize_previews,
    translate_previews,
)
from tests.core.model_grid import CODEC, FIVE, PAIRS
from tests.core.trained import SMALL_KINDS, half_trained

TRAINING = TrainingConfig(seed=3)
DESCRIPTION = freeze_dataset(FIVE[:4], FIVE[4:], "space", SMALL_KINDS[0], TRAINING)
SENTENCES = sentences_by_source(DESCRIPTION, load_dataset(DESCRIPTION))
TEXTS = [FIVE[2].source, FIVE[4].source, "小冰 喜欢 甲"]


@pytest.fixture(scope="module", params=SMALL_KINDS, ids=lambda kind: kind.architecture)
def translator(request: pytest.FixtureRequest) -> Translator:
    return half_trained(request.param)


def test_a_sentence_of_the_corpus_has_its_reference_and_a_typed_one_has_none() -> None:
    one, held_out, typed = tokenize_previews(TEXTS, SENTENCES, CODEC)
    assert one == PreviewSentence(PAIRS[2].source, PAIRS[2].target)
    assert held_out == PreviewSentence(PAIRS[4].source, PAIRS[4].target)
    assert typed == PreviewSentence(("小冰", "喜欢", "甲"), None)


def test_a_sentence_of_both_sets_has_the_reference_that_is_learnt() -> None:
    description = DESCRIPTION | {"held_out": [[FIVE[0].source, "another one", ""]]}
    sentences = sentences_by_source(description, load_dataset(description))
    assert sentences[FIVE[0].source].reference == PAIRS[0].target


@given(st.text(max_size=20))
def test_any_text_becomes_tokens_or_one_error(text: str) -> None:
    try:
        (sentence,) = tokenize_previews([text], SENTENCES, CODEC)
    except CorpusError as error:
        assert str(error)
    else:
        assert sentence.source


def test_what_is_shown_is_what_the_model_writes(translator: Translator) -> None:
    previews = tokenize_previews(TEXTS, SENTENCES, CODEC)
    shown = translate_previews(translator, previews, LIMITS.decoded_tokens)
    assert [one["output"] for one in shown] == [
        list(translator.translate(text).tokens) for text in TEXTS
    ]
    assert [one["source"] for one in shown] == [list(one.source) for one in previews]
    assert shown[2]["reference"] is None and shown[0]["reference"] == list(PAIRS[2].target)
    assert json.loads(json.dumps(shown)) == shown


def test_the_first_one_alone_shows_where_the_model_looks(translator: Translator) -> None:
    first, *others = translate_previews(
        translator, tokenize_previews(TEXTS, SENTENCES, CODEC), LIMITS.decoded_tokens
    )
    assert all(one["attention"] is None for one in others)
    steps = translator.translate(TEXTS[0]).steps
    if not translator.model.has_attention:
        assert first["attention"] is None
        return
    wanted = [[round(weight, 3) for weight in step.attention or ()] for step in steps]
    assert first["attention"] == wanted


def test_without_sentences_there_is_nothing_to_show(translator: Translator) -> None:
    assert translate_previews(translator, [], 5) == []


def test_a_stored_run_shows_any_sentences(translator: Translator) -> None:
    run = TrainedRun(translator, load_dataset(DESCRIPTION), update=25)
    shown = preview_run(DESCRIPTION, run, TEXTS[:1])
    assert [one["output"] for one in shown] == [list(translator.translate(TEXTS[0]).tokens)]
    (short,) = preview_run(DESCRIPTION, run, TEXTS[:1], max_length=1)
    assert short["output"] == shown[0]["output"][:1]


@pytest.mark.parametrize("kind", SMALL_KINDS, ids=lambda kind: kind.architecture)
def test_before_it_learns_a_run_shows_the_model_of_its_seed(kind: object) -> None:
    shown = preview_untrained(FIVE[:4], FIVE[4:], "space", kind, TRAINING, TEXTS)  # type: ignore[arg-type]
    assert [" ".join(one["source"]) for one in shown] == [*TEXTS[:2], FIVE[0].source]
    run = restore_run(DESCRIPTION, kind, None, TRAINING.seed)  # type: ignore[arg-type]
    for one in shown:
        tokens = run.translator.translate(" ".join(one["source"])).tokens
        assert one["output"] == list(tokens[:UNTRAINED_LENGTH])
