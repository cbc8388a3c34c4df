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
    from index.build import remove_papers
    from index.store import read_manifest
    from ui.indexing import build_json, index_paths

    paths = [path for path in map(path_of, request.get("paths", ())) if path.exists()]
    again = set(request.get("reread", ()))
    gone = set(request.get("remove", ()))
    if again or gone:
        try:
            entries = read_manifest(settings.library).papers
        except LibraryMissing:
            entries = ()
        named = [path_of(e.path) for e in entries if e.sha256 in again]
        paths += [path for path in named if path.exists()]
        known = {e.sha256 for e in entries} & (again | gone)
        if known:
            remove_papers(settings.library, frozenset(known))
        for entry in entries:
            if entry.sha256 in gone:
                _delete_upload(settings.library, path_of(entry.path))
    if gone and not again and not paths:
        return []
    report = index_paths(settings, paths, full=None, on_progress=on_progress)
    rows: list[dict[str, Any]] = build_json(report, settings.library)["papers"]
    return rows


def _delete_upload(library: Path, path: Path) -> None:
    """Delete a file that was uploaded; a file of another folder is the user's own."""
    if path.resolve().parent == (library / PAPERS).resolve():
        path.unlink(missing_ok=True)
