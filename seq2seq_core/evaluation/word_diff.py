"""Which words two sentences have in common, in order: for marking what differs, not for scoring."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher


def mark_common_words(words: Sequence[str], other_words: Sequence[str]) -> list[bool]:
    """For each word whether it stands in the other sentence too, in the same order.

    A word that only moved counts once: what is common can be read from left to right in both.
    """
    blocks = SequenceMatcher(None, words, other_words, autojunk=False).get_matching_blocks()
    common = {i for block in blocks for i in range(block.a, block.a + block.size)}
    return [i in common for i in range(len(words))]
