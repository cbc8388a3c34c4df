"""The PDFs of a snapshot as the page knows them: records, and the JSON of the list."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.records import Paper
from ui.web.rendering import ID_LENGTH, paper_json


@dataclass(frozen=True, slots=True)
class Heading:
    """A section of a paper: its path of headings and the page it begins on."""

    path: tuple[str, ...]
    page: int


@dataclass(frozen=True, slots=True)
class Row:
    """One PDF of the library; ``card`` is its report card, empty when there is none.

    ``status``, ``sha256``, ``size`` and ``mtime_ns`` are as in ``index.records.PaperEntry``;
    ``reason`` a (zh, en) pair.
    """

    paper: Paper
    path: Path
    status: str
    reason: tuple[str, str] = ("", "")
    passages: int = 0
    card: dict[str, Any] = field(default_factory=dict)
    outline: tuple[Heading, ...] = ()
    sha256: str = ""
    size: int = 0
    mtime_ns: int = 0

    @property
    def id(self) -> str:
        """The short id used in addresses."""
        return self.paper.id[:ID_LENGTH]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All PDFs of one snapshot."""

    snapshot: str = ""
    rows: tuple[Row, ...] = ()


def row_json(row: Row) -> dict[str, Any]:
    """Return what the list shows of a row, without its outline."""
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
