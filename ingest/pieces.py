"""Text with its boxes and marks: cut a part out, glue or mend parts; no offset is lost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.clean import is_cjk
from ingest.records import Block, BlockKind, Mark, Span
from ingest.spans import marks_within

# A line that reaches this far across its paragraph is full: the text runs on in the next line.
_FULL_LINE = 0.93

_OVER = re.compile(r"[。！？；：!?;:][”’」』）)】〕］\]\"'\s]*$|[.．][”’）)\]\s]*$")
_OPENING = re.compile(
    r"[\s]*(?:[(（\[［【〔〈]|\d|[一二三四五六七八九十]+[、.．]|[•●○◆■□▪\uf000-\uf0ff*-])"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A text, the spans that give its characters their boxes, and its citation marks."""

    text: str
    spans: tuple[Span, ...]
    marks: tuple[Mark, ...]


def cut(source: Block | Piece, start: int, end: int) -> Piece:
    """Return ``source.text[start:end]`` with the boxes of exactly these characters.

    A mark that is cut through is no mark any more.
    """
    spans = []
    for span in source.spans:
        first, last = max(start, span.start), min(end, span.end)
        if first < last:
            edges = span.edges[first - span.start : last - span.start + 1]
            spans.append(Span(first - start, last - start, span.box, edges))
    return Piece(source.text[start:end], tuple(spans), marks_within(source.marks, start, end))


def glue(pieces: Sequence[Piece], separator: str = "\n") -> Piece:
    """Return ``pieces`` joined by ``separator``, whose characters get boxes of no width."""
    text = ""
    spans: list[Span] = []
    marks: list[Mark] = []
    for place, piece in enumerate(pieces):
        if place and separator:
            if spans and spans[-1].end == len(text):
                spans[-1] = _widened(spans[-1], len(separator))
            text += separator
        at = len(text)
        text += piece.text
        found = [Span(s.start + at, s.end + at, s.box, s.edges) for s in piece.spans]
        if found and not spans and at:  # empty pieces came first
            found[0] = _widened_left(found[0], at)
        spans += found
        marks += [Mark(m.start + at, m.end + at, m.numbers) for m in piece.marks]
    return Piece(text, tuple(spans), tuple(marks))


def mend(blocks: Sequence[Block]) -> list[Piece]:
    """Return the texts of ``blocks``; paragraphs that a column, page or figure broke are one.

    A paragraph goes on in the next when it has no final stop, its last line is full, and the
    next begins like the middle of a sentence.
    """
    pieces: list[Piece] = []
    before: Block | None = None
    for block in blocks:
        piece = Piece(block.text, block.spans, block.marks)
        if before is not None and _goes_on(before, block):
            pieces[-1] = glue([pieces[-1], piece], _between(before.text, block.text))
        else:
            pieces.append(piece)
        before = block
    return pieces


def _goes_on(before: Block, after: Block) -> bool:
    prose = before.kind is after.kind is BlockKind.PARAGRAPH
    if not prose or not before.spans or not after.text or _OVER.search(before.text):
        return False
    first = after.text[0]
    if _OPENING.match(after.text) or not (first.islower() or is_cjk(first)):
        return False
    last = _width(before.spans[-1])
    widest = max(map(_width, before.spans if len(before.spans) > 1 else after.spans), default=0.0)
    return last >= _FULL_LINE * widest


def _width(span: Span) -> float:
    return span.box.x1 - span.box.x0


def _between(before: str, after: str) -> str:
    return "" if is_cjk(before[-1]) or is_cjk(after[0]) or before[-1] in "-–/" else " "


def _widened(span: Span, count: int) -> Span:
    return Span(span.start, span.end + count, span.box, (*span.edges, *span.edges[-1:] * count))


def _widened_left(span: Span, count: int) -> Span:
    return Span(span.start - count, span.end, span.box, (*span.edges[:1] * count, *span.edges))
