"""Words become the numbers of one model and come back; what it does not know is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.config import TOKENIZER_NAMES
from seq2seq_core.data.cleaning import clean_text
from seq2seq_core.data.codec import Codec
from seq2seq_core.data.corpus import Row, build_corpus
from seq2seq_core.data.vocabulary import EOS, SPECIAL_TOKENS, UNK
from seq2seq_core.errors import CorpusError
from tests.core.model_grid import CODEC, PAIRS, SOURCE

SOURCE_WORDS = SOURCE.tokens[len(SPECIAL_TOKENS) :]


def test_every_sentence_of_the_corpus_comes_back() -> None:
    for pair in PAIRS:
        assert CODEC.tokenize_source(" ".join(pair.source)) == pair.source
        assert CODEC.find_unknown(pair.source) == ()
        assert CODEC.decode_target(CODEC.encode_target(pair.target)) == pair.target
        assert CODEC.tokenize_target(CODEC.join_tokens(pair.target)) == pair.target


@pytest.mark.parametrize("tokenizer", TOKENIZER_NAMES)
def test_the_text_of_the_tokens_is_the_sentence(tokenizer: str) -> None:
    corpus = build_corpus([Row("我喜欢你", "Yes, I like you.")], tokenizer)
    codec = Codec(tokenizer, *corpus.build_vocabularies())
    assert codec.join_tokens(codec.tokenize_target("Yes, I like you.")) == "Yes, I like you."
    assert codec.tokenize_source("我喜欢你") == corpus.pairs[0].source


def test_unknown_words_are_named_in_their_order_and_become_unk() -> None:
    tokens = CODEC.tokenize_source("乙 喜欢 甲 小冰 甲")
    assert CODEC.find_unknown(tokens) == ("乙", "甲", "甲")
    assert [i for i, number in enumerate(CODEC.encode_source(tokens)) if number == UNK] == [0, 2, 4]


def test_words_run_together_are_cut_where_the_model_knows_them() -> None:
    assert CODEC.tokenize_source(" 咖哥喜欢小冰 ") == ("咖哥", "喜欢", "小冰")


def test_special_tokens_are_decoded_as_they_stand() -> None:
    assert CODEC.decode_target([EOS]) == ("<eos>",)


@pytest.mark.parametrize(("text", "code"), [("", "empty"), (" \u200b ", "empty")])
def test_a_text_without_a_word_is_refused(text: str, code: str) -> None:
    with pytest.raises(CorpusError) as caught:
        CODEC.tokenize_source(text)
    assert caught.value.code == code


@given(st.text() | st.lists(st.sampled_from([*SOURCE_WORDS, "看", "<eos>", " "])).map("".join))
def test_any_text_becomes_tokens_or_one_error(text: str) -> None:
    try:
        tokens = CODEC.tokenize_source(text)
    except CorpusError as error:
        assert str(error)
        return
    ids = CODEC.encode_source(tokens)
    assert "".join(tokens) == "".join(clean_text(text).split())
    assert CODEC.find_unknown(tokens) == tuple(
        token for token, number in zip(tokens, ids, strict=True) if number == UNK
    )
    assert not set(tokens) & set(SPECIAL_TOKENS)  # nobody can type one
