"""What a learner types is refused or clean, whatever it is."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.data.cleaning import INVISIBLE_CHARACTERS, clean_text
from seq2seq_core.errors import CorpusError
from seq2seq_core.limits import LIMITS

ANYTHING = st.text(st.characters(codec=None), max_size=200)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("你\u3000好", "你 好"),
        ("你\u200b好", "你好"),
        ("cafe\u0301", "café"),
        ("\u2126", "\u03a9"),
        ("abc\u202egnp.exe\u202c d", "abcgnp.exe d"),
        ("ok\nERROR root logged in", "ok ERROR root logged in"),
        ("👩\u200d🎓", "👩\u200d🎓"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("İ ß ǆ", "İ ß ǆ"),
        ("＝1+1", "＝1+1"),
        (" \u3000 ", ""),
    ],
)
def test_known_texts_are_stored_as_they_should(typed: str, stored: str) -> None:
    assert clean_text(typed) == stored


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("\ud800", "not_unicode"),
        ("a\0b", "control_character"),
        ("a\x9bb", "control_character"),
        ("长" * 10_000, "too_long"),
        ("e" + "\u0301" * 31, "too_many_marks"),
        ("e" + "\u0344" * 30, "too_many_marks"),  # each becomes two
    ],
)
def test_what_cannot_be_stored_is_refused(typed: str, code: str) -> None:
    with pytest.raises(CorpusError) as caught:
        clean_text(typed)
    assert caught.value.code == code


def test_a_combining_bomb_is_refused_before_it_is_normalised() -> None:
    start = time.process_time()
    with pytest.raises(CorpusError):
        clean_text("e" + "\u0301\u0327" * 30_000)
    assert time.process_time() - start < 0.5  # normalising it first takes eight seconds


ACCENTS = st.text("e\u0301\u0327\u0344\u200b ", max_size=80)


@given(ANYTHING | ACCENTS)
def test_clean_text_is_clean_and_stays_as_it_is(text: str) -> None:
    try:
        cleaned = clean_text(text)
    except CorpusError:
        return
    assert clean_text(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not INVISIBLE_CHARACTERS.search(cleaned)
    assert cleaned == " ".join(cleaned.split())
    assert len(cleaned) <= LIMITS.characters
    cleaned.encode()
