"""A question -> the best passages: children, sentences and words of every leg, fused.

Each encoder and the lexical index names candidates, in every language of the library by itself
so that none crowds out the other; all legs then judge all candidates (``rag.fusion``).
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.bm25 import Query
from index.embedding import Embedder
from index.records import Hit
from index.snapshot import Snapshot
from rag.background import Background
from rag.expansion import Expander, Group, in_chinese
from rag.features import Judge, Rows, Side, Vector, Vectors
from rag.filtering import EVERYTHING, Filter, Mask, allowed_rows
from rag.fusion import LEXICAL, Features, contributions, weighs, weights_for
from rag.question import Question
from rag.terms import Translator

log = logging.getLogger(__name__)
# Candidates of each leg and language: children for the encoders, passages for the words.
CHILDREN, PASSAGES = 90, 40
# What each passage already chosen of the same paper costs the next, for broad questions.
REPEAT_PENALTY = 0.6
# So many questions' search terms are kept, as they are asked for more than once.
REMEMBERED = 64
# Terms that come from the other language are shown under their own name.
DICTIONARY = "dictionary"


class Retriever:
    """Searches one snapshot. Thread-safe; what it learns of the library is kept."""

    def __init__(
        self,
        snapshot: Snapshot,
        background: Background,
        translator: Translator | None,
        encoders: Mapping[str, Embedder],
    ) -> None:
        """``encoders`` by leg, the leading one first."""
        self._snapshot = snapshot
        self._encoders = encoders
        self._translated: dict[str, Vector] = {}
        self._expander = Expander(translator, snapshot.lexical)
        self._judge = Judge(snapshot, background)
        self._groups: dict[tuple[str, str, str], list[Group]] = {}

    def groups(self, question: Question, language: str) -> list[Group]:
        """Return the search terms of a question for passages of a language (``rag.expansion``)."""
        key = (question.search, question.language, language)
        if (known := self._groups.get(key)) is None:
            if len(self._groups) >= REMEMBERED:
                self._groups.clear()
            known = self._groups[key] = self._expander.groups(question, language)
        return known

    def _asked(
        self, side: Side, question: Question, vectors: Vectors, legs: Collection[str] | None
    ) -> Vectors:
        """Return the vectors for the passages of a language.

        An English question is told to the leading encoder a second time with its words in
        Chinese, and Chinese passages are compared with the mean of both: names that it does not
        know in one language it may know in the other.
        """
        leg = next(iter(self._encoders), "")
        crosses = (question.language, side.language) == ("en", "zh")
        if not crosses or leg not in vectors or not _uses(legs, LEXICAL):
            return vectors
        if (mean := self._translated.get(question.search)) is None:
            mean = vectors[leg]
            if words := in_chinese(self.groups(question, side.language)):
                text = f"{question.search} {words}"
                mean = mean + self._encoders[leg].embed_queries([text])[0]
                mean = np.asarray(mean / np.linalg.norm(mean), np.float32)
            if len(self._translated) >= REMEMBERED:
                self._translated.clear()
            self._translated[question.search] = mean
        return {**vectors, leg: mean}

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
        allowed = allowed_rows(self._snapshot, only)
        parts = [
            self._side(side, question, {leg: vectors[leg] for leg in dense}, legs, allowed)
            for side in self._judge.sides
        ]
        found = [item for part in parts for item in part]
        found.sort(key=lambda item: (-item.score, item.row))
        if question.broad:
            found = self._spread_out(found, k)
        return tuple(self._hit(item) for item in found[:k])

    def _side(
        self,
        side: Side,
        question: Question,
        vectors: Vectors,
        legs: Collection[str] | None,
        allowed: Mask | None,
    ) -> list[_Scored]:
        """Return the scored candidates of one passage language."""
        used = [*vectors, LEXICAL] if _uses(legs, LEXICAL) else list(vectors)
        weights = weights_for(f"{question.language}-{side.language}", used)
        paying = {leg: own for leg, own in vectors.items() if weighs(weights, leg)}
        judged = self._measured(side, question, paying, legs, allowed)
        if judged is None:
            return []
        rows, features, best = judged
        silent = {leg: np.zeros(len(rows)) for leg in vectors if leg not in paying}
        parts = contributions(features, weights) | silent
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

    def _measured(
        self,
        side: Side,
        question: Question,
        vectors: Vectors,
        legs: Collection[str] | None,
        allowed: Mask | None,
    ) -> tuple[Rows, Features, Rows] | None:
        """Return the candidates of a language, their features and their best children."""
        vectors, query = self._asked(side, question, vectors, legs), None
        if _uses(legs, LEXICAL):
            groups = self.groups(question, side.language)
            query = self._snapshot.lexical.query(groups)
        mask = side.rows if allowed is None else side.rows & allowed
        rows = self._candidates(side, vectors, query, mask, allowed is not None)
        if not len(rows):
            return None
        return rows, *self._judge.features(side, question, rows, vectors, query)

    def judged(
        self, question: Question, vectors: Vectors, legs: Collection[str] | None = None
    ) -> dict[str, tuple[Rows, Features]]:
        """Return the candidates of each passage language with their features, for fitting."""
        found = {}
        for side in self._judge.sides:
            if judged := self._measured(side, question, vectors, legs, None):
                found[side.language] = judged[:2]
        return found

    def _candidates(
        self, side: Side, vectors: Vectors, query: Query | None, allowed: Mask, filtered: bool
    ) -> Rows:
        """Return the rows that any leg names, ascending."""
        children = allowed[self._judge.parents] if filtered else side.children
        whole = bool(children.all())
        named = [np.zeros(0, np.int64)]
        for leg, vector in vectors.items():
            index = self._snapshot.dense_index(leg)
            _, found = index.search(vector[None, :], CHILDREN, None if whole else children)
            named.append(self._judge.parents[found[0][found[0] >= 0]])
        if query is not None:
            named.append(query.top(PASSAGES, allowed)[0])
        return np.unique(np.concatenate(named))

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


def _uses(legs: Collection[str] | None, name: str) -> bool:
    return legs is None or name in legs
