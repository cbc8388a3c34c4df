"""How much the type of a line says that it is a heading: size, weight, a font that is rare."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ingest.clean import count_han
from ingest.page_text import Line
from ingest.paragraphs import Placed

_LONGEST = 46
_LONGEST_EN = 90
_LARGER = 1.07
_LARGER_OCR = 1.25
_SMALLER = 0.93
# A type that so much of the text is set in is no heading's.
_COMMON = 0.12
_LITTLE_TEXT = 1000

_STOPS = "。；，,;！!、：:"
_BOLD = re.compile(
    r"bold|heavy|black|semibold|sans|gothic|[-,]bd|hei|黑|HT[A-Z]*[-J]|XBS|DBS|DHT|ZHT|CHT", re.I
)


def is_bold(font: str) -> bool:
    """Tell whether the name of a font says that it is bold or of the kind of headings (黑体)."""
    return bool(_BOLD.search(font))


def fits_heading(text: str) -> bool:
    """Tell whether a text is short enough for a heading and does not end as a sentence."""
    longest = _LONGEST if count_han(text) else _LONGEST_EN
    return len(text) <= longest and text.rstrip("”’」』\"'")[-1:] not in _STOPS


def holds_sentence(text: str) -> bool:
    """Tell whether a text holds a full stop, as no heading does."""
    return "。" in text


class TypeEvidence:
    """Compares lines with the text of a document, set in ``font`` at ``body`` points."""

    def __init__(self, placed: Sequence[Placed], body: float, font: str) -> None:
        self.body = body
        self.font = font
        self._styles = _common_styles(placed)

    def points(self, item: Placed) -> int:
        """Return how much the type of a line differs from the text: size 2, bold or font 1-2."""
        line = item.line
        if line.size < _SMALLER * self.body:
            return -2
        # Without a font (OCR) the size is measured on ink and varies from line to line.
        points = 2 if line.size > (_LARGER if line.font else _LARGER_OCR) * self.body else 0
        differs = bool(line.font) and line.font != self.font
        if differs and is_bold(line.font) and not is_bold(self.font):
            points += 2
        elif differs and count_han(item.text) > 1 and self.is_rare(line):
            points += 1
        return points

    def is_larger(self, line: Line) -> bool:
        """Tell whether a line, whose font is known, is set larger than the text."""
        return bool(line.font) and line.size > _LARGER * self.body

    def is_rare(self, line: Line) -> bool:
        """Tell whether little of the document is set in the type of ``line``."""
        return self._styles.get((line.font, round(line.size)), 0.0) < _COMMON


def is_smaller(line: Line, other: Line) -> bool:
    """Tell whether ``line`` is set clearly smaller than ``other``."""
    return line.size * _LARGER < other.size


def _common_styles(placed: Sequence[Placed]) -> dict[tuple[str, int], float]:
    """Return the share of all characters that is set in each font and size."""
    counts: Counter[tuple[str, int]] = Counter()
    for item in placed:
        counts[item.line.font, round(item.line.size)] += len(item.text)
    total = max(counts.total(), _LITTLE_TEXT)
    return {style: count / total for style, count in counts.items()}
