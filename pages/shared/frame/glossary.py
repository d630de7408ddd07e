"""What Chinese words mean, for a reader who does not read Chinese."""

from __future__ import annotations

from collections.abc import Iterable

from pages.shared.frame.i18n import language
from seq2seq_core.data import bundled


def meaning(word: str) -> str:
    """The English gloss of a word of the shipped corpora; else, or for who reads Chinese, empty."""
    known = bundled.load_word_glosses() if language() == "en" else {}
    return known[word].gloss.strip("()") if word in known else ""


def glossed(words: Iterable[str]) -> str:
    """Words with their meaning, where it is known: 了 (done) · 件 (for clothes)."""
    both = [(word, meaning(word)) for word in words]
    if not any(gloss for _word, gloss in both):
        return " ".join(word for word, _gloss in both)
    return " · ".join(f"{word} ({gloss})" if gloss else word for word, gloss in both)
