"""Printed lines of one paragraph in, its text out, with the box of every character and its marks.

No space between Chinese characters, line-end hyphens resolved, citation marks found by their
form and by how they are set. Code points stay as the page has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.clean import CJK_PUNCTUATION, HAN, count_han, is_han, needs_space
from ingest.marks import find_marks
from ingest.page_text import Char, Line
from ingest.records import Mark, Span

# A raised character: smaller than this part of its line, its baseline higher by this many em.
_RAISED_SIZE = 0.8
_RAISED_EM = 0.15

# A gap this wide (em) parts two cells of a row; words are parted by 0.25-0.5 em.
_CELL_GAP_EM = 1.0

# Gaps (em) that are word spaces where an engine gives none: between Latin characters of a line
# without any space, and anywhere (a gap beside a Chinese character is half of that by itself).
_WORD_GAP_EM = 0.2
_WIDE_GAP_EM = 0.5
_NUMBER_GAP_EM = 0.7

# How engines give the hyphen that ends a line: as itself, as a soft hyphen, as a non-character.
_HYPHENS = "-\u2010\u00ad\u0002\ufffe"
_NO_SPACE_AFTER = "-\u2010\u2011\u2013\u2014/／~～(（[［“‘«"
_CJK = re.compile(f"[{HAN}{CJK_PUNCTUATION}]")
_SHARED = "“”‘’…—·"

_WORD_SIGNS = rf"[^\s,.;:!?()\[\]/“”‘’\"{HAN}{CJK_PUNCTUATION}]*"
_WORD_BEFORE = re.compile(rf"{_WORD_SIGNS}$")
_WORD_AFTER = re.compile(rf"^{_WORD_SIGNS}")
_PLAIN_HEAD = re.compile(r"^[A-Za-z][a-z]+$")
_PLAIN_TAIL = re.compile(r"^[a-zßà-öø-ÿ]+$")
# First parts that are written with a hyphen before most words.
_COMPOUND_HEADS = re.compile(
    "(?:non|self|well|cross|half|two|three|double|single|wild|whole|high|low|long|short|small)$",
    re.IGNORECASE,
)
_SUFFIX = re.compile("(?:ly|er|est|en|ened|ening|ness|ing|s)$")
# Up to three digits and a point, not at the start of the line, where it would number a list.
_NUMBER_START = re.compile(r"[^\d.]\d{1,3}\.$")
_PARTED_NUMBER = re.compile(r"\d{1,3}\.\s(?=\d)")
_LINK_END = re.compile(r"(?:https?://|www\.|doi:?\s*|\b10\.\d{4,9}/)\S*[./_=?&-]$", re.I)
_DECIMAL_END = re.compile(r"[<>=＜＞≤≥±]\s*-?\d*\.$")


@dataclass(frozen=True, slots=True)
class Joined:
    """The printed text of one paragraph.

    ``spans`` tile ``text`` without a gap, one per printed line; ``marks`` are in order.
    """

    text: str
    spans: tuple[Span, ...]
    marks: tuple[Mark, ...]


@dataclass(slots=True)
class _Row:
    """One line while it is being joined: characters, left and right edges, raised or not."""

    line: Line
    chars: list[str]
    left: list[float]
    right: list[float]
    raised: list[bool]

    def drop(self, index: int) -> None:
        """Leave the character at ``index`` out."""
        for column in (self.chars, self.left, self.right, self.raised):
            del column[index]

    def append(self, text: str) -> None:
        """Add a character of no width at the end of the line."""
        self.chars.append(text)
        self.left.append(self.right[-1] if self.right else self.line.box.x0)
        self.right.append(self.left[-1])
        self.raised.append(False)


def join_lines(
    lines: Sequence[Line], *, rows: bool = False, cell_gap: float = _CELL_GAP_EM
) -> Joined:
    """Return the text of ``lines`` (one paragraph, reading order, any pages) with its boxes.

    With ``rows`` every line stays a row of its own: rows are parted by a newline and cells
    (a gap of ``cell_gap`` em or more) by a tab, as tables and lists of names need it.
    """
    found = _tidied(lines, rows, cell_gap)
    if not found:
        return Joined("", (), ())
    text = "".join(char for row in found for char in row.chars)
    raised = [flag for row in found for flag in row.raised]
    return Joined(text, tuple(_spans(found)), find_marks(text, raised))


def text_of_line(line: Line) -> str:
    """Return the text that ``join_lines`` gives a line by itself, stripped."""
    return "".join([c for row in _tidied([line], False, _CELL_GAP_EM) for c in row.chars]).strip()


def _tidied(lines: Sequence[Line], rows: bool, cell_gap: float) -> list[_Row]:
    found = [row for line in lines if (row := _row(line, rows, cell_gap)).chars]
    if found:
        _tidy(found, rows)
    return found


def _row(line: Line, rows: bool, cell_gap: float) -> _Row:
    """Return the characters of one line, spurious spaces left out and lost ones put back."""
    row = _Row(line, [], [], [], [])
    chars = [char for char in line.chars if char.text]
    spaceless = not any(char.text.isspace() for char in chars)
    spaced, em = False, max(line.size, 1.0)
    for char in chars:
        if char.text.isspace():
            spaced = bool(row.chars)
            continue
        if row.chars:
            before, gap = row.chars[-1], (char.x0 - row.right[-1]) / em
            lost = _is_word_gap(before, char.text[0], gap, spaceless)
            if rows and gap >= cell_gap:
                row.append("\t")
                row.right[-1] = char.x0
            elif _in_number(row.chars, char.text[0]) and gap < _NUMBER_GAP_EM:
                pass
            elif (spaced or lost) and needs_space(before, char.text[0]):
                row.append(" ")
                row.right[-1] = char.x0
        spaced = False
        _put(row, char, _is_raised(char, line))
    return row


def _is_word_gap(before: str, after: str, gap: float, spaceless: bool) -> bool:
    if gap < _WORD_GAP_EM or not (before.isalnum() or after.isalnum()):
        return False
    latin = not (is_han(before) or is_han(after))
    return gap >= _WIDE_GAP_EM or (latin and spaceless)


def _in_number(before: Sequence[str], after: str) -> bool:
    """Tell whether a gap lies inside a decimal number, where justified lines put one: 33. 8."""
    if not after.isdigit() or before[-1] != ".":
        return False
    return bool(_NUMBER_START.search("".join(before[-6:])))


def _put(row: _Row, char: Char, raised: bool) -> None:
    if len(char.text) == 1:
        row.chars.append(char.text)
        row.left.append(char.x0)
        row.right.append(char.x1)
        row.raised.append(raised)
        return
    width = (char.x1 - char.x0) / len(char.text)
    for index, code in enumerate(char.text):
        row.chars.append(code)
        row.left.append(char.x0 + index * width)
        row.right.append(char.x0 + (index + 1) * width)
        row.raised.append(raised)


def _is_raised(char: Char, line: Line) -> bool:
    if line.size <= 0:
        return False
    small = char.size < _RAISED_SIZE * line.size
    return small and line.baseline - char.baseline > _RAISED_EM * line.size


def _tidy(rows: list[_Row], keep_rows: bool) -> None:
    """Resolve the line ends: what stands between two lines is put at the end of the first."""
    wide = _mostly_chinese(rows)
    known = _hyphenated_words(rows)
    for row, following in pairwise(rows):
        if keep_rows:
            row.append("\n")
            continue
        before, after = "".join(row.chars), "".join(following.chars)
        if before[-1] in ",，、(（=<>" and (number := _PARTED_NUMBER.match(after)):
            following.drop(number.end() - 1)
        if before[-1] in _HYPHENS and len(before) > 1:
            if _is_soft_hyphen(before, after, known):
                right = row.right[-1]
                row.drop(-1)
                row.right[-1] = right  # the printed hyphen belongs to the box of its word
            else:
                row.chars[-1] = "-"
        elif _space_between(before, after, wide):
            row.append(" ")
    last = rows[-1]
    if last.chars[-1] in "\u0002\ufffe":
        last.chars[-1] = "-"


def _mostly_chinese(rows: list[_Row]) -> bool:
    text = "".join(char for row in rows for char in row.chars)
    return 4 * count_han(text) > len(text)


def _hyphenated_words(rows: list[_Row]) -> frozenset[str]:
    """Return the hyphenated words that stand inside lines: they are so spelled here."""
    pattern = re.compile(r"[A-Za-z]+-[a-z]+")
    return frozenset(word for row in rows for word in pattern.findall("".join(row.chars)))


def _is_soft_hyphen(before: str, after: str, known: frozenset[str]) -> bool:
    """Tell whether the hyphen at the end of ``before`` only breaks a word.

    It does when both parts are plain letters; it is kept in CAR-T, B-ALL, TGF-β, T-cell, in
    chains (non-small-cell) and after first parts that mostly take one (well-known).
    """
    if before[-1] == "\u00ad":
        return True
    head = _WORD_BEFORE.search(before[:-1])
    tail = _WORD_AFTER.match(after)
    first, second = head.group() if head else "", tail.group() if tail else ""
    if _LINK_END.search(before):
        return False
    if not _PLAIN_HEAD.match(first) or not _PLAIN_TAIL.match(second):
        return False
    if _COMPOUND_HEADS.match(first) and not _SUFFIX.match(second):
        return False
    return f"{first}-{second}" not in known


def _space_between(before: str, after: str, wide: bool) -> bool:
    last, first = before[-1], after[0]
    if _CJK.match(last) or _CJK.match(first):
        return False
    if wide and (last in _SHARED or first in _SHARED):
        return False
    if last in _NO_SPACE_AFTER and not before[-2:-1].isspace():
        return False
    if first in ",.;:)]%" or is_han(last):
        return False
    return not (_LINK_END.search(before) or (_DECIMAL_END.search(before) and first.isdigit()))


def _spans(rows: list[_Row]) -> Iterator[Span]:
    start = 0
    for row in rows:
        if not row.chars:
            continue
        end = start + len(row.chars)
        yield Span(start, end, row.line.box, _edges(row))
        start = end


def _edges(row: _Row) -> tuple[float, ...]:
    """Return the character borders: each character starts at its left edge.

    Borders never run backwards, where an engine gives overlapping boxes.
    """
    edges: list[float] = []
    for left in row.left:
        edges.append(max(left, edges[-1]) if edges else left)
    edges.append(max(max(row.right), edges[-1]))
    return tuple(edges)
