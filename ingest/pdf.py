"""A PDF file -> PageText per page.

pypdf is the gatekeeper: it opens, decrypts with the empty password, gives the document info
and audits the fonts. pypdfium2 gives characters in content order with exact positions and
fonts. pypdf's text is asked for where pdfium fails or gives no sound text, or where a font
does not say what its codes mean; ``ingest.choice`` takes the better one. A page that is a
picture, or that neither can read, goes to OCR.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pypdfium2

from ingest.choice import Choice, choose, is_scan, verdict, without_ground
from ingest.errors import EncryptedPdf, PdfTooLarge, UnreadablePdf
from ingest.extras import ocr_installed
from ingest.fonts import FontFacts
from ingest.limits import MAX_BYTES, MAX_CHARS, MAX_PAGES
from ingest.ocr import ScanReader
from ingest.pdfium_text import read_page
from ingest.pypdf_text import PypdfFile, tighten
from ingest.records import PageText

log = logging.getLogger(__name__)
T = TypeVar("T")
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


def read_bytes(path: Path) -> bytes:
    """Read the file once; UnreadablePdf or PdfTooLarge when it cannot be a PDF of ours."""
    if not path.is_file():
        raise UnreadablePdf(path, "找不到文件；请检查路径。", "file not found; check the path.")
    if path.stat().st_size > MAX_BYTES:
        raise PdfTooLarge(path, "超过 100 MB；请拆分后再索引。", "over 100 MB; split it first.")
    data = path.read_bytes()
    if not data:
        raise UnreadablePdf(path, "文件为空；请重新下载。", "the file is empty; download it again.")
    return data


class Engines:
    """One file opened by both engines; either may be missing."""

    def __init__(self, data: bytes, path: Path) -> None:
        """Open ``data``; raises EncryptedPdf, UnreadablePdf or PdfTooLarge."""
        tighten()
        self.path = path
        self.pypdf, refused = _open_pypdf(data, path)
        self.pdfium, locked = _open_pdfium(data)
        if self.pypdf is None and self.pdfium is None:
            if refused or locked:
                raise refused or EncryptedPdf(path, *_PASSWORD)
            raise UnreadablePdf(path, *_what_is_it(data))
        self.page_count = max(
            len(self.pdfium) if self.pdfium else 0, self.pypdf.page_count if self.pypdf else 0
        )
        if self.page_count == 0:
            raise UnreadablePdf(path, "没有页面；请换一个文件。", "has no pages; use another file.")
        if self.page_count > MAX_PAGES:
            raise PdfTooLarge(
                path, f"超过 {MAX_PAGES} 页；请拆分。", f"over {MAX_PAGES} pages; split it."
            )

    def close(self) -> None:
        """Let pdfium's document go."""
        if self.pdfium:
            self.pdfium.close()

    def info(self) -> dict[str, str]:
        """Return the document information, empty when pypdf cannot give it."""
        return _attempt(self.pypdf.info, {}) if self.pypdf else {}

    def warnings(self) -> tuple[str, ...]:
        """Say which engine could not open the file."""
        if self.pypdf and self.pdfium:
            return ()
        bad, good = ("pdfium", "pypdf") if self.pypdf else ("pypdf", "pdfium")
        return (f"{bad} 打不开此文件，由 {good} 读取 / {bad} could not open it; {good} read it",)

    def page(self, index: int) -> Choice:
        """Read page ``index`` (from 0) by pdfium, by pypdf too where there is a doubt."""
        first = _attempt(partial(read_page, self.pdfium, index), None) if self.pdfium else None
        if first and is_scan(first):
            return Choice(first, needs_ocr=True)
        if first and not verdict(first) and not self._doubtful(index):
            return Choice(first, needs_ocr=False)
        return choose(first, self._second(index, first))

    def _doubtful(self, index: int) -> bool:
        return any(font.doubtful for font in self._fonts(index))

    def _fonts(self, index: int) -> tuple[FontFacts, ...]:
        if self.pypdf is None or index >= self.pypdf.page_count:
            return ()
        nothing: tuple[FontFacts, ...] = ()
        return _attempt(partial(self.pypdf.fonts, index), nothing)

    def _second(self, index: int, first: PageText | None) -> PageText | None:
        if self.pypdf is None or index >= self.pypdf.page_count:
            return None
        if first and not first.chars and not self._fonts(index):
            return None  # an empty page: no font, no text
        rotation = first.rotation if first else None
        return _attempt(partial(self.pypdf.read_page, index, rotation), None)


_PASSWORD = ("需要密码；请解除密码后重新索引。", "needs a password; remove it and reindex.")


def _attempt(read: Callable[[], T], otherwise: T) -> T:
    """Return what an engine reads; on damaged files they raise almost anything."""
    try:
        return read()
    except MemoryError:
        raise
    except Exception as error:
        log.info("an engine gave up: %s", type(error).__name__)
        return otherwise


def _open_pypdf(data: bytes, path: Path) -> tuple[PypdfFile | None, EncryptedPdf | None]:
    try:
        return PypdfFile(data, path), None
    except EncryptedPdf as error:
        return None, error
    except MemoryError:
        raise
    except Exception as error:
        log.info("pypdf could not open a file: %s", type(error).__name__)
        return None, None


def _open_pdfium(data: bytes) -> tuple[Any, bool]:
    """Return the open document or None, and whether a password kept it shut."""
    try:
        return pypdfium2.PdfDocument(data), False
    except pypdfium2.PdfiumError as error:
        return None, "password" in str(error).lower()


def _what_is_it(data: bytes) -> tuple[str, str]:
    """Say in both languages why neither engine could open the file."""
    if b"%PDF-" in data[:1024]:
        return "文件已损坏或不完整；请重新下载。", "damaged or truncated; download it again."
    head = data[:512].lstrip().lower()
    what = "HTML" if head.startswith((b"<!doctype", b"<html")) else ""
    what = "ZIP/Word" if head.startswith(b"pk") else what
    zh = f"不是 PDF{f'（看起来是 {what}）' if what else ''}；请换成 PDF 文件。"
    en = f"not a PDF{f' (it looks like {what})' if what else ''}; use the PDF file."
    return zh, en


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
        pages[index] = _attempt(partial(read, page), _not_read(page))
    if on_progress:
        on_progress(ReadProgress("ocr", total, total, 0.0))


def _not_read(page: PageText) -> PageText:
    """Return a scan without its text layer if that is wrong, with a warning."""
    chars = () if verdict(page) else page.chars
    return replace(page, chars=chars, warnings=(*page.warnings, SCAN_NOT_READ))
