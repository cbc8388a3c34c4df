"""The printed rows of a table without rules between them in, its own rows out.

A cell may take several lines, at the top of its row or in the middle; a name may stand in the
middle beside the rows that belong to it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from ingest.page_text import Line

Columns = Sequence[float]
"""The x that part the columns of a table, from the left."""

# Lines of one cell follow each other nearer than rows do: this part of their distance.
_TIGHT = 0.8
# Where rows are set apart, the lines inside a cell are no further from each other than this
# factor of the least distance, and the rows at least by the other.
_CLOSE, _APART = 1.12, 1.3
# At least this part of the rows is set apart then; single ones only begin another part.
_APART_SHARE = 0.25
# A cell of this width (em) holds prose; a line that ends so near its right edge goes on.
_PROSE_EM, _FULL_EM = 8.0, 1.6
_NEXT_LINE_EM = 2.0
# A name stands in the middle of its rows within this distance (em).
_MIDDLE_EM = 0.6
_NUMBER = re.compile(r"\s*[-−–+±<＜>＞≤≥=~]?\s*\d")


def column_of(run: Line, places: Columns) -> int:
    """Return the column (from 0) in which the middle of ``run`` stands."""
    middle = (run.box.x0 + run.box.x1) / 2
    return sum(middle > x for x in places)


def is_number(run: Line) -> bool:
    """Tell whether a cell holds a value rather than words."""
    return _NUMBER.match(run.text) is not None


def merged_rows(rows: Sequence[Sequence[Line]], places: Columns) -> list[list[Line]]:
    """Return the runs of each row of the table, its printed lines joined.

    A name in the middle beside several rows is in each of them.
    """
    beside = _beside(rows, places)
    return beside if beside is not None else _joined(rows, places)


def _joined(rows: Sequence[Sequence[Line]], places: Columns) -> list[list[Line]]:
    """Return ``rows`` with each that goes on in the next joined to it."""
    if not rows:
        return []
    spacing = _Spacing(rows, places)
    merged: list[list[Line]] = [list(rows[0])]
    for before, row in pairwise(rows):
        if spacing.is_one(merged[-1], before, row):
            merged[-1] += row
        else:
            merged.append(list(row))
    return merged


class _Spacing:
    """How far the printed rows of a table are apart, and where its columns end."""

    def __init__(self, rows: Sequence[Sequence[Line]], places: Columns) -> None:
        self.places = places
        steps = [b[0].baseline - a[0].baseline for a, b in pairwise(rows)]
        self.usual = median(steps) if steps else 0.0
        size = rows[0][0].size
        whole = [step for step in steps if step > 0.9 * size]
        least = min(whole, default=0.0)
        apart = sum(step > _APART * least for step in whole)
        self.close = _CLOSE * least if apart and apart >= _APART_SHARE * len(steps) else 0.0
        self.edges: dict[int, tuple[float, float]] = {}
        for run in (run for row in rows for run in row):
            column = column_of(run, places)
            left, right = self.edges.get(column, (run.box.x0, run.box.x1))
            self.edges[column] = (min(left, run.box.x0), max(right, run.box.x1))

    def is_one(self, above: Sequence[Line], before: Sequence[Line], row: Sequence[Line]) -> bool:
        """Tell whether the printed ``row`` below ``before`` belongs to the row ``above``."""
        lowest = max(run.box.bottom for run in above)
        if lowest > min(run.box.top for run in row) + 0.15 * row[0].size:
            return True
        last = {column_of(run, self.places): run for run in above}
        common = [(last[at], run) for run in row if (at := column_of(run, self.places)) in last]
        step = row[0].baseline - before[0].baseline
        named = 0 in last and any(column_of(run, self.places) == 0 for run in row)
        if not named and any(self._runs_on(one, other) for one, other in common):
            return self.close == 0.0 or step <= self.close
        if any(is_number(one) and is_number(other) for one, other in common):
            return False
        if self.close and step <= self.close and len(common) == len(row):
            return (len(row) == 1 and not named) or any(self._is_full(one) for one, _ in common)
        first_empty = bool(self.places) and row[0].box.x0 > self.places[0]
        return first_empty and len(row) < len(above) and step < _TIGHT * self.usual

    def _runs_on(self, above: Line, below: Line) -> bool:
        """Tell whether a line of prose goes on in the one below it."""
        left, right = self.edges[column_of(above, self.places)]
        near = below.baseline - above.baseline < _NEXT_LINE_EM * above.size
        return near and right - left >= _PROSE_EM * above.size and self._is_full(above)

    def _is_full(self, run: Line) -> bool:
        right = self.edges[column_of(run, self.places)][1]
        return right - run.box.x1 < _FULL_EM * run.size


def _beside(rows: Sequence[Sequence[Line]], places: Columns) -> list[list[Line]] | None:
    """Return the rows, the names of the first column in each that they stand beside.

    None when its cells do not stand in the middle of several rows each.
    """
    names = [run for row in rows for run in row if column_of(run, places) == 0]
    rest = [[run for run in row if column_of(run, places) > 0] for row in rows]
    bands = _joined([row for row in rest if row], places)
    if not names or len(names) >= len(bands) or _are_above(names, bands):
        return None
    tops = [min(run.box.top for run in band) for band in bands]
    ends = [max(run.box.bottom for run in band) for band in bands]
    beside = [list(band) for band in bands]
    start = 0
    for name in names:
        middle = (name.box.top + name.box.bottom) / 2
        off = [
            abs((tops[start] + ends[last]) / 2 - middle) for last in range(start, len(bands))
        ]  # fmt: skip
        if not off or min(off) > _MIDDLE_EM * name.size:
            return None
        stop = start + off.index(min(off)) + 1
        for at in range(start, stop):
            beside[at].insert(0, name)
        start = stop
    return beside if start == len(bands) else None


def _are_above(names: Sequence[Line], bands: Sequence[Sequence[Line]]) -> bool:
    """Tell whether each of ``names`` is set on a line of its own, the first on the first."""
    heights = [band[0].baseline for band in bands]
    level = [min(abs(name.baseline - y) for y in heights) < 0.2 * name.size for name in names]
    return all(level) and abs(names[0].baseline - heights[0]) < 0.2 * names[0].size
