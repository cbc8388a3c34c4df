"""Runs of a page in, the white strips between its columns out.

A strip (gutter) holds only for a part of the page: above it stand titles and abstracts, beside
it figures. It is found where several lines begin at one x and other lines end before it; a
page that shows too little of its own takes the gutter of the other pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median, median_low

from ingest.clean import count_han
from ingest.gutters import Gutter, ink_end, ink_start
from ingest.page_text import Line

# Lines that are this long (em) are text; shorter ones are cells, labels, ends of paragraphs.
_LONG_EM = 6.0
# How far (em) lines may stand off the edge of their column, and first lines be indented.
_EDGE_EM = 0.4
# An opening bracket at the start of a line is set half its width outside of the column.
_HANGING_EM = 0.75
_INDENTS_EM = (0.0, 1.0, 2.0)
# Lines on both sides that show a gutter; fewer do where the document has one there.
_SEEN = 4
_SEEN_AGAIN = 1
_WHITE_EM = 0.5
# A side bar is few lines beside a column of at least so many, and shorter ones are its labels.
_BAR_LINES, _BAR_COLUMN, _BAR_TEXT = 2, 5, 4
# Lines on one baseline, of sizes that differ by less than this part, are one line.
_SAME_BASELINE_EM, _SAME_SIZE = 0.1, 0.08
# Lines of one column follow each other within this distance (em).
_STEP_EM = 3.0
# Lines of so many Chinese characters that fill their column are text, and fewer of them do.
_TEXT = 6
# Two gutters beside each other leave a column of at least this (em) between them.
_COLUMN_EM = 7.0
# Gutters of other pages are taken within this distance (points).
_SAME_X = 6.0
# In so short a document the gutter of one page is taken for the others.
_FEW_PAGES = 6


def find_gutters(runs: Sequence[Line], hints: Sequence[float] = ()) -> tuple[Gutter, ...]:
    """Return the gutters of one page; ``hints`` are the x1 of gutters of other pages."""
    found = [run for run in runs if run.size > 0]
    if len(found) < 4:
        return ()
    em = median(run.size for run in found)
    candidates = [
        gutter for x in _edges(found, em, hints) for gutter in _along(found, x, em, hints)
    ]
    candidates.sort(key=lambda gutter: (-gutter.support, gutter.x0))
    chosen: list[Gutter] = []
    for gutter in candidates:
        if not any(_collide(gutter, other, _COLUMN_EM * em) for other in chosen):
            chosen.append(gutter)
    return tuple(sorted(chosen, key=lambda gutter: (gutter.top, gutter.x0)))


def common_gutters(pages: Sequence[Sequence[Gutter]]) -> tuple[float, ...]:
    """Return the x1 of gutters that several pages share; they may alternate by parity."""
    strong = [
        (number, gutter.x1)
        for number, gutters in enumerate(pages)
        for gutter in gutters
        if gutter.support >= 2 * _SEEN
    ]
    shared: list[float] = []
    for _, x in strong:
        same = {page for page, other in strong if abs(other - x) <= _SAME_X}
        enough = len(same) >= (2 if len(pages) > _FEW_PAGES else 1)
        if enough and all(abs(x - other) > _SAME_X for other in shared):
            shared.append(x)
    return tuple(shared)


def _collide(one: Gutter, other: Gutter, least: float) -> bool:
    beside = one.top < other.bottom and other.top < one.bottom
    return beside and abs(one.x1 - other.x1) < least


def _edges(runs: Sequence[Line], em: float, hints: Sequence[float]) -> list[float]:
    """Return the x at which several long lines begin, the leftmost column left out."""
    starts = sorted(run.box.x0 for run in runs if _is_long(run))
    edges: list[float] = []
    group: list[float] = []
    for x in [*starts, float("inf")]:
        if group and x - group[0] > _EDGE_EM * em:
            if len(group) >= 3 or _hangs(runs, group):
                edges.append(median_low(group))
            group = []
        group.append(x)
    near = [x for x in hints if all(abs(x - edge) > 1.0 for edge in edges)]
    return [*edges, *near]


def _hangs(runs: Sequence[Line], group: Sequence[float]) -> bool:
    """Tell whether two lines begin at one x and the lines between them hang: a short list."""
    if len(group) < 2:
        return False
    x = median_low(group)
    own = [run for run in runs if abs(run.box.x0 - x) < 1.0]
    hanging = [run for run in runs if abs(run.box.x0 - x - 2 * run.size) <= _EDGE_EM * run.size]
    between = [run for run in hanging if own[0].baseline < run.baseline and _is_long(run)]
    return len(own) + len(between) >= _SEEN


def _is_long(run: Line) -> bool:
    return run.box.x1 - run.box.x0 >= _LONG_EM * run.size


def _along(runs: Sequence[Line], x: float, em: float, hints: Sequence[float]) -> Iterator[Gutter]:
    """Yield the stretches of the page in which ``x`` parts two columns."""
    slack = _HANGING_EM * em
    crossing = sorted(
        run.baseline for run in runs if run.box.x0 < x - slack and ink_end(run) > x + 1.0
    )
    hinted = any(abs(x - hint) <= _SAME_X for hint in hints)
    least = _SEEN_AGAIN if hinted else _SEEN
    above = float("-inf")
    for below in [*crossing, float("inf")]:
        between = [run for run in runs if above < run.baseline < below]
        gutter = _between(between, x, em, below, hinted)
        if gutter and gutter.support >= least:
            yield gutter
        above = below


def _between(
    runs: Sequence[Line], x: float, em: float, below: float, hinted: bool
) -> Gutter | None:
    right = [run for run in runs if run.box.x0 >= x - _HANGING_EM * em]
    aligned = [run for run in right if _is_aligned(run, x, em)]
    if not aligned:
        return None
    top = min(run.box.top for run in aligned) - 0.3 * em
    left = [run for run in runs if ink_end(run) <= x + 1.0 and run.baseline > top]
    long_left = [run for run in left if _is_long(run)]
    support = sum(
        _is_long(run) and any(_beside(run, other) for other in long_left) for run in aligned
    )
    if not support and hinted and len(long_left) > 1 and sum(map(_is_long, aligned)) > 1:
        support = 1  # text beside a figure, and text below it
    bar = not hinted and support < _SEEN and _is_side_bar(left, aligned)
    if bar:
        lowest = max(run.baseline for run in aligned)
        support, long_left = _SEEN, [run for run in left if run.baseline <= lowest]
    if not support:
        return None
    near = max(map(ink_end, long_left))
    if not hinted and support == _SEEN - 1 and _is_straight(long_left, aligned, near):
        support = _SEEN
    if x - near < _WHITE_EM * em:
        return None
    bottom = max(run.box.bottom for run in aligned)
    if bar:  # below it other columns begin, above it stand title and names
        top = max(top, min(run.box.top for run in long_left) - em)
        return Gutter(near, x, top, min(below, bottom), support)
    top, bottom = _reach(runs, right, x, (top, bottom), em)
    return Gutter(near, x, top, min(below, bottom + em), support)


def _is_straight(left: Sequence[Line], aligned: Sequence[Line], edge: float) -> bool:
    """Tell whether few long lines of Chinese text fill their column up to ``edge``: no cells."""
    text = [run for run in aligned if _is_long(run) and count_han(run.text) >= _TEXT]
    beside = [run for run in left if any(_beside(run, other) for other in text)]
    full = [run for run in beside if edge - ink_end(run) < _EDGE_EM * run.size]
    return len(full) == len(beside) >= _SEEN - 1 and all(count_han(x.text) >= _TEXT for x in full)


def _is_side_bar(left: Sequence[Line], aligned: Sequence[Line]) -> bool:
    """Tell whether a few lines stand beside a column and are no labels of its lines.

    Labels are printed on the lines that they belong to and as large.
    """
    column = [run for run in aligned if _is_long(run)]
    if len(column) < _BAR_COLUMN:
        return False
    beside = [run for run in left if any(_beside(run, other) for other in column)]
    if len(beside) < _BAR_LINES or any(len(run.text) < _BAR_TEXT for run in beside):
        return False
    return not any(
        abs(run.baseline - other.baseline) < _SAME_BASELINE_EM * other.size
        and abs(run.size - other.size) < _SAME_SIZE * other.size
        for run in beside
        for other in column
    )


def _reach(
    runs: Sequence[Line], right: Sequence[Line], x: float, ends: tuple[float, float], em: float
) -> tuple[float, float]:
    """Return top and bottom of a gutter with the lines that keep no edge of their column.

    Such are hanging entries and brackets, formulas, headings in the middle. Upwards only lines
    beside text of the left column count, or beside a heading in its middle: above stand the
    names under a title.
    """
    top, bottom = ends
    for run in sorted(right, key=lambda run: run.baseline):
        if bottom < run.box.bottom and run.box.top - bottom <= _STEP_EM * em:
            bottom = run.box.bottom
    left = [run for run in runs if ink_end(run) <= x + 1.0 and _is_long(run)]
    # The left column goes on where the right one ends first.
    for run in sorted(left, key=lambda run: run.baseline):
        if bottom < run.box.bottom and run.box.top - bottom <= _STEP_EM * em:
            bottom = run.box.bottom
    for run in sorted(right, key=lambda run: -run.baseline):
        above = run.box.top < top and top - run.box.bottom <= _STEP_EM * em
        beside = any(_beside(run, other) for other in left)
        if above and (beside or any(_heads_both(run, o, right, left, x, em) for o in runs)):
            top = run.box.top - 0.3 * em
    return top, bottom


def _heads_both(
    run: Line, other: Line, right: Sequence[Line], left: Sequence[Line], x: float, em: float
) -> bool:
    """Tell whether two short lines beside each other begin the columns left and right of ``x``.

    Each stands in the middle of its column; on one baseline they may stand at its edge as well.
    """
    if ink_end(other) > x or not _beside(run, other):
        return False
    level = abs(other.baseline - run.baseline) < _SAME_BASELINE_EM * em
    level = level and abs(other.size - run.size) < 0.25 * run.size
    edge = min((line.box.x0 for line in left), default=0.0)
    ours = _is_centred(run, right, em) or (level and _is_aligned(run, x, em))
    theirs = _is_centred(other, left, em)
    theirs = theirs or (level and abs(ink_start(other) - edge) < _HANGING_EM * em)
    return ours and theirs


def _is_centred(run: Line, column: Sequence[Line], em: float) -> bool:
    """Tell whether a run, as a heading, stands in the middle of the text of its column."""
    long = [other for other in column if _is_long(other)]
    if not long:
        return False
    middle = (min(o.box.x0 for o in long) + max(map(ink_end, long))) / 2
    return abs((run.box.x0 + run.box.x1) / 2 - middle) < em


def _is_aligned(run: Line, x: float, em: float) -> bool:
    offsets = [
        (start - x) / size for start in (run.box.x0, ink_start(run)) for size in (em, run.size)
    ]
    return any(abs(offset - indent) <= _EDGE_EM for offset in offsets for indent in _INDENTS_EM)


def _beside(one: Line, other: Line) -> bool:
    return one.box.top < other.box.bottom and other.box.top < one.box.bottom
