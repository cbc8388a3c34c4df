"""How a page image must be turned so that its text can be read.

Where lines run from top to bottom the page may lie on either side; a few of the longest lines
are read both ways, and the way that is read with more confidence is right. Level lines are read
both ways only when they do not read well as they are.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ingest.ocr_engine import Engine

# Lines that are read, the confidence that needs no second look, and the least that turns a page.
_SAMPLE, _SOUND, _LEAST = 5, 0.9, 0.6
# Lines from top to bottom are so much more of the page than level ones before it is sideways.
_MORE = 2.0
_LONG = 5.0
_WHITE = "white"


def quarter_of(engine: Engine, image: Any, corners: NDArray[Any]) -> int:  # noqa: ANN401
    """Return by how many degrees (0, 90, 180, 270) the image must be turned left."""
    if not len(corners):
        return 0
    wide, high = _sides(corners)
    level, upright = wide > 1.8 * high, high > 1.8 * wide
    sideways = high[upright].sum() > _MORE * wide[level].sum()
    chosen = upright if sideways else level
    length = high if sideways else wide
    sample = [index for index in (-length).argsort() if chosen[index]][:_SAMPLE]
    if not sample:
        return 0
    from ingest.ocr_engine import pixels

    whole = pixels(image)
    # A line from top to bottom is cut out turned left, as the whole page would be.
    cuts = [engine.cut(whole, corners[index]) for index in sample]
    as_cut = _score(engine, cuts)
    if as_cut >= _SOUND:
        return 90 if sideways else 0
    other = _score(engine, [cut[::-1, ::-1] for cut in cuts])
    if max(as_cut, other) < _LEAST:
        return 0  # neither: lines set from top to bottom, or no text
    if sideways:
        return 90 if as_cut >= other else 270
    return 0 if as_cut >= other else 180


def lean_of(corners: NDArray[Any]) -> float:
    """Return by how many degrees lines fall to the right, level or upright ones; 0 if unclear."""
    import numpy as np

    if len(corners) < _SAMPLE:
        return 0.0
    wide, high = _sides(corners)
    upright = high[high > wide].sum() > wide[wide > high].sum()
    long = (high > _LONG * wide) if upright else (wide > _LONG * high)
    if long.sum() < _SAMPLE:
        return 0.0
    found = corners[long]
    first = found[:, 3] + found[:, 0] if not upright else found[:, 0] + found[:, 1]
    last = found[:, 2] + found[:, 1] if not upright else found[:, 3] + found[:, 2]
    step = last - first
    angles = (
        np.arctan2(step[:, 1], step[:, 0]) if not upright else -np.arctan2(step[:, 0], step[:, 1])
    )
    return round(math.degrees(float(np.median(angles))), 2)


def turned(image: Any, degrees: float) -> Any:  # noqa: ANN401
    """Return a PIL image turned left, whole, on white."""
    from PIL.Image import Resampling

    return image.rotate(degrees, Resampling.BICUBIC, expand=True, fillcolor=_WHITE)


def _sides(corners: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return how wide and how high the lines are, along their own sides."""
    import numpy as np

    across = corners[:, 1] - corners[:, 0]
    down = corners[:, 3] - corners[:, 0]
    return np.hypot(across[:, 0], across[:, 1]), np.hypot(down[:, 0], down[:, 1])


def _score(engine: Engine, cuts: list[Any]) -> float:
    """Return the mean confidence of some lines, 0 for those that say nothing."""
    return sum(engine.read(cut).score for cut in cuts) / len(cuts)
