"""PageText -> printed lines in reading order, columns found from the gutter."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from ingest.records import Box, Char, Line, PageText

# Characters further apart than this many em on one baseline belong to different columns.
COLUMN_GAP = 1.6


def find_gutter(page: PageText) -> float | None:
    """Return the x between the page's two columns, None when it seems to have one column."""
    return _gutter(_runs(page), page.width)


def read_lines(
    page: PageText, document_gutter: float | None = None
) -> tuple[tuple[Line, ...], int]:
    """Return the lines of a page in reading order, and how many columns it has (1 or 2).

    ``document_gutter`` is where the other pages part their columns: a first page under a
    wide title and abstracts may not show its own.
    """
    runs = _runs(page)
    gutter = _gutter(runs, page.width)
    if gutter is None and document_gutter is not None:
        left_side = sum(r.box.x1 <= document_gutter for r in runs)
        right_side = sum(r.box.x0 >= document_gutter for r in runs)
        gutter = document_gutter if min(left_side, right_side) >= 4 else None
    if gutter is None:
        lines = _merge(runs, page.number, 0)
        return tuple(sorted(lines, key=lambda line: (line.baseline, line.box.x0))), 1
    left = _merge([r for r in runs if r.box.x1 <= gutter + 2], page.number, 1)
    right = _merge([r for r in runs if r.box.x0 >= gutter - 2], page.number, 2)
    taken = [r for r in runs if r.box.x1 <= gutter + 2 or r.box.x0 >= gutter - 2]
    wide = _merge([r for r in runs if r not in taken], page.number, 0)
    ordered: list[Line] = []
    bands = [*sorted(line.baseline for line in wide), float("inf")]
    above = float("-inf")
    for band in bands:
        ordered += sorted((x for x in left if above <= x.baseline < band), key=lambda x: x.baseline)
        ordered += sorted(
            (x for x in right if above <= x.baseline < band), key=lambda x: x.baseline
        )
        ordered += [x for x in wide if x.baseline == band]
        above = band
    return tuple(ordered), 2


def _runs(page: PageText) -> list[Line]:
    """Group characters in content order into runs on one baseline without a wide gap."""
    groups: list[list[Char]] = []
    for char in page.chars:
        last = next((c for c in reversed(groups[-1]) if c.text.strip()), None) if groups else None
        if last and char.text.isspace():
            groups[-1].append(char)
            continue
        if last:
            em = max(last.size, char.size)
            same = abs(char.baseline - last.baseline) < 0.55 * em
            gap = char.x0 - last.x1
            if same and -0.7 * em < gap < COLUMN_GAP * em:
                groups[-1].append(char)
                continue
        if char.text.strip():
            groups.append([char])
    return [_line(group, page.number, 0) for group in groups]


def _line(chars: Sequence[Char], page: int, column: int) -> Line:
    while chars and chars[-1].text.isspace():
        chars = chars[:-1]
    big = [c for c in chars if c.text.strip()]
    size = median(c.size for c in big)
    body = [c for c in big if c.size > 0.8 * size] or big
    baseline = median(c.baseline for c in body)
    box = Box(
        page,
        min(c.x0 for c in big),
        baseline - 0.88 * size,
        max(c.x1 for c in big),
        baseline + 0.14 * size,
    )
    return Line(page, tuple(chars), box, baseline, size, "", column)


def _gutter(runs: list[Line], width: float) -> float | None:
    """Return the x that parts two columns: in the middle third, crossed by few lines."""
    rows = [r for r in runs if 0.12 * width < r.box.x1 - r.box.x0]
    if len(rows) < 10:
        return None
    best: tuple[int, float, float] | None = None
    for step in range(38, 63):
        x = width * step / 100
        crossed = sum(r.box.x0 < x < r.box.x1 for r in rows)
        left = sum(r.box.x1 <= x for r in rows)
        right = sum(r.box.x0 >= x for r in rows)
        if min(left, right) >= 4 and crossed <= 0.35 * len(rows):
            key = (crossed, abs(x - width / 2), x)
            best = min(best, key) if best else key
    return best[2] if best else None


def _merge(runs: list[Line], page: int, column: int) -> list[Line]:
    """Join runs that stand on one baseline within a column into lines, left to right."""
    lines: list[list[Line]] = []
    for run in sorted(runs, key=lambda r: (r.baseline, r.box.x0)):
        for group in reversed(lines[-3:]):
            if abs(group[0].baseline - run.baseline) < 0.45 * max(group[0].size, run.size):
                group.append(run)
                break
        else:
            lines.append([run])
    merged = []
    for group in lines:
        chars: list[Char] = []
        for run in sorted(group, key=lambda r: r.box.x0):
            chars += run.chars
        merged.append(_line(chars, page, column))
    return merged
