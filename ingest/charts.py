"""Runs and drawn boxes of a page in, charts without a caption out: boxes joined by lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.gutters import Gutter
from ingest.layout import make_lines
from ingest.page_text import Line, PageText
from ingest.records import Box

# So many boxes with a few words each, no further (points) from each other, are a chart.
_LEAST_BOXES, _APART = 3, 42.0
# Boxes of one row may stand further apart.
_ROW_APART, _SAME_TOP = 500.0, 4.0
# A gutter parts what stands this far (points) above or below the text beside it.
_REACH = 150.0
_MOST_LETTERS = 40
# Lettering is no larger than the text by more than this factor.
_LARGER = 1.15
# Boxes that touch are cells.
_TOUCH = 1.0
# Lines of text are longer than this (em).
_LONG_EM = 14.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawn figure: its box without the caption, and the lettering in it."""

    box: Box
    lines: tuple[Line, ...]


def find_charts(
    page: PageText,
    runs: Sequence[Line],
    marks: Sequence[Box],
    gutters: Sequence[Gutter],
    body: float,
) -> list[Drawing]:
    """Return the charts drawn with ``marks``: labelled boxes with lines or arrows between them.

    ``runs`` and ``marks`` are those of no other figure and no table; ``body`` is the em size of
    the running text.
    """
    high = [mark for mark in dict.fromkeys(marks) if mark.bottom - mark.top > body]
    labelled = [mark for mark in high if _is_labelled(mark, runs, body)]
    frames = {a for a in labelled for b in labelled if a != b and _is_inside(b, a)}
    charts: list[Drawing] = []
    for group in _clusters([mark for mark in labelled if mark not in frames], gutters):
        box = Box.around(group)
        inside = [run for run in runs if _is_on(run, box)]
        prose = any(_is_prose(run, group, body) for run in inside)
        if _is_chart(group, box, marks) and not prose:
            charts.append(Drawing(box, make_lines(page, inside, ()).lines))
    return charts


def _is_labelled(mark: Box, runs: Sequence[Line], body: float) -> bool:
    inside = [run for run in runs if _is_on(run, mark)]
    if any(run.size > _LARGER * body for run in inside):
        return False  # a title on a bar
    words = "".join(run.text for run in inside)
    fits = all(mark.x0 - 2 <= run.box.x0 and run.box.x1 <= mark.x1 + 2 for run in inside)
    return bool(inside) and fits and len(words) <= _MOST_LETTERS and "。" not in words


def _clusters(boxes: Sequence[Box], gutters: Sequence[Gutter]) -> list[list[Box]]:
    """Return the boxes in groups whose members stand near each other."""
    groups: list[list[Box]] = []
    for box in boxes:
        near = [group for group in groups if any(_is_near(box, one, gutters) for one in group)]
        groups = [group for group in groups if group not in near]
        groups.append([box, *(one for group in near for one in group)])
    return groups


def _is_near(one: Box, other: Box, gutters: Sequence[Gutter]) -> bool:
    """Tell whether two boxes are near; those of one row stay in their column, far as they are."""
    if _distance(one, other) < _APART:
        return True
    level = max(abs(one.top - other.top), abs(one.bottom - other.bottom)) < _SAME_TOP
    left, right = (one, other) if one.x0 < other.x0 else (other, one)
    parted = any(
        left.x1 <= gutter.x <= right.x0 and gutter.top - _REACH < one.top < gutter.bottom + _REACH
        for gutter in gutters
    )
    return level and not parted and _distance(one, other) < _ROW_APART


def _distance(one: Box, other: Box) -> float:
    across = max(one.x0 - other.x1, other.x0 - one.x1, 0.0)
    down = max(one.top - other.bottom, other.top - one.bottom, 0.0)
    return max(across, down)


def _is_chart(group: Sequence[Box], box: Box, marks: Sequence[Box]) -> bool:
    """Tell whether enough boxes stand apart from each other and something joins them."""
    apart = [
        one
        for one in group
        if all(one is other or _distance(one, other) > _TOUCH for other in group)
    ]
    own = set(group)
    joins = [
        mark
        for mark in marks
        if mark not in own
        and _distance(mark, box) < _APART / 2
        and mark.x0 > box.x0 - _APART
        and mark.x1 < box.x1 + _APART
        and not any(_is_inside(mark, one) for one in group)
    ]
    return len(apart) >= _LEAST_BOXES and bool(joins)


def _is_inside(mark: Box, box: Box) -> bool:
    return (
        box.x0 - 1 <= mark.x0
        and mark.x1 <= box.x1 + 1
        and box.top - 1 <= mark.top
        and mark.bottom <= box.bottom + 1
    )


def _is_prose(run: Line, group: Sequence[Box], body: float) -> bool:
    """Tell whether a run is set like text of the column, outside of the boxes."""
    alike = abs(run.size - body) < 0.1 * body
    long = run.box.x1 - run.box.x0 > _LONG_EM * run.size
    framed = any(_is_on(run, box) for box in group)
    return run.text.rstrip().endswith("。") or (alike and long and not framed)


def _is_on(run: Line, box: Box) -> bool:
    x, y = (run.box.x0 + run.box.x1) / 2, (run.box.top + run.box.bottom) / 2
    return box.x0 <= x <= box.x1 and box.top - 2 <= y <= box.bottom + 2
