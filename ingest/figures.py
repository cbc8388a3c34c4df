"""The lines, images and rules of a page in, its figures out.

A figure is an image, or what is drawn and lettered above its caption. Its lettering is kept
with it and out of the running text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest.captions import ENGLISH_CAPTION, FIGURE_CAPTION
from ingest.charts import Drawing
from ingest.clean import count_han
from ingest.gutters import Gutter
from ingest.layout import PageLines
from ingest.page_text import Line, PageText
from ingest.records import Box

# Smaller images are ornaments, larger ones the ground of the page or its scan (share of it).
_SMALLEST, _LARGEST = 0.002, 0.75
# A caption stands within this distance (points) of its image.
_NEAR = 80.0
# Lettering differs from the running text by this part of its size, or does not keep its edges.
_SAME_SIZE = 0.07
_EDGE_EM = 0.6
_LONG_SHARE = 0.55
_CAPTION_STEP_EM = 2.0
_CAPTION_LINES = 8
# So many stacked lines of one character each are upright lettering beside a figure.
_STACK = 3


@dataclass(slots=True)
class Figure:
    """One figure: its box with caption, the caption's lines, the lettering inside."""

    box: Box
    caption: list[Line] = field(default_factory=list)
    inside: list[Line] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        """All lines of the figure."""
        return [*self.caption, *self.inside]


def find_figures(
    page: PageLines, lines: Sequence[Line], drawings: Sequence[Drawing], body: float, font: str
) -> list[Figure]:
    """Return the figures among ``lines`` (from the top down, without tables and furniture).

    The lettering of ``drawings`` is not among them. ``body`` and ``font`` are the em size and
    font of the running text of the document.
    """
    images = [*_pictures(page.page), *(drawing.box for drawing in drawings)]
    gutters = page.gutters
    figures: list[Figure] = []
    taken: set[int] = set()
    for index, line in enumerate(lines):
        if id(line) in taken or not FIGURE_CAPTION.match(line.text):
            continue
        caption = _caption(lines, index, body, font)
        box = around([*caption])
        above = _images_of(box, images)
        zone = _zone(box, lines, gutters)
        inside = _lettering(lines, caption, above, zone, body)
        drawn = [item for d in drawings if d.box in above for item in d.lines]
        inside = [item for item in [*drawn, *inside] if id(item) not in taken]
        figure = Figure(Box.around([box, *above, *(item.box for item in inside)]), caption, inside)
        taken.update(id(item) for item in figure.lines)
        figures.append(figure)
    figures += [Figure(d.box, [], list(d.lines)) for d in drawings if id(d.lines[0]) not in taken]
    rest = [line for line in lines if id(line) not in taken]
    return figures + [
        Figure(around(found), [], found) for found in _uncaptioned(rest, images, body)
    ]


def _pictures(page: PageText) -> Iterator[Box]:
    area = page.width * page.height
    for image in page.images:
        share = (image.x1 - image.x0) * (image.bottom - image.top) / area
        if _SMALLEST < share < _LARGEST:
            yield image


def _caption(lines: Sequence[Line], index: int, body: float, font: str) -> list[Line]:
    """Return the caption that begins at ``index``: its lines, and its other language below."""
    caption = [lines[index]]
    styled = not _is_body(lines[index], body, font)
    for line in lines[index + 1 :]:
        last = caption[-1]
        if min(line.box.x1, last.box.x1) - max(line.box.x0, last.box.x0) <= 0:
            continue
        near = line.baseline - last.baseline < _CAPTION_STEP_EM * line.size
        alike = abs(line.size - last.size) < 0.4 and styled and not _is_body(line, body, font)
        other = ENGLISH_CAPTION.match(line.text) and not ENGLISH_CAPTION.match(lines[index].text)
        if not near or len(caption) == _CAPTION_LINES or not (alike or other):
            break
        if FIGURE_CAPTION.match(line.text) and not other:
            break
        caption.append(line)
    return caption


def _is_body(line: Line, body: float, font: str) -> bool:
    same_font = not font or not line.font or line.font == font or not count_han(line.text)
    return abs(line.size - body) < 0.03 * body and same_font


