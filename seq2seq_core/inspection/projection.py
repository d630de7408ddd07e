"""Vectors as points in a plane: principal component analysis (Pearson 1901)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


def pca(vectors: Tensor, axes: int = 2) -> tuple[Tensor, Tensor]:
    """Coordinates (N, axes) on the axes of largest variance, and the share of it on each (axes,).

    vectors (N, D). An axis could as well point the other way: here its largest component is
    positive, so that the same vectors always give the same picture.
    """
    centred = vectors.double() - vectors.double().mean(0)
    u, s, vh = torch.linalg.svd(centred, full_matrices=False)  # (N, K), (K,), (K, D)
    signs = vh.gather(1, vh.abs().argmax(1, keepdim=True)).sign().squeeze(1)
    variance = s.square()
    shares = variance / variance.sum().clamp(min=1e-30)
    points = u * s * signs
    missing = max(0, axes - len(s))  # where N or D is smaller than axes: nothing varies there
    points = torch.cat([points, points.new_zeros(len(points), missing)], dim=1)
    return points[:, :axes], torch.cat([shares, shares.new_zeros(missing)])[:axes]


@dataclass(frozen=True)
class Projection:
    """Vectors on their first two principal axes."""

    points: tuple[tuple[float, float], ...]  # N
    variance_shares: tuple[float, float]  # of all variance, along each axis: 0 to 1


def project(vectors: Tensor) -> Projection:
    """vectors (N, D)."""
    points, shares = pca(vectors)
    x_share, y_share = shares.tolist()
    return Projection(tuple((x, y) for x, y in points.tolist()), (x_share, y_share))
