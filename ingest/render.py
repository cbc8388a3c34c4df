"""Pages of a PDF -> images, within the limit on pixels. Runs in the worker."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdfium2

from ingest.errors import UnreadablePdf
from ingest.limits import MAX_PIXELS
from ingest.upright import load_page

if TYPE_CHECKING:
    from PIL.Image import Image


def page_image(
    page: Any,  # noqa: ANN401
    dpi: int,
    part: tuple[float, float, float, float] | None = None,
) -> Image:
    """Return an open pdfium page as an RGB image; a huge page at less than ``dpi``.

    ``part`` (x0, top, x1, bottom in displayed points) cuts out a part of the page.
    """
    width, height = page.get_size()
    scale = min(dpi / 72, math.sqrt(MAX_PIXELS / max(1.0, width * height)))
    crop = (0.0, 0.0, 0.0, 0.0)
    if part:
        crop = (part[0], height - part[3], width - part[2], part[1])
    image: Image = page.render(scale=scale, crop=crop).to_pil().convert("RGB")
    return image


def render_page(data: bytes, page: int, dpi: int = 150, *, path: Path | None = None) -> bytes:
    """Return page ``page`` (from 1) as PNG; UnreadablePdf when it cannot be drawn."""
    return render_sized(data, page, dpi, path=path)[0]


def render_sized(
    data: bytes, page: int, dpi: int, *, path: Path | None = None
) -> tuple[bytes, float, float]:
    """Return a page (from 1) as PNG, and its displayed width and height in points."""
    buffer = io.BytesIO()
    try:
        document = pypdfium2.PdfDocument(data)
        try:
            item = load_page(document, page - 1)
            width, height = item.get_size()
            page_image(item, dpi).save(buffer, "PNG", compress_level=3)
        finally:
            document.close()
    except (pypdfium2.PdfiumError, IndexError, ValueError) as error:
        raise UnreadablePdf(
            path or Path("page.pdf"),
            f"第 {page} 页无法显示；请检查文件。",
            f"page {page} cannot be drawn; check the file.",
        ) from error
    return buffer.getvalue(), float(width), float(height)
