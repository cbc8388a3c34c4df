"""Lines in reading order in, where paragraphs begin out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest.clean import count_han
from ingest.layout import spaced_text
from ingest.records import Line

# Neighbours that show where the column's edges are at a line.
_NEIGHBOURS = 4
_SAME_SIZE = 0.12
_STEP_EM = 2.4
_INDENT_EM = 1.2
# A line that ends this far (em; part of the column for Latin text) before the edge is short.
_SHORT_EM = 1.5
_SHORT_SHARE = 0.12
_VERY_SHORT = 0.35

_ENDED = re.compile(
    r"[。！？；：!?;:.．…][”’」』）)】〕］\]\"'\s]*(?:[\[［〔(（][\d,，、\-–~\s]+[\]］〕)）])?\s*$"
)
_MARKER = re.compile(
    r"\s*(?:[(（]?\d{1,2}[)）]|[(（][一二三四五六七八九十a-zA-Z][)）]|[a-z][)）]|[①-⑳]|\d{1,2}[.．、](?!\s?\d)"
    r"|[•●○◆■□▪◇★☆➢✓\uf000-\uf0ff]|[一二三四五六七八九十]{1,2}、)"
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A line with the left and right edge of its column at its height, and its joined text."""

    line: Line
    text: str
    left: float
    right: float

    @property
    def spaced(self) -> str:
        """The text with a tab in each printed gap."""
        return spaced_text(self.line)

    @property
    def indent(self) -> float:
        """How far (em) the line begins inside its column."""
        return (self.line.box.x0 - self.left) / self.line.size

    @property
    def is_indented(self) -> bool:
        """Whether the line begins like a paragraph."""
        return self.indent > _INDENT_EM

    @property
    def is_short(self) -> bool:
        """Whether the line ends before the edge of its column."""
        rest = self.right - self.line.box.x1
        if count_han(self.text) * 3 > len(self.text):
            return rest > _SHORT_EM * self.line.size
        return rest > max(_SHORT_EM * self.line.size, _SHORT_SHARE * (self.right - self.left))

    @property
    def has_ended(self) -> bool:
        """Whether the line ends with a stop."""
        return _ENDED.search(self.text) is not None

    @property
    def has_marker(self) -> bool:
        """Whether the line begins like an item of a list."""
        return _MARKER.match(self.text) is not None


def place(lines: Sequence[Line], texts: Sequence[str]) -> list[Placed]:
    """Return the ``lines`` of one page in reading order with the edges of their columns."""
    columns: dict[int, tuple[float, float]] = {}
    for column in {line.column for line in lines}:
        own = [line for line in lines if line.column == column]
        columns[column] = (min(x.box.x0 for x in own), max(x.box.x1 for x in own))
    placed = []
    for index, line in enumerate(lines):
        near = _neighbours(lines, index)
        if len(near) > 1:
            left, right = min(x.box.x0 for x in near), max(x.box.x1 for x in near)
        else:
            left, right = columns[line.column]
            beside = [x for x in lines if x is not line and x.column == line.column]
            if not beside:
                left, right = line.box.x0, max(line.box.x1, right)
        placed.append(Placed(line, texts[index], left, right))
    return placed


def _neighbours(lines: Sequence[Line], index: int) -> list[Line]:
    line = lines[index]
    found = [line]
    for step in (-1, 1):
        last = line
        for place_ in range(index + step, index + step * (_NEIGHBOURS + 1), step):
            if not 0 <= place_ < len(lines):
                break
            other = lines[place_]
            apart = (other.baseline - last.baseline) * step
            if (
                other.column != line.column
                or not 0 < apart < _STEP_EM * line.size
                or abs(other.size - line.size) > _SAME_SIZE * line.size
            ):
                break
            found.append(other)
            last = other
    return found


def usual_step(placed: Sequence[Placed]) -> float:
    """Return the usual distance of lines in em."""
    steps = [
        (after.line.baseline - before.line.baseline) / before.line.size
        for before, after in pairwise(placed)
        if _below(before, after)
    ]
    steps = [step for step in steps if step < 3]
    return median(steps) if steps else 1.6


def _below(before: Placed, after: Placed) -> bool:
    one, other = before.line, after.line
    same = (one.page, one.column) == (other.page, other.column)
    return same and other.baseline > one.baseline


def begins_paragraph(before: Placed, after: Placed, step: float) -> bool:
    """Tell whether ``after`` begins a paragraph and does not go on from ``before``.

    ``step`` is the usual distance of lines in em.
    """
    over = before.has_ended or before.is_short
    if abs(before.line.size - after.line.size) > _SAME_SIZE * before.line.size:
        return True
    if after.is_indented and over:
        return True
    if after.has_marker and over:
        return True
    if before.is_short and before.has_ended:
        return True
    if _below(before, after):
        gap = (after.line.baseline - before.line.baseline) / max(before.line.size, after.line.size)
        if gap > 1.45 * step and (over or gap > 2.2 * step):
            return True
        width = before.right - before.left
        rest = before.right - before.line.box.x1
        lower = after.text[:1].islower()
        return width > 0 and rest > _VERY_SHORT * width and not lower
    return False
