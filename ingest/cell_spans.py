"""Cells of a grid that reach over several columns or rows in, where they are read again out.

A row is read alone by whoever asks for it, so what stands over two columns is repeated at both,
and what stands beside two rows in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ingest.page_text import Line
from ingest.records import Box

# A heading over all columns is none of several.
_ALL = 0.92
_SAME_Y = 2.5
# A cell of more lines holds prose, no name of the rows beside it.
_NAME_LINES = 3

Columns = Sequence[tuple[float, float]]
"""The left and right edge of each column of a table."""


def columns_of(places: Sequence[float], box: Box) -> Columns:
    """Return the columns of a table ``box`` that the x of ``places`` part."""
    edges = [box.x0, *places, box.x1]
    return list(pairwise(edges))


def spread_heads(
    bands: Sequence[Sequence[Line]],
    columns: Columns,
    walls: Sequence[Box],
) -> tuple[list[list[Line]], dict[int, list[int]]]:
    """Return the rows with the two of a head joined, and columns by the ``id`` of their heading.

    ``bands`` are the rows of runs between ``walls``, which part their cells.
    """
    rows = [list(band) for band in bands]
    if len(rows) < 2 or len(columns) < 3:
        return rows, {}
    head = [*rows[0], *rows[1]]
    spans: dict[int, list[int]] = {}
    claims = {id(run): _over(run, columns, walls) for run in rows[0]}
    for run in rows[0]:
        over = [
            index
            for index in claims[id(run)]
            if run is _nearest([r for r in rows[0] if index in claims[id(r)]], columns[index])
        ]
        below = {
            index
            for other in head
            if other.baseline > run.baseline + 0.5 * run.size
            for index in over
            if columns[index][0] <= (other.box.x0 + other.box.x1) / 2 <= columns[index][1]
        }
        if len(below) > 1:
            spans[id(run)] = over
    if not spans:
        return rows, {}
    lowest = max(run.baseline for run in rows[0])
    tops = [run for run in rows[0] if id(run) in spans]
    alone = all(lowest < run.baseline + 0.5 * run.size for run in tops)
    return ([head, *rows[2:]] if alone else rows), spans


def _nearest(runs: Sequence[Line], column: tuple[float, float]) -> Line:
    """Return which of ``runs`` has its middle next to that of a column: rules may touch."""
    x = sum(column) / 2
    return min(runs, key=lambda run: abs((run.box.x0 + run.box.x1) / 2 - x))


def _over(run: Line, columns: Columns, walls: Sequence[Box]) -> list[int]:
    """Return the columns that a run of the head stands over, between the walls beside it."""
    middle = (run.box.x0 + run.box.x1) / 2
    wide = columns[-1][1] - columns[0][0]
    height = (run.box.top + run.box.bottom) / 2
    beside = [wall for wall in walls if wall.top - 2 < height < wall.bottom + 2]
    left = max([wall.x0 for wall in beside if wall.x0 <= middle], default=columns[0][0])
    right = min([wall.x0 for wall in beside if wall.x0 > middle], default=columns[-1][1])
    if right - left > _ALL * wide:
        return []
    return [index for index, (x0, x1) in enumerate(columns) if left - 3 < (x0 + x1) / 2 < right + 3]


def spread_sides(
    bands: Sequence[Sequence[Line]], columns: Columns, inner: Sequence[Box], box: Box
) -> list[list[Line]]:
    """Return the rows of a table drawn as a grid, cells beside several of them in each.

    A cell of prose stands in the first of them only.
    """
    edges = [box.top, *sorted(rule.top for rule in inner), box.bottom]
    cells: dict[tuple[int, int, int], list[Line]] = {}
    for at, band in enumerate(bands):
        for run in band:
            middle = (run.box.x0 + run.box.x1) / 2
            first = last = at
            while first > 0 and not _is_parted(edges[first], middle, inner):
                first -= 1
            while last + 1 < len(bands) and not _is_parted(edges[last + 1], middle, inner):
                last += 1
            column = sum(middle > x1 for _, x1 in columns)
            cells.setdefault((column, first, last), []).append(run)
    rows: list[list[Line]] = [[] for _ in bands]
    for (_, first, last), runs in cells.items():
        beside = [at for at in range(first, last + 1) if bands[at]]
        for at in beside[:1] if len(runs) > _NAME_LINES else beside:
            rows[at] += runs
    return rows


def _is_parted(y: float, x: float, inner: Sequence[Box]) -> bool:
    """Tell whether a rule at height ``y`` crosses ``x``."""
    return any(abs(rule.top - y) < _SAME_Y and rule.x0 - 2 < x < rule.x1 + 2 for rule in inner)
