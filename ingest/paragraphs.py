"""Lines in reading order in, where paragraphs begin out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest.clean import count_han
from ingest.gutters import ink_end
from ingest.layout import spaced_text
from ingest.page_text import Line

# Neighbours that show where the column's edges are at a line.
_NEIGHBOURS = 4
_SAME_EDGE_EM = 0.6
_SHARED_BY = 3
_SAME_SIZE = 0.12
_STEP_EM = 2.4
_INDENT_EM = 1.2
# The line below a paragraph's first begins this far (em) to its left.
_FIRST_LINE_EM = (1.5, 2.6)
# A bullet stands on the line of its text, this near (em).
_SAME_ROW_EM = 0.5
_BULLET_GAP_EM = 3.0
# A line that ends this far (em; part of the column for Latin text) before the edge is short.
_SHORT_EM = 1.5
_SHORT_SHARE = 0.12
_VERY_SHORT = 0.35

_ENDED = re.compile(
    r"[。！？；：!?;:.．…][”’」』）)】〕］\]\"'\s]*(?:[\[［〔(（][\d,，、\-–~\s]+[\]］〕)）])?\s*$"
)
# A raised citation mark that did not fit on the line of its sentence.
_ONLY_MARK = re.compile(r"[\[［〔(（][\d,，、\-–~\s]+[\]］〕)）][。，；;,.]?")
# What explains the signs of the formula above it.
_EXPLAINS = re.compile(r"\s*(?:式中|其中|上式|这里|此处|where\b|in which\b|and\b)", re.IGNORECASE)
_BULLET = re.compile(r"\s*[•●○◆■□▪◇★☆➢✓\uf000-\uf0ff]")
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
    columns = {column: _column_edges(lines, column) for column in {x.column for x in lines}}
    placed = []
    for index, line in enumerate(lines):
        left, right = columns[line.column]
        for step in (-1, 1):
            near = [line, *_neighbours(lines, index, step)]
            # Beside a figure the column is narrow: its edge is where several lines end.
            right = min(right, _edge([ink_end(x) for x in near], line, right, max))
            left = max(left, _edge([x.box.x0 for x in near], line, left, min))
        left = _left_of_next(lines, index, left)
        placed.append(Placed(line, texts[index], min(left, line.box.x0), max(right, line.box.x1)))
    return placed


def _column_edges(lines: Sequence[Line], column: int) -> tuple[float, float]:
    """Return where most long lines of a column begin and end."""
    own = [line for line in lines if line.column == column]
    long = [x for x in own if x.box.x1 - x.box.x0 > 0.5 * max(y.box.x1 - y.box.x0 for y in own)]
    right = sorted(map(ink_end, long))[int(0.9 * (len(long) - 1))]
    return min(x.box.x0 for x in long), right


def _edge(
    ends: Sequence[float],
    line: Line,
    otherwise: float,
    outermost: Callable[[Sequence[float]], float],
) -> float:
    """Return the outermost of ``ends`` where at least three lines share it and are not tiny."""
    edge = outermost(ends)
    shared = sum(abs(end - edge) < _SAME_EDGE_EM * line.size for end in ends)
    return edge if shared >= _SHARED_BY else otherwise


def _left_of_next(lines: Sequence[Line], index: int, left: float) -> float:
    """Return the edge that the next line shows: short items above share a paragraph's indent."""
    line = lines[index]
    for following in _neighbours(lines, index, 1)[:1]:
        indent = (line.box.x0 - following.box.x0) / line.size
        if _FIRST_LINE_EM[0] < indent < _FIRST_LINE_EM[1]:
            return min(left, following.box.x0)
    return left


def _neighbours(lines: Sequence[Line], index: int, step: int) -> list[Line]:
    """Return the lines that follow ``index`` closely, upwards (``step`` -1) or downwards (1)."""
    found: list[Line] = []
    last = line = lines[index]
    for other in lines[index + step :: step][:_NEIGHBOURS] if index + step >= 0 else ():
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


def _is_bullet_of(before: Placed, after: Placed) -> bool:
    """Tell whether ``before`` is only the bullet that stands in front of ``after``."""
    one, other = before.line, after.line
    return (
        (one.page, one.column) == (other.page, other.column)
        and len(before.text) == 1
        and not before.text.isalnum()
        and abs(one.baseline - other.baseline) < _SAME_ROW_EM * other.size
        and 0 <= other.box.x0 - one.box.x1 < _BULLET_GAP_EM * other.size
    )


def _below(before: Placed, after: Placed) -> bool:
    one, other = before.line, after.line
    same = (one.page, one.column) == (other.page, other.column)
    return same and other.baseline > one.baseline


def begins_paragraph(before: Placed, after: Placed, step: float) -> bool:
    """Tell whether ``after`` begins a paragraph and does not go on from ``before``.

    ``step`` is the usual distance of lines in em.
    """
    if _is_bullet_of(before, after) or _ONLY_MARK.fullmatch(after.text.strip()):
        return False
    over = before.has_ended or before.is_short
    if abs(before.line.size - after.line.size) > _SAME_SIZE * before.line.size:
        return True
    other_font = before.line.font != after.line.font
    if after.is_indented and (over or (other_font and before.text.rstrip()[-1:] in "）)】")):
        return True
    if _BULLET.match(after.text) or (after.has_marker and over):
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


def begins_behind_formula(before: Placed, after: Placed) -> bool:
    """Tell whether ``after``, the first line below a displayed formula, begins a paragraph."""
    if _EXPLAINS.match(after.text):
        return False
    return after.is_indented or before.text.rstrip()[-1:] in "。！？"
