"""From a sentence to tokens and back, in three ways."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

CJK = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
WORD_PATTERN = re.compile(r"[\w'’-]+|[^\w\s]")  # a word with apostrophes, or a punctuation mark
CLOSING_MARKS = re.compile(r"[,.;:!?)\]}%，。、；：！？）】》”’…]")
CHINESE_END = re.compile(CJK.pattern + "$|[，。、；：！？（【《“‘]$")  # no space after these
SPACE_SYMBOL = "▁"  # stands for a space where every character is a token


@dataclass(frozen=True)
class Tokenizer:
    split: Callable[[str], list[str]]  # a clean sentence into tokens
    join: Callable[[Sequence[str]], str]  # tokens into a sentence


def split_words(text: str) -> list[str]:
    """Chinese by rjieba's dictionary, everything else by spaces and punctuation."""
    import rjieba  # only here: its dictionary takes 20 MB and a moment to load

    tokens: list[str] = []
    for chunk in WORD_PATTERN.findall(text):
        tokens += rjieba.cut(chunk) if CJK.search(chunk) else [chunk]
    return tokens


def join_words(tokens: Sequence[str]) -> str:
    """A space between words, but not between two Chinese ones nor before punctuation."""
    text = ""
    for token in tokens:
        is_chinese = CJK.match(token) and CHINESE_END.search(text)
        text += token if not text or is_chinese or CLOSING_MARKS.match(token) else f" {token}"
    return text


TOKENIZERS: dict[str, Tokenizer] = {
    "space": Tokenizer(str.split, " ".join),
    "zh-word": Tokenizer(split_words, join_words),
    "character": Tokenizer(
        lambda text: list(text.replace(" ", SPACE_SYMBOL)),
        lambda tokens: "".join(tokens).replace(SPACE_SYMBOL, " "),
    ),
}


def detect_tokenizer(sentences: Collection[str]) -> str:
    """The name of the tokenizer for these source sentences: spaces where they separate words.

    Chinese without spaces is cut by words. Only sentences of two or more Chinese characters count:
    a single one says nothing about how its corpus separates words.
    """
    chinese = [text for text in sentences if len(CJK.findall(text)) > 1]
    spaced_count = sum(" " in text for text in chinese)
    return "space" if 2 * spaced_count >= len(chinese) else "zh-word"


def longest_match(text: str, words: Collection[str]) -> list[str]:
    """Cut text without spaces into known words, from the left, always the longest that fits.

    The characters between two known words stay together as one unknown piece.
    """
    longest = max(map(len, words), default=0)
    pieces: list[str] = []
    position, unknown_piece = 0, ""
    while position < len(text):
        for end in range(min(position + longest, len(text)), position, -1):
            if text[position:end] in words:
                pieces += [unknown_piece] * bool(unknown_piece) + [text[position:end]]
                position, unknown_piece = end, ""
                break
        else:
            unknown_piece += text[position]
            position += 1
    return pieces + [unknown_piece] * bool(unknown_piece)
