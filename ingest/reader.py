"""A PDF path -> Document: extraction, lines, furniture, sections, in this order."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from ingest.errors import NoTextLayer, PdfChanged
from ingest.layout import find_gutter, read_lines
from ingest.pdf import extract_pages, read_bytes
from ingest.records import Document, Page
from ingest.sections import build_blocks, read_metadata, read_references


def read_document(
    path: Path,
    *,
    ocr: bool = True,
    cache_dir: Path | None = None,
    on_page: Callable[[int, int], None] | None = None,
) -> Document:
    """Read one PDF. The file is read once; ``paper.id`` is the SHA-256 of those bytes.

    Raises an IngestError when nothing of it can be used. ``ocr`` and ``cache_dir`` are for
    scanned pages, which this version reports instead of reading.
    """
    before = path.stat() if path.exists() else None
    data = read_bytes(path)
    extraction = extract_pages(data, path, on_page=on_page)
    after = path.stat()
    if before and (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise PdfChanged(
            path,
            "读取时文件发生了变化；请稍后重新索引。",
            "changed while it was read; index again.",
        )
    if not any(char.text.strip() for page in extraction.pages for char in page.chars):
        raise NoTextLayer(
            path,
            "没有文字层（可能是扫描件）；请先做文字识别（OCR）。",
            "no text layer (a scan?); run OCR on it first.",
        )
    gutters = sorted(g for g in map(find_gutter, extraction.pages) if g is not None)
    shared = gutters[len(gutters) // 2] if len(gutters) * 2 > len(extraction.pages) else None
    pages, lines = [], []
    for page in extraction.pages:
        found, columns = read_lines(page, shared)
        lines.append((page, found))
        few = sum(bool(c.text.strip()) for c in page.chars) < 50
        warnings = ("little or no text on this page (scanned?)",) if few else ()
        pages.append(
            Page(
                page.number,
                page.width,
                page.height,
                page.rotation,
                page.engine,
                columns,
                page.hidden,
                page.unknown,
                page.confidence,
                warnings,
            )
        )
    blocks = build_blocks(lines)
    paper = read_metadata(
        hashlib.sha256(data).hexdigest(), path.name, extraction.info, blocks, extraction.page_count
    )
    return Document(
        paper=paper,
        pages=tuple(pages),
        blocks=blocks,
        references=read_references(blocks),
        failed_pages=extraction.failed_pages,
        warnings=extraction.warnings,
    )
