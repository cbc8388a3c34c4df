"""A PDF as pypdf knows it: may it be opened, who made it, which fonts, and a page's text.

pypdf opens, decrypts with the empty password and audits the fonts of every file. Its text is
the second opinion: content order and fragment positions are exact, positions within a
fragment are estimated from character widths (up to 5 points off).
"""

from __future__ import annotations

import io
import logging
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdf

from ingest.errors import EncryptedPdf
from ingest.fonts import FontFacts, facts_of, font_name, fonts_of
from ingest.geometry import ASCENT, DESCENT, Frame
from ingest.limits import MAX_PAGE_CHARS, MAX_STREAM_BYTES, MAX_STREAM_OPERATIONS
from ingest.page_objects import multiply
from ingest.page_text import Char, PageText
from ingest.pdfium_text import TINY
from ingest.repairs import cid_table, double_byte_encoding, symbol, winansi_bytes


@dataclass(frozen=True, slots=True)
class Fragment:
    """Text that pypdf gives in one piece; matrix and font size as set in the content."""

    text: str
    matrix: tuple[float, float, float, float, float, float]
    size: float
    font: Any
    invisible: bool


def tighten() -> None:
    """Lower pypdf's limits for this thread: a bomb ends in an error, good papers do not.

    The limits are a context variable: they hold in the thread that calls this only.
    """
    pypdf.overwrite_configuration(
        zlib_maximum_output_length=MAX_STREAM_BYTES,
        lzw_maximum_output_length=MAX_STREAM_BYTES,
        run_length_maximum_output_length=MAX_STREAM_BYTES,
        array_based_stream_maximum_output_length=MAX_STREAM_BYTES,
        stream_parsing_work_maximum_count=MAX_STREAM_OPERATIONS,
    )
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)


class PypdfFile:
    """A file opened by pypdf. Every method may raise almost anything on a damaged file."""

    def __init__(self, data: bytes, path: Path) -> None:
        """Open ``data``; raises EncryptedPdf when the empty password does not open it."""
        self._reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if self._reader.is_encrypted and not self._reader.decrypt(""):
            raise EncryptedPdf(
                path, "需要密码；请解除密码后重新索引。", "needs a password; remove it and reindex."
            )
        self.page_count = len(self._reader.pages)

    def info(self) -> dict[str, str]:
        """Return the document information: Title, Author, Producer ..."""
        found = self._reader.metadata
        return {str(k).lstrip("/"): str(v) for k, v in (found or {}).items() if v}

    def fonts(self, index: int) -> tuple[FontFacts, ...]:
        """Return the fonts that page ``index`` (from 0) names, those of its forms included."""
        resources = self._reader.pages[index].get("/Resources")
        return fonts_of(resources) if resources else ()

    def read_page(self, index: int, rotation: int | None = None) -> PageText:
        """Return the text of page ``index`` (from 0), fonts repaired where that is possible.

        ``rotation`` is how the page is displayed if not as its own /Rotate says.
        """
        page = self._reader.pages[index]
        frame = _frame(page, rotation)
        fragments = _repaired(_fragments(page))
        chars: list[Char] = []
        hidden = 0
        for fragment, room in zip(fragments, _room(fragments), strict=True):
            for char in _chars(fragment, frame, room):
                if char is None:
                    hidden += 1
                elif len(chars) < MAX_PAGE_CHARS:
                    chars.append(char)
        return PageText(
            number=index + 1,
            width=frame.width,
            height=frame.height,
            rotation=frame.rotation,
            chars=tuple(chars),
            engine="pypdf",
            hidden=hidden,
            unknown=sum(c.text == "\ufffd" or "\ue000" <= c.text <= "\uf8ff" for c in chars),
        )


def _frame(page: Any, rotation: int | None) -> Frame:  # noqa: ANN401
    media, crop = page.mediabox, page.cropbox
    left, right = max(media.left, crop.left), min(media.right, crop.right)
    bottom, top = max(media.bottom, crop.bottom), min(media.top, crop.top)
    if left >= right or bottom >= top:
        left, right, bottom, top = media.left, media.right, media.bottom, media.top
    shown = page.rotation % 360 if rotation is None else rotation
    return Frame(float(left), float(bottom), float(right), float(top), shown)


