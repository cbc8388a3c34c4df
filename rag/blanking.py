"""A paper without the sentences that answer: on topic, not answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from index.records import Hit
from ingest.clean import fold_for_match, search_text
from rag.lexical_signals import Source


def holds(text: str, answers: Sequence[str]) -> bool:
    """Tell whether a text holds one of the answers, spaces and width aside."""
    folded = fold_for_match(text)
    return any(
        wanted in folded for answer in answers if (wanted := fold_for_match(answer).rstrip("。."))
    )


class Blanking:
    """Takes the sentences that hold an answer out of some papers' passages."""

    def __init__(self, answers: Sequence[str], papers: frozenset[str]) -> None:
        self._answers = answers
        self._papers = papers
        self._kept: dict[int, list[int]] = {}

    def __call__(self, hits: tuple[Hit, ...], source: Source) -> tuple[tuple[Hit, ...], Source]:
        """Return the hits without those sentences, and the source of what is left."""
        self._source = source
        narrowed = [
            self._blank(hit) if hit.passage.paper_id in self._papers else hit for hit in hits
        ]
        return tuple(hit for hit in narrowed if hit.passage.sentences), self

    def _blank(self, hit: Hit) -> Hit:
        passage, text = hit.passage, hit.passage.text
        kept = []
        for number, s in enumerate(passage.sentences):
            if holds(search_text(passage.text[s.start : s.end], ()), self._answers):
                text = text[: s.start] + " " * (s.end - s.start) + text[s.end :]
            else:
                kept.append(number)
        self._kept[hit.row] = kept
        sentences = tuple(passage.sentences[number] for number in kept)
        return replace(hit, passage=replace(passage, text=text, sentences=sentences))

    def opening(self, paper_id: str) -> str:
        """Return a paper's first sentence; blank where it holds an answer."""
        text = self._source.opening(paper_id)
        return "" if paper_id in self._papers and holds(text, self._answers) else text

    def sentence_vectors(self, leg: str, row: int) -> npt.NDArray[np.float32]:
        """Return the vectors of the sentences that are left."""
        vectors = self._source.sentence_vectors(leg, row)
        return vectors[self._kept[row]] if row in self._kept else vectors
