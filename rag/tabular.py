"""A table -> Markdown, CSV, JSON. Cells of papers are data: no markup, no formulas."""

from __future__ import annotations

import csv
import io
from typing import Any

from rag.export import citation_json, escaped
from rag.table_records import Table, TableRow

_WHERE = (("文献", "Paper"), ("页", "Page"), ("引文", "Quote"))


def _headings(table: Table) -> list[str]:
    return [f"{zh} / {en}" for zh, en in (*table.columns, *_WHERE)]


def _line(row: TableRow) -> list[str]:
    citation = row.citation
    paper = citation.paper.title or citation.paper.file
    return [*row.cells, paper, str(citation.page), " ".join(citation.quote.split())]


def to_markdown(table: Table) -> str:
    """Return the table as Markdown, one line a row."""
    lines = [_headings(table), ["---"] * len(_headings(table))]
    lines += [[escaped(cell) for cell in _line(row)] for row in table.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def to_csv(table: Table) -> str:
    """Return the table as CSV; a cell that a spreadsheet would take for a formula is quoted."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_headings(table))
    writer.writerows([_harmless(cell) for cell in _line(row)] for row in table.rows)
    return out.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def table_json(table: Table) -> dict[str, Any]:
    """Return the table as described in docs/json.md."""
    names = [en.lower() for _, en in table.columns]
    return {
        "table": table.kind,
        "columns": [{"name": en.lower(), "zh": zh, "en": en} for zh, en in table.columns],
        "rows": [
            {**dict(zip(names, row.cells, strict=True)), "citation": citation_json(row.citation)}
            for row in table.rows
        ],
    }
