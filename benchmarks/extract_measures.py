"""A PDF and what was read of it in, figures out: characters recovered, boxes against ink."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdf
import pypdfium2

from ingest.clean import fold_for_match, is_han
from ingest.records import BlockKind, Document, Span

# Pixels per point at which glyphs are drawn for the box measure.
_SCALE = 3
_INK = 128
# Pages per document that are drawn, and lines per page that are measured.
_PAGES_DRAWN = 5
_LINES_MEASURED = 40


def han_of(text: str) -> Counter[str]:
    """Return the Chinese characters of ``text``, code forms folded, with their counts."""
    return Counter(char for char in fold_for_match(text) if is_han(char))


def engine_han(path: Path) -> dict[int, Counter[str]]:
    """Return per page (from 1) the Chinese characters that the better engine finds.

    pdfium is the better one where both agree and where pypdf reads overprinted characters
    twice; pypdf where pdfium finds less than half.
    """
    found: dict[int, Counter[str]] = {}
    reader = pypdf.PdfReader(path)
    if reader.is_encrypted:
        reader.decrypt("")
    document = pypdfium2.PdfDocument(path)
    for index, page in enumerate(document):
        ours = han_of(page.get_textpage().get_text_range())
        theirs = han_of(_pypdf_text(reader, index))
        found[index + 1] = theirs if ours.total() < 0.5 * theirs.total() else ours
    return found


def _pypdf_text(reader: pypdf.PdfReader, index: int) -> str:
    try:
        return reader.pages[index].extract_text()
    except Exception:  # any failure of the other engine only means that it found nothing
        return ""


def product_han(document: Document) -> dict[int, Counter[str]]:
    """Return per page the Chinese characters of all blocks, furniture included."""
    found: dict[int, Counter[str]] = {page.number: Counter() for page in document.pages}
    for block in document.blocks:
        for span in block.spans:
            found.setdefault(span.box.page, Counter()).update(
                han_of(block.text[span.start : span.end])
            )
    return found


@dataclass(frozen=True, slots=True)
class Recovery:
    """Chinese characters: wanted, found, and the worst page with its share."""

    wanted: int
    found: int
    worst_page: int
    worst: float


def recovery(path: Path, document: Document) -> Recovery:
    """Compare text-layer pages with the better engine; pages read by OCR do not count."""
    ocr = {page.number for page in document.pages if page.engine == "ocr"}
    ours = product_han(document)
    wanted = found = worst_page = 0
    worst = 1.0
    for number, reference in engine_han(path).items():
        if number in ocr or not reference:
            continue
        both = (reference & ours.get(number, Counter())).total()
        wanted += reference.total()
        found += both
        if both / reference.total() < worst:
            worst_page, worst = number, both / reference.total()
    return Recovery(wanted, found, worst_page, worst)


@dataclass(frozen=True, slots=True)
class Ink:
    """One line against its drawn glyphs: reach of ink beyond the box's ends (points), and the
    share of its ink that the box covers."""

    reach: float
    covered: float


def ink_of_boxes(path: Path, document: Document) -> list[Ink]:
    """Measure lines spread over the first pages of ``document``.

    Ink is looked for up to 0.25 em beside and 0.1 em above and below a line: further away
    stands another line.
    """
    pdf = pypdfium2.PdfDocument(path)
    found: list[Ink] = []
    for index in range(min(len(pdf), _PAGES_DRAWN)):
        spans = list(_lines_on(document, index + 1))
        step = max(1, len(spans) // _LINES_MEASURED)
        image = np.asarray(pdf[index].render(scale=_SCALE, grayscale=True).to_pil()) < _INK
        measured = (_ink(image, span) for span in spans[::step])
        found += [ink for ink in measured if ink is not None]
    return found


def _lines_on(document: Document, page: int) -> Iterator[Span]:
    prose = (BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.REFERENCE)
    for block in document.blocks:
        if block.kind in prose:
            spans = [span for span in block.spans if span.box.page == page]
            yield from (span for span in spans if not any(_goes_on(span, x) for x in spans))


def _goes_on(span: Span, other: Span) -> bool:
    """Tell whether two boxes are pieces of one line, as on a page that leans."""
    level = span.box.top < (other.box.top + other.box.bottom) / 2 < span.box.bottom
    return span is not other and level


def _ink(image: np.ndarray, span: Span) -> Ink | None:
    box = span.box
    height = box.bottom - box.top
    left, right = min(span.edges), max(span.edges)
    x0, x1 = int((left - 0.25 * height) * _SCALE), int((right + 0.25 * height) * _SCALE)
    y0, y1 = int((box.top - 0.1 * height) * _SCALE), int((box.bottom + 0.1 * height) * _SCALE)
    x0, y0 = max(x0, 0), max(y0, 0)
    part = image[y0:y1, x0:x1]
    columns = np.flatnonzero(part.any(axis=0))
    # A strip that is mostly ink lies on a figure or a coloured ground.
    if not len(columns) or right - left < 1 or part.mean() > 0.6:
        return None
    ink_left, ink_right = (x0 + columns[0]) / _SCALE, (x0 + columns[-1] + 1) / _SCALE
    inside = image[
        int(box.top * _SCALE) : int(np.ceil(box.bottom * _SCALE)),
        int(left * _SCALE) : int(np.ceil(right * _SCALE)),
    ]
    reach = max(0.0, left - ink_left, ink_right - right)
    return Ink(float(reach), float(inside.sum() / part.sum()))
