"""A PDF file -> PageText per page.

pypdf is the gatekeeper: it opens, decrypts with the empty password and gives the document
info. pypdfium2 gives characters in content order with exact positions, page sizes as
displayed and page images; a page that pdfium cannot read is reported by number.
"""

from __future__ import annotations

import io
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import EncryptedPdf, PdfTooLarge, UnreadablePdf
from ingest.limits import MAX_BYTES, MAX_PAGES, MAX_PIXELS
from ingest.pdfium_text import read_page
from ingest.records import PageText


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that the engines know of a file; ``failed_pages`` count from 1."""

    info: dict[str, str]
    page_count: int
    pages: tuple[PageText, ...]
    failed_pages: tuple[int, ...]
    warnings: tuple[str, ...]


def read_bytes(path: Path) -> bytes:
    """Read the file once; UnreadablePdf or PdfTooLarge when it cannot be a PDF of ours."""
    if not path.is_file():
        raise UnreadablePdf(path, "找不到文件；请检查路径。", "file not found; check the path.")
    if path.stat().st_size > MAX_BYTES:
        raise PdfTooLarge(path, "超过 100 MB；请拆分后再索引。", "over 100 MB; split it first.")
    data = path.read_bytes()
    if not data:
        raise UnreadablePdf(path, "文件为空；请重新下载。", "the file is empty; download it again.")
    if b"%PDF-" not in data[:1024]:
        head = data[:512].lstrip().lower()
        what = "HTML" if head.startswith((b"<!doctype", b"<html")) else ""
        what = "ZIP/Word" if head.startswith(b"pk") else what
        zh = f"不是 PDF{f'（看起来是 {what}）' if what else ''}；请换成 PDF 文件。"
        en = f"not a PDF{f' (it looks like {what})' if what else ''}; use the PDF file."
        raise UnreadablePdf(path, zh, en)
    return data


def _gatekeeper(data: bytes, path: Path) -> tuple[dict[str, str], bool]:
    """Return the document info and whether pypdf could open the file."""
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise EncryptedPdf(
                path, "需要密码；请解除密码后重新索引。", "needs a password; remove it and reindex."
            )
        info = {str(k).lstrip("/"): str(v) for k, v in (reader.metadata or {}).items() if v}
        return info, True
    except EncryptedPdf:
        raise
    except Exception as error:  # pypdf raises almost anything on damaged files
        logging.getLogger(__name__).info("pypdf could not open a file: %s", type(error).__name__)
        return {}, False


def extract_pages(
    data: bytes, path: Path, *, on_page: Callable[[int, int], None] | None = None
) -> Extraction:
    """Read every page; raises EncryptedPdf, UnreadablePdf or PdfTooLarge for the whole file."""
    import pypdfium2

    info, opened = _gatekeeper(data, path)
    try:
        document = pypdfium2.PdfDocument(data)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise EncryptedPdf(
                path, "需要密码；请解除密码后重新索引。", "needs a password; remove it and reindex."
            ) from error
        raise UnreadablePdf(
            path,
            "文件已损坏或不完整；请重新下载。",
            "damaged or truncated; download it again.",
        ) from error
    if count == 0:
        raise UnreadablePdf(path, "没有页面；请换一个文件。", "has no pages; use another file.")
    if count > MAX_PAGES:
        raise PdfTooLarge(
            path, f"超过 {MAX_PAGES} 页；请拆分。", f"over {MAX_PAGES} pages; split it."
        )
    pages, failed = [], []
    for index in range(count):
        try:
            pages.append(read_page(document, index))
        except (pypdfium2.PdfiumError, ValueError, OverflowError):
            failed.append(index + 1)
        if on_page:
            on_page(index + 1, count)
    document.close()
    warnings = () if opened else ("pypdf could not open this file; pdfium read it",)
    return Extraction(info, count, tuple(pages), tuple(failed), warnings)


def render_page(data: bytes, page: int, dpi: int = 150) -> bytes:
    """Return page ``page`` (from 1) as PNG, at most 16 million pixels."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        item = document[page - 1]
        width, height = item.get_size()
        scale = min(dpi / 72, math.sqrt(MAX_PIXELS / max(1.0, width * height)))
        buffer = io.BytesIO()
        item.render(scale=scale).to_pil().save(buffer, "PNG")
        return buffer.getvalue()
    finally:
        document.close()


def page_size(data: bytes, page: int) -> tuple[float, float]:
    """Return width and height in points of page ``page`` (from 1), as displayed."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        width, height = document[page - 1].get_size()
        return float(width), float(height)
    finally:
        document.close()


def render_file(path: Path, page: int, dpi: int) -> tuple[bytes, float, float]:
    """Return a page as PNG with its width and height in points; for a worker process."""
    data = read_bytes(path)
    return render_page(data, page, dpi), *page_size(data, page)
