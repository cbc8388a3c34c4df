"""PageText -> runs of characters, then printed lines with their columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ingest.captions import CAPTION
from ingest.gutters import Gutter, ink_start
from ingest.page_text import Char, Line, PageText
from ingest.records import Box

# Characters further apart than this many em on one baseline belong to different runs.
_RUN_GAP_EM = 1.25
# What OCR found as two lines of text is parted by less: it keeps word gaps inside a line.
_RUN_GAP_OCR_EM = 0.8
_OVERLAP_EM = 0.7
_SAME_BASELINE_EM = 0.55
_SAME_LINE_EM = 0.45
# Raised and lowered characters are smaller than this part of their line.
_BODY_SIZE = 0.8
_SIZE_QUANTILE = 0.85
# Runs further apart than this are one line only when they are set alike, on one baseline.
_FAR_EM = 3.0
_SAME_SIZE = 0.8
# Raised characters are no smaller than this part of their line.
_SMALLEST_PART = 0.4
_ALIKE_EM, _ALIKE_SIZE = 0.12, 0.08
# So many characters of another size are no mark or index of the line before them.
_PART = 4
# A gap (em) that is printed between two words, names or a label and its text.
WORD_GAP_EM = 0.35
_ASCENT, _DESCENT = 0.88, 0.14


@dataclass(frozen=True, slots=True)
class PageLines:
    """The lines of one page, from the top down, and the gutters that part its columns.

    ``content[i]`` is the place of line ``i`` in the engine's content order.
    """

    page: PageText
    lines: tuple[Line, ...]
    gutters: tuple[Gutter, ...]
    content: tuple[int, ...]

    @property
    def columns(self) -> int:
        """How many columns of text stand beside each other."""
        counts = [0, *(line.column for line in self.lines)]
        wide = sum(line.column == 0 for line in self.lines)
        parted = len(self.lines) - wide
        return max(counts) if parted > 0.15 * len(self.lines) and max(counts) > 1 else 1


def find_runs(page: PageText) -> list[Line]:
    """Return the characters in content order as runs on one baseline without a wide gap."""
    groups: list[list[Char]] = []
    last: Char | None = None
    widest = _RUN_GAP_OCR_EM if page.engine == "ocr" else _RUN_GAP_EM
    for char in page.chars:
        if char.text.isspace():
            if groups:
                groups[-1].append(char)
            continue
        if last and _follows(last, char, widest):
            groups[-1].append(char)
        else:
            groups.append([char])
        last = char
    return [make_line(group, page.number) for group in groups]


def _follows(last: Char, char: Char, widest: float) -> bool:
    em = max(last.size, char.size)
    gap = char.x0 - last.x1
    same = abs(char.baseline - last.baseline) < _SAME_BASELINE_EM * em
    return same and -_OVERLAP_EM * em < gap < widest * em


def make_line(chars: Sequence[Char], page: int, column: int = 0) -> Line:
    """Return ``chars`` (left to right, not all white space) as a line."""
    end = len(chars)
    while end and chars[end - 1].text.isspace():
        end -= 1
    kept = tuple(chars[:end])
    ink = [char for char in kept if char.text.strip()]
    # Many raised marks in a short line do not make it smaller, nor one initial it larger.
    size = sorted(char.size for char in ink)[int(_SIZE_QUANTILE * len(ink))]
    body = [char for char in ink if char.size > _BODY_SIZE * size] or ink
    baseline = median(char.baseline for char in body)
    x0, x1 = min(char.x0 for char in ink), max(char.x1 for char in ink)
    box = Box(page, x0, baseline - _ASCENT * size, x1, baseline + _DESCENT * size)
    return Line(page, kept, box, baseline, size, _font(ink), column)


def _font(chars: Sequence[Char]) -> str:
    """Return the font of most characters; Chinese ones decide where there are any."""
    counts: dict[str, int] = {}
    for char in chars:
        if char.font:
            weight = 100 if char.text >= "\u2e80" else 1
            counts[char.font] = counts.get(char.font, 0) + weight
    return max(counts, key=lambda font: counts[font]) if counts else ""


def spaced_text(line: Line, gap_em: float = WORD_GAP_EM) -> str:
    """Return the text of a line with a tab in each gap, also between Chinese characters."""
    parts: list[str] = []
    right: float | None = None
    for char in line.chars:
        if char.text.isspace():
            continue
        if right is not None and char.x0 - right > gap_em * line.size:
            parts.append("\t")
        parts.append(char.text)
        right = char.x1
    return "".join(parts)


def make_lines(page: PageText, runs: Sequence[Line], gutters: Sequence[Gutter]) -> PageLines:
    """Join runs that stand on one baseline of one column to lines."""
    places = {id(char): place for place, char in enumerate(page.chars)}
    rows: list[list[Line]] = []
    for run in sorted(runs, key=lambda run: (run.baseline, run.box.x0)):
        row = next((row for row in reversed(rows[-12:]) if _same_row(row, run, gutters)), None)
        if row is None:
            rows.append([run])
        else:
            row.append(run)
    lines = [_merged(row, gutters) for row in rows]
    lines.sort(key=lambda line: (line.baseline, line.box.x0))
    content = tuple(min(places[id(char)] for char in line.chars) for line in lines)
    return PageLines(page, tuple(lines), tuple(gutters), content)


def _same_row(row: Sequence[Line], run: Line, gutters: Sequence[Gutter]) -> bool:
    nearest = min(row, key=lambda other: _distance(other.box, run.box))
    em = max(nearest.size, run.size)
    apart = abs(nearest.baseline - run.baseline)
    if apart >= _SAME_LINE_EM * em:
        return False
    if min(nearest.size, run.size) < _SMALLEST_PART * em:
        return False  # a watermark over the text
    gap = _distance(nearest.box, run.box)
    left, right = (nearest, run) if nearest.box.x0 < run.box.x0 else (run, nearest)
    same_size = abs(nearest.size - run.size) < _ALIKE_SIZE * em
    parted = gap > _RUN_GAP_EM * em or (not same_size and len(right.text) > _PART)
    captioned = CAPTION.match(right.text) or (parted and CAPTION.match(left.text))
    if captioned and not (same_size and nearest.font == run.font):
        return False  # text that flows round a figure stands beside its caption
    if gap > _RUN_GAP_EM * em and min(nearest.size, run.size) < _SAME_SIZE * em:
        return False
    if gap > _FAR_EM * em:
        # Far away stands another text, such as a caption: only a table row is set alike.
        alike = same_size and apart < _ALIKE_EM * em
        if not alike or CAPTION.match(run.text) or CAPTION.match(nearest.text):
            return False
    return not any(gutter.parts(other, run) for gutter in gutters for other in row)


def _distance(one: Box, other: Box) -> float:
    return max(one.x0 - other.x1, other.x0 - one.x1)


def _merged(row: Sequence[Line], gutters: Sequence[Gutter]) -> Line:
    row = sorted(row, key=lambda run: run.box.x0)
    chars = [char for run in row for char in run.chars]
    line = row[0] if len(row) == 1 else make_line(chars, row[0].page)
    return make_line(line.chars, line.page, _column(line, gutters))


def _column(line: Line, gutters: Sequence[Gutter]) -> int:
    active = [gutter for gutter in gutters if gutter.is_in_force(line)]
    if not active or any(gutter.is_crossed(line) for gutter in active):
        return 0
    return 1 + sum(gutter.x <= ink_start(line) for gutter in active)
