"""How Chinese words sound and what they mean, for a reader who does not read Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pages.shared.frame.i18n import current_language
from seq2seq_core.data import bundled
from seq2seq_core.data.bundled import WordGloss

NO_GLOSS = WordGloss("", "")


def readers_glosses() -> Mapping[str, WordGloss]:
    """Word of the shipped corpora -> its gloss; empty for a reader of Chinese, who needs none."""
    return bundled.load_word_glosses() if current_language() == "en" else {}


def word_gloss(word: str) -> str:
    """The English gloss of a word; empty where none is known or needed."""
    return readers_glosses().get(word, NO_GLOSS).gloss.strip("()")


def join_with_glosses(words: Iterable[str]) -> str:
    """Words with their meaning, where it is known: 了 (done) · 件 (for clothes)."""
    glosses = [(word, word_gloss(word)) for word in words]
    if not any(gloss for _word, gloss in glosses):
        return " ".join(word for word, _gloss in glosses)
    return " · ".join(f"{word} ({gloss})" if gloss else word for word, gloss in glosses)


def annotate_tokens(tokens: Sequence[str], unknown: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Source tokens for a component, with pinyin and gloss; unknown: those read as <unk>."""
    glosses = readers_glosses()
    return [
        {
            "token": token,
            "pinyin": glosses.get(token, NO_GLOSS).pinyin,
            "gloss": glosses.get(token, NO_GLOSS).gloss,
            "unknown": token in unknown,
        }
        for token in tokens
    ]
