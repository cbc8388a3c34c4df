"""Lines of a page in, its displayed formulas out: they stand in the middle of sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.clean import count_han
from ingest.page_text import Line

# A formula is set in from the edge of its column by this much (em).
_INDENT_EM = 1.5
# At the edge only its number, so far (em) behind it, tells a formula from text.
_NUMBER_GAP_EM = 3.0
# Parts of fractions and limits of sums are short and stand this near (em) to the rest.
_PART_LENGTH = 16
_PART_EM = 1.9
_SIGN = re.compile(r"[=＝≈≤≥∑∏∫√∝⟶→⇌±×÷]")
_SYMBOL = re.compile(r"[A-Za-zα-ωΑ-Ω\U0001d400-\U0001d7ff]")
_WORD = re.compile(r"[a-z]{4,}")
_LINK = re.compile(r"://|www\.|@|\bdoi\b", re.IGNORECASE)
_FUNCTIONS = frozenset({"log", "exp", "sin", "cos", "max", "min", "tanh", "logit"})
# A number in brackets at the right edge.
_NUMBER = re.compile(r"\s*[(（]\s*\d{1,2}(?:[-.]\d{1,2})?\s*[)）]\s*$")


def find_formulas(lines: Sequence[Line]) -> list[list[Line]]:
    """Return the displayed formulas among ``lines`` of one page in reading order.

    Each is a run of neighbours: a line with a sign of relation or sum that stands off the edge
    of its column and says nothing in words, and the short parts above and below it.
    """
    edges = _edges(lines)
    core = {at for at, line in enumerate(lines) if _is_formula(line, edges)}
    taken = set(core)
    for at in sorted(core):
        for step in (-1, 1):
            last, other = at, at + step
            while 0 <= other < len(lines) and _is_part(lines[other], lines[last]):
                taken.add(other)
                last, other = other, other + step
    found: list[list[Line]] = []
    for at in sorted(taken):
        if at - 1 in taken and found:
            found[-1].append(lines[at])
        else:
            found.append([lines[at]])
    return found


def _edges(lines: Sequence[Line]) -> dict[int, float]:
    """Return where the text of each column begins."""
    edges: dict[int, float] = {}
    for line in lines:
        if len(line.text) > 10:
            edges[line.column] = min(edges.get(line.column, line.box.x0), line.box.x0)
    return edges


def _is_wordless(line: Line) -> bool:
    words = [word for word in _WORD.findall(line.text) if word not in _FUNCTIONS]
    return count_han(line.text) < 2 and len(words) < 2 and not _LINK.search(line.text)


def _is_formula(line: Line, edges: dict[int, float]) -> bool:
    text = _NUMBER.sub("", line.text)
    left = edges.get(line.column, min(edges.values(), default=line.box.x0))
    indent = (line.box.x0 - left) / line.size
    return (
        (indent > _INDENT_EM or _is_numbered(line))
        and _SIGN.search(text) is not None
        and _SYMBOL.search(text) is not None
        and _is_wordless(line)
    )


def _is_numbered(line: Line) -> bool:
    """Tell whether a number in brackets stands at the end of a line, wide apart from the rest."""
    match = _NUMBER.search(line.text)
    ink = [char for char in line.chars if not char.text.isspace()]
    letters = len(re.sub(r"\s", "", match.group())) if match else 0
    if not letters or letters >= len(ink):
        return False
    return ink[-letters].x0 - ink[-letters - 1].x1 > _NUMBER_GAP_EM * line.size


def _is_part(line: Line, formula: Line) -> bool:
    """Tell whether a short line beside, above or below a formula belongs to it."""
    em = max(line.size, formula.size)
    return (
        line.column == formula.column
        and len(line.text.strip()) <= _PART_LENGTH
        and abs(line.baseline - formula.baseline) < _PART_EM * em
        and count_han(line.text) == 0
        and _is_wordless(line)
    )
