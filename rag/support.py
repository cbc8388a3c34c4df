"""A written sentence and the passages it names -> the verbatim sentences that bear it.

Quotes come from the index only: of each named passage the sentence that says most of what is
claimed, a second one where the claim joins two. A quote the claim can do without is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from index.records import Hit
from ingest.clean import search_text
from ingest.spans import marks_within
from rag.findings import Finding
from rag.polarity import overlap, tokens
from rag.terms import fold

Vectors = npt.NDArray[np.float32]
# What the share of words in common counts beside the cosine, same language.
WORDS = 0.3
QUOTES_PER_PASSAGE = 2


@dataclass(frozen=True, slots=True)
class Place:
    """Sentence ``start:end`` of a hit's passage; ``score`` is how near it is to the claim."""

    hit: Hit
    start: int
    end: int
    score: float

    @property
    def quote(self) -> str:
        """The sentence as printed."""
        return self.hit.passage.text[self.start : self.end]

    @property
    def search(self) -> str:
        """The sentence without citation marks, whose numbers are none of its own."""
        marks = marks_within(self.hit.passage.marks, self.start, self.end)
        return search_text(self.quote, marks)


def places(
    claim: str, vector: Vectors, hit: Hit, sentences: Vectors, *, same: bool
) -> tuple[Place, ...]:
    """Return the sentences of a hit, nearest to ``claim`` first.

    ``vector`` (dimension,) is the claim's, ``sentences`` (sentences, dimension) the passage's.
    """
    words = tokens(fold(search_text(claim)))
    out = []
    for i, s in enumerate(hit.passage.sentences):
        place = Place(hit, s.start, s.end, float(sentences[i] @ vector))
        if same:
            shared = overlap(words, tokens(fold(place.search)))
            place = replace(place, score=place.score + WORDS * shared)
        out.append(place)
    return tuple(sorted(out, key=lambda p: -p.score))


Check = Callable[[Sequence[Place]], Sequence[Finding]]


def supporting(
    ranked: Sequence[Sequence[Place]], check: Check
) -> tuple[tuple[Place, ...], tuple[Finding, ...]]:
    """Return the places to cite and what they leave unsupported, () when all is well.

    ``ranked`` are the places of each named passage, nearest first; ``check`` is the guard.
    """
    nearest = [found[0] for found in ranked if found]
    findings = tuple(check(nearest))
    if not findings:
        return _needed(nearest, check), ()
    for count in range(2, QUOTES_PER_PASSAGE + 1):
        wider = [place for found in ranked for place in found[:count]]
        if len(wider) > len(nearest) and not check(wider):
            return _needed(wider, check), ()
    return tuple(nearest), findings


def _needed(chosen: Sequence[Place], check: Check) -> tuple[Place, ...]:
    """Leave out, farthest first, what the claim is borne without."""
    kept = list(chosen)
    for place in sorted(chosen, key=lambda p: p.score):
        fewer = [p for p in kept if p is not place]
        if fewer and not check(fewer):
            kept = fewer
    return tuple(kept)
