"""One file opened by both engines, and the better reading of each page.

pypdf opens, decrypts with the empty password, gives the document info and audits the fonts.
pypdfium2 gives characters in content order with exact positions and fonts. pypdf's text is
asked for where pdfium fails or gives no sound text, or where a font does not say what its codes
mean; ``ingest.choice`` takes the better one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pypdfium2

from ingest.choice import Choice, choose, is_scan, verdict
from ingest.errors import EncryptedPdf, PdfTooLarge, UnreadablePdf
from ingest.fonts import FontFacts
from ingest.limits import MAX_BYTES, MAX_PAGES
from ingest.page_text import PageText
from ingest.pdfium_text import read_page
from ingest.pypdf_text import PypdfFile, tighten

log = logging.getLogger(__name__)
T = TypeVar("T")


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
        return attempt(self.pypdf.info, {}) if self.pypdf else {}

    def warnings(self) -> tuple[str, ...]:
        """Say which engine could not open the file."""
        if self.pypdf and self.pdfium:
            return ()
        bad, good = ("pdfium", "pypdf") if self.pypdf else ("pypdf", "pdfium")
        return (f"{bad} 打不开此文件，由 {good} 读取 / {bad} could not open it; {good} read it",)

    def page(self, index: int) -> Choice:
        """Read page ``index`` (from 0) by pdfium, by pypdf too where there is a doubt."""
        first = attempt(partial(read_page, self.pdfium, index), None) if self.pdfium else None
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
        return attempt(partial(self.pypdf.fonts, index), nothing)

    def _second(self, index: int, first: PageText | None) -> PageText | None:
        if self.pypdf is None or index >= self.pypdf.page_count:
            return None
        if first and not first.chars and not self._fonts(index):
            return None  # an empty page: no font, no text
        rotation = first.rotation if first else None
        return attempt(partial(self.pypdf.read_page, index, rotation), None)


_PASSWORD = ("需要密码；请解除密码后重新索引。", "needs a password; remove it and reindex.")


def attempt(read: Callable[[], T], otherwise: T) -> T:
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
