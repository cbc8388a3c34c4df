"""A question -> the best passages: children, sentences and words of every leg, fused.

Each encoder and the lexical index names candidates, in every language of the library by itself
so that none crowds out the other; all legs then judge all candidates (``rag.fusion``).
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from index.lexical import K1, Query
from index.records import Hit
from index.snapshot import Snapshot
from index.writer import LANGUAGES
from rag.background import Background
from rag.expansion import Expander, Group
from rag.fusion import LEXICAL, Features, Floats, contributions, feature_names, weights_for
from rag.question import Question
from rag.terms import Translator

log = logging.getLogger(__name__)
Vector = npt.NDArray[np.float32]
Vectors = Mapping[str, Vector]
Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
# Candidates of each leg and language: children for the encoders, passages for the words.
CHILDREN, PASSAGES = 90, 40
# Children that stand for a language when cosines are compared between languages.
SAMPLE = 2000
# What each passage already chosen of the same paper costs the next, for broad questions.
REPEAT_PENALTY = 0.6
# So many questions' search terms are kept, as they are asked for more than once.
REMEMBERED = 64
# Terms that come from the other language are shown under their own name.
DICTIONARY = "dictionary"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which passages may be found: paper ids, years (first, last), words of a heading."""

    papers: frozenset[str] | None = None
    years: tuple[int, int] | None = None
    section: str = ""

    def __bool__(self) -> bool:
        return self.papers is not None or self.years is not None or bool(self.section)


EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class _Side:
    """The passages of one language: masks over rows and children, and a sample of children."""

    language: str
    rows: Mask
    children: Mask
    sample: Rows


