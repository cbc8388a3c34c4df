"""Rules and runs of a page in, the rules out that may enclose a table.

Those are rules of one width, as far down as what stands between them stands in cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.captions import NOTE, TABLE_CAPTION
from ingest.cell_borders import gaps_below
from ingest.cells import as_rows, split_cells
from ingest.open_tables import open_stretches
from ingest.page_text import Line
from ingest.records import Box
from ingest.rules import is_grid, same_width

_LEAST_RULE = 40.0
# Rules without text between them are a double rule, or with upright ones an empty row.
_DOUBLE_RULE, _EMPTY_ROW = 8.0, 60.0
# Text this wide (part of the table, and em) that stands alone in its row is prose.
_PROSE_SHARE = 0.72
_CELL_EM = 9.0
# Cells that stand nearer than runs do are this far (em) apart.
_CELL_GAP_EM = 0.8
# A head whose columns are sure has so many cells.
_LEAST_HEADS = 3
# Below it such a part of the text keeps to its columns.
_PLACED = 0.9
# More such lines below each other are no cell.
_LONG_ROWS = 8


def rule_stretches(
    across: Sequence[Box], upright: Sequence[Box], runs: Sequence[Line]
) -> Iterator[Sequence[Box]]:
    """Yield the rules of each possible table, from the top down, two or more of one width.

    ``across`` are the horizontal rules of the page, ``upright`` those between cells.
    """
    for group in _groups(across):
        yield from open_stretches(group, runs) or _stretches(group, across, upright, runs)


def _groups(across: Sequence[Box]) -> list[list[Box]]:
    """Return the sets of two and more rules of one width, each from the top down."""
    groups: list[list[Box]] = []
    for rule in sorted(across, key=lambda rule: rule.top):
        if rule.x1 - rule.x0 < _LEAST_RULE:
            continue
        for group in groups:
            if same_width(group[0], rule):
                group.append(rule)
                break
        else:
            groups.append([rule])
    return [group for group in groups if len(group) > 1]


def _stretches(
    group: Sequence[Box], across: Sequence[Box], upright: Sequence[Box], runs: Sequence[Line]
) -> Iterator[Sequence[Box]]:
    """Yield the rules of the longest stretches without prose in between."""
    start = 0
    for index in range(1, len(group) + 1):
        if index < len(group) and (
            _is_tabular(group[index - 1], group[index], runs, upright)
            or (index - 1 > start and _is_headed(group[index - 2 : index + 1], runs))
            or is_grid(group[index - 1], group[index], across, upright)
        ):
            continue
        if index - 1 > start:
            yield group[start:index]
        start = index


def _is_tabular(top: Box, bottom: Box, runs: Sequence[Line], upright: Sequence[Box]) -> bool:
    inside = inside_of(runs, top.x0, top.top, top.x1, bottom.bottom)
    rows = as_rows(inside)
    if not rows:
        # What stands below without anything between is another table or a figure's frame.
        walled = any(wall.top < top.bottom + 2 and wall.bottom > bottom.top - 2 for wall in upright)
        return bottom.top - top.bottom < (_EMPTY_ROW if walled else _DOUBLE_RULE)
    if any(TABLE_CAPTION.match(row[0].text) for row in rows):
        return False
    width = top.x1 - top.x0
    alone = [row[0] for row in rows if len(row) == 1 and is_long(row[0])]
    names = min((run.box.x1 for row in rows for run in row if not is_long(run)), default=bottom.x1)
    if not upright and sum(run.box.x0 < names for run in alone) > _LONG_ROWS:
        return False  # a narrow column of text, without names at its left
    return sum(_is_cellular(row, width) for row in rows) >= 0.6 * len(rows)


def _is_headed(rules: Sequence[Box], runs: Sequence[Line]) -> bool:
    """Tell whether the gaps of a head between the first two rules run on to the third.

    Columns of text below it do so, too, but each of them has long lines.
    """
    top, under, bottom = rules
    head = as_rows(inside_of(runs, top.x0, top.top, top.x1, under.top))
    rows = as_rows(inside_of(runs, top.x0, under.bottom, top.x1, bottom.bottom))
    wide = max(head, key=len, default=[])
    body = [row for row in rows if len(row) > 1]
    captioned = any(TABLE_CAPTION.match(run.text) for row in rows for run in row)
    if len(wide) < _LEAST_HEADS or not body or captioned:
        return False
    gaps = gaps_below([wide], body)
    edges = [top.x0, *(x for start, end, _, _ in gaps for x in (start, end)), top.x1]
    columns = [
        [r for row in rows for r in row if x0 - 3 < r.box.x0 and r.box.x1 < x1 + 3]
        for x0, x1 in zip(edges[::2], edges[1::2], strict=True)
    ]
    short = [bool(column) and not any(map(is_long, column)) for column in columns]
    placed = sum(map(len, columns)) >= _PLACED * sum(map(len, rows))
    return len(gaps) >= len(wide) - 1 and any(short) and placed


def _is_cellular(row: Sequence[Line], width: float) -> bool:
    row = split_cells(row[0], _CELL_GAP_EM) if len(row) == 1 else row
    if len(row) == 1:
        wide = row[0].box.x1 - row[0].box.x0
        return wide < _PROSE_SHARE * width or NOTE.match(row[0].text) is not None
    # Lines of columns of text stand beside each other as cells do, but they are long.
    long = [run for run in row if is_long(run)]
    sentences = any(sign in run.text for run in long for sign in "，。；")
    return len(long) < len(row) and not (len(long) > 1 and sentences)


def is_long(run: Line) -> bool:
    """Tell whether a run is longer than most cells are."""
    return run.box.x1 - run.box.x0 >= _CELL_EM * run.size


def inside_of(runs: Sequence[Line], x0: float, top: float, x1: float, bottom: float) -> list[Line]:
    """Return the runs whose middle stands between these edges (points)."""
    return [
        run
        for run in runs
        if top - 1 < (run.box.top + run.box.bottom) / 2 < bottom + 1
        and x0 - 6 < (run.box.x0 + run.box.x1) / 2 < x1 + 6
    ]
