"""The runs of a table in, its rows of cells out.

Columns are where the fullest rows have their gaps, or where upright rules stand; a cell may
hold several printed lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from ingest.cell_borders import Border, column_borders
from ingest.cell_heads import head_rows, head_spans
from ingest.cell_rows import column_of, merged_rows
from ingest.cell_spans import columns_of, spread_heads, spread_sides
from ingest.layout import make_line
from ingest.page_text import Char, Line
from ingest.records import Box

# A row of the table is set on one baseline, within this part of an em.
_SAME_ROW_EM = 0.5
# A gap inside a run (em) at the border of a column parts two cells.
_BORDER_GAP_EM = 0.3
# What stands alone in its row or in an upper row of the head is parted by a wider one only.
_ALONE_GAP_EM = 1.0

# A raised mark is so much smaller than the value that it touches (em).
_MARK_SIZE, _TOUCH_EM, _RAISED_EM = 0.8, 0.15, 0.55

Row = list[list[Line]]


def as_rows(runs: Sequence[Line]) -> list[list[Line]]:
    """Return ``runs`` by baseline, each row from left to right."""
    rows: list[list[Line]] = []
    for run in sorted(runs, key=lambda run: run.baseline):
        last = rows[-1][0] if rows else None
        if last and run.baseline - last.baseline < _SAME_ROW_EM * max(last.size, run.size):
            rows[-1].append(run)
        else:
            rows.append([run])
    return [sorted(row, key=lambda run: run.box.x0) for row in rows]


def with_marks(runs: Sequence[Line]) -> list[Line]:
    """Return ``runs``, raised marks that a file sets apart joined to what they stand at."""
    marked = [run for run in runs if len(run.text.strip()) < 3]
    joined: dict[int, list[Line]] = {}
    for mark in marked:
        for run in runs:
            small = mark.size < _MARK_SIZE * run.size
            touches = abs(mark.box.x0 - run.box.x1) < _TOUCH_EM * run.size
            if small and touches and abs(mark.baseline - run.baseline) < _RAISED_EM * run.size:
                joined.setdefault(id(run), []).append(mark)
                break
    taken = {id(mark) for marks in joined.values() for mark in marks}
    return [
        make_line([c for part in (run, *joined.get(id(run), ())) for c in part.chars], run.page)
        if id(run) in joined
        else run
        for run in runs
        if id(run) not in taken
    ]


def table_cells(
    rows: Sequence[Sequence[Line]], inner: Sequence[Box], walls: Sequence[Box], box: Box
) -> list[Row]:
    """Return the cells of printed ``rows``; each cell is a list of printed lines.

    ``inner`` are the rules across the table, ``walls`` the upright ones.
    """
    count = 0 if walls else head_rows(rows, inner, box)
    borders = _drawn_borders(walls) if walls else column_borders(rows, max(count, 1))
    places = _places(borders)
    columns = columns_of(places, box)
    if walls:
        parted = [_parted(row, borders, -_BORDER_GAP_EM) for row in rows]
        gridded = len(inner) > 1
        bands = _bands(parted, inner, box) if gridded else merged_rows(parted, places)
        if gridded:
            bands = spread_sides(bands, columns, inner, box)
        bands, spans = spread_heads([band for band in bands if band], columns, walls)
        return [_by_column(band, places, spans) for band in bands]
    parted = [
        _parted(row, borders, _ALONE_GAP_EM if at < count - 1 or len(row) == 1 else _BORDER_GAP_EM)
        for at, row in enumerate(rows)
    ]
    head, body = parted[:count], merged_rows(parted[count:], places)
    spans = head_spans(head, body, places, inner, box)
    bands = [[run for row in head for run in row], *body] if head else body
    return [_by_column(band, places, spans) for band in bands]


def _parted(row: Sequence[Line], borders: Sequence[Border], least: float) -> list[Line]:
    return [part for run in row for part in _split_at(run, borders, least)]


def _drawn_borders(walls: Sequence[Box]) -> list[Border]:
    """Return the upright rules; pieces of one rule above each other stay pieces."""
    return [(wall.x0 - 2, wall.x1 + 2, wall.top - 2, wall.bottom + 2) for wall in walls]


def _split_at(run: Line, borders: Sequence[Border], least: float) -> list[Line]:
    """Return ``run``, cut in each border where its characters stand furthest apart.

    They stand ``least`` em apart there, or the run is not cut.
    """
    chars = [char for char in run.chars if char.text.strip()]
    cuts = {0, len(chars)}
    middle = (run.box.top + run.box.bottom) / 2
    for start, end in (border[:2] for border in borders if border[2] < middle < border[3]):
        gaps = [
            (after.x0 - before.x1, place)
            for place, (before, after) in enumerate(pairwise(chars), 1)
            if before.x1 - 1 <= end and after.x0 + 1 >= start
        ]
        widest, place = max(gaps, default=(-1.0, 0))
        if widest >= least * run.size:
            cuts.add(place)
    if len(cuts) == 2:
        return [run]
    ends = sorted(cuts)
    return [make_line(chars[a:b], run.page, run.column) for a, b in pairwise(ends)]


def _bands(rows: Sequence[Sequence[Line]], inner: Sequence[Box], box: Box) -> list[list[Line]]:
    """Return the runs between neighbouring rules across the table."""
    heights = [box.top, *sorted(rule.top for rule in inner), box.bottom]
    runs = [run for row in rows for run in row]
    return [
        [run for run in runs if top <= (run.box.top + run.box.bottom) / 2 < bottom]
        for top, bottom in pairwise(heights)
    ]


def _places(borders: Sequence[Border]) -> list[float]:
    """Return the x that part the columns, those of upright rules above each other once."""
    places: list[float] = []
    for x in sorted((start + end) / 2 for start, end, _, _ in borders):
        if not places or x - places[-1] > 4:
            places.append(x)
    return places


def _by_column(
    band: Sequence[Line], places: Sequence[float], spans: Mapping[int, Sequence[int]]
) -> Row:
    """Return the cells of a row by column: an empty one stays, so that values stay in theirs.

    What stands alone, in the first column or over several, is a heading of the rows below or a
    note and has no others.
    """
    cells: dict[int, list[Line]] = {}
    for run in sorted(band, key=lambda run: (run.baseline, run.box.x0)):
        for column in spans.get(id(run), [column_of(run, places)]):
            cells.setdefault(column, []).append(run)
    wide = any(run.box.x0 < x < run.box.x1 for run in band for x in places)
    if len(cells) == 1 and (0 in cells or wide):
        return list(cells.values())
    return [cells.get(column, []) for column in range(len(places) + 1)]


def split_cells(line: Line, gap_em: float) -> list[Line]:
    """Return the parts of a line that gaps of ``gap_em`` and more part."""
    cells: list[list[Char]] = [[]]
    right: float | None = None
    for char in line.chars:
        if char.text.isspace():
            continue
        if right is not None and char.x0 - right >= gap_em * line.size:
            cells.append([])
        cells[-1].append(char)
        right = char.x1
    return [make_line(cell, line.page, line.column) for cell in cells if cell]
