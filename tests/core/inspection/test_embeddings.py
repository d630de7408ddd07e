"""Points out of vectors: against NumPy, and always the same ones."""

from __future__ import annotations

import numpy as np
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
    pca,
    project,
    sample_pairs,
)
from seq2seq_core.models import build_model
from tests.core.model_grid import CODEC, PAIRS, SOURCE, TARGET

KINDS = [
    ModelConfig("gru", True, "general", 12, 16),
    ModelConfig("lstm", False, "none", 12, 16, layers=2),
    ModelConfig("transformer", layers=2, heads=2, model_size=8, feed_forward_size=16),
]


def made(kind: ModelConfig, name: str) -> VectorSet:
    model = build_model(kind, len(SOURCE), len(TARGET), seed=3)
    return collect_vectors(Translator(model, CODEC), PAIRS, name)


def random(count: int, size: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(count, size, generator=torch.Generator().manual_seed(seed))


@given(st.integers(3, 20), st.integers(2, 9), st.integers(0, 99))
def test_the_axes_are_numpys_up_to_sign(count: int, size: int, seed: int) -> None:
    vectors = random(count, size, seed)
    points, shares = pca(vectors)
    centred = vectors.double().numpy() - vectors.double().numpy().mean(0)
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(np.abs(points.numpy()), np.abs(u[:, :2] * s[:2]), atol=1e-8)
    np.testing.assert_allclose(shares.numpy(), (s**2 / (s**2).sum())[:2], atol=1e-12)


@given(st.integers(0, 99))
def test_the_picture_hangs_on_the_vectors_not_on_their_order(seed: int) -> None:
    vectors = random(9, 5, seed)
    turned = pca(vectors.flip(0))[0].flip(0)
    torch.testing.assert_close(turned, pca(vectors)[0])


def test_where_nothing_varies_the_points_fall_together() -> None:
    for vectors in (torch.ones(1, 3), torch.ones(4, 3), torch.ones(4, 1)):
        points, shares = pca(vectors)
        assert points.shape == (len(vectors), 2)
        assert not points.any() and not shares.any()


@given(st.integers(2, 12), st.integers(0, 99))
def test_neighbours_are_sorted_and_the_nearest_of_the_closest_word_is_the_nearest_of_all(
    count: int, seed: int
) -> None:
    words = tuple(map(str, range(count)))
    some = VectorSet(words, random(count, 4, seed))
    found = {word: nearest_neighbours(some, word, count) for word in words}
    for word, near in found.items():
        cosines = [one.cosine for one in near]
        assert cosines == sorted(cosines, reverse=True)
        assert all(-1 <= cosine <= 1 for cosine in cosines)
        assert {one.word for one in near} == set(words) - {word}
    nearest = closest_pair_word(some)
    assert nearest is not None
    assert found[nearest][0].cosine == pytest.approx(max(n[0].cosine for n in found.values()))


def test_parallel_vectors_have_cosine_1_and_opposite_ones_minus_1() -> None:
    some = VectorSet(("a", "b", "c"), torch.tensor([[1.0, 2.0], [3.0, 6.0], [-1.0, -2.0]]))
    assert [(n.word, round(n.cosine, 5)) for n in nearest_neighbours(some, "a")] == [
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
def test_a_cloud_has_all_words_and_neither_specials_nor_padding(
    kind: ModelConfig, name: str
) -> None:
    some, again = made(kind, name), made(kind, name)
    assert some.words == again.words
    assert project(some) == project(again)
    assert len(some.words) == len(some.vectors)
    assert not set(some.words) & set(SPECIAL_TOKENS)
    if name in ("source", "target"):
        vocabulary = SOURCE if name == "source" else TARGET
        assert some.words == vocabulary.tokens[len(SPECIAL_TOKENS) :]
        return
    sentences = [pair.source if name == "encoder" else pair.target for pair in PAIRS]
    places = {(row, j) for row, sentence in enumerate(sentences) for j in range(len(sentence))}
    assert set(some.positions) == places and len(some.positions) == len(places)
    for word, (row, j) in zip(some.words, some.positions, strict=True):
        assert some.sentences[row][j] == word


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.architecture)
def test_a_state_is_what_the_sentence_alone_would_give(kind: ModelConfig) -> None:
    """In a batch with longer sentences the padding changes nothing."""
    model = build_model(kind, len(SOURCE), len(TARGET), seed=3)
    translator = Translator(model, CODEC)
    for name in ("encoder", "decoder"):
        together = collect_vectors(translator, PAIRS, name)
        alone = collect_vectors(translator, PAIRS[:1], name)
        rows = [together.positions.index(place) for place in alone.positions]
        torch.testing.assert_close(together.vectors[rows], alone.vectors)


def test_a_large_corpus_is_sampled_evenly_from_end_to_end() -> None:
    many = [PAIRS[0]] * 5000
    chosen = sample_pairs(many)
    assert len(chosen) == 1500 // max(len(PAIRS[0].source), len(PAIRS[0].target))
    assert sample_pairs(PAIRS) == list(PAIRS)
