"""Words to numbers and back. The four special tokens come first, in every vocabulary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

PAD, SOS, EOS, UNK = range(4)
SPECIAL_TOKENS = ("<pad>", "<sos>", "<eos>", "<unk>")


@dataclass(frozen=True)
class Vocabulary:
    tokens: tuple[str, ...]  # position = id; starts with SPECIAL_TOKENS

    def __post_init__(self) -> None:
        assert self.tokens[: len(SPECIAL_TOKENS)] == SPECIAL_TOKENS
        assert len(set(self.tokens)) == len(self.tokens)

    @classmethod
    def from_sentences(cls, sentences: Iterable[Sequence[str]]) -> Vocabulary:
        """The words of the sentences, the most frequent first, ties as they first appear."""
        counts = Counter(token for sentence in sentences for token in sentence)
        return cls(SPECIAL_TOKENS + tuple(token for token, _ in counts.most_common()))

    @cached_property
    def token_to_id(self) -> dict[str, int]:
        return {token: token_id for token_id, token in enumerate(self.tokens)}

    def encode(self, tokens: Sequence[str]) -> list[int]:
        """Ids of the tokens; an unknown one becomes <unk>."""
        return [self.token_to_id.get(token, UNK) for token in tokens]

    def decode(self, ids: Iterable[int]) -> list[str]:
        """Tokens of the ids, special tokens included."""
        return [self.tokens[token_id] for token_id in ids]

    def __contains__(self, token: object) -> bool:
        return token in self.token_to_id

    def __len__(self) -> int:
        return len(self.tokens)
