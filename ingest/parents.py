"""Blocks that belong together in, parents out: parts of about one size.

They are cut between sentences, those of tables between rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from ingest.pieces import Piece, cut, glue, mend
from ingest.records import Block, BlockKind, Sentence
from ingest.sentences import split_clauses, split_sentences, text_weight

# A parent that holds less than this part of its size is joined to its neighbour.
_SMALLEST_PARENT = 0.3


# A sentence longer than this many parents lacks its full stops: it is cut at commas.
_LONG_FOR_PARENT = 1.5


# Tables are cut by rows only when they are this many times a parent.
_LONG_TABLE = 1.5


TABLE_CAPTION = re.compile(r"^\s*(?:续?表|Tab(?:le)?\.?\s*\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence (or table row) that parents are made of, and the text that holds it."""

    source: int
    sentence: Sentence
    weight: float
    ends_source: bool


def cut_parents(group: tuple[Block, ...], size: int) -> Iterator[Piece]:
    """Yield the text of ``group`` in parts of about ``size``, cut between sentences or rows."""
    if group[-1].kind is BlockKind.TABLE:
        yield from _table_parents(group, size)
        return
    sources = mend(group)
    for run in _packed(_units(sources, _LONG_FOR_PARENT * size), size):
        yield _text_of(sources, run)


def _units(sources: Sequence[Piece], longest: float) -> list[_Unit]:
    units = []
    for index, source in enumerate(sources):
        sentences = [
            part
            for sentence in split_sentences(source.text, source.marks)
            for part in split_clauses(source.text, sentence, longest)
        ]
        for sentence in sentences:
            weight = text_weight(source.text[sentence.start : sentence.end])
            units.append(_Unit(index, sentence, weight, sentence is sentences[-1]))
    return units


def _rows(sources: Sequence[Piece], longest: float) -> list[_Unit]:
    """Return the lines of tables: no row is parted, and its empty cells stay.

    Only a row that is far too long is cut, at its commas.
    """
    units = []
    for index, source in enumerate(sources):
        start = 0
        for line in source.text.split("\n"):
            row = Sentence(start, start + len(line))
            start += len(line) + 1
            for part in split_clauses(source.text, row, longest):
                weight = text_weight(source.text[part.start : part.end])
                units.append(_Unit(index, part, weight, ends_source=False))
    return units


def _packed(units: Sequence[_Unit], size: float) -> list[list[_Unit]]:
    """Return runs of about equal weight near ``size``; a paragraph's end is a welcome border."""
    total = sum(unit.weight for unit in units)
    wanted = total / max(1, round(total / size))
    runs: list[list[_Unit]] = []
    weight = 0.0
    for index, unit in enumerate(units):
        if (
            not runs
            or weight + unit.weight / 2 > wanted
            or (weight > 0.75 * wanted and units[index - 1].ends_source)
        ):
            runs.append([])
            weight = 0.0
        runs[-1].append(unit)
        weight += unit.weight
    if len(runs) > 1 and weight < _SMALLEST_PARENT * size:
        tail = runs.pop()
        runs[-1] += tail
    return runs


def _text_of(sources: Sequence[Piece], run: Sequence[_Unit]) -> Piece:
    pieces = []
    for index, units in groupby(run, key=lambda unit: unit.source):
        found = list(units)
        pieces.append(cut(sources[index], found[0].sentence.start, found[-1].sentence.end))
    return glue(pieces)


def _table_parents(group: tuple[Block, ...], size: int) -> Iterator[Piece]:
    """Yield a table whole, or in groups of rows that each begin with its caption."""
    sources = [Piece(block.text, block.spans, block.marks) for block in group]
    whole = glue(sources)
    if text_weight(whole.text) <= _LONG_TABLE * size:
        yield whole
        return
    rows = _rows(sources, _LONG_FOR_PARENT * size)
    caption = [rows[0]] if TABLE_CAPTION.match(whole.text) else []
    head = sum(unit.weight for unit in caption)
    for run in _packed(rows[len(caption) :], max(size - head, size / 2)):
        yield glue([_text_of(sources, part) for part in (caption, run) if part])
