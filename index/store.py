"""The library folder: one writer at a time, one pointer file, a few snapshots kept.

``library/{LOCK, CURRENT, snapshots/snap-<id>/...}``. CURRENT holds a snapshot's name and its
manifest's SHA-256; replacing it is the only commit point (write, flush to disk, rename, flush
the folder; the rename is atomic on POSIX file systems).
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from index.records import Manifest
from ingest.errors import (
    DiskFull,
    LibraryLocked,
    LibraryMissing,
    SnapshotCorrupt,
    SnapshotMismatch,
)

FORMAT = 4
KEPT = 3
# In the folder of an unfinished snapshot: what is needed to go on with it (``index.staging``).
STAGED = "staged"
MANIFEST = TypeAdapter(Manifest)


def corrupt(name: str) -> SnapshotCorrupt:
    """Return the error for a damaged file of the snapshot."""
    return SnapshotCorrupt(
        f"索引文件 {name} 已损坏；请运行 yinzheng rollback 或 yinzheng index --full。",
        f"the index file {name} is damaged; run yinzheng rollback or yinzheng index --full.",
    )


@contextmanager
def writer_lock(library: Path) -> Iterator[None]:
    """Hold the library's only writer lock; LibraryLocked names the process that has it.

    The kernel frees the lock when its holder dies, however it dies.
    """
    library.mkdir(parents=True, exist_ok=True)
    with open(library / "LOCK", "a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            handle.seek(0)
            holder = handle.read().strip() or "?"
            raise LibraryLocked(
                f"另一个进程（{holder}）正在更新文献库；请稍后再试。",
                f"another process ({holder}) is updating the library; try again later.",
            ) from error
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


@contextmanager
def room() -> Iterator[None]:
    """Turn "no space left" and its like into DiskFull."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskFull(
                "磁盘空间不足，原有索引保持不变；请清理后重试。",
                "the disk is full; the old index is kept. Free some space and try again.",
            ) from error
        raise


def sync(path: Path) -> None:
    """Flush a file or folder to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_file(file: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with open(file, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def current_id(library: Path) -> str | None:
    """Return the name of the current snapshot, None when there is none."""
    try:
        return (library / "CURRENT").read_text().split()[0]
    except (OSError, IndexError, UnicodeDecodeError):
        return None


def publish(library: Path, name: str, digest: str) -> None:
    """Make snapshot ``name``, whose manifest hashes to ``digest``, the current one."""
    temporary = library / "CURRENT.tmp"
    temporary.write_text(f"{name} {digest}\n")
    sync(temporary)
    os.replace(temporary, library / "CURRENT")
    sync(library)


def snapshots(library: Path) -> list[Path]:
    """Return the snapshot folders, oldest first."""
    return sorted((library / "snapshots").glob("snap-*"))


def lineage(library: Path) -> list[Path]:
    """Return the current snapshot's folder and those it was made from, newest first.

    A snapshot that was rolled back from is not among them. Where a parent is not known, or the
    pointer names no snapshot, the newest one before stands in.
    """
    folders = {folder.name: folder for folder in snapshots(library)}
    name = current_id(library) or ""
    if name not in folders:
        name = max(folders, default="")
    found: list[Path] = []
    while name in folders:
        found.append(folders[name])
        older = [other for other in folders if other < name]
        parent = _parent(folders[name])
        name = max(older, default="") if parent is None else parent if parent in older else ""
    return found


def _parent(folder: Path) -> str | None:
    """Return what the snapshot was made from; None when its manifest does not tell."""
    try:
        parent = json.loads((folder / "manifest.json").read_bytes()).get("parent")
    except (OSError, ValueError, AttributeError):
        return None
    return parent if isinstance(parent, str) else None


def unfinished(library: Path) -> list[Path]:
    """Return the folders that killed writers left, oldest first; one may wait to be named."""
    folder, current = library / "snapshots", current_id(library)
    found = [*folder.glob("tmp-*"), *(path.parent for path in folder.glob(f"snap-*/{STAGED}"))]
    return sorted(path for path in found if path.name != current)


def tidy(library: Path, *, but: Path | None = None) -> None:
    """Remove what killed writers left and all snapshots but the current one and those before it.

    Only for the holder of the writer lock. ``but`` is left: it is being written.
    """
    for leftover in unfinished(library):
        if leftover != but:
            shutil.rmtree(leftover, ignore_errors=True)
    kept = lineage(library)[:KEPT]
    for old in snapshots(library):
        if old not in kept:
            shutil.rmtree(old, ignore_errors=True)
        elif (old / STAGED).exists():
            shutil.rmtree(old / STAGED, ignore_errors=True)


def pointer(library: Path) -> tuple[str, str]:
    """Return the current snapshot's name and its manifest's SHA-256."""
    try:
        name, digest = (library / "CURRENT").read_text().split()
    except FileNotFoundError as error:
        raise LibraryMissing(
            f"{library} 里还没有文献；请先运行 yinzheng index 文件夹。",
            f"nothing is indexed in {library} yet; run yinzheng index FOLDER first.",
        ) from error
    except ValueError as error:
        raise corrupt("CURRENT") from error
    return name, digest


def read_manifest(library: Path) -> Manifest:
    """Return the current manifest, verified against the pointer."""
    name, digest = pointer(library)
    try:
        data = (library / "snapshots" / name / "manifest.json").read_bytes()
    except (OSError, ValueError) as error:
        raise corrupt("manifest.json") from error
    if hashlib.sha256(data).hexdigest() != digest:
        raise corrupt("manifest.json")
    return parse_manifest(data)


def parse_manifest(data: bytes) -> Manifest:
    """Return the manifest in ``data``; SnapshotMismatch for another format version."""
    try:
        if json.loads(data).get("format") != FORMAT:
            raise SnapshotMismatch(
                "索引格式与本版本不符；请运行 yinzheng index --full。",
                "the index has another format version; run yinzheng index --full.",
            )
        return MANIFEST.validate_json(data)
    except (ValueError, ValidationError) as error:
        raise corrupt("manifest.json") from error
