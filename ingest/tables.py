"""Runs and rules of a page in, its tables out: where they are, and their rows of cells.

A table is what rules of one width enclose (``ingest.rule_stretches``) when its rows hold cells.
``ingest.bare_tables`` finds those that no rules show.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest.captions import FIGURE_CAPTION
from ingest.cells import as_rows, table_cells, with_marks
from ingest.page_text import Line, PageText
from ingest.records import Box
from ingest.rule_stretches import inside_of, is_long, rule_stretches
from ingest.rules import is_grid, is_upright, merge_rules
from ingest.table_texts import CAPTION_EM, caption_above, notes_below

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
    for stretch in rule_stretches(across, upright, runs):
        for table in _tables_of(stretch, across, upright, runs, page.height):
            if not any(_overlap(table.box, other.box) for other in tables):
                tables.append(table)
    return sorted(tables, key=lambda table: table.box.top)


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
    inside = inside_of(runs, top.x0, top.top, top.x1, bottom.bottom)
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
    short = not any(is_long(run) for row in rows for run in row)
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
