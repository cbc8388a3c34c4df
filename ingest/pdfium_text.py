"""An open pdfium page -> PageText: characters in content order with exact boxes and fonts.

What a text object has in common (font, em size, direction, paint) is asked for
once per object; only code point, origin and box are asked for per character.
"""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass, replace
from typing import Any

import pypdfium2.raw as raw

from ingest.drawings import Drawings, read_drawings
from ingest.fonts import bold, font_name
from ingest.geometry import ASCENT, DESCENT, Frame
from ingest.hidden import Paint, doubtful_at, off_page, paint_of, unseen
from ingest.hidden import note as hidden_note
from ingest.limits import MAX_PAGE_CHARS
from ingest.page_text import Char, PageText
from ingest.repairs import symbol
from ingest.upright import turn_upright

# Less than this em size (points) nobody can read.
TINY = 1.5
# Watermarks stand at an angle: more than this (radians) from the page's own directions.
ASKEW = 0.05
_BOLD_WEIGHT = 600


@dataclass(frozen=True, slots=True)
class Style:
    """How one text object is set; ``advance`` is its writing direction as displayed."""

    font: str
    em: float
    advance: tuple[int, int]
    askew: bool
    paint: Paint


def page_frame(page: Any) -> Frame:  # noqa: ANN401
    """Return the visible rectangle of a pdfium page; inherited boxes are taken into account."""
    box = raw.FS_RECTF()
    if not raw.FPDF_GetPageBoundingBox(page, box):
        raise ValueError("a page without a box")
    return Frame(box.left, box.bottom, box.right, box.top, page.get_rotation())


def read_page(document: Any, index: int) -> PageText:  # noqa: ANN401
    """Read page ``index`` (from 0) of an open pdfium document.

    Raises PdfiumError or ValueError when pdfium cannot load the page.
    """
    page = document[index]
    try:
        textpage = page.get_textpage()
        try:
            turn_upright(page, textpage)
            frame = page_frame(page)
            drawings = read_drawings(page, index + 1, frame)
            reader = _Reader(textpage, frame, drawings)
            reader.run()
            text = PageText(
                number=index + 1,
                width=frame.width,
                height=frame.height,
                rotation=frame.rotation,
                chars=tuple(reader.chars),
                engine="pdfium",
                images=tuple(drawings.images),
                rules=tuple(drawings.rules),
                shapes=tuple(drawings.shapes),
                unknown=reader.unknown,
                outlines=drawings.outlines,
            )
            lost = unseen(page, text, reader.doubts, frame, drawings, frozenset(reader.styles))
            return _without(text, lost, reader.left_out)
        finally:
            textpage.close()
    finally:
        page.close()


def _without(text: PageText, lost: frozenset[int], left_out: dict[str, int]) -> PageText:
    """Take out the characters nobody can see; ``left_out`` counts those not taken in at all."""
    chars = text.chars
    if lost:
        chars = tuple(char for index, char in enumerate(chars) if index not in lost)
        left_out["unseen"] = sum(not text.chars[index].text.isspace() for index in lost)
    note = hidden_note(left_out)
    return replace(
        text,
        chars=chars,
        hidden=sum(left_out.values()),
        warnings=(*text.warnings, note) if note else text.warnings,
    )


