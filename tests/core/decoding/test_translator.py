"""A translator writes what its decoder chooses, whichever way it chooses, one sentence or many."""

from __future__ import annotations

from functools import cache

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.config import DecodingConfig
from seq2seq_core.data.vocabulary import EOS, PAD
from seq2seq_core.decoding import translator as module
from seq2seq_core.decoding.beam_search import beam_search
from seq2seq_core.decoding.sampling import sampler
from seq2seq_core.decoding.stepper import decode
from seq2seq_core.decoding.translator import GREEDY, Translator
from seq2seq_core.errors import CorpusError
from seq2seq_core.limits import LIMITS
from seq2seq_core.models import build_model
from tests.core.model_grid import CODEC, PAIRS, SOURCE, TARGET
from tests.core.trained import SMALL_KINDS, half_trained

SOURCES = [pair.source for pair in PAIRS]
TEXT = " ".join(SOURCES[1])
BEAM = DecodingConfig(beam=3, length_penalty=0.6)
SAMPLING = DecodingConfig(temperature=1.3, seed=4)


@pytest.fixture(scope="module", params=SMALL_KINDS, ids=lambda kind: kind.architecture)
def translator(request: pytest.FixtureRequest) -> Translator:
    return half_trained(request.param)


def test_every_step_is_the_most_probable_token_of_its_list(translator: Translator) -> None:
    translation = translator.translate(TEXT)
    assert translation.source_tokens == SOURCES[1] and translation.unknown == ()
    tokens = [step.token for step in translation.steps]
    assert tokens in ([*translation.tokens, "<eos>"], list(translation.tokens))
    assert translation.text == " ".join(translation.tokens)
    for step in translation.steps:
        probabilities = [candidate.probability for candidate in step.top]
        assert (step.token, step.probability) == (step.top[0].token, probabilities[0])
        assert probabilities == sorted(probabilities, reverse=True) and len(step.top) == 5


def test_attention_is_one_weight_for_each_source_word_or_none(translator: Translator) -> None:
    for step in translator.translate(TEXT).steps:
        assert (step.attention is not None) == translator.model.has_attention
        if step.attention is not None:
            assert len(step.attention) == len(SOURCES[1])
            assert sum(step.attention) == pytest.approx(1, abs=1e-5)


def test_unknown_words_are_named_and_all_read_alike(translator: Translator) -> None:
    one, other = translator.translate("甲 学习"), translator.translate("乙 学习")
    assert (one.unknown, other.unknown) == (("甲",), ("乙",))
    assert one.steps == other.steps


@pytest.mark.parametrize("text", ["", "   ", "\u200b"])
def test_an_empty_text_is_refused(translator: Translator, text: str) -> None:
    with pytest.raises(CorpusError) as caught:
        translator.translate(text)
    assert caught.value.code == "empty"


@pytest.mark.parametrize("config", [GREEDY, BEAM], ids=["greedy", "beam"])
def test_a_batch_is_what_the_sentences_are_one_by_one(
    translator: Translator, config: DecodingConfig
) -> None:
    one_by_one = [translator.translate(" ".join(source), config).tokens for source in SOURCES]
    assert translator.translate_batch(SOURCES, config) == one_by_one


def test_how_many_are_decoded_at_once_changes_nothing(
    translator: Translator, monkeypatch: pytest.MonkeyPatch
) -> None:
    translations = translator.translate_batch(SOURCES)
    monkeypatch.setattr(module, "BATCH_SIZE", 2)
    assert translator.translate_batch(SOURCES) == translations
    assert translator.translate_batch([]) == []


def test_a_beam_writes_the_best_sentence_that_it_has_found(translator: Translator) -> None:
    src = torch.tensor(SOURCE.encode(SOURCES[1]))
    best = beam_search(translator.model, src, BEAM.beam, BEAM.length_penalty)[0]
    translation = translator.translate(TEXT, BEAM)
    assert [step.token for step in translation.steps] == TARGET.decode(best.tokens)
    assert translator.translate(TEXT, DecodingConfig(beam=1)) == translator.translate(TEXT)


def test_a_sample_is_what_the_sampler_draws_and_the_same_for_the_same_seed(
    translator: Translator,
) -> None:
    src = torch.tensor([SOURCE.encode(SOURCES[1])])
    sampled_ids = decode(translator.model, src, src != PAD, sampler(SAMPLING))[0]
    translation = translator.translate(TEXT, SAMPLING)
    assert translation == translator.translate(TEXT, SAMPLING)
    assert list(translation.tokens) == TARGET.decode(sampled_ids)
    assert translator.translate_batch([SOURCES[1]], SAMPLING) == [translation.tokens]


def test_at_temperature_0_a_sample_is_greedy(translator: Translator) -> None:
    cold = DecodingConfig(temperature=0.0, seed=9)
    assert translator.translate(TEXT, cold) == translator.translate(TEXT)
    assert translator.translate_batch(SOURCES, cold) == translator.translate_batch(SOURCES)


def test_fed_with_eos_it_writes_what_follows_an_eos_at_every_step(translator: Translator) -> None:
    stepper, expected = translator.start_stepper(SOURCES[1]), []
    for _ in range(6):
        stepper = stepper.write_token(EOS)  # whatever it would say, it reads <eos> next
        expected.append(TARGET.tokens[int(stepper.steps[-1].probabilities.argmax())])
    assert translator.translate_feeding_eos(SOURCES[1], 6) == tuple(expected)
    assert expected[0] == translator.translate(TEXT).steps[0].token  # before it has read one


@pytest.mark.parametrize("kind", SMALL_KINDS, ids=lambda kind: kind.architecture)
@pytest.mark.parametrize("config", [GREEDY, BEAM, SAMPLING], ids=["greedy", "beam", "sampling"])
def test_a_model_that_knows_nothing_ends_at_the_limit(kind: object, config: DecodingConfig) -> None:
    untrained = Translator(build_model(kind, len(SOURCE), len(TARGET), seed=1), CODEC)  # type: ignore[arg-type]
    translation = untrained.translate(TEXT, config)
    assert len(translation.steps) <= LIMITS.decoded_tokens
    has_eos = translation.steps[-1].token == "<eos>"
    assert len(translation.tokens) == len(translation.steps) - has_eos
    assert has_eos or len(translation.steps) == LIMITS.decoded_tokens


@cache
def half_trained_gru() -> Translator:
    return half_trained(SMALL_KINDS[0])


@given(st.text(max_size=12))
def test_any_text_is_translated_or_refused_in_one_sentence(text: str) -> None:
    try:
        translation = half_trained_gru().translate(text)
    except CorpusError as error:
        assert str(error)
    else:
        assert set(translation.unknown) <= set(translation.source_tokens)
        assert translation.steps
