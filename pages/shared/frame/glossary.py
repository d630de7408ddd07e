"""What Chinese words mean, for a reader who does not read Chinese."""

from __future__ import annotations

from collections.abc import Iterable

from pages.shared.frame.i18n import current_language
from seq2seq_core.data import bundled


def word_gloss(word: str) -> str:
    """The English gloss of a word of the shipped corpora; else, or for who reads Chinese, empty."""
    word_entries = bundled.load_word_glosses() if current_language() == "en" else {}
    return word_entries[word].gloss.strip("()") if word in word_entries else ""


def join_with_glosses(words: Iterable[str]) -> str:
    """Words with their meaning, where it is known: 了 (done) · 件 (for clothes)."""
    word_glosses = [(word, word_gloss(word)) for word in words]
    if not any(gloss for _word, gloss in word_glosses):
        return " ".join(word for word, _gloss in word_glosses)
    return " · ".join(f"{word} ({gloss})" if gloss else word for word, gloss in word_glosses)
