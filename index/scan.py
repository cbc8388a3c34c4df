"""Folders and files -> which PDFs there are, and which of them are known already."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from index.records import PaperEntry
from index.store import sha256_file
from ingest.file_names import shown_name, stored_path

# A file that was written within this time may change again without its time stamp changing.
_SETTLED_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """A PDF of the library: its entry as known before it is read.

    ``action`` is "keep" (the snapshot has it), "read" or "none" (nothing to do: a duplicate,
    or a file that failed before and has not changed).
    """

    path: Path
    entry: PaperEntry
    action: str


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
    """Return the entry of a file that could not be read."""
    return PaperEntry(stored_path(path), "", "failed", zh, en)


def scan(
    files: Iterable[Path], old: Iterable[PaperEntry], *, again: frozenset[Path]
) -> list[Found]:
    """Compare ``files`` with the ``old`` entries; a file of none of them is to be read.

    A file of the same size and time stamp is not hashed again. ``again`` names failed files to
    try anew.
    """
    entries = list(old)
    by_path = {entry.path: entry for entry in entries}
    by_sha = {e.sha256: e for e in entries if e.status in ("indexed", "partial")}
    seen: dict[str, Path] = {}
    return [_look(file, by_path, by_sha, seen, again) for file in files]


def _look(
    file: Path,
    by_path: Mapping[str, PaperEntry],
    by_sha: Mapping[str, PaperEntry],
    seen: dict[str, Path],
    again: frozenset[Path],
) -> Found:
    try:
        status = file.stat()
        settled = time.time_ns() - status.st_mtime_ns > _SETTLED_NS
        entry = PaperEntry(
            stored_path(file),
            "",
            "",
            size=status.st_size,
            mtime_ns=status.st_mtime_ns if settled else 0,
        )
        known = by_path.get(stored_path(file))
        same = known is not None and settled and _stamp(known) == _stamp(entry)
        if known is not None and same and known.status == "failed" and file not in again:
            return Found(file, known, "none")
        unread = known is None or not same or known.status == "failed"
        digest = sha256_file(file) if known is None or unread else known.sha256
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Found(file, failed(file, f"无法读取：{reason}", f"cannot read: {reason}"), "none")
    if digest in seen:
        first = shown_name(seen[digest])
        zh, en = f"与 {first} 内容相同，已跳过", f"same content as {first}, skipped"
        entry = replace(entry, sha256=digest, status="duplicate", reason_zh=zh, reason_en=en)
        return Found(file, entry, "none")
    seen[digest] = file
    if digest in by_sha:
        kept = replace(
            by_sha[digest], path=stored_path(file), size=entry.size, mtime_ns=entry.mtime_ns
        )
        return Found(file, kept, "keep")
    return Found(file, replace(entry, sha256=digest), "read")


def _stamp(entry: PaperEntry) -> tuple[int, int]:
    return entry.size, entry.mtime_ns
