"""Lines in, those of a printed table of contents out: entry, leader dots, page number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ingest.paragraphs import Placed

_ENTRY = re.compile(
    r"(?:[.．·…‥・⋯]\s*){4,}[-–—(（]?\s*(?:(?:\d\s*){1,4}|[ivxlcIVXLCⅠ-Ⅻⅰ-ⅻ]{1,6})\s*[-–—)）]?\s*$"
)
# So many entries stand on the page, and so many lines (dates, authors) between two of them.
_LEAST_ENTRIES = 3
_MOST_BETWEEN = 2


def contents_lines(placed: Sequence[Placed]) -> frozenset[int]:
    """Return the places in ``placed`` of the lines of tables of contents.

    They name what stands elsewhere and say nothing themselves.
    """
    pages: dict[int, list[int]] = {}
    for index, item in enumerate(placed):
        if _ENTRY.search(item.text):
            pages.setdefault(item.line.page, []).append(index)
    found: set[int] = set()
    for page, entries in pages.items():
        if len(entries) < _LEAST_ENTRIES:
            continue
        widest = 0
        for before, after in pairwise(entries):
            between = after - before - 1
            if between <= _MOST_BETWEEN:
                found.update(range(before + 1, after))
                widest = max(widest, between)
        found.update(entries)
        behind = range(entries[-1] + 1, min(entries[-1] + 1 + widest, len(placed)))
        found.update(index for index in behind if placed[index].line.page == page)
    return frozenset(found)


def is_contents(text: str) -> bool:
    """Tell whether the first row of ``text`` is an entry of a table of contents."""
    return _ENTRY.search(text.split("\n", 1)[0]) is not None
