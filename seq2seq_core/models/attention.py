"""Attention: a score per source position, a softmax, a weighted mean.

Bahdanau, Cho, Bengio 2015 (additive); Luong, Pham, Manning 2015 (dot, general).
To add a score: write its class here, give it a line in SCORES and its name to config.ATTENTIONS.
Every score is made from the same three sizes: of the query s, of the keys h, and of the space in
which it compares them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from torch import Tensor, nn

from seq2seq_core.models.base import AttentionOverride
from seq2seq_core.models.calculation import Equation, Operand, affine, dot_product, elementwise


class AttentionScore(nn.Module, ABC):
    """Compares a query with every key."""

    @abstractmethod
    def project_keys(self, memory: Tensor) -> Tensor:
        """The part that does not depend on the query, computed once: (B, S, D) -> (B, S, K)."""

    @abstractmethod
    def forward(self, query: Tensor, keys: Tensor) -> Tensor:
        """The scores (B, T, S) of queries (B, T, D) with projected keys (B, S, K)."""

    @abstractmethod
    def explain_score(self, query: Operand, key: Operand) -> tuple[Equation, ...]:
        """The score of one query s and one encoder state h_j line by line; the last line is e_j."""


class Dot(AttentionScore):
    """sᵀ h: no weights of its own, so both sides must have the same size."""

    def __init__(self, query_size: int, key_size: int, size: int) -> None:
        super().__init__()
        assert query_size == key_size

    def project_keys(self, memory: Tensor) -> Tensor:
        return memory  # (B, S, D), so K = D

    def forward(self, query: Tensor, keys: Tensor) -> Tensor:
        return query @ keys.transpose(1, 2)  # (B, T, S)

    def explain_score(self, query: Operand, key: Operand) -> tuple[Equation, ...]:
        return (dot_product("score", f"e_j = {query.symbol} · h_j", "e_j", query, key),)


class General(AttentionScore):
    """sᵀ W h."""

    def __init__(self, query_size: int, key_size: int, size: int) -> None:
        super().__init__()
        self.key = nn.Linear(key_size, query_size, bias=False)

    def project_keys(self, memory: Tensor) -> Tensor:
        return self.key(memory)  # s·(W h): W acts once on the memory, not at every query

    def forward(self, query: Tensor, keys: Tensor) -> Tensor:
        return query @ keys.transpose(1, 2)  # (B, T, S)

    def explain_score(self, query: Operand, key: Operand) -> tuple[Equation, ...]:
        weight, formula = self.key.weight.T, f"u = Wᵀ {query.symbol}"
        projected = affine("asked", "linear", formula, "u", (query,), weight)
        return projected, dot_product("score", "e_j = u · h_j", "e_j", projected.result, key)


class Additive(AttentionScore):
    """vᵀ tanh(W_s s + W_h h)."""

    def __init__(self, query_size: int, key_size: int, size: int) -> None:
        super().__init__()
        self.query = nn.Linear(query_size, size, bias=False)  # W_s
        self.key = nn.Linear(key_size, size, bias=False)  # W_h
        self.energy = nn.Linear(size, 1, bias=False)  # v

    def project_keys(self, memory: Tensor) -> Tensor:
        return self.key(memory)  # (B, S, D) -> (B, S, A)

    def forward(self, query: Tensor, keys: Tensor) -> Tensor:
        # (B, T, 1, A) + (B, 1, S, A): every query meets every key
        summed = self.query(query).unsqueeze(2) + keys.unsqueeze(1)  # (B, T, S, A)
        return self.energy(summed.tanh()).squeeze(3)  # (B, T, S)

    def explain_score(self, query: Operand, key: Operand) -> tuple[Equation, ...]:
        formula = f"a = W_s {query.symbol}"
        projected_query = affine("asked", "linear", formula, "a", (query,), self.query.weight)
        projected_key = affine("offered", "linear", "b_j = W_h h_j", "b_j", (key,), self.key.weight)
        vectors = projected_query.result, projected_key.result
        summed = elementwise("both", "add", "a + b_j", "a + b_j", *vectors)
        activated = elementwise("bent", "tanh", "m_j = tanh(a + b_j)", "m_j", summed.result)
        energy = Operand.from_tensor("v", self.energy.weight)
        score = dot_product("score", "e_j = v · m_j", "e_j", energy, activated.result)
        return projected_query, projected_key, summed, activated, score


SCORES: dict[str, Callable[[int, int, int], AttentionScore]] = {
    "dot": Dot,
    "general": General,
    "additive": Additive,
}


def attend_to_memory(
    scores: Tensor, memory: Tensor, mask: Tensor, override: AttentionOverride | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Softmax over real positions, then the mean of the memory under these weights.

    scores (B, T, S), memory (B, S, D), mask (B, S) with True = real token; override puts other
    weights in the place of the softmax's.
    Returns context (B, T, D), weights (B, T, S) and the scores with -inf on padding.
    """
    scores = scores.masked_fill(~mask.unsqueeze(1), float("-inf"))  # padding must not vote
    weights = scores.softmax(dim=2)  # (B, T, S), every row sums to one
    if override is not None:
        weights = override(weights, mask.unsqueeze(1))
    return weights @ memory, weights, scores  # (B, T, S) @ (B, S, D) -> (B, T, D)
