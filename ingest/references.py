"""Lines of a reference list in, parsed entries out (GB/T 7714 forms); marks counted against them.

Numbered lists are cut where the numbers go on by one, so that years, volumes and pages at the
start of a line begin no entry; lists without numbers by their hanging indent.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ingest.join import join_lines, text_of_line
from ingest.page_text import Line
from ingest.records import Block, BlockKind, Document, Mark, Reference
from ingest.reference_forms import parse_entry
from ingest.spans import boxes_of

# How the numbers of a list may be written; the strict forms first.
_LABELS = (
    re.compile(r"\s*[\[［〔【]\s*(\d{1,3})\s*[\]］〕】]\s*"),
    re.compile(r"\s*[(（]\s*(\d{1,3})\s*[)）]\s*"),
    re.compile(r"\s*(\d{1,3})\s*[.．、](?!\d)\s*"),
    re.compile(r"\s*(\d{1,3})\s*[)）\]］]\s*"),
    re.compile(r"\s*(\d{1,3})(?:\s+|\t)(?=[^\W\d_])"),
    re.compile(r"\s*(\d{1,3})(?=[A-Z][a-z]+\s|[\u4e00-\u9fff]{2})"),
)
_INLINE_LABEL = re.compile(r"(?<=[.．。\s])[\[［〔【]\s*(\d{1,3})\s*[\]］〕】](?=\s*[^\W\d_])")

# So many numbers may be missing (unread) before the next entry that is found.
_LARGEST_GAP = 3

_HANGING_EM = 0.6

_HEADING = re.compile(
    r"^\s*(?:[参參]\s*考\s*文\s*[献獻]|引\s*用\s*文\s*献|references?|bibliography|literature\s+cited)"
    r"\s*(?:[(（]\s*references?\s*[)）])?\s*[:：]?\s*$",
    re.IGNORECASE,
)
_AFTER_LIST = re.compile(
    r"^\s*[(（\[［【〔]?\s*(?:收\s*稿\s*日\s*期|修回日期|接[受收]日期|网络首发|本文编辑|责任编辑"
    r"|编\s*辑|[责编]编|校对|作者简介|第一作者|通[讯信訊]作者|基金[项項]目|Received|Accepted"
    r"|Corresponding author)"
    r"\s*[:：\])）】〕］]?"
)

# Blocks whose marks name no entry: the list itself, and affiliations of authors.
_NOT_CITING = frozenset(
    {
        BlockKind.REFERENCE,
        BlockKind.AUTHORS,
        BlockKind.METADATA,
        BlockKind.HEADER,
        BlockKind.FOOTER,
        BlockKind.WATERMARK,
    }
)


@dataclass(frozen=True, slots=True)
class _Row:
    """One printed line of the list with its text, or a part of a line that holds two entries."""

    line: Line
    text: str
    start: int


@dataclass(slots=True)
class _Entry:
    number: int
    rows: list[_Row]


def parse_references(lines: Sequence[Line]) -> tuple[Reference, ...]:
    """Return the entries of a reference list from its printed ``lines`` in reading order.

    The heading may be among them. What follows the list (dates, editors) ends it. An entry's
    text is as printed, without its number; boxes are one per printed line.
    """
    return tuple(_reference(entry) for entry in _entries(lines))


def entry_starts(lines: Sequence[Line]) -> frozenset[int]:
    """Return the places in ``lines`` of a reference list at which its entries begin."""
    first = {id(entry.rows[0].line) for entry in _entries(lines)}
    return frozenset(place for place, line in enumerate(lines) if id(line) in first)


def _entries(lines: Sequence[Line]) -> list[_Entry]:
    rows: list[_Row] = []
    for line in lines:
        text = text_of_line(line)
        if not text or _HEADING.match(text):
            continue
        if rows and _AFTER_LIST.match(text):
            break
        rows.append(_Row(line, text, 0))
    return _numbered(rows) or _unnumbered(rows)


def _numbered(rows: Sequence[_Row]) -> list[_Entry]:
    """Return the entries by the label form that starts most of them, or nothing."""
    best: list[_Entry] = []
    for label in _LABELS:
        entries = _by_label(rows, label)
        if len(entries) > len(best):
            best = entries
    # One number at the start of one line is an accident, unless the list is that short.
    return best if len(best) > 1 or (best and len(rows) <= 4) else []


def _by_label(rows: Sequence[_Row], label: re.Pattern[str]) -> list[_Entry]:
    entries: list[_Entry] = []
    for row in rows:
        for part in _parts(row, entries, label is _LABELS[0]):
            match = label.match(part.text)
            number = int(match.group(1)) if match else 0
            last = entries[-1].number if entries else 0
            if match and last < number <= last + (_LARGEST_GAP if entries else 2):
                rest = part.text[match.end() :]
                entries.append(_Entry(number, [_Row(part.line, rest, part.start + match.end())]))
            elif entries:
                entries[-1].rows.append(part)
    return entries


def _parts(row: _Row, entries: Sequence[_Entry], bracketed: bool) -> list[_Row]:
    """Return ``row``, cut before a label inside it that continues the count."""
    first = _LABELS[0].match(row.text)
    if not bracketed or not (first or entries):
        return [row]
    number = int(first.group(1)) if first else entries[-1].number
    cuts = [0]
    for match in _INLINE_LABEL.finditer(row.text, 1):
        if int(match.group(1)) == number + 1:
            number += 1
            cuts.append(match.start())
    ends = [*cuts[1:], len(row.text)]
    return [_Row(row.line, row.text[a:b], a) for a, b in zip(cuts, ends, strict=True)]


def _unnumbered(rows: Sequence[_Row]) -> list[_Entry]:
    """Return the entries of a list without numbers, by hanging or first-line indents."""
    if not rows:
        return []
    margins: dict[tuple[int, int], float] = {}
    for row in rows:
        key = (row.line.page, row.line.column)
        margins[key] = min(margins.get(key, row.line.box.x0), row.line.box.x0)
    em = median(row.line.size for row in rows)
    indented = [
        row.line.box.x0 - margins[row.line.page, row.line.column] > _HANGING_EM * em for row in rows
    ]
    # An indent begins the entries, or the lack of one, or neither: the line before must be over.
    ended = [True, *(_ended(row.text) for row in rows[:-1])]
    ways = ([not flag for flag in indented], indented, ended)
    begins = max(ways[:2], key=lambda way: sum(map(operator.eq, way, ended)))
    if all(begins) or not any(begins[1:]):
        begins = ended
    entries: list[_Entry] = []
    for row, begin in zip(rows, begins, strict=True):
        if begin or not entries:
            entries.append(_Entry(len(entries) + 1, []))
        entries[-1].rows.append(row)
    return entries


def _ended(text: str) -> bool:
    """Tell whether a line is the last of an entry: it ends after pages, a year or a DOI."""
    return bool(re.search(r"(?:\d[.．。]?|10\.\d{4,9}/\S+)\s*$", text))


def _reference(entry: _Entry) -> Reference:
    pieces = [_cut_line(row) for row in entry.rows]
    joined = join_lines(pieces)
    boxes = boxes_of(joined.spans, 0, len(joined.text))
    return parse_entry(entry.number, joined.text.strip(), boxes)


def _cut_line(row: _Row) -> Line:
    """Return the characters of the line that ``row`` holds."""
    line = row.line
    if not row.text:
        return Line(line.page, (), line.box, line.baseline, line.size, line.font, line.column)
    joined = join_lines([line])
    if not joined.spans or (row.start == 0 and row.text == joined.text):
        return line
    (box,) = boxes_of(joined.spans, row.start, row.start + len(row.text)) or (line.box,)
    chars = tuple(char for char in line.chars if box.x0 - 0.01 <= char.x0 < box.x1)
    return Line(line.page, chars, box, line.baseline, line.size, line.font, line.column)


def resolve_marks(document: Document) -> tuple[int, int]:
    """Return (marks, resolved): the citation marks in the text, and those whose entries all exist.

    Marks inside the reference list, on authors, and footnote signs without a number are left
    out: they cite nothing.
    """
    known = {reference.number for reference in document.references}
    marks = [mark for block in document.blocks for mark in citing_marks(block)]
    return len(marks), sum(known.issuperset(mark.numbers) for mark in marks)


def citing_marks(block: Block) -> tuple[Mark, ...]:
    """Return the marks of a block that name entries of the reference list."""
    if block.kind in _NOT_CITING:
        return ()
    return tuple(mark for mark in block.marks if mark.numbers)
