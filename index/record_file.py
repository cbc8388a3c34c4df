"""Records of JSON on disk, one after another, each compressed and with its own checksum."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.store import corrupt

_SUM = 4
# The places of characters repeat so much that the quickest level already takes 65-80 % away.
_LEVEL = 1


def record(data: bytes) -> bytes:
    """Return ``data`` as it is stored: CRC-32 of what follows, then deflated."""
    body = zlib.compress(data, _LEVEL)
    return zlib.crc32(body).to_bytes(_SUM, "little") + body


class RecordFile:
    """An opened file of records; ``ends`` (records + 1) says where each begins. Thread-safe."""

    def __init__(self, file: Path, ends: npt.NDArray[np.int64]) -> None:
        self._name = file.name
        self._ends = ends
        # Opened now: a writer may remove the folder while readers still answer.
        self._file = open(file, "rb")  # noqa: SIM115 - closed with us

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, row: int) -> bytes:
        """Return a record; SnapshotCorrupt when its bytes have changed."""
        start, end = int(self._ends[row]), int(self._ends[row + 1])
        data = os.pread(self._file.fileno(), end - start, start)
        if zlib.crc32(data[_SUM:]) != int.from_bytes(data[:_SUM], "little") or len(data) < _SUM:
            raise corrupt(self._name)
        return zlib.decompress(data[_SUM:])

    def close(self) -> None:
        """Close the file."""
        self._file.close()
