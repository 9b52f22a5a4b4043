"""The nearest of many points: exactly up to EXACT_MAX points, beyond that by an inverted file."""

from __future__ import annotations

from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

EXACT_MAX = 100_000
_LISTS_PER_ROOT = 2  # lists for each unit of the square root of the number of points
_PROBED_LISTS = 16
_TRAINING_POINTS = 40  # for each list
_KMEANS_ROUNDS = 10
_MAX_GROWTH = 2  # times as many points as the lists were made for

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]


class ExactIndex:
    """Brute force: at this number of points as quick as any tree is in so many dimensions."""

    def __init__(self, points: Floats) -> None:
        from sklearn.neighbors import NearestNeighbors  # a second, for nothing before the first rating

        self._index = NearestNeighbors(algorithm="brute").fit(points)

    def search(self, queries: Floats, count: int) -> Rows:
        """Rows [m, count] of the points nearest to queries [m, d], nearest first."""
        return np.asarray(self._index.kneighbors(queries, count, return_distance=False), np.intp)

    def add(self, point: Floats) -> bool:
        """Take one more point; False where the index has to be made anew instead."""
        return False


class InvertedFile:
    """Points in lists around k-means centres, of which a search reads the nearest (Jegou et al., 2011; faiss)."""

    def __init__(self, points: Floats) -> None:
        import faiss  # half a second that most users never need

        lists = _LISTS_PER_ROOT * isqrt(len(points))
        self._centers = faiss.IndexFlatL2(points.shape[1])
        self._index: Any = faiss.IndexIVFFlat(self._centers, points.shape[1], lists)
        self._index.cp.niter = _KMEANS_ROUNDS
        self._index.nprobe = _PROBED_LISTS
        sample = np.random.default_rng(0).choice(len(points), min(len(points), _TRAINING_POINTS * lists), replace=False)
        self._index.train(points[sample])
        self._index.add(points)
        self._max_count = _MAX_GROWTH * len(points)

    def search(self, queries: Floats, count: int) -> Rows:
        """Rows [m, count] of points near to queries [m, d], nearest first; -1 where the lists held fewer."""
        return np.asarray(self._index.search(np.ascontiguousarray(queries), count)[1], np.intp)

    def add(self, point: Floats) -> bool:
        """Take one more point; False where the index has to be made anew instead."""
        if self._index.ntotal >= self._max_count:
            return False
        self._index.add(point[None])
        return True


def build(points: Floats) -> ExactIndex | InvertedFile:
    """An index of points [n, d], n > 0."""
    return ExactIndex(points) if len(points) <= EXACT_MAX else InvertedFile(points)
