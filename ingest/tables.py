"""Runs and rules of a page in, its tables out: where they are, and their rows of cells.

A table is what rules of one width enclose when the text between them stands in cells.
``ingest.bare_tables`` finds those that no rules show.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest.captions import FIGURE_CAPTION, NOTE, TABLE_CAPTION
from ingest.cell_borders import gaps_below
from ingest.cells import as_rows, split_cells, table_cells, with_marks
from ingest.open_tables import open_stretches
from ingest.page_text import Line, PageText
from ingest.records import Box
from ingest.rules import is_grid, is_upright, merge_rules, same_width
from ingest.table_texts import CAPTION_EM, caption_above, notes_below

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
# Rows of a table without a caption have so many cells in the mean, in a drawn grid fewer.
_BARE_CELLS, _GRID_CELLS = 2.4, 1.6
# Such a part of the rows of a list of values holds a name and its value.
_LISTED = 0.8
# A table without a caption takes less than this part of the page height.
_LARGEST = 0.7


@dataclass(slots=True)
class Table:
    """One table: caption lines above it, rows of cells (each of lines), notes below it."""

    box: Box
    caption: list[Line] = field(default_factory=list)
    rows: list[list[list[Line]]] = field(default_factory=list)
    notes: list[Line] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        """All lines of the table."""
        cells = [line for row in self.rows for cell in row for line in cell]
        return [*self.caption, *cells, *self.notes]


def find_ruled_tables(page: PageText, runs: Sequence[Line]) -> list[Table]:
    """Return the tables of ``page`` that are drawn with rules, from the top down."""
    across = merge_rules(page.rules)
    upright = [rule for rule in page.rules if is_upright(rule)]
    tables: list[Table] = []
    for group in _groups(across):
        for stretch in open_stretches(group, runs) or _stretches(group, across, upright, runs):
            for table in _tables_of(stretch, across, upright, runs, page.height):
                if not any(_overlap(table.box, other.box) for other in tables):
                    tables.append(table)
    return sorted(tables, key=lambda table: table.box.top)


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
    inside = _inside(runs, top.x0, top.top, top.x1, bottom.bottom)
    rows = as_rows(inside)
    if not rows:
        # What stands below without anything between is another table or a figure's frame.
        walled = any(wall.top < top.bottom + 2 and wall.bottom > bottom.top - 2 for wall in upright)
        return bottom.top - top.bottom < (_EMPTY_ROW if walled else _DOUBLE_RULE)
    if any(TABLE_CAPTION.match(row[0].text) for row in rows):
        return False
    width = top.x1 - top.x0
    alone = [row[0] for row in rows if len(row) == 1 and _is_long(row[0])]
    names = min((run.box.x1 for row in rows for run in row if not _is_long(run)), default=bottom.x1)
    if not upright and sum(run.box.x0 < names for run in alone) > _LONG_ROWS:
        return False  # a narrow column of text, without names at its left
    return sum(_is_cellular(row, width) for row in rows) >= 0.6 * len(rows)


def _is_headed(rules: Sequence[Box], runs: Sequence[Line]) -> bool:
    """Tell whether the gaps of a head between the first two rules run on to the third.

    Columns of text below it do so, too, but each of them has long lines.
    """
    top, under, bottom = rules
    head = as_rows(_inside(runs, top.x0, top.top, top.x1, under.top))
    rows = as_rows(_inside(runs, top.x0, under.bottom, top.x1, bottom.bottom))
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
    short = [bool(column) and not any(map(_is_long, column)) for column in columns]
    placed = sum(map(len, columns)) >= _PLACED * sum(map(len, rows))
    return len(gaps) >= len(wide) - 1 and any(short) and placed


def _is_cellular(row: Sequence[Line], width: float) -> bool:
    row = split_cells(row[0], _CELL_GAP_EM) if len(row) == 1 else row
    if len(row) == 1:
        wide = row[0].box.x1 - row[0].box.x0
        return wide < _PROSE_SHARE * width or NOTE.match(row[0].text) is not None
    # Lines of columns of text stand beside each other as cells do, but they are long.
    long = [run for run in row if _is_long(run)]
    sentences = any(sign in run.text for run in long for sign in "，。；")
    return len(long) < len(row) and not (len(long) > 1 and sentences)


def _is_long(run: Line) -> bool:
    return run.box.x1 - run.box.x0 >= _CELL_EM * run.size


def _inside(runs: Sequence[Line], x0: float, top: float, x1: float, bottom: float) -> list[Line]:
    return [
        run
        for run in runs
        if top - 1 < (run.box.top + run.box.bottom) / 2 < bottom + 1
        and x0 - 6 < (run.box.x0 + run.box.x1) / 2 < x1 + 6
    ]


def _tables_of(
    rules: Sequence[Box],
    across: Sequence[Box],
    upright: Sequence[Box],
    runs: Sequence[Line],
    page_height: float,
) -> Iterator[Table]:
    """Yield the table that ``rules`` enclose; of a page of them those beside their widest gap."""
    if len(rules) < 2:
        return
    table = _ruled(rules[0], rules[-1], across, upright, runs, page_height)
    if table:
        yield table
    elif len(rules) > 3 and rules[-1].bottom - rules[0].top > _LARGEST * page_height:
        widest = max(range(1, len(rules)), key=lambda at: rules[at].top - rules[at - 1].bottom)
        for part in (rules[:widest], rules[widest:]):
            yield from _tables_of(part, across, upright, runs, page_height)


def _ruled(
    top: Box,
    bottom: Box,
    across: Sequence[Box],
    upright: Sequence[Box],
    runs: Sequence[Line],
    page_height: float,
) -> Table | None:
    inside = _inside(runs, top.x0, top.top, top.x1, bottom.bottom)
    rows = as_rows(with_marks(inside))
    caption = caption_above(top, runs)
    cells = [len(row) for row in rows]
    several = sum(count > 1 for count in cells)
    if caption:
        # The head alone, under its caption, stands where the page ends.
        good = several >= 1 and (len(rows) >= 2 or cells[0] >= 3)
    else:
        grid = is_grid(top, bottom, across, upright)
        if grid:
            cells = _cells_between(inside, top, bottom, across, upright)
            several = sum(count > 1 for count in cells)
        least = _GRID_CELLS if grid or _is_listed(rows) else _BARE_CELLS
        good = several >= 3 and sum(cells) >= least * len(cells) and several >= 0.6 * len(cells)
        # The rules under a running head and over a foot enclose all of a page.
        good = good and (grid or bottom.bottom - top.top < _LARGEST * page_height)
        good = good and not _is_frame(bottom, runs)
    if not good:
        return None
    box = Box(top.page, top.x0, top.top, top.x1, bottom.bottom)
    table = Table(box, caption)
    inner = [r for r in across if top.top < r.top < bottom.top and r.x1 - r.x0 > 0.25 * _wide(box)]
    walls = [r for r in upright if r.bottom > box.top + 2 and r.top < box.bottom - 2]
    walls = [r for r in walls if box.x0 + 6 < r.x0 < box.x1 - 6]
    table.rows = table_cells(rows, inner, walls, box)
    table.notes = notes_below(box, runs)
    return table


def _cells_between(
    inside: Sequence[Line],
    top: Box,
    bottom: Box,
    across: Sequence[Box],
    upright: Sequence[Box],
) -> list[int]:
    """Return how many cells with text stand between neighbouring rules of a grid."""
    flat = sorted(r.top for r in across if top.top < r.top < bottom.top and r.x0 < top.x1)
    walls = [wall.x0 for wall in upright if wall.bottom > top.top and wall.top < bottom.bottom]
    places: dict[int, set[int]] = {}
    for run in inside:
        x, y = (run.box.x0 + run.box.x1) / 2, (run.box.top + run.box.bottom) / 2
        places.setdefault(sum(y > edge for edge in flat), set()).add(sum(x > at for at in walls))
    return [len(found) for found in places.values()]


def _is_listed(rows: Sequence[Sequence[Line]]) -> bool:
    """Tell whether ``rows`` are short names with short values, parted by one gap all the way."""
    short = not any(_is_long(run) for row in rows for run in row)
    pairs = [row for row in rows if len(row) == 2]
    if not short or not pairs or len(pairs) < _LISTED * len(rows):
        return False
    size = pairs[0][0].size
    return min(r.box.x0 for _, r in pairs) - max(r.box.x1 for r, _ in pairs) > size


def _is_frame(bottom: Box, runs: Sequence[Line]) -> bool:
    """Tell whether the caption of a figure stands under a rule: it is the figure's frame."""
    return any(
        FIGURE_CAPTION.match(run.text)
        and 0 < run.baseline - bottom.bottom < CAPTION_EM * run.size
        and run.box.x1 > bottom.x0
        and run.box.x0 < bottom.x1
        for run in runs
    )


def _wide(box: Box) -> float:
    return box.x1 - box.x0


def _overlap(one: Box, other: Box) -> bool:
    return (
        one.x0 < other.x1
        and other.x0 < one.x1
        and one.top < other.bottom
        and other.top < one.bottom
    )
