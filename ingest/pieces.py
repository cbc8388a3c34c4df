"""Text with its boxes and marks: cut a part out, glue parts together; no offset is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.records import Block, Mark, Span


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
    marks = tuple(
        Mark(mark.start - start, mark.end - start, mark.numbers)
        for mark in source.marks
        if start <= mark.start and mark.end <= end
    )
    return Piece(source.text[start:end], tuple(spans), marks)


def glue(pieces: Sequence[Piece], separator: str = "\n") -> Piece:
    """Return ``pieces`` joined by ``separator``, whose characters get boxes of no width."""
    text = ""
    spans: list[Span] = []
    marks: list[Mark] = []
    for piece in pieces:
        if text:
            if spans and spans[-1].end == len(text):
                spans[-1] = _widened(spans[-1], len(separator))
            text += separator
        at = len(text)
        text += piece.text
        spans += [Span(s.start + at, s.end + at, s.box, s.edges) for s in piece.spans]
        marks += [Mark(m.start + at, m.end + at, m.numbers) for m in piece.marks]
    return Piece(text, tuple(spans), tuple(marks))


def _widened(span: Span, count: int) -> Span:
    return Span(span.start, span.end + count, span.box, (*span.edges, *span.edges[-1:] * count))
