"""Words to numbers and back. The four special tokens come first, in every vocabulary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

PAD, SOS, EOS, UNK = range(4)
SPECIALS = ("<pad>", "<sos>", "<eos>", "<unk>")


@dataclass(frozen=True)
class Vocabulary:
    tokens: tuple[str, ...]  # position = id; starts with SPECIALS

    def __post_init__(self) -> None:
        assert self.tokens[: len(SPECIALS)] == SPECIALS
        assert len(set(self.tokens)) == len(self.tokens)

    @classmethod
    def of(cls, sentences: Iterable[Sequence[str]]) -> Vocabulary:
        """The words of the sentences, the most frequent first, ties as they first appear."""
        counts = Counter(token for sentence in sentences for token in sentence)
        return cls(SPECIALS + tuple(token for token, _ in counts.most_common()))

    @cached_property
    def ids(self) -> dict[str, int]:
        return {token: number for number, token in enumerate(self.tokens)}

    def encode(self, tokens: Sequence[str]) -> list[int]:
        """Ids of the tokens; an unknown one becomes <unk>."""
        return [self.ids.get(token, UNK) for token in tokens]

    def decode(self, numbers: Iterable[int]) -> list[str]:
        """Tokens of the ids, special tokens included."""
        return [self.tokens[number] for number in numbers]

    def __contains__(self, token: object) -> bool:
        return token in self.ids

    def __len__(self) -> int:
        return len(self.tokens)
