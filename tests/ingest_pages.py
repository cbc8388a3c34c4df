"""Pages made of a few printed lines, for tests of everything between characters and blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.clean import is_cjk
from ingest.page_text import Char, PageText
from ingest.records import Box

WIDTH, HEIGHT = 595.0, 842.0
BODY = "Song"
HEADING = "HeiTi"


@dataclass(frozen=True, slots=True)
class Print:
    """Text printed from ``x`` on the baseline ``y``; full-width spaces are gaps."""

    x: float
    y: float
    text: str
    size: float = 10.0
    font: str = BODY


def chars_of(line: Print) -> list[Char]:
    """Return the characters of a printed line; Latin ones are half as wide."""
    found = []
    x = line.x
    for code in line.text:
        width = line.size if is_cjk(code) or code in "　“”" else 0.5 * line.size
        if not code.isspace():
            top, bottom = line.y - 0.88 * line.size, line.y + 0.14 * line.size
            found.append(Char(code, x, top, x + width, bottom, line.y, line.size, line.font))
        x += width
    return found


def page(
    lines: Sequence[Print],
    *,
    number: int = 1,
    rules: Sequence[tuple[float, float, float, float]] = (),
    images: Sequence[tuple[float, float, float, float]] = (),
    engine: str = "pdfium",
) -> PageText:
    """Return a page with ``lines`` in content order; rules and images are (x0, top, x1, bottom)."""
    return PageText(
        number,
        WIDTH,
        HEIGHT,
        0,
        tuple(char for line in lines for char in chars_of(line)),
        engine,
        images=tuple(Box(number, *image) for image in images),
        rules=tuple(Box(number, *rule) for rule in rules),
    )


def column(
    x: float, top: float, texts: Sequence[str], *, step: float = 16.0, size: float = 10.0
) -> list[Print]:
    """Return lines below each other; a leading full-width space indents the first line."""
    return [Print(x, top + step * index, text, size) for index, text in enumerate(texts)]


def prose(count: int, letter: str = "文", width: int = 22) -> list[str]:
    """Return full lines of ``width`` characters; each begins with ``letter`` and its number."""
    start = ord(letter)
    return [
        f"{letter}{index:02d}" + "".join(chr(start + 7 * index + at) for at in range(width - 2))
        for index in range(count)
    ]
