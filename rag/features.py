"""Candidates of a question -> their features by every leg, language by language.

What is learnt of the library for it (each language's passages, their mean and the spread of
their cosines) is kept. See ``rag.fusion`` for what the features are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from index.bm25 import K1, Query
from index.contents import LANGUAGES
from index.snapshot import Snapshot
from rag.background import Background
from rag.filtering import Mask
from rag.fusion import LEXICAL, Features, Floats, feature_names
from rag.question import Question

Vector = npt.NDArray[np.float32]
Vectors = Mapping[str, Vector]
Rows = npt.NDArray[np.int64]
# Children that stand for a language when cosines are compared between languages.
SAMPLE = 2000


@dataclass(frozen=True, slots=True)
class Side:
    """The passages of one language: masks over rows and children, and a sample of children."""

    language: str
    rows: Mask
    children: Mask
    sample: Rows


class Judge:
    """Measures candidates of one snapshot. Thread-safe."""

    def __init__(self, snapshot: Snapshot, background: Background) -> None:
        self._snapshot = snapshot
        self._background = background
        self.parents = np.asarray(snapshot.children[:, 0], np.int64)
        self._spread: dict[tuple[str, str, str], float] = {}
        self._centres: dict[tuple[str, str], Vector] = {}

    @cached_property
    def sides(self) -> tuple[Side, ...]:
        """The languages that the library has."""
        codes = np.asarray(self._snapshot.languages)
        sides = []
        for code, language in enumerate(LANGUAGES):
            rows = codes == code
            children = rows[self.parents]
            own = np.flatnonzero(children).astype(np.int64)
            if len(own):
                step = max(1, len(own) // SAMPLE)
                sides.append(Side(language, rows, children, own[::step]))
        return tuple(sides)

    def features(
        self,
        side: Side,
        question: Question,
        rows: Rows,
        vectors: Vectors,
        query: Query | None,
    ) -> tuple[Features, Rows]:
        """Return the features of the candidates, and the best child of each by the first leg."""
        snapshot = self._snapshot
        names = feature_names([*vectors, *([LEXICAL] if query is not None else [])])
        values = np.zeros((len(rows), len(names)), np.float64)
        children = _Ranges(snapshot.child_bounds(rows))
        sentences = _Ranges(snapshot.sentence_bounds(rows))
        best = children.rows[children.starts]
        for number, (leg, vector) in enumerate(vectors.items()):
            scale = self._scale(side, leg, question.language)
            centre = float(self._centre(side, leg) @ vector)
            cosines = (snapshot.child_vectors(leg).dot(children.rows, vector) - centre) / scale
            said = snapshot.all_sentence_vectors(leg).dot(sentences.rows, vector)
            at = 3 * number
            values[:, at] = children.most(cosines)
            values[:, at + 1] = children.mean(cosines)
            values[:, at + 2] = sentences.most((said - centre) / scale)
            if number == 0:
                best = children.rows[children.place_of_most(cosines)]
        if query is not None:
            scores, coverage = query.at(rows)
            values[:, -2] = scores / ((K1 + 1) * query.mass) if query.mass else 0.0
            values[:, -1] = coverage
        return Features(names, values), best

    def _centre(self, side: Side, leg: str) -> Vector:
        """Return the mean vector of a language's children."""
        key = (leg, side.language)
        if key not in self._centres:
            sample = self._snapshot.child_vectors(leg)[side.sample]
            self._centres[key] = np.asarray(sample.mean(axis=0), np.float32)
        return self._centres[key]

    def _scale(self, side: Side, leg: str, language: str) -> float:
        """Return how far an encoder's cosines of other matters spread over the library."""
        key = (leg, language, side.language)
        if key not in self._spread:
            others = self._background.vectors(leg, language)
            cosines = self._snapshot.child_vectors(leg)[side.sample] @ others.T
            self._spread[key] = max(float(np.sqrt(cosines.var(axis=0).mean())), 1e-3)
        return self._spread[key]


class _Ranges:
    """Consecutive rows of several passages, reduced passage by passage; none may be empty."""

    def __init__(self, bounds: npt.NDArray[np.int64]) -> None:
        """``bounds`` is (2, passages): first row and one behind the last."""
        first, end = bounds
        self.sizes = end - first
        self.starts = np.cumsum(self.sizes) - self.sizes
        self.rows = np.repeat(first - self.starts, self.sizes) + np.arange(self.sizes.sum())

    def most(self, values: npt.NDArray[np.floating]) -> Floats:
        """Return the greatest value of each passage."""
        return np.asarray(np.maximum.reduceat(values, self.starts), np.float64)

    def mean(self, values: npt.NDArray[np.floating]) -> Floats:
        """Return the mean of each passage."""
        return np.asarray(np.add.reduceat(values, self.starts) / self.sizes, np.float64)

    def place_of_most(self, values: npt.NDArray[np.floating]) -> npt.NDArray[np.int64]:
        """Return where the greatest value of each passage stands."""
        ends = self.starts + self.sizes
        return np.array(
            [a + int(values[a:b].argmax()) for a, b in zip(self.starts, ends, strict=True)]
        )
