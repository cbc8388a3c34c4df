"""Parts of a text: the boxes of its characters, and the marks within them."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.records import Box, Mark, Span

# Boxes this near (points) touch.
_TOUCH = 1.0


def marks_within(marks: Iterable[Mark], start: int, end: int) -> tuple[Mark, ...]:
    """Return the marks that lie wholly in ``start:end``, counted from ``start``."""
    return tuple(
        Mark(mark.start - start, mark.end - start, mark.numbers)
        for mark in marks
        if start <= mark.start and mark.end <= end
    )


def boxes_of(spans: tuple[Span, ...], start: int, end: int) -> tuple[Box, ...]:
    """Return the boxes of characters ``start:end``, one per printed line, in reading order.

    A line set from top to bottom, or printed so on a page turned sideways, is one box too.
    """
    found: list[Box] = []
    single = 0
    for span in spans:
        first, last = max(start, span.start), min(end, span.end)
        if first < last:
            x0 = span.edges[first - span.start]
            x1 = span.edges[last - span.start]
            box = span.box
            found.append(Box(box.page, min(x0, x1), box.top, max(x0, x1), box.bottom))
            # Characters with a span each stand below each other.
            single = single + 1 if last - first == 1 else 0
            if single > 1 and _touch(*found[-2:]):
                found[-2:] = [Box.around(found[-2:])]
    return tuple(found)


def _touch(one: Box, other: Box) -> bool:
    """Tell whether two boxes of the same sides touch, as characters of an upright line do."""
    same = one.page == other.page and abs(one.x0 - other.x0) + abs(one.x1 - other.x1) < 2 * _TOUCH
    apart = max(one.top, other.top) - min(one.bottom, other.bottom)
    return same and -_TOUCH < apart < _TOUCH
