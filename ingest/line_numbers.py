"""The runs of a page in, the numbers in its margin out that count the lines of a manuscript."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ingest.page_text import Line

_NUMBER = re.compile(r"\d{1,4}")
# So many numbers below each other count lines, when so many of their steps are alike.
_LEAST = 8
_REGULAR = 0.8
_STEPS = (1, 2, 5, 10)
# Numbers of one margin keep their left or right edge within this distance (points).
_SAME_X = 2.5


def find_line_numbers(runs: Sequence[Line]) -> set[int]:
    """Return the ``id`` of the ``runs`` that count lines: in regular steps, alone in a strip."""
    numbers = [run for run in runs if _NUMBER.fullmatch(run.text.strip())]
    found: set[int] = set()
    for strip in _strips(numbers):
        if len(strip) >= _LEAST and _is_counting(strip) and _is_margin(strip, runs):
            found.update(map(id, strip))
    return found


def _strips(numbers: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield the numbers that stand below each other, from the top down."""
    for side in ("x0", "x1"):
        strip: list[Line] = []
        for run in sorted(numbers, key=lambda run: float(getattr(run.box, side))):
            if strip and getattr(run.box, side) - getattr(strip[-1].box, side) > _SAME_X:
                yield sorted(strip, key=lambda run: run.baseline)
                strip = []
            strip.append(run)
        yield sorted(strip, key=lambda run: run.baseline)


def _is_counting(strip: Sequence[Line]) -> bool:
    values = [int(run.text.strip()) for run in strip]
    steps = Counter(after - before for before, after in pairwise(values))
    step, count = steps.most_common(1)[0]
    return step in _STEPS and count >= _REGULAR * (len(values) - 1)


def _is_margin(strip: Sequence[Line], runs: Sequence[Line]) -> bool:
    """Tell whether nothing but the numbers begins in their strip, and text stands beside them.

    The numbers of a list or of references stand on the edge where other text begins.
    """
    x0, x1 = min(run.box.x0 for run in strip), max(run.box.x1 for run in strip)
    own = set(map(id, strip))
    top, bottom = strip[0].box.top, strip[-1].box.bottom
    others = [run for run in runs if id(run) not in own]
    if any(x0 - 1 < run.box.x0 < x1 + 1 for run in others):
        return False
    text = [run for run in others if top < run.baseline < bottom and len(run.text) > 6]
    beside = sum(any(abs(run.baseline - other.baseline) < 3 for other in text) for run in strip)
    return beside >= 0.6 * len(strip)
