"""The door for everything that a learner types: refused or made clean, never half stored.

The order matters. Unicode's normal form NFC takes time quadratic in the number of combining marks,
so the length comes first, and again at the end because cleaning may change it.
"""

from __future__ import annotations

import re
import unicodedata

from seq2seq_core.errors import CorpusError
from seq2seq_core.limits import LIMITS

# they make two texts that look alike differ, or show a text in another order than it is stored;
# the zero-width joiner stays, emoji are made with it
INVISIBLE = re.compile("[\u00ad\u061c\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def clean(text: str) -> str:
    """One line in NFC with single spaces, without invisible characters.

    Raises CorpusError with code too_long, not_unicode or control_character.
    """
    if len(text) > LIMITS.characters:
        raise CorpusError("too_long", limit=LIMITS.characters)
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise CorpusError("not_unicode")
    text = " ".join(text.split())  # newlines, tabs, ideographic spaces are spaces
    for character in text:
        if unicodedata.category(character) == "Cc":
            raise CorpusError("control_character", character=f"U+{ord(character):04X}")
    text = " ".join(unicodedata.normalize("NFC", INVISIBLE.sub("", text)).split())
    if len(text) > LIMITS.characters:
        raise CorpusError("too_long", limit=LIMITS.characters)
    return text
