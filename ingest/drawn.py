"""The runs and drawn shapes of a page in, figures that were drawn and not pasted in out.

Boxes, arrows and axes above a figure's caption are one drawing as far as no text of the column
parts them. Its lettering is known by where it stands, so it may be set like the text.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.captions import FIGURE_CAPTION
from ingest.charts import Drawing, find_charts
from ingest.gutters import Gutter
from ingest.layout import make_lines
from ingest.page_text import Line, PageText
from ingest.records import Box

# A drawing ends this near (points) over its caption; its parts are not further apart than that.
_NEAR, _APART = 70.0, 42.0
# So many shapes, or rules of both directions, make a drawing.
_LEAST_SHAPES, _LEAST_RULES = 2, 4
# A run of text is this long (part of the column, em); numbers of an axis stand as near (points).
_LONG_SHARE, _LONG_EM = 0.55, 14.0
_AXIS = 24.0
_TOUCH = 3.0


def find_drawings(
    page: PageText,
    runs: Sequence[Line],
    gutters: Sequence[Gutter],
    body: float,
    taken: Sequence[Box] = (),
) -> list[Drawing]:
    """Return what is drawn over the figure captions among ``runs``.

    ``body`` is the em size of the running text; ``taken`` are the tables.
    """
    rules = [rule for rule in page.rules if not any(_is_edge(rule, box) for box in page.shapes)]
    marks = [mark for mark in (*page.shapes, *rules) if not any(_holds(box, mark) for box in taken)]
    if not marks or not runs:
        return []
    captions = [run for run in runs if FIGURE_CAPTION.match(run.text)]
    finder = _Finder(page, runs, gutters, marks, body)
    found = [drawing for caption in captions if (drawing := finder.over(caption))]
    found = [drawing for drawing in found if drawing.lines]
    return found + find_charts(page, finder.left(found), finder.unused(), gutters, body)


class _Finder:
    """Looks for drawings on one page; a mark belongs to the first caption that takes it."""

    def __init__(
        self,
        page: PageText,
        runs: Sequence[Line],
        gutters: Sequence[Gutter],
        marks: Sequence[Box],
        body: float,
    ) -> None:
        self.page = page
        self.runs = runs
        self.gutters = gutters
        self.marks = sorted(marks, key=lambda mark: -mark.bottom)
        self.shapes = set(page.shapes)
        self.body = body
        self.used: set[Box] = set()

    def over(self, caption: Line) -> Drawing | None:
        """Return the drawing over ``caption``, None where there is none."""
        left, right = self._column(caption)
        region: list[Box] = []
        edge = caption.box.top
        for mark in self.marks:
            inside = left - _AXIS / 2 < mark.x0 and mark.x1 < right + _AXIS / 2
            if mark in self.used or not inside or mark.top > caption.box.top:
                continue
            if mark.bottom > caption.box.bottom + 2 * caption.size:
                continue
            if edge - mark.bottom > (_APART if region else _NEAR):
                break
            if self._is_parted(mark, edge, caption, region):
                break
            region.append(mark)
            edge = min(edge, mark.top)
        region = _without_lone_rules(region)
        if not self._is_drawing(region):
            return None
        self.used.update(region)
        box = Box.around(region)
        lettering = self._lettering(box, caption, (left, right))
        return Drawing(box, make_lines(self.page, lettering, ()).lines)

    def left(self, found: Sequence[Drawing]) -> list[Line]:
        """Return the runs that are in no drawing."""
        taken = {id(char) for drawing in found for line in drawing.lines for char in line.chars}
        return [run for run in self.runs if id(run.chars[0]) not in taken]

    def unused(self) -> list[Box]:
        """Return the marks of no drawing, those of boxes first."""
        free = [mark for mark in self.marks if mark not in self.used]
        return sorted(free, key=lambda mark: mark not in self.shapes)

    def _column(self, caption: Line) -> tuple[float, float]:
        """Return the edges of the column, or columns, that a caption stands in the middle of."""
        text = [run for run in self.runs if len(run.text) > 4]
        left, right = min(r.box.x0 for r in text), max(r.box.x1 for r in text)
        middle = (caption.box.x0 + caption.box.x1) / 2
        if abs(middle - (left + right) / 2) < 1.5 * caption.size:
            inner = [g for g in self.gutters if g.is_in_force(caption)]
            if len(inner) != 2:  # in the middle of three columns both are possible
                return left, right
        for gutter in self.gutters:
            if not gutter.top - 300 < caption.baseline < gutter.bottom + 300:
                continue
            if caption.box.x1 <= gutter.x1 + 2:
                right = min(right, gutter.x1)
            elif caption.box.x0 >= gutter.x0 - 2:
                left = max(left, gutter.x0)
        return left, right

    def _is_parted(self, mark: Box, edge: float, caption: Line, region: Sequence[Box]) -> bool:
        """Tell whether text stands between a mark and what was found below it."""
        if mark in self.shapes and self._is_full_of_text(mark, caption):
            return True
        below = Box.around([caption.box, *region])
        x0, x1 = min(mark.x0, below.x0), max(mark.x1, below.x1)
        return any(
            mark.bottom - 1 < run.baseline <= edge + 1
            and min(run.box.x1, x1) - max(run.box.x0, x0) > _TOUCH
            and self._is_text(run, x1 - x0)
            for run in self.runs
        )

    def _is_text(self, run: Line, width: float) -> bool:
        long = run.box.x1 - run.box.x0 > max(_LONG_SHARE * width, _LONG_EM * run.size)
        alike = abs(run.size - self.body) < 0.1 * self.body
        heading = run.size > 1.08 * self.body
        return (long and alike) or heading or run.text.rstrip().endswith("。")

    def _is_framed(self, run: Line) -> bool:
        return any(_is_on(run, shape, 0.0) for shape in self.shapes)

    def _is_full_of_text(self, box: Box, caption: Line) -> bool:
        """Tell whether most of what stands in a box is set like running text."""
        inside = [run for run in self.runs if run is not caption and _is_on(run, box, 0.0)]
        text = [run for run in inside if self._is_text(run, box.x1 - box.x0)]
        return _ink(text) > 0.5 * _ink(inside)

    def _is_drawing(self, region: Sequence[Box]) -> bool:
        shapes = sum(mark in self.shapes for mark in region)
        rules = [mark for mark in region if mark not in self.shapes]
        upright = sum(mark.bottom - mark.top > mark.x1 - mark.x0 for mark in rules)
        crossed = 0 < upright < len(rules) and len(rules) >= _LEAST_RULES
        return shapes >= _LEAST_SHAPES or crossed

    def _lettering(self, box: Box, caption: Line, column: tuple[float, float]) -> list[Line]:
        if self._is_full_of_text(box, caption):
            return []
        inside = [
            run
            for run in self.runs
            if run is not caption
            and _is_on(run, box, 0.0)
            and not (self._is_text(run, box.x1 - box.x0) and not self._is_framed(run))
        ]
        taken = set(map(id, inside))
        numbers = [
            run
            for run in self.runs
            if id(run) not in taken
            and run is not caption
            and len(run.text) <= 8
            and run.text.strip().isascii()
            and column[0] - _TOUCH < run.box.x0
            and run.box.x1 < column[1] + _TOUCH
            and run.baseline < caption.box.top
            and _is_on(run, box, _AXIS)
        ]
        return [*inside, *numbers]


def _ink(runs: Sequence[Line]) -> float:
    """Return how wide (points) some runs are together: gaps cut a line into many."""
    return sum(run.box.x1 - run.box.x0 for run in runs)


def _without_lone_rules(region: Sequence[Box]) -> list[Box]:
    """Leave out flat rules at the top that touch nothing below: the one over notes, a heading's."""
    kept = sorted(region, key=lambda mark: mark.top)
    while len(kept) > 1:
        flat = kept[0].bottom - kept[0].top < _TOUCH
        if not flat or kept[1].top - kept[0].bottom < 2 * _TOUCH:
            break
        del kept[0]
    return kept


def _is_on(run: Line, box: Box, around: float) -> bool:
    x, y = (run.box.x0 + run.box.x1) / 2, (run.box.top + run.box.bottom) / 2
    across = box.x0 - around <= x <= box.x1 + around
    return across and box.top - 2 <= y <= box.bottom + around / 2 + 2


def _is_edge(rule: Box, shape: Box) -> bool:
    """Tell whether a rule is a side of a shape, which is drawn as four of them."""
    inside = shape.x0 - 2 <= rule.x0 and rule.x1 <= shape.x1 + 2
    inside = inside and shape.top - 2 <= rule.top and rule.bottom <= shape.bottom + 2
    flat = min(abs(rule.top - shape.top), abs(rule.bottom - shape.bottom)) < 2
    upright = min(abs(rule.x0 - shape.x0), abs(rule.x1 - shape.x1)) < 2
    return inside and (flat if rule.x1 - rule.x0 > rule.bottom - rule.top else upright)


def _holds(outer: Box, inner: Box) -> bool:
    x, y = (inner.x0 + inner.x1) / 2, (inner.top + inner.bottom) / 2
    return outer.x0 - 2 <= x <= outer.x1 + 2 and outer.top - 2 <= y <= outer.bottom + 2
