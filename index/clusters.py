"""Vectors -> the centres of a few thousand lists, and each vector's list, by a tree of two levels.

Comparing every vector with every centre was most of the time of building an index. Here a
vector is compared with some dozens of roots and the centres below the nearest of them
(hierarchical k-means; Nister & Stewenius 2006): at 4,096 lists 256 comparisons instead of 4,096.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.vectors import Floats

# Roots below which the nearest centre is looked for.
_BEAM = 6
_ROUNDS = 6
_SEED = 1
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tree:
    """Unit vectors: ``roots`` (r, dimension), ``centres`` (lists, dimension).

    The centres ``starts[i]:starts[i + 1]`` lie below root i.
    """

    roots: Floats
    centres: Floats
    starts: Numbers

    @classmethod
    def of(cls, sample: Floats, lists: int) -> Tree:
        """Return a tree of about ``lists`` centres (fewer where a root has few vectors)."""
        roots = _means(sample, max(1, round(np.sqrt(lists))))
        own = (sample @ roots.T).argmax(axis=1)
        sizes = np.bincount(own, minlength=len(roots))
        roots = roots[sizes > 0]
        shares = np.maximum(1, np.rint(lists * sizes / len(sample)).astype(int))
        parts = [
            _means(sample[own == root], min(int(shares[root]), int(sizes[root])))
            for root in np.flatnonzero(sizes)
        ]
        starts = np.cumsum([0, *(len(part) for part in parts)], dtype=np.int64)
        return cls(roots, np.concatenate(parts), starts)

    def save(self, file: Path) -> None:
        """Write the tree to an npz file."""
        np.savez(file, roots=self.roots, centres=self.centres, starts=self.starts)

    @classmethod
    def load(cls, file: Path) -> Tree:
        """Read what ``save`` wrote."""
        with np.load(file, allow_pickle=False) as stored:
            return cls(stored["roots"], stored["centres"], stored["starts"])

    def nearest(self, vectors: Floats) -> Numbers:
        """Return for each vector (n, dimension) the number of its centre."""
        scores = vectors @ self.roots.T
        beam = min(_BEAM, len(self.roots))
        near = np.argpartition(-scores, beam - 1, axis=1)[:, :beam]
        best = np.full(len(vectors), -np.inf, np.float32)
        found = np.zeros(len(vectors), np.int64)
        for root in range(len(self.roots)):
            rows = np.flatnonzero((near == root).any(axis=1))
            below = vectors[rows] @ self.centres[self.starts[root] : self.starts[root + 1]].T
            if below.size:
                top = below.argmax(axis=1)
                value = below[np.arange(len(rows)), top]
                better = value > best[rows]
                best[rows[better]] = value[better]
                found[rows[better]] = self.starts[root] + top[better]
        return found


def _means(vectors: Floats, count: int) -> Floats:
    import faiss

    means = faiss.Kmeans(
        vectors.shape[1], count, niter=_ROUNDS, seed=_SEED, spherical=True,
        min_points_per_centroid=1, max_points_per_centroid=1000,
    )  # fmt: skip
    means.train(np.ascontiguousarray(vectors))
    return np.asarray(means.centroids, np.float32)
