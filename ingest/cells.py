"""The runs of a table in, its rows of cells out.

Columns are where the fullest rows have their gaps, or where upright rules stand; a cell may
hold several printed lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import median

from ingest.cell_spans import columns_of, spread_heads, spread_sides
from ingest.layout import make_line
from ingest.page_text import Char, Line
from ingest.records import Box

# A row of the table is set on one baseline, within this part of an em.
_SAME_ROW_EM = 0.5
# A gap inside a run (em) at the border of a column parts two cells.
_BORDER_GAP_EM = 0.3
# Lines of one cell follow each other nearer than rows do: this part of their distance.
_TIGHT = 0.8

Row = list[list[Line]]
# The x between which two columns part, and the heights between which they do.
Border = tuple[float, float, float, float]


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


def table_cells(
    rows: Sequence[Sequence[Line]], inner: Sequence[Box], walls: Sequence[Box], box: Box
) -> list[Row]:
    """Return the cells of printed ``rows``; each cell is a list of printed lines.

    ``inner`` are the rules across the table, ``walls`` the upright ones.
    """
    borders = _drawn_borders(walls) if walls else _column_borders(rows)
    least = -_BORDER_GAP_EM if walls else _BORDER_GAP_EM
    parted = [[part for run in row for part in _split_at(run, borders, least)] for row in rows]
    gridded = len(inner) > 1 and bool(walls)
    bands = _bands(parted, inner, box) if gridded else _merged_rows(parted, borders)
    places = _places(borders)
    columns = columns_of(places, box)
    if gridded:
        bands = spread_sides(bands, columns, inner, box)
    bands, spans = spread_heads([band for band in bands if band], columns, inner, walls)
    return [_by_column(band, places, spans) for band in bands]


def _drawn_borders(walls: Sequence[Box]) -> list[Border]:
    """Return the upright rules; pieces of one rule above each other stay pieces."""
    return [(wall.x0 - 2, wall.x1 + 2, wall.top - 2, wall.bottom + 2) for wall in walls]


def _column_borders(rows: Sequence[Sequence[Line]]) -> list[Border]:
    """Return the gaps that the rows with most cells have in common."""
    most = max((len(row) for row in rows), default=0)
    full = [row for row in rows if len(row) == most]
    borders = []
    for left in range(most - 1):
        start = max(row[left].box.x1 for row in full)
        end = min(row[left + 1].box.x0 for row in full)
        if start < end:
            borders.append((start, end, float("-inf"), float("inf")))
    return borders


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


def _merged_rows(rows: Sequence[Sequence[Line]], borders: Sequence[Border]) -> list[list[Line]]:
    """Return the runs of each row of the table, wrapped lines joined to their row.

    Wrapped cells overlap the single lines of their neighbours that are centred beside them, or
    leave the first column empty and follow closely.
    """
    if not rows:
        return []
    steps = [b[0].baseline - a[0].baseline for a, b in pairwise(rows)]
    usual = median(steps) if steps else 0.0
    first = min((border[0] for border in borders), default=0.0)
    merged: list[list[Line]] = [list(rows[0])]
    for row, step in zip(rows[1:], steps, strict=True):
        before = merged[-1]
        lowest = max(run.box.bottom for run in before)
        overlaps = lowest > min(run.box.top for run in row) + 0.15 * row[0].size
        first_empty = bool(borders) and row[0].box.x0 > first and len(row) < len(before)
        if overlaps or (first_empty and step < _TIGHT * usual):
            merged[-1] += row
        else:
            merged.append(list(row))
    return merged


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
        middle = (run.box.x0 + run.box.x1) / 2
        for column in spans.get(id(run), [sum(middle > x for x in places)]):
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
