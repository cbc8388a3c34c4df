"""A PDF path -> Document: extraction, lines, furniture, sections, in this order.

This runs in the process that calls it and may die with the file: the product calls
``ingest.isolation.read_isolated``, which runs it in a worker process.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from ingest.engines import read_bytes
from ingest.errors import NoTextLayer, OcrNeeded, PdfChanged
from ingest.file_names import shown_name
from ingest.folders import cache_folder
from ingest.metadata import read_paper
from ingest.pdf import Extraction, OnProgress, extract_pages
from ingest.records import Document, Page
from ingest.structure import read_structure
from ingest.turned import blocks_back, references_back


def read_document(
    path: Path,
    *,
    ocr: bool = True,
    cache_dir: Path | None = None,
    on_progress: OnProgress | None = None,
) -> Document:
    """Read one PDF. The file is read once; ``paper.id`` is the SHA-256 of those bytes.

    Scanned pages are read by OCR where it is installed and ``ocr`` is set; what it reads is
    kept under ``cache_dir`` (default: the user's cache folder). Raises an IngestError when
    nothing of the file can be used.
    """
    before = path.stat() if path.exists() else None
    data = read_bytes(path)
    extraction = extract_pages(
        data,
        path,
        ocr=ocr,
        cache_dir=cache_dir or cache_folder() / "ocr",
        on_progress=on_progress,
    )
    after = path.stat()
    if before and (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise PdfChanged(
            path,
            "读取时文件发生了变化；请稍后重新索引。",
            "changed while it was read; index again.",
        )
    if not any(char.text.strip() for page in extraction.pages for char in page.chars):
        raise _no_text(path, extraction, ocr)
    return assemble(extraction, hashlib.sha256(data).hexdigest(), shown_name(path))


def _no_text(path: Path, extraction: Extraction, ocr: bool) -> NoTextLayer:
    """Say why a file gave no character, and what to do."""
    if not extraction.scans:
        return NoTextLayer(path, "没有文字；请换一个文件。", "has no text; use another file.")
    if not ocr:
        return OcrNeeded(
            path,
            "没有文字层（扫描件），且已关闭文字识别；请去掉 --no-ocr 后重新索引。",
            "no text layer (a scan) and OCR is off; index again without --no-ocr.",
        )
    if not extraction.ocr_missing:
        return NoTextLayer(
            path, "文字识别没有读到文字；请换更清晰的扫描件。", "OCR found no text; scan it anew."
        )
    return OcrNeeded(
        path,
        '没有文字层（扫描件）；安装文字识别后重新索引：pip install "yinzheng[ocr]"。',
        'no text layer (a scan); install OCR and index again: pip install "yinzheng[ocr]".',
    )


def assemble(extraction: Extraction, paper_id: str, name: str) -> Document:
    """Make a Document of pages that were read; all boxes are on the pages as displayed."""
    structure = read_structure(extraction.pages)
    pages = []
    for page, columns in zip(extraction.pages, structure.columns, strict=True):
        shown = page.turn or page
        pages.append(
            Page(
                page.number,
                shown.width,
                shown.height,
                page.rotation,
                page.engine,
                columns,
                page.hidden,
                page.unknown,
                page.confidence,
                page.warnings,
            )
        )
    paper = read_paper(paper_id, name, extraction.info, structure.blocks, extraction.page_count)
    turns = {page.number: page.turn for page in extraction.pages if page.turn}
    return Document(
        paper=paper,
        pages=tuple(pages),
        blocks=blocks_back(structure.blocks, turns),
        references=references_back(structure.references, turns),
        failed_pages=extraction.failed_pages,
        warnings=extraction.warnings,
        unread=extraction.unread,
    )
