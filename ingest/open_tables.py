"""Tables below each other of which each has rules round its head and none under its last row.

Annual reports print them so. Where two and more heads of one width stand over rows that keep to
their columns, each head begins a table.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.cell_borders import gaps_below
from ingest.cells import as_rows
from ingest.page_text import Line
from ingest.records import Box

# A head has so many cells, a table so many rows, and rows follow each other as near (em).
_LEAST_CELLS, _LEAST_ROWS, _STEP_EM = 3, 3, 2.4


def open_stretches(group: Sequence[Box], runs: Sequence[Line]) -> list[list[Box]]:
    """Return the top rule of each open table of ``group`` with a box under its last row.

    ``group`` are rules of one width from the top down; nothing is returned for other tables.
    """
    found: list[list[Box]] = []
    for at in range(0, len(group) - 1, 2):
        top, under = group[at], group[at + 1]
        head = as_rows(_within(runs, top, top.top, under.top + 1))
        if len(head) != 1 or len(head[0]) < _LEAST_CELLS:
            return []
        end = group[at + 2].top if at + 2 < len(group) else float("inf")
        rows = _rows_below(head[0], as_rows(_within(runs, top, under.bottom, end)))
        if sum(len(row) > 1 for row in rows) < _LEAST_ROWS:
            return []
        bottom = max(run.box.bottom for run in rows[-1])
        found.append([top, Box(top.page, top.x0, bottom, top.x1, bottom)])
    return found if len(found) > 1 and len(group) % 2 == 0 else []


def _within(runs: Sequence[Line], rule: Box, top: float, bottom: float) -> list[Line]:
    return [
        run
        for run in runs
        if top < run.baseline < bottom and run.box.x0 > rule.x0 - 6 and run.box.x1 < rule.x1 + 6
    ]


def _rows_below(head: list[Line], rows: Sequence[list[Line]]) -> list[list[Line]]:
    """Return the first of ``rows`` that stand in the columns of ``head``, closely below it."""
    found: list[list[Line]] = []
    last = head[0].baseline
    kept = 0
    for row in rows:
        if row[0].baseline - last > _STEP_EM * row[0].size:
            break
        if len(row) > 1:
            if len(gaps_below([head], [row])) < len(head) - 1:
                break
            kept = len(found) + 1
        elif row[0].box.x1 > head[1].box.x0:
            break
        found.append(row)
        last = row[0].baseline
    return found[:kept]
