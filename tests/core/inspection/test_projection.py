"""Points out of vectors: against NumPy, and always the same ones."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.inspection.projection import pca
from tests.core.inspection.test_embeddings import random_vectors


@given(st.integers(3, 20), st.integers(2, 9), st.integers(0, 99))
def test_the_axes_are_numpys_up_to_sign(count: int, size: int, seed: int) -> None:
    vectors = random_vectors(count, size, seed)
    points, shares = pca(vectors)
    centred = vectors.double().numpy() - vectors.double().numpy().mean(0)
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(np.abs(points.numpy()), np.abs(u[:, :2] * s[:2]), atol=1e-8)
    np.testing.assert_allclose(shares.numpy(), (s**2 / (s**2).sum())[:2], atol=1e-12)


@given(st.integers(0, 99))
def test_the_points_depend_on_the_vectors_not_on_their_order(seed: int) -> None:
    vectors = random_vectors(9, 5, seed)
    reversed_points = pca(vectors.flip(0))[0].flip(0)
    torch.testing.assert_close(reversed_points, pca(vectors)[0])


def test_where_nothing_varies_the_points_fall_together() -> None:
    for vectors in (torch.ones(1, 3), torch.ones(4, 3), torch.ones(4, 1)):
        points, shares = pca(vectors)
        assert points.shape == (len(vectors), 2)
        assert not points.any() and not shares.any()
