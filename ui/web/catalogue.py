"""A snapshot on disk -> the catalogue that the library panel shows. No model is needed."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

from index.records import PaperEntry
from index.snapshot import Snapshot
from ingest.file_names import path_of, shown_name
from ingest.records import Paper
from ingest.report import PaperReport
from ui.web.rows import Catalogue, Heading, Row


def load_catalogue(library: Path) -> Catalogue:
    """Read the current snapshot of ``library``; raises the errors of ``Snapshot.open``."""
    with Snapshot.open(library, dense=False) as snapshot:
        rows = [
            _row(entry, snapshot)
            for entry in snapshot.manifest.papers
            if entry.status != "duplicate"
        ]
        return Catalogue(snapshot.id, tuple(rows))


def _row(entry: PaperEntry, snapshot: Snapshot) -> Row:
    path = path_of(entry.path)
    paper = snapshot.papers.get(entry.sha256)
    if paper is None:
        # A file that could not be read has no content to be named by: its path names it.
        paper = Paper(hashlib.sha256(entry.path.encode()).hexdigest(), shown_name(path), "")
    report = snapshot.report(entry.sha256)
    return Row(
        paper=paper,
        path=path,
        status=entry.status,
        reason=(entry.reason_zh, entry.reason_en),
        passages=entry.passages,
        card=dataclasses.asdict(report) if report else {},
        outline=_outline(report) if report else (),
        sha256=entry.sha256,
        size=entry.size,
        mtime_ns=entry.mtime_ns,
    )


def _outline(report: PaperReport) -> tuple[Heading, ...]:
    """Return the sections with their pages; a heading's indent tells what it stands under."""
    path: list[str] = []
    found = []
    for line, page in zip(report.headings, report.heading_pages, strict=False):
        text = line.lstrip(" ")
        path = [*path[: (len(line) - len(text)) // 2], text]
        found.append(Heading(tuple(path), page))
    return tuple(found)
