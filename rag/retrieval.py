"""A question -> the best passages: dense children lifted to parents, gated BM25 beside them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from index.embedding import Embedder
from index.records import Hit
from index.snapshot import Snapshot
from rag.question import Question

DENSE_WEIGHT = 0.6
# Below this share of the question's term weight, lexical matches are chance.
FULL_COVERAGE = 0.4
POOL = 400


class Retriever:
    """Searches one snapshot with one embedder."""

    def __init__(self, snapshot: Snapshot, embedder: Embedder) -> None:
        self._snapshot = snapshot
        self._embedder = embedder
        self._parents = np.asarray(snapshot.children[:, 0], np.int64)
        self._leg = snapshot.legs[0]

    def search(
        self,
        question: Question,
        vector: npt.NDArray[np.float32],
        k: int,
        *,
        papers: frozenset[str] | None = None,
    ) -> tuple[Hit, ...]:
        """Return at most ``k`` hits, best first; ``vector`` is the embedded question."""
        snapshot = self._snapshot
        allowed = None
        if papers is not None:
            rows = snapshot.rows_of(papers)
            allowed = np.flatnonzero(np.isin(self._parents, rows)).astype(np.int64)
        scores, children = snapshot.dense_index(self._leg).search(vector[None, :], POOL, allowed)
        dense: dict[int, tuple[float, int]] = {}
        for score, child in zip(scores[0], children[0], strict=True):
            if child >= 0:
                dense.setdefault(int(self._parents[child]), (float(score), int(child)))
        if not dense:
            return ()
        lexical, coverage = snapshot.lexical.score(question.groups)
        for row in np.argsort(-lexical)[:50]:
            own = snapshot.child_range(int(row))
            if (
                lexical[row] > 0
                and int(row) not in dense
                and own.stop > own.start
                and (allowed is None or own.start in allowed)
            ):
                cosines = snapshot.child_vectors(self._leg)[own] @ vector
                dense[int(row)] = (float(cosines.max()), own.start + int(cosines.argmax()))
        found = list(dense)
        fused, legs = self._fuse(found, dense, lexical, coverage)
        order = np.argsort(-fused)[:k]
        hits = []
        for i in order:
            row = found[i]
            passage = snapshot.passage(row)
            child = snapshot.children[dense[row][1]]
            hits.append(
                Hit(
                    passage=passage,
                    paper=snapshot.papers[passage.paper_id],
                    row=row,
                    score=float(fused[i]),
                    legs={name: float(values[i]) for name, values in legs.items()},
                    child=(int(child[1]), int(child[2])),
                )
            )
        return tuple(hits)

    def _fuse(
        self,
        rows: list[int],
        dense: dict[int, tuple[float, int]],
        lexical: npt.NDArray[np.float32],
        coverage: npt.NDArray[np.float32],
    ) -> tuple[npt.NDArray[np.float64], dict[str, npt.NDArray[np.float64]]]:
        """Weighted sum; cosines lose their passage language's mean: none crowds out the other."""
        cosine = np.array([dense[r][0] for r in rows])
        languages = np.array([self._snapshot.language(r) for r in rows])
        shifted = cosine.copy()
        for language in set(languages.tolist()):
            own = languages == language
            shifted[own] -= np.sort(cosine[own])[::-1][:50].mean()
        d = _min_max(shifted)
        gate = min(1.0, float(coverage[rows].max()) / FULL_COVERAGE) ** 2
        raw = lexical[rows]
        lex = raw / raw.max() if raw.max() > 0 else np.zeros(len(rows))
        weight = (1 - DENSE_WEIGHT) * gate
        fused = (1 - weight) * d + weight * lex
        return fused, {
            "dense": cosine,
            "lexical": np.asarray(raw, np.float64),
            "coverage": np.asarray(coverage[rows], np.float64),
        }


def _min_max(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    low, high = values.min(), values.max()
    if high - low < 1e-9:
        return np.ones_like(values)
    return np.asarray((values - low) / (high - low), np.float64)
