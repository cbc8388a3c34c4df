"""Unit vectors -> a FAISS inner-product index on disk; queries -> nearest rows. FAISS only here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from ingest.errors import SnapshotCorrupt

FLAT_LIMIT = 50_000


def build_dense(vectors: npt.NDArray[np.float32], file: Path) -> str:
    """Write the index of ``vectors`` (n, dim); return its type: exact up to 50,000 rows."""
    import faiss

    dimension = vectors.shape[1]
    if len(vectors) <= FLAT_LIMIT:
        index, kind = faiss.IndexFlatIP(dimension), "flat"
    else:
        index, kind = faiss.IndexHNSWFlat(dimension, 32, faiss.METRIC_INNER_PRODUCT), "hnsw32"
        index.hnsw.efConstruction = 200
        index.hnsw.efSearch = 128
    if len(vectors):
        index.add(np.ascontiguousarray(vectors, np.float32))
    faiss.write_index(index, str(file))
    return kind


class DenseIndex:
    """An opened FAISS index; rows are child rows."""

    def __init__(self, file: Path, expected: int) -> None:
        import faiss

        self._index = faiss.read_index(str(file))
        if self._index.ntotal != expected:
            raise SnapshotCorrupt(
                f"{file.name} 的向量数与清单不符；"
                "请运行 yinzheng rollback 或 yinzheng index --full。",
                f"{file.name} does not hold as many vectors as its manifest says; run yinzheng "
                "rollback or yinzheng index --full.",
            )

    def search(
        self,
        queries: npt.NDArray[np.float32],
        k: int,
        allowed: npt.NDArray[np.int64] | None = None,
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        """Return (scores, rows), both (n, k'), best first; k' <= k."""
        import faiss

        k = min(k, self._index.ntotal if allowed is None else len(allowed))
        if k == 0:
            return np.zeros((len(queries), 0), np.float32), np.zeros((len(queries), 0), np.int64)
        parameters = None
        if allowed is not None:
            selector = faiss.IDSelectorBatch(allowed)
            cls = (
                faiss.SearchParametersHNSW
                if isinstance(self._index, faiss.IndexHNSW)
                else faiss.SearchParameters
            )
            parameters = cls(sel=selector)
        scores, rows = self._index.search(np.asarray(queries, np.float32), k, params=parameters)
        return scores, rows
