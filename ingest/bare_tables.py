"""Lines or runs of a page in, the tables out that no rules show.

They follow a caption, or stand over it, in rows of several cells each; or they are many rows of
many cells.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.captions import ENGLISH_CAPTION, NOTE, TABLE_CAPTION
from ingest.cells import as_rows, split_cells, table_cells
from ingest.figures import around
from ingest.page_text import Line
from ingest.table_texts import notes_below
from ingest.tables import Table

# Without caption and rules, so many rows of so many cells are a table.
_BARE_ROWS, _BARE_CELLS = 4, 3
# A caption over all columns stands in the middle of the page within this distance (em).
_MIDDLE_EM = 2.5
# Cells are no longer than this (em), rows no further apart; so many rows have three cells.
_CELL_EM, _ROW_EM = 14.0, 3.2
_WIDE_ROWS = 3
# A wide table takes at least this part of the width of the text.
_WIDE_SHARE = 0.6


def find_wide_tables(runs: Sequence[Line]) -> list[Table]:
    """Return the tables without rules that reach over all columns of a page.

    They are looked for before the columns are, whose gutters would cut them.
    """
    text = [run for run in runs if len(run.text) > 1]
    if not text:
        return []
    left, right = min(run.box.x0 for run in text), max(run.box.x1 for run in text)
    rows = as_rows(runs)
    tables: list[Table] = []
    for index, row in enumerate(rows):
        caption = row[0]
        middle = (caption.box.x0 + caption.box.x1) / 2
        centred = abs(middle - (left + right) / 2) < _MIDDLE_EM * caption.size
        if len(row) > 1 or not centred or not TABLE_CAPTION.match(caption.text):
            continue
        captions = [caption]
        below = rows[index + 1 :]
        while below and len(below[0]) == 1 and ENGLISH_CAPTION.match(below[0][0].text):
            captions += below.pop(0)
        found = _cell_rows(captions[-1], below) or _cell_rows(caption, rows[:index][::-1])[::-1]
        cells = [run for row in found for run in row]
        if cells and around(cells).x1 - around(cells).x0 > _WIDE_SHARE * (right - left):
            box = around([*captions, *cells])
            notes = notes_below(around(cells), runs)
            tables.append(Table(box, captions, table_cells(found, (), (), box), notes))
    return tables


def _cell_rows(caption: Line, rows: Sequence[list[Line]]) -> list[list[Line]]:
    """Return the ``rows`` next to a caption, going away from it, that are rows of a table."""
    found: list[list[Line]] = []
    last = caption
    for row in rows:
        apart = abs(row[0].baseline - last.baseline)
        short = all(run.box.x1 - run.box.x0 < _CELL_EM * run.size for run in row)
        if apart > _ROW_EM * row[0].size or not short or len(row) < 2:
            break
        found.append(row)
        last = row[0]
    full = [row for row in found if len(row) >= _BARE_CELLS]
    return found if len(full) >= _WIDE_ROWS else []


def find_unruled_tables(lines: Sequence[Line], gap_em: float = 1.0) -> list[Table]:
    """Return the tables among the ``lines`` of one column that no rules show.

    A caption must begin them, and most of their rows hold several cells.
    """
    tables: list[Table] = []
    index = 0
    while index < len(lines):
        if not TABLE_CAPTION.match(lines[index].text):
            rows = _bare_rows(lines, index, gap_em)
            if rows:
                found = [cell for row in rows for cell in row]
                box = around(found)
                tables.append(Table(box, [], table_cells(rows, (), (), box)))
            index += max(1, len(rows))
            continue
        end, caption, rows = _rows_after(lines, index, gap_em)
        if sum(len(row) > 1 for row in rows) >= 2:
            found = [*lines[index : index + caption], *(r for row in rows for r in row)]
            box = around(found)
            table = Table(box, list(lines[index : index + caption]), table_cells(rows, (), (), box))
            while end < len(lines) and NOTE.match(lines[end].text):
                table.notes.append(lines[end])
                end += 1
            tables.append(table)
            index = end
        else:
            index += 1
    return tables


def _bare_rows(lines: Sequence[Line], start: int, gap_em: float) -> list[list[Line]]:
    """Return the rows of a table without caption or rules: many rows of many cells, or nothing."""
    rows: list[list[Line]] = []
    for index in range(start, len(lines)):
        step = lines[index].baseline - lines[index - 1].baseline if rows else 0.0
        cells = split_cells(lines[index], gap_em)
        if len(cells) < _BARE_CELLS or step > 4 * lines[index].size or step < 0:
            break
        rows.append(cells)
    return rows if len(rows) >= _BARE_ROWS else []


def _rows_after(
    lines: Sequence[Line], start: int, gap_em: float
) -> tuple[int, int, list[list[Line]]]:
    """Return (end, number of caption lines, rows) of what follows a caption."""
    index = start + 1
    while index < len(lines) and index - start < 4 and ENGLISH_CAPTION.match(lines[index].text):
        index += 1
    caption = index - start
    rows: list[list[Line]] = []
    widths = [line.box.x1 - line.box.x0 for line in lines]
    wide = max(widths, default=0.0)
    last = index
    while index < len(lines):
        cells = split_cells(lines[index], gap_em)
        step = lines[index].baseline - lines[index - 1].baseline
        prose = len(cells) == 1 and widths[index] > 0.6 * wide
        if prose or step > 4 * lines[index].size or step < 0 or index - last > 2:
            break
        rows.append(cells)
        index += 1
        if len(cells) > 1:
            last = index
    # Single cells at the end are text again.
    while rows and len(rows[-1]) == 1:
        rows.pop()
    return start + caption + len(rows), caption, rows