def _images_of(caption: Box, images: Sequence[Box]) -> list[Box]:
    """Return the image above the caption and those beside it, or else the one below."""
    over = [image for image in images if _shares_width(image, caption)]
    above = [i for i in over if -6 < caption.top - i.bottom < _NEAR or _holds(i, caption)]
    if not above:
        return [image for image in over if 0 <= image.top - caption.bottom < _NEAR / 2][:1]
    nearest = max(above, key=lambda image: image.bottom)
    row = [image for image in images if image.top < nearest.bottom and nearest.top < image.bottom]
    return [image for image in row if _shares_width(image, caption) or image is nearest]


def _shares_width(one: Box, other: Box) -> bool:
    return one.x0 < other.x1 and other.x0 < one.x1


def _holds(outer: Box, inner: Box) -> bool:
    middle = (inner.top + inner.bottom) / 2
    return outer.top < middle < outer.bottom


def _zone(caption: Box, lines: Sequence[Line], gutters: Sequence[Gutter]) -> tuple[float, float]:
    """Return the left and right edge of the column (or page) that the caption stands in."""
    left = min(line.box.x0 for line in lines)
    right = max(line.box.x1 for line in lines)
    for gutter in gutters:
        if caption.x1 <= gutter.x1 + 2:
            right = min(right, gutter.x0)
        elif caption.x0 >= gutter.x0 - 2:
            left = max(left, gutter.x1)
    return left, right


def _lettering(
    lines: Sequence[Line],
    caption: Sequence[Line],
    images: Sequence[Box],
    zone: tuple[float, float],
    body: float,
) -> list[Line]:
    """Return the lines inside the figure: on its images, or drawn above its caption."""
    own = {id(line) for line in caption}
    if images:
        box = Box.around([*images, *(line.box for line in caption)])
        return [
            line
            for line in lines
            if id(line) not in own
            and _inside(line, box)
            and not (is_prose(line, zone, body) and not any(_inside(line, i) for i in images))
        ]
    found: list[Line] = []
    edge = caption[0].box.top
    over = [line for line in lines if line.baseline < edge and id(line) not in own]
    for line in reversed(over):
        if line.box.x1 < zone[0] or line.box.x0 > zone[1]:
            continue
        if is_prose(line, zone, body) or edge - line.box.bottom > _NEAR:
            break
        if FIGURE_CAPTION.match(line.text):
            break
        found.append(line)
        edge = line.box.top
    return found if len(found) > 1 else []


def is_prose(line: Line, zone: tuple[float, float], body: float) -> bool:
    """Tell whether a line is set like running text of the column between the ``zone`` edges."""
    if abs(line.size - body) > _SAME_SIZE * body:
        return False
    wide = line.box.x1 - line.box.x0 >= _LONG_SHARE * (zone[1] - zone[0])
    offset = (line.box.x0 - zone[0]) / line.size
    return wide or abs(offset) < _EDGE_EM or abs(offset - 2) < _EDGE_EM


def _inside(line: Line, box: Box) -> bool:
    x, y = (line.box.x0 + line.box.x1) / 2, (line.box.top + line.box.bottom) / 2
    return box.x0 <= x <= box.x1 and box.top <= y <= box.bottom


def _uncaptioned(lines: Sequence[Line], images: Sequence[Box], body: float) -> Iterator[list[Line]]:
    """Yield small lettering on images, and upright lettering: characters above each other."""
    for image in images:
        on = [line for line in lines if _inside(line, image) and line.size < 0.93 * body]
        if on:
            yield on
            lines = [line for line in lines if line not in on]
    single = [line for line in lines if len(line.text.strip()) == 1 and count_han(line.text)]
    stack: list[Line] = []
    for line in sorted(single, key=lambda line: (round(line.box.x0 / 4), line.baseline)):
        last = stack[-1] if stack else None
        apart = line.baseline - last.baseline if last else 0.0
        if last and abs(line.box.x0 - last.box.x0) < 4 and apart < 3 * line.size:
            stack.append(line)
            continue
        if len(stack) >= _STACK:
            yield stack
        stack = [line]
    if len(stack) >= _STACK:
        yield stack


def around(lines: Sequence[Line]) -> Box:
    """Return the box around some lines of one page."""
    return Box.around([line.box for line in lines])
