"""Lines of a page in, the notes at its foot out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.labels import FOOT_LABEL
from ingest.page_text import Line, PageText
from ingest.records import Box

# Notes stand in this lower part of the page; they are set smaller than the text.
_LOWER = 0.5
_SMALLER = 0.96
_SIGN = re.compile(r"\s*(?:[①-⑨*＊△▲※†‡☆]|[\[(（]?\d[\])）]|\d\s|注\s*[:：])")
_NOTE_SIGN = re.compile(r"\s*[①-⑨*＊△▲※†‡☆]\s*[^\d\s]")
_RAISED = 0.8
# The rule over notes is this long (part of the page width).
_RULE = (0.05, 0.42)
_FIRST_PAGES = 2


def find_footnotes(page: PageText, lines: Sequence[Line], body: float) -> set[int]:
    """Return the ``id`` of the lines (furniture left out) that are notes at the foot.

    They begin under a short rule, or with a label such as 基金项目 on the first pages, and reach
    to the bottom of their column; ``body`` is the em size of the text.
    """
    found: set[int] = set()
    low = [line for line in lines if line.baseline > _LOWER * page.height]
    for first in sorted(low, key=lambda line: line.baseline):
        if id(first) in found:
            continue
        under = _under(first, low)
        small = all(line.size < _SMALLER * body for line in under)
        labelled = page.number <= _FIRST_PAGES and FOOT_LABEL.match(first.text)
        ruled = small and any(_is_over(rule, first, page) for rule in page.rules)
        ruled = ruled and (page.number <= _FIRST_PAGES or _SIGN.match(first.text) is not None)
        # Without a rule smaller type down to the foot and a note's sign must do.
        signed = small and first.size < 0.92 * body and _is_signed(page, first)
        if (labelled and (small or _all_notes(under))) or ruled or signed:
            found.update(id(line) for line in under)
    return found


def _is_signed(page: PageText, line: Line) -> bool:
    """Tell whether a line begins with the sign of a note: in text layers no plain number."""
    if page.engine == "ocr":
        return _SIGN.match(line.text) is not None
    first = line.chars[0]
    raised = first.size < _RAISED * line.size and first.text.isdigit()
    return _NOTE_SIGN.match(line.text) is not None or raised


def _under(first: Line, lines: Sequence[Line]) -> list[Line]:
    return [
        line
        for line in lines
        if line.baseline >= first.baseline - 0.1 * first.size
        and line.box.x0 < first.box.x1
        and first.box.x0 < line.box.x1 + (2 * line.size if line.column == first.column else 0.0)
    ]


def _all_notes(under: Sequence[Line]) -> bool:
    """Tell whether nothing but labelled lines and their continuations follow."""
    labelled = sum(FOOT_LABEL.match(line.text) is not None for line in under)
    return labelled >= 1 and len(under) <= 4 * labelled


def _is_over(rule: Box, line: Line, page: PageText) -> bool:
    share = (rule.x1 - rule.x0) / page.width
    flat = rule.bottom - rule.top < 3
    near = 0 < line.baseline - rule.bottom < 2.2 * line.size
    begins = abs(rule.x0 - line.box.x0) < 3 * line.size
    return flat and _RULE[0] < share < _RULE[1] and near and begins
