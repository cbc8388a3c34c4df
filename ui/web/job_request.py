"""One indexing request -> the library changed: removals, re-readings and new files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ingest.errors import LibraryMissing
from ingest.file_names import path_of
from rag.settings import Settings
from ui.web.library import PAPERS

OnProgress = Callable[[Mapping[str, Any]], None]


def apply_request(
    settings: Settings, request: Mapping[str, Any], on_progress: OnProgress
) -> list[dict[str, Any]]:
    """Remove, re-read and index what ``request`` names; return one row per PDF."""
    from ui.indexing import build_json, index_paths

    paths = [path for path in map(path_of, request.get("paths", ())) if path.exists()]
    again = frozenset(request.get("reread", ()))
    gone = frozenset(request.get("remove", ()))
    if gone:
        _remove(settings.library, gone)
    if gone and not again and not paths:
        return []
    report = index_paths(settings, paths, full=None, reread=again, on_progress=on_progress)
    rows: list[dict[str, Any]] = build_json(report, settings.library)["papers"]
    return rows


def _remove(library: Path, gone: frozenset[str]) -> None:
    """Take papers out of the index, then delete those of their files that were uploaded."""
    from index.store import read_manifest
    from index.upkeep import remove_papers

    try:
        entries = read_manifest(library).papers
    except LibraryMissing:
        return
    if known := gone & {e.sha256 for e in entries}:
        remove_papers(library, known)
    for entry in entries:
        if entry.sha256 in gone:
            _delete_upload(library, path_of(entry.path))


def _delete_upload(library: Path, path: Path) -> None:
    """Delete a file that was uploaded; a file of another folder is the user's own."""
    if path.resolve().parent == (library / PAPERS).resolve():
        path.unlink(missing_ok=True)
