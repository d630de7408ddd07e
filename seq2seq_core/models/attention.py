"""Where to look: a score per source position, a softmax, a weighted mean.

Bahdanau, Cho, Bengio 2015 (additive); Luong, Pham, Manning 2015 (dot, general).
To add a score: write its class here and give it a line in config.SCORES. Every score is made from
the same three sizes: of the query s, of the keys h, and of the space in which it compares them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor, nn

from seq2seq_core.config import SCORES
from seq2seq_core.models.base import Look
from seq2seq_core.models.calculation import Line, Part, dot, entrywise, matrix


class Score(nn.Module, ABC):
    """Compares a query with every key."""

    @abstractmethod
    def keys(self, memory: Tensor) -> Tensor:
        """What of the memory (B, S, D) does not depend on the query, computed once: (B, S, K)."""

    @abstractmethod
    def forward(self, query: Tensor, keys: Tensor) -> Tensor:
        """The scores (B, T, S) of queries (B, T, D)."""

    @abstractmethod
    def explain(self, query: Part, key: Part) -> tuple[Line, ...]:
        """The score of one query s and one encoder state h_j line by line; the last line is e_j."""


class Dot(Score):
    """sᵀ h: no weights of its own, so both sides must have the same size."""

    def __init__(self, query_size: int, key_size: int, size: int) -> None:
        super().__init__()
        assert query_size == key_size

    def keys(self, memory: Tensor) -> Tensor:
        return memory

    def forward(self, query: Tensor, keys: Tensor) -> Tensor:
        return query @ keys.transpose(1, 2)  # (B, T, S)

    def explain(self, query: Part, key: Part) -> tuple[Line, ...]:
        return (dot("score", f"e_j = {query.symbol} · h_j", "e_j", query, key),)


class General(Score):
    """sᵀ W h."""

    def __init__(self, query_size: int, key_size: int, size: int) -> None:
        super().__init__()
        self.key = nn.Linear(key_size, query_size, bias=False)

    def keys(self, memory: Tensor) -> Tensor:
        return self.key(memory)

    def forward(self, query: Tensor, keys: Tensor) -> Tensor:
        return query @ keys.transpose(1, 2)  # (B, T, S)

    def explain(self, query: Part, key: Part) -> tuple[Line, ...]:
        weight, formula = self.key.weight.T, f"u = Wᵀ {query.symbol}"
        asked = matrix("asked", "linear", formula, "u", (query,), weight)
        return asked, dot("score", "e_j = u · h_j", "e_j", asked.result, key)


class Additive(Score):
    """vᵀ tanh(W_s s + W_h h)."""

    def __init__(self, query_size: int, key_size: int, size: int) -> None:
        super().__init__()
        self.query = nn.Linear(query_size, size, bias=False)
        self.key = nn.Linear(key_size, size, bias=False)
        self.energy = nn.Linear(size, 1, bias=False)

    def keys(self, memory: Tensor) -> Tensor:
        return self.key(memory)

    def forward(self, query: Tensor, keys: Tensor) -> Tensor:
        both = self.query(query).unsqueeze(2) + keys.unsqueeze(1)  # (B, T, S, A)
        return self.energy(both.tanh()).squeeze(3)  # (B, T, S)

    def explain(self, query: Part, key: Part) -> tuple[Line, ...]:
        formula = f"a = W_s {query.symbol}"
        asked = matrix("asked", "linear", formula, "a", (query,), self.query.weight)
        offered = matrix("offered", "linear", "b_j = W_h h_j", "b_j", (key,), self.key.weight)
        both = entrywise("both", "add", "a + b_j", "a + b_j", asked.result, offered.result)
        bent = entrywise("bent", "tanh", "m_j = tanh(a + b_j)", "m_j", both.result)
        energy = Part.of("v", self.energy.weight)
        return asked, offered, both, bent, dot("score", "e_j = v · m_j", "e_j", energy, bent.result)


def score_named(name: str, query_size: int, key_size: int, size: int) -> Score:
    """An untrained score by its name in config.SCORES."""
    return globals()[SCORES[name]](query_size, key_size, size)


def attend(
    scores: Tensor, memory: Tensor, mask: Tensor, look: Look | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Softmax over real positions, then the mean of the memory under these weights.

    scores (B, T, S), memory (B, S, D), mask (B, S) with True = real token; look puts other weights
    in the place of the softmax's.
    Returns context (B, T, D), weights (B, T, S) and the scores with -inf on padding.
    """
    scores = scores.masked_fill(~mask.unsqueeze(1), float("-inf"))  # padding must not vote
    weights = scores.softmax(dim=2)
    if look is not None:
        weights = look(weights, mask.unsqueeze(1))
    return weights @ memory, weights, scores
