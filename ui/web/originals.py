"""A PDF on disk, and what the index knows of it -> is it still the file that was read?"""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Protocol

from index.store import sha256_file

# A file that was written within this time may change again without its time stamp changing.
_SETTLED_NS = 2_000_000_000


class FileChanged(Exception):
    """The file was replaced after it was indexed: its pages need not be the ones cited."""


class Indexed(Protocol):
    """The file as it was read; ``sha256`` is "" when nothing was read of it."""

    @property
    def path(self) -> Path: ...  # noqa: D102
    @property
    def sha256(self) -> str: ...  # noqa: D102
    @property
    def size(self) -> int: ...  # noqa: D102
    @property
    def mtime_ns(self) -> int: ...  # noqa: D102


class Originals:
    """Compares files by size and time stamp, by content where those differ; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hashed: dict[tuple[Path, int, int], str] = {}

    def unchanged(self, indexed: Indexed) -> bool:
        """Tell whether the file still holds what was indexed; OSError when it is gone."""
        status = indexed.path.stat()
        stamp = (status.st_size, status.st_mtime_ns)
        if stamp == (indexed.size, indexed.mtime_ns):
            return True
        if not indexed.sha256:  # refused: only its stamp is known, if at all
            return not indexed.mtime_ns and indexed.size in (0, stamp[0])
        key = (indexed.path, *stamp)
        with self._lock:
            digest = self._hashed.get(key)
        if digest is None:
            digest = sha256_file(indexed.path)
            if time.time_ns() - status.st_mtime_ns > _SETTLED_NS:
                with self._lock:
                    self._hashed[key] = digest
        return digest == indexed.sha256
