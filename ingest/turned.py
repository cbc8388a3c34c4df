"""How the text of a scanned page is turned on it, and boxes back on the page as displayed.

A scan may lie sideways, upside down or askew. It is read upright, so that its lines are level
and its columns upright, and what was found is put back where it stands on the page.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ingest.geometry import Turn
from ingest.records import Block, Box, Reference, Span

# A line that leans is covered by boxes along which it rises by no more than this (points).
_RISE, _SHORTEST = 2.0, 36.0


def box_back(box: Box, turn: Turn) -> Box:
    """Return the level rectangle around a box of an upright page, on the page as displayed."""
    corners = [turn.back(x, y) for x in (box.x0, box.x1) for y in (box.top, box.bottom)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return Box(box.page, min(xs), min(ys), max(xs), max(ys))


def blocks_back(blocks: Sequence[Block], turns: Mapping[int, Turn]) -> tuple[Block, ...]:
    """Return ``blocks`` with the boxes of turned pages (by number) as displayed."""
    if not turns:
        return tuple(blocks)
    return tuple(
        replace(block, spans=tuple(part for span in block.spans for part in _span(span, turns)))
        for block in blocks
    )


def references_back(
    references: Sequence[Reference], turns: Mapping[int, Turn]
) -> tuple[Reference, ...]:
    """Return ``references`` with the boxes of turned pages (by number) as displayed."""
    if not turns:
        return tuple(references)
    return tuple(
        replace(
            item,
            boxes=tuple(box_back(b, turns[b.page]) if b.page in turns else b for b in item.boxes),
        )
        for item in references
    )


def _span(span: Span, turns: Mapping[int, Turn]) -> Iterator[Span]:
    turn = turns.get(span.box.page)
    if turn is None:
        yield span
    elif span.end == span.start:
        box = box_back(span.box, turn)
        yield Span(span.start, span.end, box, (box.x0,) * len(span.edges))
    else:
        for first, last in _parts(span, turn):
            yield _part(span, first, last, turn)


def _parts(span: Span, turn: Turn) -> Iterator[tuple[int, int]]:
    """Yield the parts of a span's characters that have a box of their own."""
    count = span.end - span.start
    if not turn.is_sideways and not turn.leans:
        yield 0, count
        return
    piece = max(_SHORTEST, _RISE / abs(math.sin(math.radians(turn.degrees))))
    first = 0
    for last in range(1, count + 1):
        length = abs(span.edges[min(last + 1, count)] - span.edges[first])
        if turn.is_sideways or length > piece or last == count:
            yield first, last
            first = last


def _part(span: Span, first: int, last: int, turn: Turn) -> Span:
    """Return characters ``first:last`` of a span; sideways it is one, as high as it is wide."""
    edges = span.edges[first : last + 1]
    upright = span.box
    box = box_back(replace(upright, x0=min(edges), x1=max(edges)), turn)
    shown: tuple[float, ...] = (box.x0, box.x1)
    if not turn.is_sideways:
        middle = (upright.top + upright.bottom) / 2
        inner = [turn.back(edge, middle)[0] for edge in edges[1:-1]]
        ends = (box.x0, box.x1) if abs(turn.degrees) < 90 else (box.x1, box.x0)
        shown = (ends[0], *inner, ends[1])
    return Span(span.start + first, span.start + last, box, shown)
