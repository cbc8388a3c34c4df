"""Treatments and mechanisms over the library for the page: made once a snapshot, then kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from rag.extraction import KINDS
from rag.table_records import Table
from ui.web.rendering import citation_json

MOST_ROWS = 2000  # the page draws no more; the file has all


class Tables:
    """Keeps the tables of one snapshot; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._snapshot = ""
        self._made: dict[str, Table] = {}

    def get(self, kind: str, snapshot: str, make: Callable[[str], Table]) -> Table | None:
        """Return the table ``kind`` of ``snapshot``, None for a kind that does not exist."""
        if kind not in KINDS:
            return None
        with self._lock:
            if snapshot != self._snapshot:
                self._snapshot, self._made = snapshot, {}
            if kind not in self._made:
                self._made[kind] = make(kind)
            return self._made[kind]


def of_papers(table: Table, papers: frozenset[str] | None) -> Table:
    """Return the rows of ``papers`` (full ids; None: all)."""
    if papers is None:
        return table
    rows = tuple(row for row in table.rows if row.citation.paper.id in papers)
    return Table(table.kind, table.columns, rows)


def table_view(table: Table) -> dict[str, Any]:
    """Return a table as the page draws it: plain cells, each row with its citation."""
    return {
        "kind": table.kind,
        "columns": [list(column) for column in table.columns],
        "total": len(table.rows),
        "rows": [
            {"cells": list(row.cells), "citation": citation_json(row.citation)}
            for row in table.rows[:MOST_ROWS]
        ],
    }
