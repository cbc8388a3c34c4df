"""Is the question answered at all? A probability from how far the best sentence stands out.

Raw cosines of this encoder mean nothing by themselves; each sentence's cosine with the
question is set against its cosines with questions on other matters (z-score), beside the
share of the question's terms found. Weights: the small rules fitted on public sets.
"""

from __future__ import annotations

import json
import math
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from index.embedding import Embedder

Vectors = npt.NDArray[np.float32]
ANSWERED, PARTLY = 0.5, 0.25


class Background:
    """Questions on many other matters in the asker's language, embedded once."""

    def __init__(self, embedder: Embedder) -> None:
        texts = json.loads((files("rag") / "data" / "background_questions.json").read_text("utf-8"))
        self._vectors = {lang: embedder.embed_queries(texts[lang]) for lang in ("zh", "en")}

    def z_scores(self, sentences: Vectors, question: Vectors, language: str) -> Vectors:
        """Return for each sentence how many deviations the question lies above the background."""
        others = sentences @ self._vectors[language].T
        cosine = sentences @ question
        spread = np.maximum(others.std(axis=1), 1e-4)
        return np.asarray((cosine - others.mean(axis=1)) / spread, np.float32)


def probability(z: float, coverage: float, rare: float, *, same_language: bool) -> float:
    """Return 0-1: how likely the best sentence answers.

    ``coverage`` is the IDF share of the question's terms in the best passage, ``rare`` the
    share of its four rarest terms there.
    """
    if same_language:
        logit = 0.93 * z + 2.1 * coverage + 2.2 * rare - 7.5
    else:
        logit = z + 1.9 * coverage - 2.6
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
