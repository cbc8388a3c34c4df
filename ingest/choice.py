"""Two readings of a page in, the one to use out, or the verdict that its image must be read.

Rules (measured on 160 pages of 45 Chinese PDFs): a reading is refused for what
``ingest.plausible`` finds, or when there is hardly any text although images cover the page;
where both readings are sound and disagree, pdfium is right unless pypdf has characters that
pdfium lacks (pdfium drops what is printed twice for a fake bold, pypdf repeats it).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from ingest.clean import fold_for_match, is_han
from ingest.page_text import PageText
from ingest.plausible import agreement, fault

FEW_CHARS = 50
IMAGE_SHARE, GROUND_SHARE = 0.5, 0.85
# More filled shapes of the size of letters than a figure has: text turned into curves.
MANY_OUTLINES = 200
MIN_AGREEMENT = 0.9
_FAULTS = {
    "strange": ("字符编码不明", "characters without a known meaning"),
    "mojibake": ("乱码", "garbled characters"),
    "random": ("编码错乱", "scrambled characters"),
    "failed": ("无法读取", "could not be read"),
    "empty": ("没有文字", "no text"),
    "lost": ("缺字", "characters missing"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """The reading of a page (None: no engine could read it) and whether OCR must read it."""

    page: PageText | None
    needs_ocr: bool


def text_of(page: PageText | None) -> str:
    """Return the characters of a page in content order."""
    return "".join(char.text for char in page.chars) if page else ""


def is_scan(page: PageText) -> bool:
    """Tell whether a page is a picture: hardly any text, but images or drawn letters on it."""
    drawn = image_share(page) > IMAGE_SHARE or page.outlines >= MANY_OUTLINES
    return _visible(page) < FEW_CHARS and drawn


def _visible(page: PageText) -> int:
    return sum(not char.text.isspace() for char in page.chars)


def without_ground(page: PageText) -> PageText:
    """Leave out the images of a page that they cover whole: a scan or a ground, no figures."""
    covered = image_share(page) > (IMAGE_SHARE if page.engine == "ocr" else GROUND_SHARE)
    return replace(page, images=()) if covered else page


def image_share(page: PageText) -> float:
    """Return which part of a page its images cover together, 0-1, on a grid of 40 x 40."""
    if not page.images or page.width <= 0 or page.height <= 0:
        return 0.0
    cells: set[tuple[int, int]] = set()
    for box in page.images:
        columns = range(*_cells(box.x0 / page.width, box.x1 / page.width))
        rows = range(*_cells(box.top / page.height, box.bottom / page.height))
        cells.update((column, row) for column in columns for row in rows)
    return len(cells) / 1600


def _cells(start: float, end: float) -> tuple[int, int]:
    return max(0, int(start * 40 + 0.5)), min(40, int(end * 40 + 0.5))


def verdict(page: PageText | None) -> str:
    """Return why a reading cannot be used as it is, "" when it can."""
    if page is None:
        return "failed"
    text = text_of(page)
    return fault(text) if text.strip() else "empty"


def choose(first: PageText | None, second: PageText | None) -> Choice:
    """Choose between pdfium's reading ``first`` and pypdf's reading ``second``."""
    faults = verdict(first), verdict(second)
    if first and not faults[0] and not (not faults[1] and _lacks(first, second)):
        return Choice(first, needs_ocr=False)
    if second and not faults[1]:
        why = faults[0] or "lost"
        if first:
            images, rules, shapes = first.images, first.rules, first.shapes
            second = replace(second, images=images, rules=rules, shapes=shapes)
        return Choice(_noted(second, why), needs_ocr=False)
    page = first or second
    # A few odd characters on a page without images prove nothing: é in a short Western text.
    readable = page is not None and _visible(page) < FEW_CHARS and image_share(page) <= IMAGE_SHARE
    return Choice(page, needs_ocr=page is not None and not readable)


def _lacks(first: PageText, second: PageText | None) -> bool:
    """Tell whether pdfium left out characters that stand nowhere in its reading."""
    ours, theirs = text_of(first), text_of(second)
    if agreement(ours, theirs) >= MIN_AGREEMENT:
        return False
    have = set(fold_for_match(ours))
    missing = Counter(c for c in fold_for_match(theirs) if is_han(c) and c not in have)
    return missing.total() > (1 - MIN_AGREEMENT) * max(1, sum(map(is_han, ours)))


def _noted(page: PageText, why: str) -> PageText:
    zh, en = _FAULTS[why]
    note = f"由 pypdf 读取（pdfium：{zh}） / read by pypdf (pdfium: {en})"
    return replace(page, warnings=(*page.warnings, note))
