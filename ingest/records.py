"""The records that ingest produces: a PDF becomes a Document of Blocks, then Passages.

Geometry: PDF points, origin at the top left of the page as displayed (CropBox applied,
rotation applied), x to the right, y down. Pages count from 1.

Texts are "as printed": code points stay as the page has them (⼀, Ａ, 10⁸). Lines are joined
(no space between Chinese characters, line-end hyphens resolved), and every character of a
text can be followed back to its box through ``spans``. What search sees is derived by
``ingest.clean``; it is never stored in place of the printed text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in points, origin top left."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float

    @classmethod
    def around(cls, boxes: Sequence[Box]) -> Box:
        """Return the box around one or more boxes of a page."""
        return cls(
            boxes[0].page,
            min(box.x0 for box in boxes),
            min(box.top for box in boxes),
            max(box.x1 for box in boxes),
            max(box.bottom for box in boxes),
        )


@dataclass(frozen=True, slots=True)
class Span:
    """The characters ``text[start:end]`` of a block or passage, which lie on one printed line.

    ``edges`` are the x positions of the character borders, ``end - start + 1`` numbers, so
    that any part of the line has an exact box.
    """

    start: int
    end: int
    box: Box
    edges: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """An in-text citation mark ``text[start:end]`` such as [1-3], and the entries it names."""

    start: int
    end: int
    numbers: tuple[int, ...]


class BlockKind(StrEnum):
    """What a block is; only PARAGRAPH, TABLE and CAPTION become passages."""

    TITLE = "title"
    AUTHORS = "authors"
    METADATA = "metadata"
    KEYWORDS = "keywords"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    CAPTION = "caption"
    TABLE = "table"
    FIGURE = "figure"
    FORMULA = "formula"
    REFERENCE = "reference"
    FOOTNOTE = "footnote"
    HEADER = "header"
    FOOTER = "footer"
    WATERMARK = "watermark"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a page (or of several, where text runs over a break) in reading order.

    ``section`` is the path of headings above it, outermost first; a heading's own path
    includes itself. ``language`` is "zh" or "en".
    """

    kind: BlockKind
    text: str
    section: tuple[str, ...]
    spans: tuple[Span, ...]
    marks: tuple[Mark, ...] = ()
    language: str = "zh"
    level: int = 0

    @property
    def page(self) -> int:
        """The page on which the block begins."""
        return self.spans[0].box.page if self.spans else 1


@dataclass(frozen=True, slots=True)
class Reference:
    """One entry of the reference list, parsed as far as it could be (GB/T 7714 forms)."""

    number: int
    text: str
    authors: tuple[str, ...] = ()
    title: str = ""
    journal: str = ""
    year: int | None = None
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """Who a document is. ``id`` is the SHA-256 of the file, ``file`` its name, never a path."""

    id: str
    file: str
    title: str
    title_en: str = ""
    authors: tuple[str, ...] = ()
    authors_en: tuple[str, ...] = ()
    journal: str = ""
    year: int | None = None
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    keywords: tuple[str, ...] = ()
    keywords_en: tuple[str, ...] = ()
    clc: str = ""
    document_code: str = ""
    received: str = ""
    language: str = "zh"
    page_count: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """One page as it was read."""

    number: int
    width: float
    height: float
    rotation: int
    engine: str
    columns: int
    hidden: int = 0
    unknown: int = 0
    confidence: float | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One PDF, read. ``blocks`` are in reading order over all pages.

    ``failed_pages`` names pages (from 1) that no engine could read; the rest is kept.
    ``unread`` names the scans among them that OCR would read if it were on and installed.
    """

    paper: Paper
    pages: tuple[Page, ...]
    blocks: tuple[Block, ...]
    references: tuple[Reference, ...] = ()
    failed_pages: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
    unread: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """The sentence ``text[start:end]`` of a passage."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Child:
    """Whole sentences ``text[start:end]`` of a passage, about 120 characters: what is embedded."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """About 400 Chinese characters of one section: what is cited and shown.

    ``id`` is ``{paper_id[:16]}-{ordinal:04d}``. ``ocr`` is true when a part was read by OCR.
    """

    id: str
    paper_id: str
    ordinal: int
    text: str
    section: tuple[str, ...]
    kind: BlockKind
    language: str
    spans: tuple[Span, ...]
    marks: tuple[Mark, ...]
    sentences: tuple[Sentence, ...]
    children: tuple[Child, ...]
    ocr: bool = False
