"""What an engine says of a page before layout, and the lines that are made of it.

Geometry as in ``ingest.records``: points, origin top left of the page as displayed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest.geometry import Turn
from ingest.records import Box


@dataclass(frozen=True, slots=True)
class Char:
    """One character as an engine found it, in content order; box is its em box."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    baseline: float
    size: float
    font: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line: its characters left to right, spaces included where they are printed.

    ``column`` is 0 for a full-width line, else 1, 2, ... from the left. ``size`` is the
    median em size in points, ``font`` the font of most of its characters, ``text`` the line as
    printed.
    """

    page: int
    chars: tuple[Char, ...]
    box: Box
    baseline: float
    size: float
    font: str = ""
    column: int = 0
    text: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Made once: every rule of layout asks for it.
        object.__setattr__(self, "text", "".join([char.text for char in self.chars]))


@dataclass(frozen=True, slots=True)
class PageText:
    """All that an engine knows of one page, before layout.

    ``engine`` is "pdfium", "pypdf" or "ocr". ``images`` and ``rules`` (thin lines and table
    borders) are boxes, ``shapes`` those of everything else that is drawn. ``hidden``
    counts characters nobody can see that were left out; ``unknown`` counts characters without
    a known meaning, ``outlines`` filled shapes of the size of letters. ``confidence`` is the
    mean OCR confidence 0-1, None for text layers. A scan that was turned to be read has size
    and places of the upright page, and its ``turn``.
    """

    number: int
    width: float
    height: float
    rotation: int
    chars: tuple[Char, ...]
    engine: str
    images: tuple[Box, ...] = ()
    rules: tuple[Box, ...] = ()
    shapes: tuple[Box, ...] = ()
    hidden: int = 0
    unknown: int = 0
    outlines: int = 0
    confidence: float | None = None
    warnings: tuple[str, ...] = ()
    turn: Turn | None = None
