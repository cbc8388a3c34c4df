"""Vectors on disk: half-precision rows appended to a plain file, read back memory-mapped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.errors import SnapshotCorrupt

Floats = npt.NDArray[np.float32]
Halves = npt.NDArray[np.float16]
STORED = np.float16
_CHUNK = 65_536


def load_array(file: Path) -> npt.NDArray[Any]:
    """Return an npy file, memory-mapped, as a plain array: quicker to index than a memmap."""
    return np.asarray(np.load(file, mmap_mode="r", allow_pickle=False))


class VectorFile:
    """Read-only rows of a file; indexing by a slice or by rows gives float32 (n, dimension)."""

    def __init__(self, file: Path, rows: int, dimension: int) -> None:
        """Map ``file``; SnapshotCorrupt when it does not hold ``rows`` vectors."""
        if file.stat().st_size != rows * dimension * np.dtype(STORED).itemsize:
            raise SnapshotCorrupt(
                f"{file.name} 的向量数与清单不符；"
                "请运行 yinzheng rollback 或 yinzheng index --full。",
                f"{file.name} does not hold as many vectors as its manifest says; run yinzheng "
                "rollback or yinzheng index --full.",
            )
        self.shape = (rows, dimension)
        # An empty file cannot be mapped.
        if rows:
            self._rows: Halves = np.asarray(np.memmap(file, STORED, "r", shape=self.shape))
        else:
            self._rows = np.zeros(self.shape, STORED)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice | npt.NDArray[np.integer]) -> Floats:
        return np.asarray(self._rows[rows], np.float32)

    def dot(self, rows: slice | npt.NDArray[np.integer], vector: Floats) -> Floats:
        """Return float32 (n,): the products of some rows with one vector.

        Without BLAS, whose threads wait for each other: on a busy machine of two cores that
        cost more than all the rest of a search.
        """
        return np.asarray(np.einsum("ij,j->i", self[rows], vector), np.float32)

    def stored(self, rows: slice) -> Halves:
        """Return rows as they are stored, for copying."""
        return self._rows[rows]

    def chunks(self) -> Iterator[Floats]:
        """Yield all rows in pieces that fit in memory."""
        for start in range(0, len(self), _CHUNK):
            yield self[start : start + _CHUNK]
