"""Cleaning of everything that a learner types: a text is refused or made clean as a whole.

The order matters. Unicode's normal form NFC takes time quadratic in the number of combining marks
on one character, so length and marks come first, and again at the end as cleaning may change both.
"""

from __future__ import annotations

import re
import unicodedata

from seq2seq_core.errors import CorpusError
from seq2seq_core.limits import LIMITS

# these make two texts that look alike differ, or show a text in another order than it is stored;
# the zero-width joiner stays, emoji are made with it
INVISIBLE_CHARACTERS = re.compile(
    "[\u00ad\u061c\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
SURROGATES = re.compile("[\ud800-\udfff]")
CONTROL_CHARACTERS = re.compile("[\x00-\x1f\x7f-\x9f]")
MAX_COMBINING_MARKS = 30  # on one character, as in Unicode's stream-safe text (UAX #15)


def check_length_and_marks(text: str) -> None:
    """Raises CorpusError with code too_long or too_many_marks."""
    if len(text) > LIMITS.characters:
        raise CorpusError("too_long", limit=LIMITS.characters)
    if len(text) <= MAX_COMBINING_MARKS or text.isascii():
        return
    consecutive_marks = 0
    for character in text:
        consecutive_marks = consecutive_marks + 1 if unicodedata.combining(character) else 0
        if consecutive_marks > MAX_COMBINING_MARKS:
            raise CorpusError("too_many_marks", limit=MAX_COMBINING_MARKS)


def clean_text(text: str) -> str:
    """One line in NFC with single spaces, without invisible characters.

    Raises CorpusError with code too_long, too_many_marks, not_unicode or control_character.
    """
    check_length_and_marks(text)
    if SURROGATES.search(text):
        raise CorpusError("not_unicode")
    text = " ".join(text.split())  # newlines, tabs, ideographic spaces are spaces
    if match := CONTROL_CHARACTERS.search(text):
        raise CorpusError("control_character", character=f"U+{ord(match[0]):04X}")
    text = INVISIBLE_CHARACTERS.sub("", text)
    text = " ".join(unicodedata.normalize("NFC", text).split())
    check_length_and_marks(text)  # NFC may make a text longer
    return text
