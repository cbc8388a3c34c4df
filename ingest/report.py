"""A Document in, its report card out: what was read, how, and what was not understood."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import fmean

from ingest.records import Block, BlockKind, Document
from ingest.references import resolve_marks

_INDENT = "  "


@dataclass(frozen=True, slots=True)
class PaperReport:
    """The report card of one PDF (see docs/json.md).

    ``columns`` is a number per page, ``headings`` the outline with two spaces of indent per
    level and ``heading_pages`` the page of each, ``engines`` counts pages, ``confidence`` is
    the mean of the OCR pages (0-1).
    """

    file: str
    pages: int
    columns: tuple[int, ...]
    language: str
    blocks: dict[str, int]
    headings: tuple[str, ...]
    references: int
    marks: int
    marks_resolved: int
    tables: int
    ocr_pages: tuple[int, ...]
    failed_pages: tuple[int, ...]
    hidden: int
    unknown: int
    engines: dict[str, int]
    warnings: tuple[str, ...] = ()
    confidence: float | None = None
    heading_pages: tuple[int, ...] = ()


def report(document: Document) -> PaperReport:
    """Return the report card of ``document``.

    Marks count only where they cite (not in the reference list or on authors' names).
    Warnings of a page begin with its number.
    """
    pages = document.pages
    marks, resolved = resolve_marks(document)
    kinds = Counter(block.kind.value for block in document.blocks)
    confidences = [page.confidence for page in pages if page.confidence is not None]
    return PaperReport(
        file=document.paper.file,
        pages=document.paper.page_count or len(pages),
        columns=tuple(page.columns for page in pages),
        language=document.paper.language,
        blocks=dict(sorted(kinds.items())),
        headings=tuple(
            _heading(block) for block in document.blocks if block.kind is BlockKind.HEADING
        ),
        references=len(document.references),
        marks=marks,
        marks_resolved=resolved,
        tables=kinds[BlockKind.TABLE.value],
        ocr_pages=tuple(page.number for page in pages if page.engine == "ocr"),
        failed_pages=document.failed_pages,
        hidden=sum(page.hidden for page in pages),
        unknown=sum(page.unknown for page in pages),
        engines=dict(sorted(Counter(page.engine for page in pages).items())),
        warnings=(
            *document.warnings,
            *(f"p. {page.number}: {text}" for page in pages for text in page.warnings),
        ),
        confidence=round(fmean(confidences), 3) if confidences else None,
        heading_pages=tuple(
            block.page for block in document.blocks if block.kind is BlockKind.HEADING
        ),
    )


def _heading(block: Block) -> str:
    depth = max(block.level, len(block.section), 1) - 1
    return _INDENT * depth + block.text