def _fragments(page: Any) -> list[Fragment]:  # noqa: ANN401
    """Return a page's text as pypdf gives it; render mode 3 (and 7) is watched beside."""
    found: list[Fragment] = []
    modes, stack, shown = [0], [], []

    def before(operator: bytes, operands: list[Any], _cm: object, _tm: object) -> None:
        if operator == b"Tr" and operands:
            modes[0] = int(operands[0])
        elif operator == b"q":
            stack.append(modes[0])
        elif operator == b"Q" and stack:
            modes[0] = stack.pop()
        elif operator in (b"Tj", b"TJ", b"'", b'"'):
            shown.append(modes[0])

    def text(text: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:  # noqa: ANN401
        if text.strip():
            invisible = bool(shown) and all(mode in (3, 7) for mode in shown)
            found.append(Fragment(text, multiply(tm, cm), size, font, invisible))
        shown.clear()

    page.extract_text(visitor_text=text, visitor_operand_before=before)
    return found


def _repaired(fragments: list[Fragment]) -> list[Fragment]:
    """Repair what each font of the page shows, all its fragments together."""
    by_font: dict[int, list[int]] = defaultdict(list)
    for number, fragment in enumerate(fragments):
        by_font[id(fragment.font)].append(number)
    out = list(fragments)
    for numbers in by_font.values():
        font = fragments[numbers[0]].font
        if font is None or "/ToUnicode" in font:
            continue
        texts = [fragments[number].text for number in numbers]
        for number, text in zip(numbers, _meant(font, texts), strict=True):
            out[number] = replace(fragments[number], text=text)
    return out


def _meant(font: Any, texts: list[str]) -> list[str]:  # noqa: ANN401
    facts = facts_of(font)
    if facts.kind == "Type0" and facts.encoding.startswith("Identity"):
        table = cid_table(facts.collection, (ord(c) for text in texts for c in text))
        return [text.translate(table) for text in texts] if table else texts
    encoding = double_byte_encoding("".join(texts)) if facts.kind != "Type0" else ""
    if not encoding:
        return texts
    return [(winansi_bytes(text) or b"").decode(encoding, "replace") for text in texts]


def _room(fragments: list[Fragment]) -> list[float]:
    """Return how far each fragment may reach before the next one on its baseline begins."""
    room = [math.inf] * len(fragments)
    for number, (here, after) in enumerate(pairwise(fragments)):
        a, b, _, _, x, y = here.matrix
        dx, dy = after.matrix[4] - x, after.matrix[5] - y
        length = math.hypot(a, b) or 1.0
        along, across = (dx * a + dy * b) / length, (dy * a - dx * b) / length
        if along > 0 and abs(across) < 0.3 * here.size * length:
            room[number] = along
    return room


def _chars(fragment: Fragment, frame: Frame, room: float) -> Iterator[Char | None]:
    """Yield the characters of a fragment along its baseline; None for one nobody can see."""
    a, b, c, d, x, y = fragment.matrix
    em = fragment.size * math.hypot(c, d)
    dx, dy = frame.direction(a, b)
    length = math.hypot(dx, dy) or 1.0
    px, py = frame.point(x, y)
    name = str(fragment.font.get("/BaseFont", "")) if fragment.font else ""
    font = font_name(name.lstrip("/").encode())
    printed = fragment.text.rstrip()
    along = fragment.size * math.hypot(a, b)
    along *= min(1.0, room / (along * sum(map(_width, printed)) or 1.0))
    for text in printed:
        step = _width(text) * along
        qx, qy = px + step * dx / length, py + step * dy / length
        if not text.isspace() or text == " ":
            seen = em >= TINY and 0 <= px <= frame.width and 0 <= py <= frame.height
            box = _em_box((px, py), (qx, qy), em)
            if seen and not fragment.invisible:
                yield Char(symbol(text, font), *box, max(py, qy), em, font)
            elif text != " ":
                yield None
        px, py = qx, qy


def _em_box(
    start: tuple[float, float], end: tuple[float, float], em: float
) -> tuple[float, float, float, float]:
    (ax, ay), (bx, by) = start, end
    if abs(bx - ax) >= abs(by - ay):
        above, below = (ASCENT, DESCENT) if bx >= ax else (DESCENT, ASCENT)
        return min(ax, bx), ay - above * em, max(ax, bx), ay + below * em
    before, after = (ASCENT, DESCENT) if by < ay else (DESCENT, ASCENT)
    return ax - before * em, min(ay, by), ax + after * em, max(ay, by)


def _width(char: str) -> float:
    """Return a character's usual width in em."""
    if char == " " or char in "ijltfrI.,:;'|!()[]":
        return 0.3
    if char <= "\u024f":
        return 0.75 if char in "mwMWG%@" else 0.5
    return 1.0