class Retriever:
    """Searches one snapshot. Thread-safe; what it learns of the library is kept."""

    def __init__(
        self, snapshot: Snapshot, background: Background, translator: Translator | None
    ) -> None:
        self._snapshot = snapshot
        self._background = background
        self._expander = Expander(translator, snapshot.lexical)
        self._parents = np.asarray(snapshot.children[:, 0], np.int64)
        self._spread: dict[tuple[str, str, str], float] = {}
        self._centres: dict[tuple[str, str], Vector] = {}
        self._groups: dict[tuple[str, str, str], list[Group]] = {}

    def groups(self, question: Question, language: str) -> list[Group]:
        """Return the search terms of a question for passages of a language (``rag.expansion``)."""
        key = (question.search, question.language, language)
        if (known := self._groups.get(key)) is None:
            if len(self._groups) >= REMEMBERED:
                self._groups.clear()
            known = self._groups[key] = self._expander.groups(question, language)
        return known

    @cached_property
    def _sides(self) -> tuple[_Side, ...]:
        codes = np.asarray(self._snapshot.languages)
        sides = []
        for code, language in enumerate(LANGUAGES):
            rows = codes == code
            children = rows[self._parents]
            own = np.flatnonzero(children).astype(np.int64)
            if len(own):
                step = max(1, len(own) // SAMPLE)
                sides.append(_Side(language, rows, children, own[::step]))
        return tuple(sides)

    def search(
        self,
        question: Question,
        vectors: Vectors,
        k: int,
        *,
        only: Filter = EVERYTHING,
        legs: Collection[str] | None = None,
    ) -> tuple[Hit, ...]:
        """Return at most ``k`` hits, best first; ``vectors`` is the question by encoder leg.

        ``legs`` are those to use: encoder legs and "lexical" (all by default).
        """
        dense = [leg for leg in self._snapshot.legs if leg in vectors and _uses(legs, leg)]
        allowed = self._allowed(only)
        parts = [
            self._side(side, question, {leg: vectors[leg] for leg in dense}, legs, allowed)
            for side in self._sides
        ]
        found = [item for part in parts for item in part]
        found.sort(key=lambda item: (-item.score, item.row))
        if question.broad:
            found = self._spread_out(found, k)
        return tuple(self._hit(item) for item in found[:k])

    def _side(
        self,
        side: _Side,
        question: Question,
        vectors: Vectors,
        legs: Collection[str] | None,
        allowed: Mask | None,
    ) -> list[_Scored]:
        """Return the scored candidates of one passage language."""
        judged = self._judge(side, question, vectors, legs, allowed)
        if judged is None:
            return []
        rows, features, best = judged
        used = [*vectors, LEXICAL] if _uses(legs, LEXICAL) else list(vectors)
        parts = contributions(features, weights_for(f"{question.language}-{side.language}", used))
        if question.language != side.language and LEXICAL in parts:
            parts[DICTIONARY] = parts.pop(LEXICAL)
        scores = sum(parts.values(), np.zeros(len(rows)))
        return [
            _Scored(
                int(row),
                float(scores[i]),
                {leg: float(values[i]) for leg, values in parts.items()},
                int(best[i]),
            )
            for i, row in enumerate(rows)
        ]

    def _judge(
        self,
        side: _Side,
        question: Question,
        vectors: Vectors,
        legs: Collection[str] | None,
        allowed: Mask | None,
    ) -> tuple[Rows, Features, Rows] | None:
        """Return the candidates of a language, their features and their best children."""
        query = None
        if _uses(legs, LEXICAL):
            groups = self.groups(question, side.language)
            query = self._snapshot.lexical.query(groups)
        mask = side.rows if allowed is None else side.rows & allowed
        rows = self._candidates(side, vectors, query, mask, allowed is not None)
        if not len(rows):
            return None
        return rows, *self._features(side, question, rows, vectors, query)

    def judged(
        self, question: Question, vectors: Vectors, legs: Collection[str] | None = None
    ) -> dict[str, tuple[Rows, Features]]:
        """Return the candidates of each passage language with their features, for fitting."""
        found = {}
        for side in self._sides:
            if judged := self._judge(side, question, vectors, legs, None):
                found[side.language] = judged[:2]
        return found

    def _candidates(
        self, side: _Side, vectors: Vectors, query: Query | None, allowed: Mask, filtered: bool
    ) -> Rows:
        """Return the rows that any leg names, ascending."""
        children = allowed[self._parents] if filtered else side.children
        whole = bool(children.all())
        named = [np.zeros(0, np.int64)]
        for leg, vector in vectors.items():
            index = self._snapshot.dense_index(leg)
            _, found = index.search(vector[None, :], CHILDREN, None if whole else children)
            named.append(self._parents[found[0][found[0] >= 0]])
        if query is not None:
            named.append(query.top(PASSAGES, allowed)[0])
        return np.unique(np.concatenate(named))

    def _features(
        self,
        side: _Side,
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

    def _centre(self, side: _Side, leg: str) -> Vector:
        """Return the mean vector of a language's children."""
        key = (leg, side.language)
        if key not in self._centres:
            sample = self._snapshot.child_vectors(leg)[side.sample]
            self._centres[key] = np.asarray(sample.mean(axis=0), np.float32)
        return self._centres[key]

    def _scale(self, side: _Side, leg: str, language: str) -> float:
        """Return how far an encoder's cosines of other matters spread over the library."""
        key = (leg, language, side.language)
        if key not in self._spread:
            others = self._background.vectors(leg, language)
            cosines = self._snapshot.child_vectors(leg)[side.sample] @ others.T
            self._spread[key] = max(float(np.sqrt(cosines.var(axis=0).mean())), 1e-3)
        return self._spread[key]

    def _allowed(self, only: Filter) -> Mask | None:
        if not only:
            return None
        snapshot = self._snapshot
        mask = np.ones(snapshot.manifest.passages, np.bool_)
        if only.papers is not None:
            mask[:] = False
            mask[snapshot.rows_of(only.papers)] = True
        if only.years is not None:
            years = snapshot.years[snapshot.paper_rows]
            mask &= (years >= only.years[0]) & (years <= only.years[1])
        if only.section:
            wanted = only.section.casefold()
            for row in np.flatnonzero(mask):
                headings = " ".join(snapshot.passage(int(row)).section).casefold()
                mask[row] = wanted in headings
        return mask

    def _spread_out(self, found: Sequence[_Scored], k: int) -> list[_Scored]:
        """Choose for relevance less repetition (MMR; Carbonell & Goldstein 1998), by paper."""
        papers = self._snapshot.paper_rows
        left = list(found[: 4 * k])
        chosen: list[_Scored] = []
        taken: dict[int, int] = {}
        while left and len(chosen) < k:
            best = max(
                left,
                key=lambda item: item.score - REPEAT_PENALTY * taken.get(int(papers[item.row]), 0),
            )
            left.remove(best)
            chosen.append(best)
            paper = int(papers[best.row])
            taken[paper] = taken.get(paper, 0) + 1
        return chosen

    def _hit(self, item: _Scored) -> Hit:
        passage = self._snapshot.passage(item.row)
        child = self._snapshot.children[item.child]
        return Hit(
            passage=passage,
            paper=self._snapshot.papers[passage.paper_id],
            row=item.row,
            score=item.score,
            legs=item.legs,
            child=(int(child[1]), int(child[2])),
        )


@dataclass(frozen=True, slots=True)
class _Scored:
    row: int
    score: float
    legs: dict[str, float]
    child: int


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


def _uses(legs: Collection[str] | None, name: str) -> bool:
    return legs is None or name in legs
