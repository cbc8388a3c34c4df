"""Unit vectors -> a FAISS inner-product index on disk; queries -> nearest rows. FAISS only here."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.store import corrupt
from index.vectors import VectorFile

FLAT_LIMIT = 50_000
# A larger file is mapped instead of read; its checksum was compared when the snapshot opened.
MAPPED = 1 << 28


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
    _write(index, file)
    return kind


def _write(index: Any, file: Path) -> None:  # noqa: ANN401 - an untyped library
    """Write through Python, so that a full disk is an OSError and not FAISS's RuntimeError."""
    import faiss

    failures: list[OSError] = []
    with open(file, "wb") as out:

        def write(data: bytes) -> int:
            try:
                return out.write(data)
            except OSError as error:
                failures.append(error)
                raise

        try:
            faiss.write_index(index, faiss.PyCallbackIOWriter(write, 1 << 20))
        except Exception:
            if failures:
                raise failures[0] from None
            raise


class DenseIndex:
    """An opened FAISS index; rows are child rows. Thread-safe."""

    def __init__(self, file: Path, expected: int, sha256: str) -> None:
        """Open ``file``, which hashes to ``sha256`` and holds ``expected`` vectors.

        A file that is read whole is hashed and parsed as the same bytes. Raises SnapshotCorrupt.
        """
        import faiss

        size = file.stat().st_size
        # No vector inside the file can be longer than the file.
        faiss.set_deserialization_vector_byte_limit(max(size, 1 << 20))
        try:
            if size > MAPPED:
                self._index = faiss.read_index(str(file), faiss.IO_FLAG_MMAP_IFC)
            else:
                data = file.read_bytes()
                if hashlib.sha256(data).hexdigest() != sha256:
                    raise corrupt(f"{file.parent.name}/{file.name}")
                self._index = faiss.deserialize_index(np.frombuffer(data, np.uint8))
        except RuntimeError as error:
            raise corrupt(f"{file.parent.name}/{file.name}") from error
        if self._index.ntotal != expected:
            raise corrupt(f"{file.parent.name}/{file.name}")

    def search(
        self,
        queries: npt.NDArray[np.float32],
        k: int,
        allowed: npt.NDArray[np.bool_] | None = None,
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        """Return (scores, rows), both (n, k'), best first; k' <= k.

        ``allowed`` marks the rows that may be found. A place that an inexact index leaves empty
        has the row -1.
        """
        import faiss

        k = min(k, self._index.ntotal if allowed is None else int(allowed.sum()))
        if k == 0:
            return np.zeros((len(queries), 0), np.float32), np.zeros((len(queries), 0), np.int64)
        parameters = None
        if allowed is not None:
            selector = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
            cls = (
                faiss.SearchParametersHNSW
                if isinstance(self._index, faiss.IndexHNSW)
                else faiss.SearchParameters
            )
            parameters = cls(sel=selector)
        scores, rows = self._index.search(np.asarray(queries, np.float32), k, params=parameters)
        return scores, rows
