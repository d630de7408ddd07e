"""Cutting sentences, and putting them together again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.data.cleaning import clean_text
from seq2seq_core.data.tokenizers import TOKENIZERS, detect_tokenizer, longest_match
from seq2seq_core.data.vocabulary import SPECIAL_TOKENS, UNK, Vocabulary
from seq2seq_core.errors import CorpusError


def clean_or_empty(text: str) -> str:
    try:
        return clean_text(text)
    except CorpusError:
        return ""


CLEAN = st.text(max_size=60).map(clean_or_empty)


@given(CLEAN)
def test_space_and_character_give_the_sentence_back(text: str) -> None:
    for name in ("space", "character"):
        tokenizer = TOKENIZERS[name]
        if name == "character" and "▁" in text:
            continue  # it stands for the space there
        assert tokenizer.join(tokenizer.split(text)) == text


@given(CLEAN)
def test_no_tokenizer_loses_a_letter_or_writes_an_empty_token(text: str) -> None:
    for tokenizer in TOKENIZERS.values():
        tokens = tokenizer.split(text)
        assert all(token.strip() for token in tokens)
        if "▁" not in text:
            assert "".join(tokens).replace("▁", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("我喜欢北京。", ["我", "喜欢", "北京", "。"]),
        ("It's a cat, isn't it?", ["It's", "a", "cat", ",", "isn't", "it", "?"]),
        ("他用 Python 写信", ["他", "用", "Python", "写信"]),
    ],
)
def test_words_are_cut_where_a_reader_would(text: str, tokens: list[str]) -> None:
    assert TOKENIZERS["zh-word"].split(text) == tokens


def test_chinese_is_joined_without_spaces_and_english_with() -> None:
    assert TOKENIZERS["zh-word"].join(["我", "用", "Python", "写信", "。"]) == "我用 Python 写信。"


def test_a_linear_pattern_meets_a_long_word() -> None:
    assert TOKENIZERS["zh-word"].split("a" * 1999 + "!") == ["a" * 1999, "!"]


@pytest.mark.parametrize(
    ("sentences", "name"),
    [
        (["我 爱 学习", "小冰 昨天 来 了"], "space"),
        (["我爱学习。", "小冰昨天来了。", "他用 Python 写信"], "zh-word"),
        (["a b c", "hello"], "space"),
        ([], "space"),
    ],
)
def test_the_tokenizer_is_space_where_spaces_separate_words(
    sentences: list[str], name: str
) -> None:
    assert detect_tokenizer(sentences) == name


def test_longest_match_takes_the_longest_known_word_and_keeps_the_rest_together() -> None:
    words = {"小", "小冰", "喜欢", "书"}
    assert longest_match("小冰喜欢看电影书", words) == ["小冰", "喜欢", "看电影", "书"]


@given(st.text("小冰喜欢书了", max_size=30))
def test_longest_match_loses_nothing(text: str) -> None:
    assert "".join(longest_match(text, {"小冰", "喜欢", "书"})) == text


@given(st.lists(st.lists(st.text(min_size=1).filter(lambda t: t not in SPECIAL_TOKENS))))
def test_a_vocabulary_gives_back_every_word_and_unk_for_the_others(
    sentences: list[list[str]],
) -> None:
    vocabulary = Vocabulary.from_sentences(sentences)
    for sentence in sentences:
        assert vocabulary.decode(vocabulary.encode(sentence)) == sentence
    assert vocabulary.encode(["\0never seen"]) == [UNK]
    assert vocabulary.tokens[:4] == SPECIAL_TOKENS
