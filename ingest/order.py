"""Boxes on a page in, their reading order out.

After Breuel (High Performance Document Layout Analysis, 2003): a box comes before those below
it in its column, and before those of the next column unless a box that spans both stands
between them. So columns, bands under wide headings and text beside figures come out without a
case for each.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ingest.gutters import Gutter
from ingest.records import Box

# Boxes share width when they overlap by more than this (points).
_OVERLAP = 3.0
# Boxes whose middles differ by less than this part of their height stand beside each other.
_LEVEL = 0.5
_SAME_GUTTER = 8.0


def reading_order(
    boxes: Sequence[Box],
    gutters: Sequence[Gutter] = (),
    content: Sequence[int] = (),
    floats: Sequence[bool] = (),
) -> list[int]:
    """Return the indices of ``boxes`` (one page) in reading order.

    A box that reaches over a gutter while others stand beside it in the next column belongs
    to the column that holds most of it. ``content`` breaks ties; ``floats`` are tables and
    figures, which come anywhere beside text that shares no width with them.
    """
    count = len(boxes)
    if count < 2:
        return list(range(count))
    sides = np.array([(box.x0, box.x1, (box.top + box.bottom) / 2) for box in boxes])
    x0, x1, y = _within_columns(sides, boxes, gutters)
    shared = np.minimum(x1[:, None], x1) - np.maximum(x0[:, None], x0) > _OVERLAP
    left = _left_of(x0, x1, y, gutters)
    for spanner in _spanners(x0, x1):
        over = shared[spanner]
        between = (y < y[spanner])[:, None] != (y < y[spanner])
        left &= ~(over[:, None] & over & between)
    heights = np.array([box.bottom - box.top for box in boxes])
    level = np.abs(y[:, None] - y) < _LEVEL * np.minimum(heights[:, None], heights)
    above = np.where(level & ~shared, x0[:, None] < x0, y[:, None] < y)
    bound = shared | _outside(y, gutters, floats)
    before = left | (above & bound & ~left.T)
    return _sorted(before, y, content)


def _left_of(
    x0: NDArray[np.float64],
    x1: NDArray[np.float64],
    y: NDArray[np.float64],
    gutters: Sequence[Gutter],
) -> NDArray[np.bool_]:
    """Return which boxes stand in a column left of which: a gutter in force lies between."""
    found = np.zeros((len(y), len(y)), dtype=bool)
    for gutter in gutters:
        left, right = x1 <= gutter.x1 + _OVERLAP, x0 >= gutter.x0 - _OVERLAP
        within = (y >= gutter.top) & (y <= gutter.bottom)
        # What stands left below the gutter belongs to other columns.
        reaches = (y <= gutter.bottom)[:, None] & (within[:, None] | within)
        ours = ~_elsewhere(y, gutter, gutters)
        found |= (left & ~right & ours)[:, None] & (right & ~left & ours) & reaches
    return found


def _elsewhere(
    y: NDArray[np.float64], gutter: Gutter, gutters: Sequence[Gutter]
) -> NDArray[np.bool_]:
    """Return which boxes stand where another gutter is in force and not this one."""
    others = np.zeros(len(y), dtype=bool)
    for other in gutters:
        if abs(other.x1 - gutter.x1) > _SAME_GUTTER:
            others |= (y >= other.top) & (y <= other.bottom)
    return others & ((y < gutter.top) | (y > gutter.bottom))


def _outside(
    y: NDArray[np.float64], gutters: Sequence[Gutter], floats: Sequence[bool]
) -> NDArray[np.bool_]:
    """Return which pairs lie where no gutter is in force, so that the upper one comes first."""
    free = np.ones(len(y), dtype=bool)
    for gutter in gutters:
        free &= (y < gutter.top) | (y > gutter.bottom)
    if gutters and floats:
        free &= ~np.array(floats, dtype=bool)
    return free[:, None] & free


def _within_columns(
    sides: NDArray[np.float64], boxes: Sequence[Box], gutters: Sequence[Gutter]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return left, right and middle height, overhang over a gutter cut where text is beside."""
    x0, x1, y = (sides[:, axis].copy() for axis in range(3))
    for gutter in gutters:
        for index in np.flatnonzero((x0 < gutter.x - _OVERLAP) & (x1 > gutter.x + _OVERLAP)):
            box = boxes[int(index)]
            beside = [
                other
                for other in boxes
                if other is not box and other.top < box.bottom and box.top < other.bottom
            ]
            # Only boxes in the next column, clear of this one, make it an overhang.
            right = any(other.x0 >= max(gutter.x, box.x1 - _OVERLAP) for other in beside)
            left = any(other.x1 <= min(gutter.x, box.x0 + _OVERLAP) for other in beside)
            mostly_left = gutter.x - box.x0 > box.x1 - gutter.x
            if right and not left and mostly_left:
                x1[index] = gutter.x
            elif left and not right and not mostly_left:
                x0[index] = gutter.x
    return x0, x1, y


def _spanners(x0: NDArray[np.float64], x1: NDArray[np.float64]) -> list[int]:
    """Return the boxes that share width with two that do not share any."""
    found = []
    for index in range(len(x0)):
        over = np.minimum(x1, x1[index]) - np.maximum(x0, x0[index]) > _OVERLAP
        if x1[over].min() <= x0[over].max() + _OVERLAP:
            found.append(index)
    return found


def _sorted(before: NDArray[np.bool_], y: NDArray[np.float64], content: Sequence[int]) -> list[int]:
    """Return a topological order; of a circle the topmost box goes first."""
    waiting = before.sum(axis=0).astype(int)
    left = set(range(len(y)))
    found: list[int] = []
    while left:
        free = [index for index in left if waiting[index] == 0]
        if free:
            best = min(free, key=lambda index: (content[index] if content else 0, y[index]))
        else:
            best = min(left, key=lambda index: (waiting[index], y[index]))
        found.append(best)
        left.remove(best)
        waiting -= before[best]
    return found
