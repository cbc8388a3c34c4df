"""Which characters of a pdfium page can nobody see? Text hidden from readers is no evidence.

Cheap signs first: render mode, opacity, a colour near white, a clip path elsewhere, an
optional layer, a shape or image of the same colour below or of any colour above. Where a sign
is found the page is drawn twice, with the doubtful text objects and without them: a character
is seen when the two drawings differ in its box. Text over a scan that the ink of the scan
shows through is the text layer of that scan: kept.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as raw
from PIL import ImageChops
from PIL.Image import Image

from ingest.choice import image_share
from ingest.drawings import Cover, Drawings, bounds, colour_of
from ingest.geometry import Frame
from ingest.page_text import Char, PageText
from ingest.records import Box
from ingest.render import page_image

DPI = 100
# Left, top, right and bottom of a part of the page, in displayed points.
Part = tuple[float, float, float, float]
# Differences of a colour channel (0-255) that an eye takes for ink.
_CONTRAST = 24
_OPAQUE, _WHITE = 13, 235
_MAX_CLIPS, _MAX_POINTS, _MAX_MARKS = 4, 32, 4
_LAYER = "OC\0".encode("utf-16-le")
# Part of a scan's hidden characters that must stand on its ink to be its text layer.
_ON_INK, _SCAN = 0.6, 0.5
_INVISIBLE = (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
_STROKED = (raw.FPDF_TEXTRENDERMODE_STROKE, raw.FPDF_TEXTRENDERMODE_STROKE_CLIP)
_BOTH = (raw.FPDF_TEXTRENDERMODE_FILL_STROKE, raw.FPDF_TEXTRENDERMODE_FILL_STROKE_CLIP)


@dataclass(frozen=True, slots=True)
class Paint:
    """How a text object is painted: its place in painting order, colour, and first doubt.

    ``clip`` is the rectangle of user space that its clip paths leave, None without any.
    """

    place: int
    colour: tuple[int, int, int]
    doubtful: bool
    clip: tuple[float, float, float, float] | None = None

    def clips(self, x: float, y: float) -> bool:
        """Tell whether a point of user space may be clipped away."""
        if self.clip is None:
            return False
        x0, y0, x1, y1 = self.clip
        return not (x0 <= x <= x1 and y0 <= y <= y1)


def paint_of(drawn: Any, place: int) -> Paint:  # noqa: ANN401
    """Return the paint of a text object; doubtful when it is unpainted, clear or near white."""
    mode = raw.FPDFTextObj_GetTextRenderMode(drawn)
    if mode in _INVISIBLE:
        return Paint(place, (255, 255, 255), True)
    get = raw.FPDFPageObj_GetStrokeColor if mode in _STROKED else raw.FPDFPageObj_GetFillColor
    red, green, blue, alpha = colour_of(get, drawn)
    if mode in _BOTH and (alpha < _OPAQUE or min(red, green, blue) >= _WHITE):
        red, green, blue, alpha = colour_of(raw.FPDFPageObj_GetStrokeColor, drawn)
    doubtful = alpha < _OPAQUE or min(red, green, blue) >= _WHITE
    return Paint(place, (red, green, blue), doubtful or _in_layer(drawn), _clip(drawn))


def _in_layer(drawn: Any) -> bool:  # noqa: ANN401
    """Tell whether an object belongs to an optional layer, which may be switched off."""
    name, size = ctypes.create_string_buffer(16), ctypes.c_ulong()
    for number in range(min(raw.FPDFPageObj_CountMarks(drawn), _MAX_MARKS)):
        mark = raw.FPDFPageObj_GetMark(drawn, number)
        text = ctypes.cast(name, ctypes.POINTER(raw.FPDF_WCHAR))
        if raw.FPDFPageObjMark_GetName(mark, text, 16, size) and name.raw[:6] == _LAYER:
            return True
    return False


def _clip(drawn: Any) -> tuple[float, float, float, float] | None:  # noqa: ANN401
    """Return what the bounds of an object's first clip paths leave; a form's own space counts.

    A wrong bound only raises a doubt, which the drawing settles.
    """
    path = raw.FPDFPageObj_GetClipPath(drawn)
    count = raw.FPDFClipPath_CountPaths(path) if path else 0
    left = None
    x, y = ctypes.c_float(), ctypes.c_float()
    for number in range(min(count, _MAX_CLIPS)):
        points = []
        for index in range(min(raw.FPDFClipPath_CountPathSegments(path, number), _MAX_POINTS)):
            segment = raw.FPDFClipPath_GetPathSegment(path, number, index)
            if raw.FPDFPathSegment_GetPoint(segment, x, y):
                points.append((x.value, y.value))
        if not points:
            continue
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        own = (min(xs), min(ys), max(xs), max(ys))
        left = (
            own
            if left is None
            else (
                max(left[0], own[0]),
                max(left[1], own[1]),
                min(left[2], own[2]),
                min(left[3], own[3]),
            )
        )
    return left


def doubtful_at(
    paint: Paint, char: Char, origin: tuple[float, float], covers: Sequence[Cover]
) -> bool:
    """Tell whether a character may be hidden by its paint or by what lies around it.

    ``origin`` is where it stands in user space.
    """
    if paint.doubtful or paint.clips(*origin):
        return True
    x, y = (char.x0 + char.x1) / 2, (char.top + char.bottom) / 2
    below = None
    for cover in covers:
        box = cover.box
        if not (box.x0 <= x <= box.x1 and box.top <= y <= box.bottom):
            continue
        if cover.place > paint.place:
            return True
        below = cover.colour
    return below is not None and all(
        abs(a - b) < _CONTRAST for a, b in zip(below, paint.colour, strict=True)
    )


def unseen(
    page: Any,  # noqa: ANN401
    text: PageText,
    doubts: dict[int, Any],
    frame: Frame,
    drawings: Drawings,
    read: frozenset[int],
) -> frozenset[int]:
    """Return which of the doubtful characters cannot be seen.

    ``doubts`` maps places in ``text.chars`` to text objects; ``read`` are the addresses of
    all objects that gave characters. pdfium reads a word printed twice once: a doubtful
    character with such a twin is taken for seen.
    """
    if not doubts:
        return frozenset()
    part = _around([text.chars[index] for index in doubts], text)
    shown = page_image(page, DPI, part)
    without = _image_without(page, doubts.values(), part)
    view = _View(shown, part)
    difference = _View(ImageChops.difference(shown, without), part)
    twins = [
        box
        for address, text_object in drawings.texts.items()
        if address not in read and not paint_of(text_object.item, 0).doubtful
        if (box := bounds(text_object.item, text_object.matrix, text.number, frame)) is not None
    ]
    lost = [
        index
        for index in doubts
        if not difference.has_contrast(text.chars[index]) and not _within(text.chars[index], twins)
    ]
    if image_share(text) > _SCAN:
        on_ink = sum(view.has_contrast(text.chars[index]) for index in lost)
        if on_ink >= _ON_INK * len(lost):
            return frozenset()
    return frozenset(lost)


def _image_without(page: Any, items: Iterable[Any], part: Part) -> Image:  # noqa: ANN401
    """Draw a part of the page without some of its text objects."""
    objects = {ctypes.addressof(item.contents): item for item in items}
    for item in objects.values():
        raw.FPDFPageObj_SetIsActive(item, False)
    try:
        return page_image(page, DPI, part)
    finally:
        for item in objects.values():
            raw.FPDFPageObj_SetIsActive(item, True)


def _around(chars: Sequence[Char], text: PageText) -> Part:
    """Return the part of the page that the characters lie in, with a margin, on whole points."""
    return (
        max(0, math.floor(min(char.x0 for char in chars)) - 2),
        max(0, math.floor(min(char.top for char in chars)) - 2),
        min(text.width, math.ceil(max(char.x1 for char in chars)) + 2),
        min(text.height, math.ceil(max(char.bottom for char in chars)) + 2),
    )


class _View:
    """A part of a page as pixels, asked in points of the page."""

    def __init__(self, image: Image, part: Part) -> None:
        self._image = image
        self._x0, self._top = part[0], part[1]
        self._across = image.width / (part[2] - part[0])
        self._down = image.height / (part[3] - part[1])

    def has_contrast(self, char: Char) -> bool:
        """Tell whether the pixels in a character's box differ as ink and paper do."""
        x0, x1 = ((x - self._x0) * self._across for x in (char.x0, char.x1))
        top, bottom = ((y - self._top) * self._down for y in (char.top, char.bottom))
        width, height = self._image.size
        box = (
            max(0, int(x0)),
            max(0, int(top)),
            min(width, int(x1) + 1),
            min(height, int(bottom) + 1),
        )
        if box[0] >= box[2] or box[1] >= box[3]:
            return False
        extremes = self._image.crop(box).getextrema()
        return any(high - low >= _CONTRAST for low, high in extremes)  # type: ignore[misc]


def _within(char: Char, boxes: Sequence[Box]) -> bool:
    x, y = (char.x0 + char.x1) / 2, (char.top + char.bottom) / 2
    return any(box.x0 <= x <= box.x1 and box.top <= y <= box.bottom for box in boxes)


def off_page(char: Char, width: float, height: float) -> bool:
    """Tell whether the middle of a character lies outside the page."""
    x, y = (char.x0 + char.x1) / 2, (char.top + char.bottom) / 2
    return not (0 <= x <= width and 0 <= y <= height)


def note(counts: dict[str, int]) -> str:
    """Return the warning about what was left out, by kind ("tiny", "off", "unseen")."""
    names = {
        "unseen": ("白色、透明或被遮盖", "white, clear or covered"),
        "tiny": ("极小", "tiny"),
        "off": ("页面之外", "off the page"),
    }
    found = [(count, *names[kind]) for kind, count in counts.items() if count]
    if not found:
        return ""
    zh = "、".join(f"{name} {count} 个" for count, name, _ in found)
    en = ", ".join(f"{count} {name}" for count, _, name in found)
    return f"看不见的字符未收录：{zh} / characters nobody can see, left out: {en}"
