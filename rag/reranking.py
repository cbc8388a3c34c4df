"""The first hits in another order: by a cross-encoder, where the user has one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.records import Hit
from ingest.clean import search_text
from rag.question import Question

# So many hits are read by the cross-encoder; the rest keep their places behind them.
DEPTH = 20
RERANKER = "reranker"


class Reranker(Protocol):
    """Judges passages against a question, reading both at once."""

    def relevance(self, question: str, passages: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return a score per passage, higher is better."""


def rerank(question: Question, hits: Sequence[Hit], reranker: Reranker) -> tuple[Hit, ...]:
    """Order the first hits by the reranker; its score is kept as the leg "reranker".

    ``Hit.score`` stays that of the fusion, so that it means the same on every hit.
    """
    head = hits[:DEPTH]
    if not head:
        return tuple(hits)
    texts = [search_text(hit.passage.text, hit.passage.marks) for hit in head]
    scores = reranker.relevance(question.search, texts)
    order = np.argsort(-scores, kind="stable")
    first = [replace(head[i], legs={**head[i].legs, RERANKER: float(scores[i])}) for i in order]
    return (*first, *hits[DEPTH:])
