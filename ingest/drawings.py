"""The painted objects of a pdfium page: images, rules, and who is painted over whom.

Objects inside form XObjects count as the page's own. Rules are thin filled rectangles, thin
images and the straight edges of stroked paths: what tables and separators are drawn with.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as raw

from ingest.geometry import Frame
from ingest.page_objects import IDENTITY, Matrix, apply, matrix_of, multiply, page_objects
from ingest.records import Box

# A drawing of more objects is a map or a plot: its lines are no table rules.
MAX_OBJECTS = 20_000
# Edges taken of one path; longer paths are curves and hatchings.
MAX_SEGMENTS = 400
RULE_THICKNESS, RULE_LENGTH = 2.6, 8.0
# Covers smaller than this (points) hide no character; of more covers than this one is made.
MIN_COVER, MAX_COVERS = 3.0, 300
# Letters drawn as shapes are this high or wide (points).
MIN_LETTER, MAX_LETTER = 4.0, 40.0
# A shape of more than this part of the page is its ground; of so many a page is a map.
LARGEST_SHAPE, MAX_SHAPES = 0.6, 2_000

Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Cover:
    """An opaque shape or image, and its place in painting order; images have no one colour."""

    place: int
    box: Box
    colour: tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class TextObject:
    """A text object: its handle, place in painting order, and the matrix of its forms."""

    item: Any
    place: int
    matrix: Matrix


@dataclass(slots=True)
class Drawings:
    """What is painted on a page; boxes as displayed, cut to the page.

    ``shapes`` are what is drawn and neither a rule nor the ground of the page,
    ``texts`` the text objects by their address, ``outlines`` counts filled
    shapes of the size of letters. ``whole`` is false when the page has more
    objects than are looked at.
    """

    images: list[Box] = field(default_factory=list)
    rules: list[Box] = field(default_factory=list)
    shapes: list[Box] = field(default_factory=list)
    covers: list[Cover] = field(default_factory=list)
    texts: dict[int, TextObject] = field(default_factory=dict)
    outlines: int = 0
    whole: bool = True


def read_drawings(page: Any, number: int, frame: Frame) -> Drawings:  # noqa: ANN401
    """Walk over the objects of an open pdfium page."""
    found = Drawings()
    for place, (item, kind, matrix) in enumerate(page_objects(page.raw)):
        if place >= MAX_OBJECTS:
            found.whole = False
            break
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            found.texts[ctypes.addressof(item.contents)] = TextObject(item, place, matrix)
            continue
        box = bounds(item, matrix, number, frame)
        if box is None:
            continue
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            _take_image(found, item, place, box)
        elif kind == raw.FPDF_PAGEOBJ_PATH:
            _take_path(found, item, matrix, place, box, frame)
    covers = [cover for cover in found.covers if min(_sides(cover.box)) >= MIN_COVER]
    if len(covers) > MAX_COVERS or not found.whole:
        # Anything may be hidden then: one cover over all of it, so that all of it is looked at.
        covers = [Cover(MAX_OBJECTS, Box(number, 0.0, 0.0, frame.width, frame.height), None)]
    found.covers = covers
    return found


_left, _bottom, _right, _top = (ctypes.c_float() for _ in range(4))


def bounds(item: Any, matrix: Matrix, number: int, frame: Frame) -> Box | None:  # noqa: ANN401
    """Return the box of an object as displayed, cut to the page; None when it is off it."""
    if not raw.FPDFPageObj_GetBounds(item, _left, _bottom, _right, _top):
        return None
    x0, y0, x1, y1 = _left.value, _bottom.value, _right.value, _top.value
    if matrix is not IDENTITY:
        corners = [apply(matrix, x, y) for x in (x0, x1) for y in (y0, y1)]
        x0, x1 = min(c[0] for c in corners), max(c[0] for c in corners)
        y0, y1 = min(c[1] for c in corners), max(c[1] for c in corners)
    return _cut(frame.rectangle(x0, y0, x1, y1), number, frame)


def _cut(rectangle: Rectangle, number: int, frame: Frame) -> Box | None:
    """Return the part on the page, None when nothing of it is."""
    x0, top = max(0.0, rectangle[0]), max(0.0, rectangle[1])
    x1, bottom = min(frame.width, rectangle[2]), min(frame.height, rectangle[3])
    if not (x0 <= x1 and top <= bottom):  # also when a number is not a number
        return None
    return Box(number, round(x0, 2), round(top, 2), round(x1, 2), round(bottom, 2))


def _sides(box: Box) -> tuple[float, float]:
    return box.x1 - box.x0, box.bottom - box.top


def _thin(box: Box) -> bool:
    sides = _sides(box)
    return min(sides) <= RULE_THICKNESS and max(sides) >= RULE_LENGTH


def _take_image(found: Drawings, item: Any, place: int, box: Box) -> None:  # noqa: ANN401
    if _thin(box):
        found.rules.append(box)
        return
    found.images.append(box)
    if not raw.FPDFPageObj_HasTransparency(item):
        found.covers.append(Cover(place, box, None))


_mode, _stroke = ctypes.c_int(), ctypes.c_int()
_red, _green, _blue, _alpha = (ctypes.c_uint() for _ in range(4))


def colour_of(get: Any, item: Any) -> tuple[int, int, int, int]:  # noqa: ANN401
    """Return red, green, blue and opacity (0-255) of an object; black when it has none."""
    if not get(item, _red, _green, _blue, _alpha):
        return 0, 0, 0, 255
    return _red.value, _green.value, _blue.value, _alpha.value


def _seen(colour: tuple[int, int, int, int]) -> bool:
    return colour[3] > 12 and min(colour[:3]) < 250


def _take_path(
    found: Drawings,
    item: Any,  # noqa: ANN401
    matrix: Matrix,
    place: int,
    box: Box,
    frame: Frame,
) -> None:
    if not raw.FPDFPath_GetDrawMode(item, _mode, _stroke):
        return
    filled, stroked = bool(_mode.value), bool(_stroke.value)
    stroked = stroked and _seen(colour_of(raw.FPDFPageObj_GetStrokeColor, item))
    _take_shape(found, box, item, frame, stroked=stroked, filled=filled)
    if filled:
        colour = colour_of(raw.FPDFPageObj_GetFillColor, item)
        if _thin(box):
            if _seen(colour):
                found.rules.append(box)
            return
        sides = _sides(box)
        found.outlines += MIN_LETTER <= max(sides) <= MAX_LETTER and _seen(colour)
        if colour[3] >= 250:
            found.covers.append(Cover(place, box, colour[:3]))
    if stroked:
        found.rules += [box] if _thin(box) else _edges(item, matrix, box.page, frame)


def _take_shape(
    found: Drawings,
    box: Box,
    item: Any,  # noqa: ANN401
    frame: Frame,
    *,
    stroked: bool,
    filled: bool,
) -> None:
    if _thin(box) or len(found.shapes) >= MAX_SHAPES:
        return
    wide, high = _sides(box)
    ground = wide * high > LARGEST_SHAPE * frame.width * frame.height
    if not ground and (
        stroked or (filled and _seen(colour_of(raw.FPDFPageObj_GetFillColor, item)))
    ):
        found.shapes.append(box)


def _edges(item: Any, matrix: Matrix, number: int, frame: Frame) -> list[Box]:  # noqa: ANN401
    """Return the horizontal and vertical edges of a path, as boxes without thickness."""
    count = raw.FPDFPath_CountSegments(item)
    if not 0 < count <= MAX_SEGMENTS:
        return []
    whole = multiply(matrix_of(item), matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    edges: list[Box] = []
    start = last = (0.0, 0.0)
    for index in range(count):
        segment = raw.FPDFPath_GetPathSegment(item, index)
        kind = raw.FPDFPathSegment_GetType(segment)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = frame.point(*apply(whole, x.value, y.value))
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == raw.FPDF_SEGMENT_LINETO:
            edges += _edge(last, point, number, frame)
        last = point
        if raw.FPDFPathSegment_GetClose(segment):
            edges += _edge(last, start, number, frame)
            last = start
    return edges


def _edge(a: tuple[float, float], b: tuple[float, float], number: int, frame: Frame) -> list[Box]:
    rectangle = (min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))
    box = _cut(rectangle, number, frame)
    return [box] if box is not None and _thin(box) else []
