"""The library as the page shows it: a catalogue of papers in, rows, outlines and paths out.

Removal is soft at first: a removed paper is out of every answer at once, and out of the
index once the time for undoing has passed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ingest.errors import LibraryMissing, YinzhengError
from ui.web.examples import example_questions
from ui.web.originals import FileChanged, Originals
from ui.web.removals import Removals
from ui.web.rows import Catalogue, Row, row_json

log = logging.getLogger(__name__)

PAPERS = "papers"  # folder inside the library that holds what was uploaded


class Library:
    """The current catalogue and the papers on their way out; safe from any thread."""

    def __init__(self, folder: Path, load: Callable[[], Catalogue]) -> None:
        self.folder = folder
        self._load = load
        self._lock = threading.Lock()
        self._catalogue = Catalogue()
        self._rows: dict[str, Row] = {}
        self._removed = Removals(folder / "removed.json")
        self._originals = Originals()

    def refresh(self, snapshot: str | None = None) -> None:
        """Read the catalogue again, after another snapshot was taken up.

        With ``snapshot`` only that one is taken: a catalogue newer than what answers would
        forget removals that still matter.
        """
        try:
            catalogue = self._load()
        except LibraryMissing:
            catalogue = Catalogue()
        except YinzhengError as error:
            log.error("the catalogue was not read: %s", type(error).__name__)
            return
        if snapshot is not None and catalogue.snapshot != snapshot:
            return
        with self._lock:
            # A file that could not be read and was deleted since is nothing to show.
            self._rows = {
                row.id: row
                for row in catalogue.rows
                if row.status != "failed" or row.path.is_file()
            }
            self._catalogue = catalogue
            self._removed.retain(self._rows)

    def locate(self, paper: str) -> Path | None:
        """Return the PDF of short id ``paper``; None when it is not in the library.

        Raises FileChanged when the file is not the one that was indexed.
        """
        with self._lock:
            row = self._rows.get(paper)
            hidden = paper in self._removed
        if row is None or hidden or not row.path.is_file():
            return None
        try:
            if not self._originals.unchanged(row):
                raise FileChanged(row.path.name)
        except OSError:
            return None
        return row.path

    def row(self, paper: str) -> Row | None:
        """Return the row of short id ``paper``; None when it is not in the library."""
        with self._lock:
            return self._rows.get(paper)

    def chosen(self, papers: Iterable[str]) -> frozenset[str] | None:
        """Turn selected short ids into full ids without removed ones; None means all papers.

        A selection of papers that are all gone gives the empty set, never all papers.
        """
        selected = set(papers)
        with self._lock:
            kept = [row for row in self._rows.values() if row.id not in self._removed]
            if not selected and len(kept) == len(self._rows):
                return None
            return frozenset(r.paper.id for r in kept if not selected or r.id in selected)

    def rows(self) -> list[dict[str, Any]]:
        """Return what the list shows, without outlines."""
        with self._lock:
            shown = [row for row in self._rows.values() if row.id not in self._removed]
        return [row_json(row) for row in shown]

    def details(self, paper: str) -> dict[str, Any] | None:
        """Return one paper with its report card and outline."""
        with self._lock:
            row = self._rows.get(paper)
        if row is None:
            return None
        outline = [{"path": list(h.path), "page": h.page} for h in row.outline]
        return {**row_json(row), "card": row.card, "outline": outline}

    def examples(self) -> list[dict[str, str]]:
        """Return questions that fit the papers, as [{"zh", "en"}]."""
        with self._lock:
            rows = [row for row in self._rows.values() if row.id not in self._removed]
        return example_questions((row.paper, [h.path for h in row.outline]) for row in rows)

    def admit(self, sha256: str) -> str:
        """Take in an upload: "" when it may come, otherwise why not (a key of the strings).

        A removal of the same content is undone, unless the indexing process has it already.
        """
        with self._lock:
            for row in self._rows.values():
                if sha256 not in (row.sha256, row.paper.id):
                    continue
                removed = row.id in self._removed
                if removed and not self._removed.undo(row.id):
                    return "being_removed"
                if not removed and row.status != "failed":
                    return "duplicate_file"
        return ""

    def arrived(self, path: Path) -> None:
        """A new file is at ``path``: a removal of what was there before does not concern it."""
        here = (path, path.resolve())
        with self._lock:
            self._removed.forget([row.id for row in self._rows.values() if row.path in here])

    def remove(self, paper: str) -> str | None:
        """Take a paper out of all answers; return its title, None when it is not there."""
        with self._lock:
            row = self._rows.get(paper)
            if row is None:
                return None
            self._removed.add(paper)
        return row.paper.title or row.paper.file

    def restore(self, paper: str) -> bool:
        """Undo ``remove``; False when the paper is being taken out of the index already."""
        with self._lock:
            return self._removed.undo(paper)

    def hand_over(self) -> tuple[str, ...]:
        """Return the full ids that the indexing process is to remove now, each once.

        A file that was never indexed is only hidden; one that was uploaded is deleted here.
        """
        with self._lock:
            rows = [self._rows[p] for p in self._removed.due() if p in self._rows]
            indexed = [row for row in rows if row.status != "failed"]
            for row in indexed:
                self._removed.hand_over(row.id)
            for row in rows:
                if row.status == "failed" and row.path.parent.resolve() == self.uploads:
                    self._delete(row)
        return tuple(row.paper.id for row in indexed)

    def removals_ended(self) -> None:
        """The indexing process ended without removing what it was asked to remove."""
        with self._lock:
            self._removed.release()

    def _delete(self, row: Row) -> None:
        """Delete a refused upload and forget it: what comes to its path later is another file."""
        try:
            if self._originals.unchanged(row):
                row.path.unlink()
        except OSError as error:
            if row.path.exists():
                log.warning("upload not deleted: %s", type(error).__name__)
        self._removed.forget((row.id,))
        del self._rows[row.id]

    @property
    def uploads(self) -> Path:
        """The folder that holds what was uploaded."""
        return (self.folder / PAPERS).resolve()