class _Reader:
    """The characters of one text page, read one after the other.

    ``doubts`` maps places in ``chars`` to the text objects of characters that may be hidden.
    """

    def __init__(self, textpage: Any, frame: Frame, drawings: Drawings) -> None:  # noqa: ANN401
        self.chars: list[Char] = []
        self.unknown = 0
        self.left_out = {"tiny": 0, "off": 0}
        self.doubts: dict[int, Any] = {}
        self.styles: dict[int, Style] = {}
        self._page = textpage.raw
        self._count = textpage.count_chars()
        self._frame = frame
        self._texts = drawings.texts
        self._covers = drawings.covers
        self._fonts: dict[int, str] = {}
        self._together = 0
        self._place: tuple[int, float, float] = (0, 0.0, 0.0)

    def run(self) -> None:
        """Fill ``chars``, ``doubts``, ``left_out`` and ``unknown``."""
        x, y, box = ctypes.c_double(), ctypes.c_double(), raw.FS_RECTF()
        get_code, get_object = raw.FPDFText_GetUnicode, raw.FPDFText_GetTextObject
        get_origin, get_box = raw.FPDFText_GetCharOrigin, raw.FPDFText_GetLooseCharBox
        page, styles = self._page, self.styles
        high = 0  # pdfium gives a character beyond U+FFFF as two halves
        for index in range(min(self._count, MAX_PAGE_CHARS)):
            drawn = get_object(page, index)
            if not drawn:
                continue  # a space or line end that pdfium inferred: gaps are judged later
            code = get_code(page, index)
            if code in (0xFFFE, 0x02):
                code = 0x2D
            if code < 0x20:
                continue
            if 0xD800 <= code < 0xDC00:
                high = code
                continue
            if 0xDC00 <= code < 0xE000:
                code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
            high = 0
            address = ctypes.addressof(drawn.contents)
            style = styles.get(address) or self._style(index, drawn, address)
            if style.askew:
                continue
            get_origin(page, index, x, y)
            get_box(page, index, box)
            text = chr(code)
            if 0xF020 <= code < 0xFFFF:
                text = symbol(text, style.font)
            char = self._char(text, style, x.value, y.value, box)
            if style.em < TINY or off_page(char, self._frame.width, self._frame.height):
                self.left_out["tiny" if style.em < TINY else "off"] += code != 0x20
                continue
            doubtful = doubtful_at(style.paint, char, (x.value, y.value), self._covers)
            if self._add(char, address, x.value, y.value):
                if doubtful:
                    self.doubts[len(self.chars) - 1] = drawn
            elif not doubtful:
                self.doubts.pop(len(self.chars) - 1, None)

    def _style(self, index: int, drawn: Any, address: int) -> Style:  # noqa: ANN401
        matrix = raw.FS_MATRIX()
        raw.FPDFText_GetMatrix(self._page, index, matrix)
        em = raw.FPDFText_GetFontSize(self._page, index) * (math.hypot(matrix.c, matrix.d) or 1.0)
        dx, dy = self._frame.direction(matrix.a, matrix.b)
        length = math.hypot(dx, dy) or 1.0
        angle = math.atan2(dy, dx) % (math.pi / 2)
        known = self._texts.get(address)
        style = Style(
            font=self._font(drawn),
            em=em,
            advance=(round(dx / length), round(dy / length)),
            askew=ASKEW < angle < math.pi / 2 - ASKEW,
            paint=paint_of(drawn, known.place if known else 0),
        )
        self.styles[address] = style
        return style

    def _font(self, drawn: Any) -> str:  # noqa: ANN401
        """Return the font's base name without its subset tag; ",Bold" is added for its weight."""
        font = raw.FPDFTextObj_GetFont(drawn)
        if not font:
            return ""
        key = ctypes.addressof(font.contents)
        if key not in self._fonts:
            buffer = ctypes.create_string_buffer(256)
            size = raw.FPDFFont_GetBaseFontName(font, buffer, 256)
            heavy = raw.FPDFFont_GetWeight(font) >= _BOLD_WEIGHT
            self._fonts[key] = font_name(buffer.raw[: max(0, min(size, 256) - 1)], heavy=heavy)
        name = self._fonts[key]
        if raw.FPDFTextObj_GetTextRenderMode(drawn) == raw.FPDF_TEXTRENDERMODE_FILL_STROKE:
            return bold(name)
        return name

    def _char(
        self,
        text: str,
        style: Style,
        x: float,
        y: float,
        box: Any,  # noqa: ANN401
    ) -> Char:
        """Return the character with its em box as displayed."""
        frame, em = self._frame, style.em
        left, top, right, bottom = frame.rectangle(box.left, box.bottom, box.right, box.top)
        px, py = frame.point(x, y)
        dx, dy = style.advance
        if dx > 0:
            return Char(text, left, py - ASCENT * em, right, py + DESCENT * em, py, em, style.font)
        if dx < 0:
            return Char(text, left, py - DESCENT * em, right, py + ASCENT * em, py, em, style.font)
        # Written upwards or downwards: the em box lies to the left or right of the origin.
        before, after = (ASCENT, DESCENT) if dy < 0 else (DESCENT, ASCENT)
        return Char(text, px - before * em, top, px + after * em, bottom, bottom, em, style.font)

    def _add(self, char: Char, address: int, x: float, y: float) -> bool:
        """Take a character in; False when it only prints the one before it again."""
        out = self.chars
        place = (address, x, y)
        self._together = self._together + 1 if place == self._place else 1
        self._place = place
        if out and self._together == 1 and _overprints(out[-1], char):
            out[-1] = replace(out[-1], font=bold(out[-1].font))
            return False
        self.unknown += char.text == "\ufffd" or "\ue000" <= char.text <= "\uf8ff"
        if self._together == 2 and out and out[-1].text == " ":
            # pdfium sets a space that it inferred at the place of the character behind it.
            out[-1] = replace(out[-1], x1=out[-1].x0)
            self._together = 1
        out.append(char)
        if self._together > 1:
            count = self._together
            out[-count:] = _shared(out[-count:], char.x0, char.x1)
        return True


def _overprints(before: Char, char: Char) -> bool:
    """Tell whether the same character is printed again at its place, for a fake bold."""
    near = 0.12 * char.size
    return (
        before.text == char.text
        and abs(before.x0 - char.x0) < near
        and abs(before.baseline - char.baseline) < near
    )


def _shared(chars: list[Char], left: float, right: float) -> list[Char]:
    """Part the box of one ligature glyph (ff, ffi) among the characters it stands for."""
    step = (right - left) / len(chars)
    return [
        replace(char, x0=left + step * index, x1=left + step * (index + 1))
        for index, char in enumerate(chars)
    ]
