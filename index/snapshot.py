"""A library folder: versioned snapshot folders and one pointer file, swapped atomically.

``library/{LOCK, CURRENT, snapshots/snap-<id>/...}``. A snapshot is built in ``tmp-<id>``,
every file flushed, the manifest last, the folder renamed, and then CURRENT replaced: the only
commit point. CURRENT holds the snapshot's name and its manifest's SHA-256.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter

from index.dense import DenseIndex, build_dense
from index.lexical import LexicalIndex
from index.records import FileEntry, Manifest
from ingest.errors import (
    DiskFull,
    LibraryLocked,
    LibraryMissing,
    SnapshotCorrupt,
    SnapshotMismatch,
)
from ingest.records import Paper, Passage, Reference

FORMAT = 1
KEPT = 3
_MANIFEST = TypeAdapter(Manifest)
_PASSAGE = TypeAdapter(Passage)
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """A paper of the snapshot with its reference list."""

    paper: Paper
    references: tuple[Reference, ...]


_PAPERS = TypeAdapter(tuple[PaperRecord, ...])


@dataclass(frozen=True, slots=True)
class Content:
    """What a snapshot is made of; vector rows follow the children and sentences in order."""

    papers: tuple[PaperRecord, ...]
    passages: tuple[Passage, ...]
    child_vectors: Floats
    sentence_vectors: Floats
    lexical_texts: tuple[str, ...]


@contextmanager
def writer_lock(library: Path) -> Iterator[None]:
    """Hold the library's only writer lock; LibraryLocked names the process that has it."""
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


def current_id(library: Path) -> str | None:
    """Return the name of the current snapshot, None when there is none."""
    try:
        return (library / "CURRENT").read_text().split()[0]
    except (OSError, IndexError):
        return None


def write_snapshot(library: Path, content: Content, manifest: Manifest) -> Manifest:
    """Write and publish a snapshot (the lock is held by the caller); DiskFull when no room."""
    folder = library / "snapshots"
    temporary = folder / f"tmp-{manifest.snapshot}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for leftover in folder.glob("tmp-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        temporary.mkdir()
        kind = _write_content(temporary, content)
        manifest = _completed(manifest, temporary, kind, content)
        data = _MANIFEST.dump_json(manifest, indent=1)
        (temporary / "manifest.json").write_bytes(data)
        for file in temporary.rglob("*"):
            _sync(file)
        _sync(temporary)
        os.replace(temporary, folder / manifest.snapshot)
        _sync(folder)
        _publish(library, manifest.snapshot, hashlib.sha256(data).hexdigest())
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskFull(
                "磁盘空间不足，原有索引保持不变；请清理后重试。",
                "the disk is full; the old index is kept. Free some space and try again.",
            ) from error
        raise
    _collect(library)
    return manifest


def _publish(library: Path, name: str, digest: str) -> None:
    temporary = library / "CURRENT.tmp"
    temporary.write_text(f"{name} {digest}\n")
    _sync(temporary)
    os.replace(temporary, library / "CURRENT")
    _sync(library)


def _write_content(folder: Path, content: Content) -> str:
    with open(folder / "passages.jsonl", "wb") as out:
        offsets = [0]
        for passage in content.passages:
            out.write(_PASSAGE.dump_json(passage) + b"\n")
            offsets.append(out.tell())
    np.save(folder / "passages.offsets.npy", np.array(offsets, np.int64))
    (folder / "papers.json").write_bytes(_PAPERS.dump_json(content.papers))
    children = [(row, c.start, c.end) for row, p in enumerate(content.passages) for c in p.children]
    np.save(folder / "children.npy", np.array(children, np.int32).reshape(-1, 3))
    counts = [len(p.sentences) for p in content.passages]
    np.save(folder / "sentences.npy", np.cumsum([0, *counts]).astype(np.int64))
    np.save(folder / "sentence_vectors.npy", content.sentence_vectors.astype(np.float16))
    np.save(folder / "child_vectors.npy", content.child_vectors.astype(np.float16))
    LexicalIndex.build(content.lexical_texts, folder / "lexical")
    return build_dense(content.child_vectors, folder / "dense.faiss")


def _completed(manifest: Manifest, folder: Path, kind: str, content: Content) -> Manifest:
    from dataclasses import replace

    files = tuple(
        FileEntry(str(f.relative_to(folder)), f.stat().st_size, _sha256(f))
        for f in sorted(folder.rglob("*"))
        if f.is_file()
    )
    return replace(
        manifest,
        encoders=tuple(replace(e, index_type=kind) for e in manifest.encoders),
        passages=len(content.passages),
        children=len(content.child_vectors),
        sentences=len(content.sentence_vectors),
        files=files,
    )


