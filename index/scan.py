"""Folders and files -> which PDFs there are, and which of them are known already."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.records import PaperEntry
from index.store import sha256_file
from ingest.file_names import path_of, shown_name, stored_path

# A file that was written within this time may change again without its time stamp changing.
_SETTLED_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """A PDF of the library: its entry as known before it is read.

    ``action`` is "keep" (the snapshot has it), "read" or "none" (nothing to do: a duplicate,
    or content that failed before). ``before`` is the entry of a paper of the snapshot whose
    scanned pages are read now.
    """

    path: Path
    entry: PaperEntry
    action: str
    before: PaperEntry | None = None


def find_pdfs(paths: Iterable[Path]) -> list[Path]:
    """Return the PDFs under ``paths``, folders searched deep, hidden files left out."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                hidden = any(p.startswith(".") for p in file.relative_to(path).parts)
                if file.suffix.lower() == ".pdf" and file.is_file() and not hidden:
                    found[file.resolve()] = None
        else:
            found[path.resolve()] = None
    return list(found)


def failed(path: Path, zh: str, en: str) -> PaperEntry:
    """Return the entry of a file that could not be read; without a hash it is tried again."""
    return PaperEntry(stored_path(path), "", "failed", zh, en)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known before a scan: the old entries by path and by content.

    ``again`` names failed files to try anew; ``ocr`` tells that pages can be read by OCR now.
    """

    by_path: Mapping[str, PaperEntry]
    by_sha: Mapping[str, PaperEntry]
    again: frozenset[Path]
    ocr: bool


def scan(
    files: Iterable[Path],
    old: Iterable[PaperEntry],
    *,
    again: frozenset[Path] = frozenset(),
    ocr: bool = False,
) -> list[Found]:
    """Compare ``files`` with the ``old`` entries; a file of none of them is to be read.

    A file of the same size and time stamp is not hashed again, and content that is known is
    not read again. ``again`` and ``ocr`` as in ``Known``.
    """
    entries = list(old)
    by_path = {entry.path: entry for entry in entries}
    by_sha = {e.sha256: e for e in entries if e.sha256 and e.status != "duplicate"}
    known = Known(by_path, by_sha, again, ocr)
    seen: dict[str, Path] = {}
    return [_look(file, known, seen) for file in files]


def _look(file: Path, known: Known, seen: dict[str, Path]) -> Found:
    try:
        status = file.stat()
        settled = time.time_ns() - status.st_mtime_ns > _SETTLED_NS
        entry = PaperEntry(
            stored_path(file), "", "", size=status.st_size,
            mtime_ns=status.st_mtime_ns if settled else 0,
        )  # fmt: skip
        old = known.by_path.get(entry.path)
        same = old is not None and settled and _stamp(old) == _stamp(entry)
        digest = old.sha256 if old is not None and same and old.sha256 else sha256_file(file)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Found(file, failed(file, f"无法读取：{reason}", f"cannot read: {reason}"), "none")
    if digest in seen:
        return Found(file, _copy_of(replace(entry, sha256=digest), seen[digest]), "none")
    seen[digest] = file
    before = known.by_sha.get(digest)
    if before is None or (before.unread and known.ocr):
        usable = before if before is not None and before.status != "failed" else None
        return Found(file, replace(entry, sha256=digest), "read", usable)
    if before.status == "failed" and file in known.again:
        return Found(file, replace(entry, sha256=digest), "read")
    kept = replace(before, path=entry.path, size=entry.size, mtime_ns=entry.mtime_ns)
    return Found(file, kept, "none" if before.status == "failed" else "keep")


def lost_sources(sources: Iterable[str], old: Iterable[PaperEntry]) -> tuple[Path, ...]:
    """Return the sources that are not there now, such as the folders of an unplugged drive.

    A single file that is gone from a folder that is there was deleted, and is not among them.
    """
    files = {path_of(entry.path) for entry in old}
    return tuple(
        path
        for path in map(path_of, sources)
        if not path.exists() and not (path in files and path.parent.exists())
    )


def absent(lost: Sequence[Path], old: Iterable[PaperEntry], found: Sequence[Found]) -> list[Found]:
    """Return the old entries of ``lost`` sources, to be kept as they are.

    What was ``found`` in another place meanwhile is a copy of that.
    """
    paths = {item.entry.path for item in found}
    first = {item.entry.sha256: item for item in found if item.entry.status != "duplicate"}
    kept = []
    for entry in old:
        if not under(entry, lost) or entry.path in paths:
            continue
        twin = first.get(entry.sha256) if entry.sha256 else None
        if twin is not None and entry.status != "duplicate":
            entry = _copy_of(entry, twin.path)
        action = "none" if entry.status in ("failed", "duplicate") else "keep"
        kept.append(Found(path_of(entry.path), entry, action))
    return kept


def _copy_of(entry: PaperEntry, first: Path) -> PaperEntry:
    zh, en = (
        f"与 {shown_name(first)} 内容相同，已跳过",
        f"same content as {shown_name(first)}, skipped",
    )
    return replace(entry, status="duplicate", reason_zh=zh, reason_en=en)


def under(entry: PaperEntry, sources: Iterable[Path]) -> bool:
    """Tell whether an entry's file is one of ``sources`` or lies in one."""
    path = path_of(entry.path)
    return any(path.is_relative_to(source) for source in sources)


def _stamp(entry: PaperEntry) -> tuple[int, int]:
    return entry.size, entry.mtime_ns
