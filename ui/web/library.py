"""The library as the page shows it: a catalogue of papers in, rows, outlines and paths out.

Removal is soft at first: a removed paper is out of every answer at once, and out of the
index once the time for undoing has passed.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.errors import LibraryMissing, YinzhengError
from ingest.records import Paper
from ui.web.examples import example_questions
from ui.web.jobs import read_json, write_json
from ui.web.rendering import ID_LENGTH, paper_json

log = logging.getLogger(__name__)

UNDO_SECONDS = 30.0
PAPERS = "papers"  # folder inside the library that holds what was uploaded


@dataclass(frozen=True, slots=True)
class Heading:
    """A section of a paper: its path of headings and the page it begins on."""

    path: tuple[str, ...]
    page: int


@dataclass(frozen=True, slots=True)
class Row:
    """One PDF of the library; ``card`` is its report card, empty when there is none.

    ``status`` is as in ``index.records.PaperEntry``; ``reason`` a (zh, en) pair.
    """

    paper: Paper
    path: Path
    status: str
    reason: tuple[str, str] = ("", "")
    passages: int = 0
    card: dict[str, Any] = field(default_factory=dict)
    outline: tuple[Heading, ...] = ()

    @property
    def id(self) -> str:
        """The short id used in addresses."""
        return self.paper.id[:ID_LENGTH]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All PDFs of one snapshot."""

    snapshot: str = ""
    rows: tuple[Row, ...] = ()


class Library:
    """The current catalogue and the papers on their way out; safe from any thread."""

    def __init__(self, folder: Path, load: Callable[[], Catalogue]) -> None:
        self.folder = folder
        self._load = load
        self._lock = threading.Lock()
        self._catalogue = Catalogue()
        self._rows: dict[str, Row] = {}
        self._removed: dict[str, float] = {}
        kept = read_json(folder / "removed.json") or {}
        for paper, when in kept.items():
            if isinstance(when, int | float):
                self._removed[paper] = float(when)

    def refresh(self) -> None:
        """Read the catalogue again, after another snapshot was taken up."""
        try:
            catalogue = self._load()
        except LibraryMissing:
            catalogue = Catalogue()
        except YinzhengError as error:
            log.error("the catalogue was not read: %s", type(error).__name__)
            return
        with self._lock:
            self._catalogue = catalogue
            self._rows = {row.id: row for row in catalogue.rows}
            kept = {p: when for p, when in self._removed.items() if p in self._rows}
            if kept != self._removed:
                self._removed = kept
                self._keep()

    def locate(self, paper: str) -> Path | None:
        """Return the PDF of short id ``paper``; None when it is not in the library."""
        with self._lock:
            row = self._rows.get(paper)
            hidden = paper in self._removed
        return None if row is None or hidden or not row.path.is_file() else row.path

    def full_id(self, paper: str) -> str | None:
        """Return the full id of short id ``paper``; None when it is not in the library."""
        with self._lock:
            row = self._rows.get(paper)
        return None if row is None else row.paper.id

    def chosen(self, papers: Iterable[str]) -> frozenset[str] | None:
        """Turn selected short ids into full ids without removed ones; None means all papers."""
        with self._lock:
            wanted = {paper for paper in papers if paper in self._rows} or set(self._rows)
            if len(wanted) == len(self._rows) and not self._removed:
                return None
            return frozenset(
                self._rows[paper].paper.id for paper in wanted if paper not in self._removed
            )

    def rows(self) -> list[dict[str, Any]]:
        """Return what the list shows, without outlines."""
        with self._lock:
            shown = [row for row in self._catalogue.rows if row.id not in self._removed]
        return [_row_json(row) for row in shown]

    def details(self, paper: str) -> dict[str, Any] | None:
        """Return one paper with its report card and outline."""
        with self._lock:
            row = self._rows.get(paper)
        if row is None:
            return None
        outline = [{"path": list(h.path), "page": h.page} for h in row.outline]
        return {**_row_json(row), "card": row.card, "outline": outline}

    def examples(self) -> list[dict[str, str]]:
        """Return questions that fit the papers, as [{"zh", "en"}]."""
        with self._lock:
            rows = [row for row in self._catalogue.rows if row.id not in self._removed]
        return example_questions((row.paper, [h.path for h in row.outline]) for row in rows)

    def has_content(self, sha256: str) -> bool:
        """Tell whether a file with this SHA-256 is already in the library."""
        short = sha256[:ID_LENGTH]
        with self._lock:
            row = self._rows.get(short)
            return row is not None and row.status != "failed" and short not in self._removed

    def remove(self, paper: str) -> str | None:
        """Take a paper out of all answers; return its title, None when it is not there."""
        with self._lock:
            row = self._rows.get(paper)
            if row is None:
                return None
            self._removed[paper] = time.time()
            self._keep()
        return row.paper.title or row.paper.file

    def restore(self, paper: str) -> None:
        """Undo ``remove``."""
        with self._lock:
            self._removed.pop(paper, None)
            self._keep()

    def overdue(self) -> tuple[str, ...]:
        """Return full ids whose time for undoing has passed, and that are still indexed.

        A file that was never indexed is only hidden; one that was uploaded is deleted here.
        """
        limit = time.time() - UNDO_SECONDS
        with self._lock:
            due = [p for p, when in self._removed.items() if when < limit and p in self._rows]
            rows = [self._rows[paper] for paper in due]
        for row in rows:
            if row.status == "failed" and row.path.parent.resolve() == self.uploads:
                row.path.unlink(missing_ok=True)
        return tuple(row.paper.id for row in rows if row.status != "failed")

    @property
    def uploads(self) -> Path:
        """The folder that holds what was uploaded."""
        return (self.folder / PAPERS).resolve()

    def _keep(self) -> None:
        if self.folder.is_dir():
            write_json(self.folder / "removed.json", dict(self._removed))


def _row_json(row: Row) -> dict[str, Any]:
    return {
        **paper_json(row.paper),
        "id": row.id,
        "status": row.status,
        "reason": list(row.reason),
        "passages": row.passages,
        "result": _result(row.card),
    }


def _result(card: dict[str, Any]) -> dict[str, int]:
    """Return how a paper was read in four numbers; the details have the whole report card."""
    return {
        "columns": max(card.get("columns", ()), default=0),
        "references": int(card.get("references", 0)),
        "ocr": len(card.get("ocr_pages", ())),
        "lost": len(card.get("failed_pages", ())),
    }
