"""The vectors of words and positions, and which words are neighbours."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.config import ModelConfig
from seq2seq_core.data.vocabulary import SPECIAL_TOKENS
from seq2seq_core.decoding.translator import Translator
from seq2seq_core.inspection.embeddings import (
    VectorSet,
    closest_pair_word,
    collect_vectors,
    mean_vectors,
    nearest_neighbours,
    sample_pairs,
)
from seq2seq_core.inspection.projection import project
from seq2seq_core.models import build_model
from tests.core.model_grid import CODEC, PAIRS, SOURCE, TARGET

KINDS = [
    ModelConfig("gru", True, "general", 12, 16),
    ModelConfig("lstm", False, "none", 12, 16, layers=2),
    ModelConfig("transformer", layers=2, heads=2, model_size=8, feed_forward_size=16),
]


def vector_set(kind: ModelConfig, name: str) -> VectorSet:
    model = build_model(kind, len(SOURCE), len(TARGET), seed=3)
    return collect_vectors(Translator(model, CODEC), PAIRS, name)


def random_vectors(count: int, size: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(count, size, generator=torch.Generator().manual_seed(seed))


@given(st.integers(2, 12), st.integers(0, 99))
def test_neighbours_are_sorted_and_the_nearest_of_the_closest_word_is_the_nearest_of_all(
    count: int, seed: int
) -> None:
    words = tuple(map(str, range(count)))
    vectors = VectorSet(words, random_vectors(count, 4, seed))
    neighbours = {word: nearest_neighbours(vectors, word, count) for word in words}
    for word, nearest in neighbours.items():
        cosines = [neighbour.cosine for neighbour in nearest]
        assert cosines == sorted(cosines, reverse=True)
        assert all(-1 <= cosine <= 1 for cosine in cosines)
        assert {neighbour.word for neighbour in nearest} == set(words) - {word}
    word_of_pair = closest_pair_word(vectors)
    assert word_of_pair is not None
    largest = max(nearest[0].cosine for nearest in neighbours.values())
    assert neighbours[word_of_pair][0].cosine == pytest.approx(largest)


def test_parallel_vectors_have_cosine_1_and_opposite_ones_minus_1() -> None:
    vectors = VectorSet(("a", "b", "c"), torch.tensor([[1.0, 2.0], [3.0, 6.0], [-1.0, -2.0]]))
    assert [(n.word, round(n.cosine, 5)) for n in nearest_neighbours(vectors, "a")] == [
        ("b", 1),
        ("c", -1),
    ]
    assert closest_pair_word(VectorSet(("a",), torch.ones(1, 2))) is None


def test_a_word_with_several_states_stands_for_their_mean() -> None:
    words, vectors = mean_vectors(VectorSet(("a", "b", "a"), torch.tensor([[1.0], [5.0], [3.0]])))
    assert words == ["a", "b"]
    assert vectors.tolist() == [[2.0], [5.0]]


@pytest.mark.parametrize("name", ["source", "target", "encoder", "decoder"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.architecture)
def test_a_vector_set_has_all_words_and_neither_specials_nor_padding(
    kind: ModelConfig, name: str
) -> None:
    vectors, repeated = vector_set(kind, name), vector_set(kind, name)
    assert vectors.words == repeated.words
    assert project(vectors.vectors) == project(repeated.vectors)
    assert len(vectors.words) == len(vectors.vectors)
    assert not set(vectors.words) & set(SPECIAL_TOKENS)
    if name in ("source", "target"):
        vocabulary = SOURCE if name == "source" else TARGET
        assert vectors.words == vocabulary.tokens[len(SPECIAL_TOKENS) :]
        return
    sentences = [pair.source if name == "encoder" else pair.target for pair in PAIRS]
    positions = {(row, j) for row, sentence in enumerate(sentences) for j in range(len(sentence))}
    assert set(vectors.positions) == positions and len(vectors.positions) == len(positions)
    for word, (row, j) in zip(vectors.words, vectors.positions, strict=True):
        assert vectors.sentences[row][j] == word


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.architecture)
def test_a_state_is_what_the_sentence_alone_would_give(kind: ModelConfig) -> None:
    """In a batch with longer sentences the padding changes nothing."""
    model = build_model(kind, len(SOURCE), len(TARGET), seed=3)
    translator = Translator(model, CODEC)
    for name in ("encoder", "decoder"):
        in_batch = collect_vectors(translator, PAIRS, name)
        alone = collect_vectors(translator, PAIRS[:1], name)
        rows = [in_batch.positions.index(position) for position in alone.positions]
        torch.testing.assert_close(in_batch.vectors[rows], alone.vectors)


def test_a_large_corpus_is_sampled_evenly_from_end_to_end() -> None:
    pairs = [PAIRS[0]] * 5000
    sample = sample_pairs(pairs)
    assert len(sample) == 1500 // max(len(PAIRS[0].source), len(PAIRS[0].target))
    assert sample_pairs(PAIRS) == list(PAIRS)
