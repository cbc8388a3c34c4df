"""Lines that OCR read in, characters with boxes and sizes out.

A line's size is not the height of its box, which OCR finds a tenth too high or low at random:
the distance of its Chinese characters tells it, and lines of nearly one size on a page have
that size. What a line without enough Chinese characters has is told by the lines beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest.clean import HAN, is_cjk, is_han
from ingest.geometry import ASCENT, DESCENT
from ingest.page_text import Char

FONT = "OCR"
_HALF = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！"}
_DASH_FOR_ONE = re.compile(rf"(?<=[{HAN}])[—－-](?=[。，、；：）]|[\[［〔]\d)")
# em of a line as a part of the height of its box where the page does not tell.
_EM_OF_HEIGHT = 0.8
# So many distances of Chinese characters make a size sure; so many sure lines tell the heights.
_SURE, _TELLING = 4, 5
# Sizes this close are one: a justified line is stretched more than it is pressed. A size told
# by the height of the box may be off by so much.
_PRESSED, _STRETCHED, _UNSURE, _LAST_WORD = 0.08, 0.13, 0.22, 0.45
_STOP = re.compile("[。！？；][”’」』）)]*$")
# A size that a page uses has at least so many distances; lines beside are this near (em).
_USED, _BESIDE_EM = 12, 2.6


@dataclass(frozen=True, slots=True)
class OcrLine:
    """One line as it was read: its box in pixels of the upright page image, confidence 0-1.

    ``centres`` are the x of the characters' middles, empty when they are not known.
    """

    text: str
    score: float
    x0: float
    top: float
    x1: float
    bottom: float
    centres: tuple[float, ...] = ()

    @property
    def height(self) -> float:
        """Height of the box in pixels."""
        return self.bottom - self.top

    @property
    def is_upright(self) -> bool:
        """Whether the line runs from top to bottom."""
        return len(self.text) > 1 and self.height > 1.8 * (self.x1 - self.x0)


def as_printed(text: str) -> str:
    """Return a line with signs of one shape as Chinese text sets them.

    The model gives , : ( for ，：（ at random. Beside a Chinese character the wide form is meant
    (GB/T 15834) but before a number, as in references; a pair of brackets is wide when Chinese
    stands at one of its four sides. A dash before a stop or a citation mark is the character 一.
    The text keeps its length.
    """
    out = list(_DASH_FOR_ONE.sub("一", text))
    opened: list[int] = []
    for place, char in enumerate(out):
        before, after = "".join(out[place - 1 : place]), "".join(out[place + 1 : place + 2])
        beside = bool(before and is_cjk(before)) or bool(after and is_cjk(after))
        if char in _HALF and beside and place and not after.isdigit():
            out[place] = _HALF[char]
        elif char in "(（":
            opened.append(place)
            out[place] = "（" if beside else char
        elif char in ")）":
            first = opened.pop() if opened else None
            wide = beside if first is None else beside or out[first] == "（"
            out[place] = "）" if wide or (first is None and char == "）") else ")"
            if first is not None:
                out[first] = "（" if wide else "("
    return "".join(out)


def chars_of(lines: Sequence[OcrLine], points: float) -> Iterator[Char]:
    """Yield the characters of all lines of a page; ``points`` are those a pixel has."""
    for line, size in zip(lines, sizes_of(lines), strict=True):
        yield from _chars(line, size * points, points)


def _chars(line: OcrLine, em: float, points: float) -> Iterator[Char]:
    if line.is_upright:
        step = line.height * points / len(line.text)
        for place, char in enumerate(line.text):
            top = line.top * points + place * step
            yield Char(
                char, line.x0 * points, top, line.x1 * points, top + step, top + step, em, FONT
            )
        return
    baseline = (line.top + line.bottom) / 2 * points + (ASCENT - DESCENT) / 2 * em
    for char, (x0, x1) in zip(line.text, pairwise(_borders(line)), strict=True):
        top, bottom = baseline - ASCENT * em, baseline + DESCENT * em
        yield Char(char, x0 * points, top, x1 * points, bottom, baseline, em, FONT)


def _borders(line: OcrLine) -> list[float]:
    """Return where the characters begin and the last one ends, in pixels.

    Without known middles the box is parted by the usual widths: Chinese 1, Latin 0.5.
    """
    widths = [_width(char) for char in line.text]
    if not line.centres:
        step = (line.x1 - line.x0) / sum(widths)
        return [line.x0 + step * sum(widths[:count]) for count in range(len(widths) + 1)]
    inner = [
        (a + (b - a) * v / (v + w))
        for (a, b), (v, w) in zip(pairwise(line.centres), pairwise(widths), strict=True)
    ]
    found = [line.x0]
    for border in [*inner, line.x1]:
        found.append(max(found[-1], border))
    return found


def sizes_of(lines: Sequence[OcrLine]) -> list[float]:
    """Return the em of each line of a page, in pixels."""
    pitches = [_pitch(line) for line in lines]
    ratios = [
        pitch / line.height
        for line, (pitch, count) in zip(lines, pitches, strict=True)
        if count >= _SURE
    ]
    ratio = median(ratios) if len(ratios) >= _TELLING else _EM_OF_HEIGHT
    common = _common([found for found in pitches if found[1] >= _SURE])
    rough = [
        _no_wider(_rough(line, ratio), *pitch) for line, pitch in zip(lines, pitches, strict=True)
    ]
    sizes: list[float | None] = []
    for guess, (pitch, count) in zip(rough, pitches, strict=True):
        # Characters set wide apart, as in a heading, are no larger for it.
        sure = count >= _SURE and pitch < 1.25 * guess
        near = [size for size in common if _is(size, pitch)] if sure else []
        sizes.append(min(near, key=lambda size: abs(size - pitch)) if near else None)
        if sure and not near:
            sizes[-1] = pitch
    return [
        size if size is not None else _beside(index, lines, rough[index], sizes, common)
        for index, size in enumerate(sizes)
    ]


def _rough(line: OcrLine, ratio: float) -> float:
    """Return the em that the box of a line tells: of its height, no wider than its characters."""
    if line.is_upright:
        return (line.x1 - line.x0) * _EM_OF_HEIGHT
    by_height = line.height * ratio
    if not all(_width(char) == 1.0 for char in line.text):
        return by_height
    # Stops and brackets at the ends are ink on half of their square.
    ends = sum(not is_han(char) for char in (line.text[0], line.text[-1]))
    return min(by_height, (line.x1 - line.x0) / max(0.5, len(line.text) - 0.5 * ends))


def _no_wider(guess: float, pitch: float, count: int) -> float:
    """Return an em that is no wider than its characters stand apart, few of which tell less."""
    return min(guess, pitch * (1.05 + 0.2 / count**2)) if count else guess


def _pitch(line: OcrLine) -> tuple[float, int]:
    """Return the mean distance of neighbouring Chinese characters and how many there are."""
    if line.is_upright or len(line.text) < 2:
        return 0.0, 0
    steps = [
        b - a
        for (a, b), (one, other) in zip(
            pairwise(line.centres or _middles(line)), pairwise(line.text), strict=True
        )
        if is_han(one) and is_han(other)
    ]
    if not steps:
        return 0.0, 0
    usual = median(steps)
    steps = [step for step in steps if 0.6 * usual < step < 1.6 * usual]
    return (sum(steps) / len(steps), len(steps)) if steps else (0.0, 0)


def _middles(line: OcrLine) -> list[float]:
    return [(a + b) / 2 for a, b in pairwise(_borders(line))]


def _common(found: Sequence[tuple[float, int]]) -> list[float]:
    """Return the sizes that a page uses, the one of most characters first."""
    left = sorted(found)
    common: list[float] = []
    while left:
        windows = [
            [(size, count) for size, count in left if start <= size <= start * (1 + _PRESSED)]
            for start, _ in left
        ]
        window = max(windows, key=lambda items: sum(count for _, count in items))
        weight = sum(count for _, count in window)
        if weight < _USED:
            break
        centre = median(size for size, count in window for _ in range(count))
        common.append(centre)
        left = [item for item in left if not _is(centre, item[0])]
    return common


def _is(size: float, pitch: float) -> bool:
    """Tell whether characters of ``size`` may stand ``pitch`` apart."""
    return -_PRESSED < pitch / size - 1 < _STRETCHED


def _beside(
    index: int,
    lines: Sequence[OcrLine],
    guess: float,
    sizes: Sequence[float | None],
    common: Sequence[float],
) -> float:
    """Return the size of a line whose characters do not tell it."""
    line = lines[index]
    if line.is_upright:
        return guess
    # OCR's boxes of a few characters are too large; a last word ends with a stop, no heading does.
    least = 1 - (_LAST_WORD if _STOP.search(line.text) else _UNSURE)
    near = [size for size in common if least < size / guess < 1 + _UNSURE]
    if len(near) < 2:
        return near[0] if near else guess
    known = [
        (abs(other.top - line.top), size)
        for other, size in zip(lines, sizes, strict=True)
        if size in near and other.x0 < line.x1 and line.x0 < other.x1
    ]
    reach = [item for item in known if item[0] < _BESIDE_EM * guess]
    return min(reach)[1] if reach else min(near, key=lambda size: abs(size - guess))


def _width(char: str) -> float:
    return 1.0 if is_cjk(char) or ord(char) > 0x2FFF else 0.5
