"""Runs of a page in, large letters printed across its text out."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.page_text import Line

# A watermark is so much larger than the text that it is printed over, and crosses so many lines.
_LARGER = 1.6
_CROSSED = 2


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
    return [run for run in large if sum(_crosses(run, other) for other in small) >= _CROSSED]


def _crosses(run: Line, other: Line) -> bool:
    """Tell whether the middle height of ``other`` lies inside the letters of ``run``."""
    middle = (other.box.top + other.box.bottom) / 2
    inside = run.box.top + 0.15 * run.size < middle < run.box.bottom - 0.15 * run.size
    overlap = min(run.box.x1, other.box.x1) - max(run.box.x0, other.box.x0)
    return inside and overlap > 0.3 * other.size
