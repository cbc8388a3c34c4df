"""A place in a passage -> a Citation: the verbatim quote, its page, its boxes, what it cites."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from index.records import Hit
from ingest.records import Reference
from ingest.spans import boxes_of
from rag.records import Citation

Gloss = Callable[[str], tuple[tuple[str, str], ...]]


class NotVerbatim(ValueError):
    """A quote does not stand in its passage at the place it claims."""


def cite(
    hit: Hit,
    start: int,
    end: int,
    *,
    number: int,
    score: float,
    references: Sequence[Reference] = (),
    gloss: Gloss | None = None,
) -> Citation:
    """Return the citation of ``start:end`` of a hit's passage.

    The page is the one where the quote begins; a quote over a page or column break keeps the
    boxes of all its lines. Raises NotVerbatim when the place is outside the passage or has
    no place on a page.
    """
    passage = hit.passage
    if not citable(hit, start, end):
        raise NotVerbatim(f"{passage.id}: {start}:{end} is not on a page")
    quote = passage.text[start:end]
    boxes = boxes_of(passage.spans, start, end)
    marked = {n for m in passage.marks if start <= m.start and m.end <= end for n in m.numbers}
    return Citation(
        number=number,
        paper=hit.paper,
        passage_id=passage.id,
        page=boxes[0].page,
        section=passage.section,
        quote=quote,
        boxes=boxes,
        score=round(float(score), 4),
        start=start,
        end=end,
        context=passage.text,
        ocr=passage.ocr,
        cited=tuple(r for r in references if r.number in marked),
        gloss=gloss(quote) if gloss is not None else (),
    )


def citable(hit: Hit, start: int, end: int) -> bool:
    """Tell whether every printed character of ``start:end`` lies on some line of a page."""
    if not 0 <= start < end <= len(hit.passage.text):
        return False
    placed: set[int] = set()
    for span in hit.passage.spans:
        if span.start < end and start < span.end:
            placed.update(range(max(start, span.start), min(end, span.end)))
    text = hit.passage.text
    return bool(placed) and all(i in placed or text[i].isspace() for i in range(start, end))
