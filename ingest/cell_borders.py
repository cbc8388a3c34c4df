"""The rows of a table without walls in, the gaps between its columns out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ingest.page_text import Line
from ingest.records import Box

Border = tuple[float, float, float, float]
"""The x between which two columns part, and the heights between which they do."""

# Words of a head that stand so far (em) apart may be the heads of two columns.
_HEAD_GAP_EM = 0.4


def column_borders(rows: Sequence[Sequence[Line]], head: int) -> list[Border]:
    """Return the gaps that the rows with most cells have in common, and those below the head's.

    ``head`` rows are those of the head.
    """
    most = max((len(row) for row in rows), default=0)
    full = [row for row in rows if len(row) == most]
    others = [run.box for row in rows if len(row) < most for run in row]
    borders = []
    for left in range(most - 1):
        start = max(row[left].box.x1 for row in full)
        end = min(row[left + 1].box.x0 for row in full)
        if start < end:
            start, end = _narrowed(start, end, others)
            borders.append((start, end, float("-inf"), float("inf")))
    heads, body = rows[head - 1 : head], [row for row in rows[head:] if len(row) > 1]
    if body:
        borders += [gap for gap in gaps_below(heads, body) if not _meets(gap, borders)]
    return sorted(borders)


def gaps_below(heads: Sequence[Sequence[Line]], body: Sequence[Sequence[Line]]) -> list[Border]:
    """Return the gaps between words of the head that run on through all rows below it."""
    chars = sorted((c for row in heads for run in row for c in run.chars), key=lambda c: c.x0)
    found = []
    for before, after in pairwise(char for char in chars if char.text.strip()):
        gaps = [(before.x1, after.x0)]
        if after.x0 - before.x1 >= _HEAD_GAP_EM * after.size:
            for row in body:
                gaps = [gap for start, end in gaps for gap in _white(row, start, end)]
        start, end = max(gaps, key=lambda gap: gap[1] - gap[0], default=(0.0, 0.0))
        if end - start >= _HEAD_GAP_EM * after.size:
            found.append((start, end, float("-inf"), float("inf")))
    return found


def _white(row: Sequence[Line], start: float, end: float) -> list[tuple[float, float]]:
    """Return the parts from ``start`` to ``end`` in which a row has no character."""
    ink = sorted((c.x0, c.x1) for run in row for c in run.chars if c.text.strip())
    white = []
    for x0, x1 in ink:
        if x1 > start and x0 < end:
            white.append((start, x0))
            start = x1
    return [(a, b) for a, b in [*white, (start, end)] if b > a]


def _meets(gap: Border, borders: Sequence[Border]) -> bool:
    return any(gap[0] < end and start < gap[1] for start, end, _, _ in borders)


def _narrowed(start: float, end: float, others: Sequence[Box]) -> tuple[float, float]:
    """Return the part of a gap into which no other text reaches from one side."""
    left = max([start, *(box.x1 for box in others if box.x0 < start < box.x1 < end)])
    right = min([end, *(box.x0 for box in others if start < box.x0 < end < box.x1)])
    return (left, right) if left < right else (start, end)
