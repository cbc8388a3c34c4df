"""The printed rows above the rule under a table's head in, one row of heads out.

A head over several columns is told by the rule under it, else by its middle, which is that of
the columns it stands over.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ingest.cell_rows import Columns, column_of, is_number
from ingest.page_text import Line
from ingest.records import Box

# The rule under a head reaches over this part of the table; a head has so many printed rows.
_ACROSS = 0.9
_HEAD_ROWS = 4
# A rule under a head of several columns stands this near (em) below it.
_UNDER_EM = 1.2
_SAME_Y = 2.5
# A column over which no head stands costs as much as a head so far (em) from its middle.
_SKIPPED_EM = 1.5
# Heads further (em, and part of their columns) from the middle stand over nothing.
_OFF_EM, _OFF_PART = 1.5, 0.25
# Edges of a column differ by less than this (points) in the mean where it is set along them.
_EVEN = 1.0

Cells = Sequence[tuple[float, float]]
"""The left and right edges of columns."""
Spans = dict[int, list[int]]
"""The columns of a run by its ``id``."""


def head_rows(rows: Sequence[Sequence[Line]], inner: Sequence[Box], box: Box) -> int:
    """Return how many printed rows stand above the rule under the head; 0 without one."""
    wide = box.x1 - box.x0
    across = [rule.top for rule in inner if rule.x1 - rule.x0 > _ACROSS * wide]
    if not across:
        return 0
    count = sum(row[0].baseline < min(across) + 1 for row in rows)
    values = any(
        len(row) > 1 and 2 * sum(map(is_number, row)) >= len(row) for row in rows[1:count]
    )  # fmt: skip
    return 0 if count > _HEAD_ROWS or values else count


def head_spans(
    head: Sequence[Sequence[Line]],
    body: Sequence[Sequence[Line]],
    places: Columns,
    inner: Sequence[Box],
    box: Box,
) -> Spans:
    """Return the columns of each run of the printed rows ``head`` that stands over several."""
    spans: Spans = {}
    if len(head) < 2 or len(places) < 2:
        return spans
    for at, row in enumerate(head[:-1]):
        others = [*head[at + 1 :], *body]
        below = sorted({column_of(run, places) for run in head[-1]})
        ruled = _by_rules(row, below, places, inner, box)
        found = [] if ruled else _by_middles(row, below, others, places, box)
        for runs, over in ruled:
            alone = len(runs) == 1
            found += [(runs[0], over)] if alone else _by_middles(runs, over, others, places, box)
        spans |= {id(run): over for run, over in found if len(over) > 1}
    return spans


def _by_rules(
    row: Sequence[Line], below: Sequence[int], places: Columns, inner: Sequence[Box], box: Box
) -> list[tuple[list[Line], list[int]]]:
    """Return the runs that stand over each rule of their own, with the columns under it."""
    edges = list(pairwise([box.x0, *places, box.x1]))
    found = []
    for rule in (rule for rule in inner if rule.x1 - rule.x0 < _ACROSS * (box.x1 - box.x0)):
        runs = [
            run
            for run in row
            if -_SAME_Y < rule.top - run.box.bottom < _UNDER_EM * run.size
            and rule.x0 - 2 <= (run.box.x0 + run.box.x1) / 2 <= rule.x1 + 2
        ]
        if runs:
            over = [c for c in below if rule.x0 - 3 < sum(edges[c]) / 2 < rule.x1 + 3]
            found.append((runs, over))
    return found


def _by_middles(
    row: Sequence[Line],
    below: Sequence[int],
    others: Sequence[Sequence[Line]],
    places: Columns,
    box: Box,
) -> list[tuple[Line, list[int]]]:
    """Return the heads over ``below`` with the columns whose middle each has, or nothing."""
    heads = [run for run in row if column_of(run, places) in below]
    if not heads or len(heads) >= len(below):
        return []
    best = min(
        (_shared_out(heads, [cells[c] for c in below]) for cells in _cells(others, places, box)),
        key=lambda found: found[0],
    )
    cost, parts = best
    if cost == float("inf"):
        return []
    return [(run, list(below[a:b])) for run, (a, b) in zip(heads, parts, strict=True)]


def _cells(others: Sequence[Sequence[Line]], places: Columns, box: Box) -> list[Cells]:
    """Return the columns as their text shows them: as wide as it, or set at the left or right."""
    ink = list(pairwise([box.x0, *places, box.x1]))
    ragged = [0.0, 0.0]
    for column, (x0, x1) in enumerate(ink):
        runs = [run.box for row in others for run in row if column_of(run, places) == column]
        inside = [run for run in runs if run.x0 > x0 - 1 and run.x1 < x1 + 1]
        if inside:
            lefts, rights = [run.x0 for run in inside], [run.x1 for run in inside]
            ink[column] = (min(lefts), max(rights))
            ragged[0] += max(lefts) - min(lefts)
            ragged[1] += max(rights) - min(rights)
    left = [*(x0 for x0, _ in ink), box.x1]
    right = [box.x0, *(x1 for _, x1 in ink)]
    aligned = [list(pairwise(left)), list(pairwise(right))]
    even = _EVEN * len(ink)
    return [ink, *(cells for cells, edge in zip(aligned, ragged, strict=True) if edge <= even)]


def _shared_out(heads: Sequence[Line], cells: Cells) -> tuple[float, list[tuple[int, int]]]:
    """Return (cost, the range of ``cells`` under each head), the best of all ways."""
    skipped = _SKIPPED_EM * heads[0].size
    # Best ways to set the heads so far over the first so many cells.
    ways: dict[int, tuple[float, list[tuple[int, int]]]] = {
        at: (at * skipped, []) for at in range(len(cells) + 1)
    }
    for head in heads:
        middle = (head.box.x0 + head.box.x1) / 2
        after: dict[int, tuple[float, list[tuple[int, int]]]] = {}
        for start, (cost, parts) in ways.items():
            for stop in range(start + 1, len(cells) + 1):
                left, right = cells[start][0], cells[stop - 1][1]
                off = abs((left + right) / 2 - middle)
                if off > max(_OFF_EM * head.size, _OFF_PART * (right - left)):
                    continue
                for rest in range(len(cells) - stop + 1):
                    all_ = cost + off + rest * skipped
                    if all_ < after.get(stop + rest, (float("inf"), []))[0]:
                        after[stop + rest] = (all_, [*parts, (start, stop)])
        ways = after
    return ways.get(len(cells), (float("inf"), []))