def _sha256(file: Path) -> str:
    with open(file, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _snapshots(library: Path) -> list[Path]:
    """Return the snapshot folders, oldest first."""
    return sorted((library / "snapshots").glob("snap-*"))


def _collect(library: Path) -> None:
    current = current_id(library)
    for old in _snapshots(library)[:-KEPT]:
        if old.name != current:
            shutil.rmtree(old, ignore_errors=True)


def rollback(library: Path) -> str:
    """Point CURRENT at the snapshot before the current one; return its name."""
    with writer_lock(library):
        current = current_id(library)
        older = [s for s in _snapshots(library) if current is None or s.name < current]
        if not older:
            raise LibraryMissing(
                "没有更早的快照可以回退。", "there is no older snapshot to return to."
            )
        target = older[-1]
        _publish(library, target.name, _sha256(target / "manifest.json"))
        return target.name


def _corrupt(name: str) -> SnapshotCorrupt:
    return SnapshotCorrupt(
        f"索引文件 {name} 已损坏；请运行 yinzheng rollback 或 yinzheng index --full。",
        f"the index file {name} is damaged; run yinzheng rollback or yinzheng index --full.",
    )


def read_manifest(library: Path) -> Manifest:
    """Return the current manifest, verified against the pointer."""
    try:
        name, digest = (library / "CURRENT").read_text().split()
    except FileNotFoundError as error:
        raise LibraryMissing(
            f"{library} 里还没有文献；请先运行 yinzheng index 文件夹。",
            f"nothing is indexed in {library} yet; run yinzheng index FOLDER first.",
        ) from error
    except ValueError as error:
        raise _corrupt("CURRENT") from error
    try:
        data = (library / "snapshots" / name / "manifest.json").read_bytes()
    except OSError as error:
        raise _corrupt("manifest.json") from error
    if hashlib.sha256(data).hexdigest() != digest:
        raise _corrupt("manifest.json")
    if json.loads(data).get("format") != FORMAT:
        raise SnapshotMismatch(
            "索引格式与本版本不符；请运行 yinzheng index --full。",
            "the index has another format version; run yinzheng index --full.",
        )
    return _MANIFEST.validate_json(data)


class Snapshot:
    """An opened, verified, immutable snapshot."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self.id = manifest.snapshot
        records = _PAPERS.validate_json((folder / "papers.json").read_bytes())
        self.papers = {r.paper.id: r.paper for r in records}
        self._references = {r.paper.id: r.references for r in records}
        self._offsets = self._array("passages.offsets.npy")
        self.children = self._array("children.npy")
        self._sentences = self._array("sentences.npy")
        self._sentence_vectors = self._array("sentence_vectors.npy")
        self._text = open(folder / "passages.jsonl", "rb")  # noqa: SIM115 - closed with us
        if len(self._offsets) != manifest.passages + 1 or len(self.children) != manifest.children:
            raise _corrupt("passages.offsets.npy")
        self.dense = DenseIndex(folder / "dense.faiss", manifest.children)
        self.lexical = LexicalIndex(folder / "lexical")

    @classmethod
    def open(cls, library: Path) -> Snapshot:
        """Verify every file's size and SHA-256, then open; see the errors in ingest.errors."""
        manifest = read_manifest(library)
        folder = library / "snapshots" / manifest.snapshot
        for entry in manifest.files:
            file = folder / entry.name
            try:
                good = file.stat().st_size == entry.bytes and _sha256(file) == entry.sha256
            except OSError:
                good = False
            if not good:
                raise _corrupt(entry.name)
        return cls(folder, manifest)

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the passage file."""
        self._text.close()

    def _array(self, name: str) -> npt.NDArray[Any]:
        return np.load(self.folder / name, mmap_mode="r", allow_pickle=False)  # type: ignore[no-any-return]

    def passage(self, row: int) -> Passage:
        """Return the passage of a row."""
        start, end = int(self._offsets[row]), int(self._offsets[row + 1])
        return _PASSAGE.validate_json(os.pread(self._text.fileno(), end - start, start))

    def references(self, paper_id: str) -> tuple[Reference, ...]:
        """Return the parsed reference list of a paper."""
        return self._references.get(paper_id, ())

    def sentence_vectors(self, row: int) -> Floats:
        """Return float32 (sentences of the passage, dimension)."""
        part = slice(int(self._sentences[row]), int(self._sentences[row + 1]))
        return np.asarray(self._sentence_vectors[part], np.float32)

    def child_vectors(self) -> Floats:
        """Return float32 (children, dimension) of the whole snapshot."""
        return np.asarray(self._array("child_vectors.npy"), np.float32)

    @cached_property
    def paper_ids(self) -> Sequence[str]:
        """The paper id of every passage row."""
        return [self.passage(row).paper_id for row in range(self.manifest.passages)]

    def rows_of(self, papers: frozenset[str]) -> npt.NDArray[np.int64]:
        """Return the passage rows of some papers."""
        return np.array([i for i, p in enumerate(self.paper_ids) if p in papers], np.int64)
