"""Runs of a page in, large letters printed across its text out."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.page_text import Line

# A watermark is so much larger than the text that it is printed over, and crosses so many lines
# or, where little is printed, one line along so many of its characters.
_LARGER = 1.6
_CROSSED = 2
_ALONG_EM = 2.5


def find_watermarks(pages: Sequence[Sequence[Line]], body: float) -> list[Line]:
    """Return the runs printed over others, on all ``pages``; ``body`` is the em size of the text.

    They are taken out before the columns are looked for, whose gutters they cross. What is
    printed over text on one page is a watermark on the others, too.
    """
    found = [run for runs in pages for run in _over(runs, body)]
    known: dict[int, set[str]] = {}
    for run in found:
        known.setdefault(round(run.size), set()).update(run.text)
    return [
        run for runs in pages for run in runs if known.get(round(run.size), set()) >= set(run.text)
    ]


def _over(runs: Sequence[Line], body: float) -> list[Line]:
    large = [run for run in runs if run.size > _LARGER * body]
    small = [run for run in runs if run.size <= _LARGER * body]
    return [run for run in large if _is_printed_over(run, small)]


def _is_printed_over(run: Line, small: Sequence[Line]) -> bool:
    crossed = [other for other in small if _crosses(run, other)]
    along = any(_shared(run, other) > _ALONG_EM * other.size for other in crossed)
    return len(crossed) >= _CROSSED or (along and len(run.text.strip()) > 1)


def _crosses(run: Line, other: Line) -> bool:
    """Tell whether the middle height of ``other`` lies inside the letters of ``run``."""
    middle = (other.box.top + other.box.bottom) / 2
    inside = run.box.top + 0.15 * run.size < middle < run.box.bottom - 0.15 * run.size
    return inside and _shared(run, other) > 0.3 * other.size


def _shared(run: Line, other: Line) -> float:
    """Return the width (points) that two runs have in common."""
    return min(run.box.x1, other.box.x1) - max(run.box.x0, other.box.x0)
