"""Pages of characters in, one sequence of lines, tables and figures in reading order out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ingest.bare_tables import find_unruled_tables, find_wide_tables
from ingest.charts import Drawing
from ingest.clean import count_han
from ingest.columns import common_gutters, find_gutters
from ingest.drawn import find_drawings
from ingest.figures import Figure, find_figures
from ingest.furniture import find_furniture
from ingest.gutters import Gutter
from ingest.layout import PageLines, find_runs, make_lines
from ingest.line_numbers import find_line_numbers
from ingest.margins import find_margin_text
from ingest.order import reading_order
from ingest.page_text import Line, PageText
from ingest.records import BlockKind, Box
from ingest.tables import Table, find_ruled_tables
from ingest.watermarks import find_watermarks

Item = Line | Table | Figure


@dataclass(frozen=True, slots=True)
class Flow:
    """What a document says, in order: ``items`` of each page, and what stands aside.

    ``body`` and ``font`` are the em size and the font of most of the text; ``columns`` is a
    number per page; ``aside`` are running heads, feet and watermarks.
    """

    items: tuple[tuple[Item, ...], ...]
    aside: tuple[tuple[Line, BlockKind], ...]
    columns: tuple[int, ...]
    body: float
    font: str
    pages: tuple[PageText, ...]


def read_flow(pages: Sequence[PageText]) -> Flow:
    """Return the lines of all pages in reading order, furniture apart."""
    runs = [find_runs(page) for page in pages]
    counted = [find_line_numbers(found) for found in runs]
    numbers = [
        run for found, ids in zip(runs, counted, strict=True) for run in found if id(run) in ids
    ]
    runs = [
        [run for run in found if id(run) not in ids]
        for found, ids in zip(runs, counted, strict=True)
    ]
    body, _ = _body([run for found in runs for run in found])
    marks = find_watermarks(runs, body)
    upright = [
        run
        for page, found in zip(pages, runs, strict=True)
        for run in find_margin_text(page, found)
    ]
    apart = {id(run) for run in (*marks, *upright)}
    runs = [[run for run in found if id(run) not in apart] for found in runs]
    tables = [find_ruled_tables(page, found) for page, found in zip(pages, runs, strict=True)]
    runs = [_without(found, ruled) for found, ruled in zip(runs, tables, strict=True)]
    wide = [find_wide_tables(found) for found in runs]
    runs = [_without(found, bare) for found, bare in zip(runs, wide, strict=True)]
    tables = [[*ruled, *bare] for ruled, bare in zip(tables, wide, strict=True)]
    hints = common_gutters([find_gutters(found) for found in runs])
    body, _ = _body([run for found in runs for run in found])
    drawings = [
        find_drawings(page, found, find_gutters(found, hints), body, [table.box for table in ruled])
        for page, found, ruled in zip(pages, runs, tables, strict=True)
    ]
    runs = [_without(found, drawn) for found, drawn in zip(runs, drawings, strict=True)]
    laid = [
        make_lines(page, found, find_gutters(found, hints))
        for page, found in zip(pages, runs, strict=True)
    ]
    body, font = _body([line for page in laid for line in page.lines])
    furniture = find_furniture(laid, body)
    items = tuple(
        _items(page, ruled, drawn, furniture, body, font)
        for page, ruled, drawn in zip(laid, tables, drawings, strict=True)
    )
    aside = tuple(
        (line, furniture[id(line)]) for page in laid for line in page.lines if id(line) in furniture
    )
    aside += tuple((run, BlockKind.HEADER) for run in (*numbers, *upright))
    aside += tuple((run, BlockKind.WATERMARK) for run in marks)
    return Flow(items, aside, tuple(page.columns for page in laid), body, font, tuple(pages))


def _without(runs: Sequence[Line], items: Sequence[Table | Drawing]) -> list[Line]:
    taken = {id(char) for item in items for line in item.lines for char in line.chars}
    return [run for run in runs if not any(id(char) in taken for char in run.chars)]


def _body(lines: Sequence[Line]) -> tuple[float, str]:
    """Return the size and font of most characters; lines of Chinese decide where there are any."""
    chinese = [line for line in lines if count_han(line.text) > 4]
    counted = chinese or list(lines)
    if not counted:
        return 10.0, ""
    sizes = [line.size for line in counted for _ in range(len(line.chars))]
    size = median(sizes)
    fonts: dict[str, int] = {}
    for line in counted:
        if abs(line.size - size) < 0.05 * size:
            fonts[line.font] = fonts.get(line.font, 0) + len(line.chars)
    return size, max(fonts, key=lambda font: fonts[font]) if fonts else ""


def _items(
    page: PageLines,
    tables: Sequence[Table],
    drawings: Sequence[Drawing],
    furniture: dict[int, BlockKind],
    body: float,
    font: str,
) -> tuple[Item, ...]:
    places = {id(line): place for line, place in zip(page.lines, page.content, strict=True)}
    chars = {id(char): place for place, char in enumerate(page.page.chars)}
    lines = [line for line in page.lines if id(line) not in furniture]
    unruled = [
        table
        for column in sorted({line.column for line in lines})
        for table in find_unruled_tables([line for line in lines if line.column == column])
    ]
    taken = {id(char) for table in unruled for line in table.lines for char in line.chars}
    lines = [line for line in lines if not any(id(char) in taken for char in line.chars)]
    figures = find_figures(page, lines, drawings, body, font) if lines else []
    lettered = {id(line) for figure in figures for line in figure.lines}
    lines = [line for line in lines if id(line) not in lettered]
    items: list[Item] = [*lines, *tables, *unruled, *figures]
    content = [
        places[id(item)] if isinstance(item, Line) else _content(item, chars) for item in items
    ]
    order = _order(items, content, page.gutters)
    return tuple(items[index] for index in order)


def _content(item: Table | Figure, chars: dict[int, int]) -> int:
    found = [chars[id(line.chars[0])] for line in item.lines if id(line.chars[0]) in chars]
    return min(found, default=0)


def _order(items: Sequence[Item], content: Sequence[int], gutters: Sequence[Gutter]) -> list[int]:
    """Return the reading order; floats that do not cut the columns follow the text beside them."""
    boxes = [item.box for item in items]
    loose = [
        index
        for index, item in enumerate(items)
        if not isinstance(item, Line) and _is_passed(index, items, content, gutters)
    ]
    kept = [index for index in range(len(items)) if index not in loose]
    ranked = reading_order(
        [boxes[index] for index in kept],
        gutters,
        [content[index] for index in kept],
        [not isinstance(items[index], Line) for index in kept],
    )
    order = [kept[place] for place in ranked]
    for index in loose:
        order.insert(_place_below(boxes[index], order, boxes), index)
    return order


def _is_passed(
    index: int, items: Sequence[Item], content: Sequence[int], gutters: Sequence[Gutter]
) -> bool:
    """Tell whether text runs on under a wide float before the next column begins over it.

    Only the content order knows that.
    """
    box = items[index].box
    for gutter in gutters:
        if not box.x0 < gutter.x - 3 or not box.x1 > gutter.x + 3:
            continue
        text = [
            (item, place)
            for item, place in zip(items, content, strict=True)
            if isinstance(item, Line)
        ]
        below = [p for i, p in text if i.box.x1 <= gutter.x1 and i.box.top >= box.bottom - 3]
        above = [p for i, p in text if i.box.x0 >= gutter.x and i.box.bottom <= box.top + 3]
        if len(below) > 1 and len(above) > 1 and max(below) < min(above):
            return True
    return False


def _place_below(box: Box, order: Sequence[int], boxes: Sequence[Box]) -> int:
    for place, index in enumerate(order):
        other = boxes[index]
        if other.top >= box.bottom - 3 and other.x0 < box.x1 and box.x0 < other.x1:
            return place
    return len(order)
