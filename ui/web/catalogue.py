"""A snapshot on disk -> the catalogue that the library panel shows. No model is needed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.records import PaperEntry
from index.snapshot import Snapshot
from ingest.records import BlockKind, Paper, Passage
from ui.web.library import Catalogue, Heading, Row


def load_catalogue(library: Path) -> Catalogue:
    """Read the current snapshot of ``library``; raises the errors of ``Snapshot.open``."""
    with Snapshot.open(library) as snapshot:
        outlines: dict[str, dict[tuple[str, ...], int]] = {}
        cards: dict[str, dict[str, Any]] = {}
        for passage in _passages(snapshot):
            outline = outlines.setdefault(passage.paper_id, {})
            if passage.section and passage.spans:
                outline.setdefault(passage.section, passage.spans[0].box.page)
            _count(cards.setdefault(passage.paper_id, {}), passage)
        rows = [
            _row(entry, snapshot, outlines, cards)
            for entry in snapshot.manifest.papers
            if entry.status != "duplicate"
        ]
        return Catalogue(snapshot.id, tuple(rows))


def _passages(snapshot: Snapshot) -> Iterator[Passage]:
    return (snapshot.passage(row) for row in range(snapshot.manifest.passages))


def _count(card: dict[str, Any], passage: Passage) -> None:
    if passage.kind is BlockKind.TABLE:
        card["tables"] = card.get("tables", 0) + 1
    if passage.ocr:
        pages = {span.box.page for span in passage.spans}
        card["ocr_pages"] = sorted({*card.get("ocr_pages", ()), *pages})


def _row(
    entry: PaperEntry,
    snapshot: Snapshot,
    outlines: dict[str, dict[tuple[str, ...], int]],
    cards: dict[str, dict[str, Any]],
) -> Row:
    path = Path(entry.path)
    paper = snapshot.papers.get(entry.sha256)
    if paper is None:
        # A file that could not be read has no content to be named by: its path names it.
        paper = Paper(hashlib.sha256(entry.path.encode()).hexdigest(), path.name, "")
    outline = outlines.get(paper.id, {})
    references = len(snapshot.references(paper.id))
    return Row(
        paper=paper,
        path=path,
        status=entry.status,
        reason=(entry.reason_zh, entry.reason_en),
        passages=entry.passages,
        card={**cards.get(paper.id, {}), "references": references},
        outline=tuple(Heading(section, page) for section, page in outline.items()),
    )
