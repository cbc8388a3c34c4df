"""Unit vectors -> a FAISS inner-product index on disk; queries -> nearest rows. FAISS only here."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.store import corrupt
from index.vectors import VectorFile
from ingest.errors import SnapshotCorrupt

FLAT_LIMIT = 50_000


def build_dense(vectors: VectorFile, file: Path) -> str:
    """Write the index of ``vectors`` (n, dim); return its type: exact up to 50,000 rows."""
    import faiss

    dimension = vectors.shape[1]
    if len(vectors) <= FLAT_LIMIT:
        index, kind = faiss.IndexFlatIP(dimension), "flat"
    else:
        index, kind = faiss.IndexHNSWFlat(dimension, 32, faiss.METRIC_INNER_PRODUCT), "hnsw32"
        index.hnsw.efConstruction = 200
        index.hnsw.efSearch = 128
    for part in vectors.chunks():
        index.add(part)
    faiss.write_index(index, str(file))
    return kind


class DenseIndex:
    """An opened FAISS index; rows are child rows."""

    def __init__(self, file: Path, expected: int, sha256: str) -> None:
        """Open ``file`` from the very bytes that hash to ``sha256``, with ``expected`` rows."""
        import faiss

        data = file.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise corrupt(file.name)
        # No vector inside the file can be longer than the file.
        faiss.set_deserialization_vector_byte_limit(max(len(data), 1 << 20))
        self._index = faiss.deserialize_index(np.frombuffer(data, np.uint8))
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
