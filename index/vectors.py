"""Vectors on disk: rows of 8-bit numbers appended to a plain file, read back memory-mapped.

A row is its scale (float32) and a signed byte a dimension: scale x bytes + centre, where the
centre is one vector for all rows of an encoder. Texts of one field lie in a narrow cone; less
their centre the bytes resolve what tells them apart (docs/scale.md has the errors).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.checks import Blocks
from ingest.errors import SnapshotCorrupt

Floats = npt.NDArray[np.float32]
Packed = npt.NDArray[np.uint8]
# Of vectors that wait in the work cache for their snapshot.
CACHED = np.float16
_SCALE = np.dtype("<f4")
_LEAST_SCALE = 1e-12
_CHUNK = 65_536


def load_array(file: Path) -> npt.NDArray[Any]:
    """Return an npy file, memory-mapped, as a plain array: quicker to index than a memmap."""
    return np.asarray(np.load(file, mmap_mode="r", allow_pickle=False))


def pack(vectors: npt.NDArray[np.floating], centre: Floats) -> Packed:
    """Return vectors (n, dimension) as rows of bytes (n, dimension + 4)."""
    rest = np.asarray(vectors, np.float32) - centre
    scales = np.abs(rest).max(axis=1, initial=_LEAST_SCALE) / 127
    out = np.empty((len(rest), rest.shape[1] + _SCALE.itemsize), np.uint8)
    out[:, : _SCALE.itemsize] = scales.astype(_SCALE)[:, None].view(np.uint8)
    out[:, _SCALE.itemsize :] = np.rint(rest / scales[:, None]).astype(np.int8).view(np.uint8)
    return out


class VectorFile:
    """Read-only rows of a file; indexing by a slice or by rows gives float32 (n, dimension)."""

    def __init__(self, file: Path, rows: int, centre: Floats, blocks: Blocks | None = None) -> None:
        """Map ``file``, whose ``blocks`` are compared when they are first read.

        Raises SnapshotCorrupt when it does not hold ``rows`` vectors.
        """
        self.shape = (rows, len(centre))
        self._stride = len(centre) + _SCALE.itemsize
        if file.stat().st_size != rows * self._stride:
            raise SnapshotCorrupt(
                f"{file.name} 的向量数与清单不符；"
                "请运行 yinzheng rollback 或 yinzheng index --full。",
                f"{file.name} does not hold as many vectors as its manifest says; run yinzheng "
                "rollback or yinzheng index --full.",
            )
        self._centre = centre
        self._blocks = blocks
        # An empty file cannot be mapped.
        shape = (rows, self._stride)
        self._rows: Packed = (
            np.asarray(np.memmap(file, np.uint8, "r", shape=shape))
            if rows
            else np.zeros(shape, np.uint8)
        )

    def __len__(self) -> int:
        return self.shape[0]

    def _read(self, rows: slice | npt.NDArray[np.integer]) -> tuple[Floats, Floats]:
        """Return the scales (n, 1) and the bytes (n, dimension) of some rows."""
        if self._blocks is not None:
            self._blocks.check_rows(rows, self._stride)
        packed = self._rows[rows]
        scales = np.ascontiguousarray(packed[:, : _SCALE.itemsize]).view(_SCALE)
        return scales, packed[:, _SCALE.itemsize :].view(np.int8).astype(np.float32)

    def __getitem__(self, rows: slice | npt.NDArray[np.integer]) -> Floats:
        scales, numbers = self._read(rows)
        numbers *= scales
        numbers += self._centre
        return numbers

    def dot(self, rows: slice | npt.NDArray[np.integer], vector: Floats) -> Floats:
        """Return float32 (n,): the products of some rows with one vector.

        Without BLAS, whose threads wait for each other: on a busy machine of two cores that
        cost more than all the rest of a search.
        """
        scales, numbers = self._read(rows)
        products = np.einsum("ij,j->i", numbers, vector) * scales[:, 0]
        return np.asarray(products + np.einsum("j,j->", self._centre, vector), np.float32)

    def chunks(self) -> Iterator[Floats]:
        """Yield all rows in pieces that fit in memory."""
        for start in range(0, len(self), _CHUNK):
            yield self[start : start + _CHUNK]
