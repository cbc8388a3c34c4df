"""A PDF file -> PageText per page: text layers by ``ingest.engines``, scans by OCR.

A page that is a picture, or that no engine can read, goes to OCR.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ingest.choice import verdict, without_ground
from ingest.engines import Engines, attempt
from ingest.errors import PdfTooLarge
from ingest.extras import ocr_installed
from ingest.limits import MAX_CHARS
from ingest.ocr import ScanReader
from ingest.page_text import PageText

SCAN_NOT_READ = "扫描页，未识别 / a scanned page, not read"


@dataclass(frozen=True, slots=True)
class ReadProgress:
    """How far reading is: ``stage`` "text" or "ocr", pages done and in all, seconds left."""

    stage: str
    done: int
    total: int
    seconds_left: float | None = None


OnProgress = Callable[[ReadProgress], None]


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that the engines know of a file; pages count from 1.

    ``scans`` are the pages whose image had to be read, ``unread`` those of them that were not
    because OCR was off or is not installed; ``ocr_missing`` tells the latter.
    """

    info: dict[str, str]
    page_count: int
    pages: tuple[PageText, ...]
    failed_pages: tuple[int, ...]
    warnings: tuple[str, ...]
    scans: tuple[int, ...] = ()
    unread: tuple[int, ...] = ()
    ocr_missing: bool = False


def extract_pages(
    data: bytes,
    path: Path,
    *,
    ocr: bool = False,
    cache_dir: Path | None = None,
    on_progress: OnProgress | None = None,
) -> Extraction:
    """Read every page, those with a text layer first, then the scans by OCR if ``ocr``.

    A scan that is not read counts as failed. Raises EncryptedPdf, UnreadablePdf or
    PdfTooLarge for the whole file.
    """
    engines = Engines(data, path)
    try:
        pages, scans = _text_layers(engines, on_progress)
        installed = ocr_installed()
        if ocr and installed and engines.pdfium is not None and scans:
            _read_scans(ScanReader(engines.pdfium, cache_dir), pages, scans, on_progress)
        else:
            for index in scans:
                pages[index] = _not_read(pages[index])
        return Extraction(
            info=engines.info(),
            page_count=engines.page_count,
            pages=tuple(without_ground(pages[index]) for index in sorted(pages)),
            failed_pages=tuple(
                index + 1
                for index in range(engines.page_count)
                if index not in pages or (index in scans and pages[index].engine != "ocr")
            ),
            warnings=engines.warnings(),
            scans=tuple(index + 1 for index in scans),
            unread=() if ocr and installed else tuple(index + 1 for index in scans),
            ocr_missing=not installed,
        )
    finally:
        engines.close()


def _text_layers(
    engines: Engines, on_progress: OnProgress | None
) -> tuple[dict[int, PageText], list[int]]:
    """Return the pages by index (from 0) as their text layers have them, and the scans."""
    pages: dict[int, PageText] = {}
    scans: list[int] = []
    total, chars = engines.page_count, 0
    if on_progress:
        on_progress(ReadProgress("text", 0, total))
    for index in range(total):
        choice = engines.page(index)
        if choice.page is not None:
            pages[index] = choice.page
            chars += len(choice.page.chars)
        if choice.needs_ocr:
            scans.append(index)
        if chars > MAX_CHARS:
            raise PdfTooLarge(
                engines.path, "文字太多；请拆分。", f"over {MAX_CHARS} characters; split it."
            )
        if on_progress:
            on_progress(ReadProgress("text", index + 1, total))
    return pages, scans


def _read_scans(
    read: Callable[[PageText], PageText],
    pages: dict[int, PageText],
    scans: list[int],
    on_progress: OnProgress | None,
) -> None:
    """Put what OCR reads of the pages ``scans`` in the place of their text layers."""
    start, total = time.monotonic(), len(scans)
    for done, index in enumerate(scans):
        if on_progress:
            left = (time.monotonic() - start) / done * (total - done) if done else None
            on_progress(ReadProgress("ocr", done, total, left))
        page = pages[index]
        pages[index] = attempt(partial(read, page), _not_read(page))
    if on_progress:
        on_progress(ReadProgress("ocr", total, total, 0.0))


def _not_read(page: PageText) -> PageText:
    """Return a scan without its text layer if that is wrong, with a warning."""
    chars = () if verdict(page) else page.chars
    return replace(page, chars=chars, warnings=(*page.warnings, SCAN_NOT_READ))
