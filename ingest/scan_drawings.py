"""A page image in, its rules and pictures out: what a text layer would say about drawings.

Rules are long thin dark runs, across or upright. A picture is ink that stands in no line of
text and reaches both ways, with the lettering among it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Darker than this is ink (0-255).
_INK = 150
# A rule is at least this long and at most this thick (points); strokes of letters are shorter.
_LENGTH, _THICKNESS = 34.0, 2.8
# Part of a rule that may be worn away.
_WORN = 0.04
# More runs than this are a picture's.
_MAX_RUNS = 20_000
# Ink this near (points) belongs to one picture; smaller ones (points) are stamps or dirt.
_NEAR, _LEAST = 22.0, 36.0
# A picture with so many lines of so many characters is a frame around text.
_PROSE_LINES, _PROSE_CHARS = 2, 14

Rectangle = tuple[float, float, float, float]
"""x0, top, x1, bottom in pixels."""


def find_rules(grey: NDArray[Any], scale: float) -> list[Rectangle]:
    """Return the rules of a grey image (0 black) of ``scale`` pixels a point."""
    dark = grey < _INK
    across = _thin_runs(dark, scale)
    upright = [(top, x0, bottom, x1) for x0, top, x1, bottom in _thin_runs(dark.T, scale)]
    return [*across, *upright]


def _thin_runs(dark: NDArray[Any], scale: float) -> list[Rectangle]:
    boxes: list[list[float]] = []
    last: list[list[float]] = []  # boxes that a run of the next row may continue
    row = -1
    for count, (y, x0, x1) in enumerate(_runs(dark, int(_LENGTH * scale))):
        if count > _MAX_RUNS:
            return []
        if y != row:
            last = [box for box in last if y - box[3] <= 2]
            row = y
        for box in last:
            if x0 <= box[2] + 3 and box[0] <= x1 + 3:
                box[:] = [min(box[0], x0), box[1], max(box[2], x1), y + 1]
                break
        else:
            box = [x0, y, x1, y + 1]
            boxes.append(box)
            last.append(box)
    thick = _THICKNESS * scale
    return [(a, b, c, d) for a, b, c, d in boxes if d - b <= thick]


def _runs(dark: NDArray[Any], least: int) -> Iterator[tuple[int, int, int]]:
    """Yield (row, start, end) of the runs of at least ``least`` pixels, row by row."""
    import numpy as np

    if dark.shape[1] <= least:
        return
    # A rule leans by a pixel or two: a dark neighbour above or below will do.
    padded = np.pad(dark, ((1, 1), (0, 0)))
    leaning = padded[:-2] | padded[1:-1] | padded[2:]
    sums = np.pad(np.cumsum(leaning, axis=1, dtype=np.int32), ((0, 0), (1, 0)))
    full = (sums[:, least:] - sums[:, :-least]) >= least * (1 - _WORN)
    for y in np.flatnonzero(full.any(axis=1)):
        steps = np.flatnonzero(np.diff(np.pad(full[y].astype(np.int8), 1)))
        for start, end in zip(steps[::2], steps[1::2], strict=True):
            yield int(y), int(start), int(end) + least - 1


def find_pictures(
    grey: NDArray[Any],
    scale: float,
    lines: Sequence[tuple[Rectangle, str]],
) -> list[Rectangle]:
    """Return the boxes of pictures; ``lines`` are the boxes of text and what it says."""
    import cv2
    import numpy as np

    ink = (grey < _INK + 50).astype(np.uint8)
    for (x0, top, x1, bottom), _ in lines:
        ink[max(0, int(top) - 2) : int(bottom) + 3, max(0, int(x0) - 2) : int(x1) + 3] = 0
    edge = int(8 * scale)
    ink[:edge], ink[-edge:], ink[:, :edge], ink[:, -edge:] = 0, 0, 0, 0  # shadows of the scanner
    near = max(3, int(_NEAR * scale))
    closed = cv2.dilate(ink, np.ones((near, near), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(closed)
    found: list[Rectangle] = []
    for x, y, width, height, _ in stats[1:count].tolist():
        box = (x + near / 2, y + near / 2, x + width - near / 2, y + height - near / 2)
        if min(box[2] - box[0], box[3] - box[1]) >= _LEAST * scale and not _frames_text(box, lines):
            found.append(box)
    return found


def _frames_text(box: Rectangle, lines: Sequence[tuple[Rectangle, str]]) -> bool:
    inside = [
        text
        for (x0, top, x1, bottom), text in lines
        if box[0] < (x0 + x1) / 2 < box[2] and box[1] < (top + bottom) / 2 < box[3]
    ]
    return sum(len(text) >= _PROSE_CHARS for text in inside) >= _PROSE_LINES
