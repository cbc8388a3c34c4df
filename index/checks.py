"""Checksums: of whole files when a snapshot opens, of a large file's blocks when they are read.

A library of a million passages has 15 GB; hashing all of it would keep a reader waiting for
half a minute. So files up to ``WHOLE`` bytes, the arrays that say where everything lies among
them, are hashed when they are opened. Of larger files every 4 KiB block has a CRC-32 in a file
beside it, which is compared when the block is first read; records carry their own.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.records import FileEntry, Manifest
from index.store import STAGED, corrupt, sha256_file

BLOCK = 4096
# Longer files are compared block by block when they are read, if they have sums of their blocks.
WHOLE = 1 << 24
SUMS = ".sums.npy"
# The ending of files whose records carry their own checksums (``index.record_file``).
RECORDS = ".records"
_READ = 1 << 20
_MARKED = (".i8", ".i32", ".u8", ".faiss")


def write_sums(folder: Path) -> tuple[FileEntry, ...]:
    """Write the block sums of a finished folder's data files; return the entries of all files."""
    entries = []
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.relative_to(folder).parts[0] != STAGED:
            entry, sums = _summed(file, folder)
            entries.append(entry)
            if file.suffix in _MARKED:
                beside = file.with_name(file.name + SUMS)
                np.save(beside, sums)
                entries.append(_summed(beside, folder)[0])
    return tuple(entries)


def _summed(file: Path, folder: Path) -> tuple[FileEntry, npt.NDArray[np.uint32]]:
    whole, size, sums = hashlib.sha256(), 0, []
    with open(file, "rb") as handle:
        while part := handle.read(_READ):
            whole.update(part)
            size += len(part)
            view = memoryview(part)
            sums += [zlib.crc32(view[at : at + BLOCK]) for at in range(0, len(part), BLOCK)]
    name = file.relative_to(folder).as_posix()
    return FileEntry(name, size, whole.hexdigest()), np.array(sums, np.uint32)


class Blocks:
    """The blocks of one file: each is compared with its sum the first time it is wanted.

    Thread-safe. Raises SnapshotCorrupt for a block that has changed.
    """

    def __init__(self, file: Path) -> None:
        self._name = f"{file.parent.name}/{file.name}"
        size = file.stat().st_size
        self._sums = np.load(file.with_name(file.name + SUMS), allow_pickle=False)
        if len(self._sums) != -(-size // BLOCK):
            raise corrupt(self._name)
        self._bytes = np.memmap(file, np.uint8, "r").data if size else memoryview(b"")
        self._good = np.zeros(len(self._sums), np.bool_)

    def check(self, start: int, end: int) -> None:
        """Compare the blocks of the bytes ``start:end``."""
        first, last = start // BLOCK, -(-end // BLOCK)
        if not self._good[first:last].all():
            self._compare(first + np.flatnonzero(~self._good[first:last]))

    def check_rows(self, rows: slice | npt.NDArray[np.integer], stride: int) -> None:
        """Compare the blocks of rows of ``stride`` bytes (at most a block's length) each."""
        if isinstance(rows, slice):
            start, stop, _ = rows.indices(len(self._bytes) // stride)
            self.check(start * stride, max(start, stop) * stride)
            return
        begin = np.asarray(rows, np.int64) * stride
        for blocks in (begin // BLOCK, (begin + stride - 1) // BLOCK):
            unknown = blocks[~self._good[blocks]]
            if len(unknown):
                self._compare(np.unique(unknown))

    def _compare(self, blocks: npt.NDArray[np.int64]) -> None:
        for block in blocks.tolist():
            part = self._bytes[block * BLOCK : (block + 1) * BLOCK]
            if zlib.crc32(part) != self._sums[block]:
                raise corrupt(self._name)
        self._good[blocks] = True


def verify(folder: Path, manifest: Manifest, *, every_byte: bool = False) -> None:
    """Raise SnapshotCorrupt when a file's size or SHA-256 is not as the manifest says.

    Without ``every_byte`` only the size of large files that are compared when they are read.
    """
    names = {entry.name for entry in manifest.files}

    def later(entry: FileEntry) -> bool:
        guarded = entry.name + SUMS in names or entry.name.endswith(RECORDS)
        return guarded and entry.bytes > WHOLE and not every_byte

    def good(entry: FileEntry) -> bool:
        file = folder / entry.name
        try:
            same = file.stat().st_size == entry.bytes
            return same and (later(entry) or sha256_file(file) == entry.sha256)
        except OSError:
            return False

    # Hashing releases the interpreter lock, so that threads use all cores; large files first.
    entries = sorted(manifest.files, key=lambda entry: -entry.bytes)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for entry, fine in zip(entries, pool.map(good, entries), strict=True):
            if not fine:
                raise corrupt(entry.name)
