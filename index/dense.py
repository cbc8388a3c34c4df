"""A FAISS index on disk: queries -> nearest rows. FAISS only here and in ``dense_build``."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.checks import Blocks
from index.dense_build import COMPARED, tail_bytes
from index.store import corrupt
from index.vectors import Floats, VectorFile

# A larger file is mapped instead of read.
MAPPED = 1 << 28
# Fewer allowed rows than this are all compared: an inexact index would miss most of them.
FEW = 10_000
Rows = npt.NDArray[np.int64]


class DenseIndex:
    """An opened FAISS index; rows are child rows. Thread-safe."""

    def __init__(self, file: Path, vectors: VectorFile, sha256: str) -> None:
        """Open ``file``, which hashes to ``sha256`` and indexes ``vectors``.

        A file that is read whole is hashed and parsed as the same bytes. Of one that is mapped
        all that FAISS parses is compared with its sums; the lists of rows behind are not: as
        every row that they name is compared again, damage there can only hide rows, and no
        score is wrong. Raises SnapshotCorrupt.
        """
        import faiss

        self._vectors = vectors
        name, size = f"{file.parent.name}/{file.name}", file.stat().st_size
        # No vector inside the file can be longer than the file, nor have more elements.
        faiss.set_deserialization_vector_byte_limit(max(size, 1 << 20))
        faiss.set_deserialization_loop_limit(max(size, 1 << 20))
        try:
            if size > MAPPED:
                Blocks(file).check(0, max(size - tail_bytes(*vectors.shape), 0))
                self._index: Any = faiss.read_index(str(file), faiss.IO_FLAG_MMAP)
            else:
                data = file.read_bytes()
                if hashlib.sha256(data).hexdigest() != sha256:
                    raise corrupt(name)
                self._index = faiss.deserialize_index(np.frombuffer(data, np.uint8))
        except RuntimeError as error:
            raise corrupt(name) from error
        if self._index.ntotal != len(vectors) or self._index.d != vectors.shape[1]:
            raise corrupt(name)
        self._lists = isinstance(self._index, faiss.IndexIVF)

    def search(
        self, queries: Floats, k: int, allowed: npt.NDArray[np.bool_] | None = None
    ) -> tuple[Floats, Rows]:
        """Return (scores, rows), both (n, k'), best first; k' <= k. Scores are exact.

        ``allowed`` marks the rows that may be found. A place that the index leaves empty has the
        row -1.
        """
        import faiss

        # One thread a question, for this thread of ours: several questions share the cores, and
        # threads that wait for each other on busy cores cost far more than they save.
        faiss.omp_set_num_threads(1 if len(queries) == 1 else os.cpu_count() or 1)
        queries = np.ascontiguousarray(queries, np.float32)
        number = len(self._vectors) if allowed is None else int(np.count_nonzero(allowed))
        k = min(k, number)
        if k == 0:
            return np.zeros((len(queries), 0), np.float32), np.zeros((len(queries), 0), np.int64)
        if allowed is not None and number <= FEW:
            return self._compared(queries, np.flatnonzero(allowed), k)
        wanted = min(COMPARED * k, number)
        _, rough = self._index.search(queries, wanted, params=self._parameters(allowed))
        parts = [
            self._compared(query[None, :], near[(near >= 0) & (near < len(self._vectors))], k)
            for query, near in zip(queries, rough, strict=True)
        ]
        return np.concatenate([s for s, _ in parts]), np.concatenate([r for _, r in parts])

    def _parameters(self, allowed: npt.NDArray[np.bool_] | None) -> Any:  # noqa: ANN401
        import faiss

        if allowed is None:
            return None
        selector = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        if not self._lists:
            return faiss.SearchParameters(sel=selector)
        # Where fewer rows may be found, more lists are searched for as many of them.
        share = max(1, int(np.count_nonzero(allowed))) / len(allowed)
        lists = min(self._index.nlist, round(self._index.nprobe / share))
        return faiss.SearchParametersIVF(sel=selector, nprobe=lists)

    def _compared(self, queries: Floats, rows: Rows, k: int) -> tuple[Floats, Rows]:
        """Return the best ``k`` of ``rows`` by their stored vectors, filled up with row -1."""
        # In order of the file, so that the disk is read forwards.
        rows = np.unique(rows)
        if len(queries) == 1:
            scores = self._vectors.dot(rows, queries[0])[None, :]
        else:
            scores = queries @ self._vectors[rows].T
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        best, found = np.take_along_axis(scores, order, axis=1), rows[order]
        missing = ((0, 0), (0, k - found.shape[1]))
        return (
            np.pad(best, missing, constant_values=-1.0),
            np.pad(found, missing, constant_values=-1),
        )
