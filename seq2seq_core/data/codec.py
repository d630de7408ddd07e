"""Between text and the numbers of one model: how its sentences are cut, and the ids of its tokens.

It knows no weights: code that only reads or writes words needs no model.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seq2seq_core.data.cleaning import clean_text
from seq2seq_core.data.corpus import segment_known, tokenize
from seq2seq_core.data.tokenizers import TOKENIZERS
from seq2seq_core.data.vocabulary import Vocabulary


@dataclass(frozen=True)
class Codec:
    tokenizer: str  # one of TOKENIZERS
    source: Vocabulary
    target: Vocabulary

    def tokenize_source(self, text: str) -> tuple[str, ...]:
        """Typed text, cleaned and cut as the model knows it.

        Raises CorpusError, see cleaning.clean_text and corpus.segment_known.
        """
        return segment_known(clean_text(text), self.tokenizer, self.source.tokens)

    def tokenize_target(self, text: str) -> tuple[str, ...]:
        """A clean reference translation, cut as in its corpus.

        Raises CorpusError, see corpus.tokenize.
        """
        return tokenize(text, self.tokenizer)

    def encode_source(self, tokens: Sequence[str]) -> list[int]:
        """Ids of source tokens; an unknown one becomes <unk>."""
        return self.source.encode(tokens)

    def encode_target(self, tokens: Sequence[str]) -> list[int]:
        """Ids of target tokens; an unknown one becomes <unk>."""
        return self.target.encode(tokens)

    def decode_target(self, ids: Iterable[int]) -> tuple[str, ...]:
        """Target tokens of the ids, special tokens included."""
        return tuple(self.target.decode(ids))

    def join_tokens(self, tokens: Sequence[str]) -> str:
        """The sentence that these tokens make."""
        return TOKENIZERS[self.tokenizer].join(tokens)

    def find_unknown(self, tokens: Sequence[str]) -> tuple[str, ...]:
        """The source tokens that the model has never seen, in their order."""
        return tuple(token for token in tokens if token not in self.source)
