"""Postings of a query's groups -> rows scored by BM25, the best of them without scoring all.

Okapi BM25 (Robertson & Zaragoza 2009), k1 = 1.2, b = 0.75. The best rows are found without
scoring all: MaxScore (Turtle & Flood 1995), rare groups first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

K1, B = 1.2, 0.75
Rows = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float32]
# What a group that no row has counts for in coverage: often it is only a pair of characters
# from two words.
UNSEEN = 0.3
# So many postings are added up in full at most; the commoner terms left over (single characters
# in a large library) are then looked up for the best rows only, so many for each one asked for.
MOST_POSTINGS = 500_000
POOL = 50


@dataclass(frozen=True, slots=True)
class Postings:
    """The rows of a group, ascending, with their (weighted) term frequencies."""

    rows: npt.NDArray[np.int32]
    tf: Scores
    idf: float


class Query:
    """The postings of one query. Scores are exact, whichever way they are asked for."""

    def __init__(self, norms: Scores, groups: Sequence[Postings]) -> None:
        self._norms = norms
        self._groups = sorted(groups, key=lambda group: -group.idf)
        self.mass = sum(group.idf * (1 if len(group.rows) else UNSEEN) for group in groups)

    def _parts(self, group: Postings) -> Scores:
        return self._weigh(group, group.tf, self._norms[group.rows])

    @staticmethod
    def _weigh(group: Postings, tf: Scores, norms: Scores) -> Scores:
        return np.asarray(np.float32(group.idf * (K1 + 1)) * tf / (tf + norms), np.float32)

    def all(self) -> tuple[Scores, Scores]:
        """Return BM25 and coverage (0-1) for every row."""
        scores, covered = np.zeros_like(self._norms), np.zeros_like(self._norms)
        for group in self._groups:
            scores[group.rows] += self._parts(group)
            covered[group.rows] += np.float32(group.idf)
        return scores, np.asarray(covered / np.float32(self.mass or 1), np.float32)

    def at(self, rows: npt.ArrayLike) -> tuple[Scores, Scores]:
        """Return BM25 and coverage (0-1) of some rows."""
        wanted = np.asarray(rows, np.int64)
        scores, covered = np.zeros(len(wanted), np.float32), np.zeros(len(wanted), np.float32)
        for group in self._groups:
            has, values = self._values(group, wanted)
            scores[has] += values
            covered[has] += np.float32(group.idf)
        return scores, np.asarray(covered / np.float32(self.mass or 1), np.float32)

    def _values(self, group: Postings, wanted: Rows) -> tuple[npt.NDArray[np.bool_], Scores]:
        """Return which of the rows a group is in, and its part of the score in those."""
        if not len(group.rows):
            return np.zeros(len(wanted), np.bool_), np.zeros(0, np.float32)
        # Of the rows' own type: searchsorted would convert them all otherwise.
        own = wanted.astype(group.rows.dtype)
        place = np.minimum(np.searchsorted(group.rows, own), len(group.rows) - 1)
        has = group.rows[place] == wanted
        return has, self._weigh(group, group.tf[place[has]], self._norms[wanted[has]])

    def top(self, k: int, allowed: npt.NDArray[np.bool_] | None = None) -> tuple[Rows, Scores]:
        """Return the ``k`` best rows that match, best first, and their BM25.

        ``allowed`` marks the rows that may be found. Rare groups are added up in full; once
        the common ones left over cannot lift an unseen row among the best, or enough postings
        have been read, they are looked up only for the rows that still can be.
        """
        scores = np.zeros_like(self._norms)
        left = [group.idf * (K1 + 1) for group in self._groups]
        read = looked = 0
        for number, group in enumerate(self._groups):
            if not len(group.rows):
                continue
            scores[group.rows] += self._parts(group)
            read += len(group.rows)
            rest = sum(left[number + 1 :])
            full = read > MOST_POSTINGS
            if not full and (rest >= sum(left[: number + 1]) or read < 2 * looked):
                continue  # no row can be out of reach of the others yet, or it was seen just now
            looked = read
            found = _matched(scores, allowed)
            if len(found) >= k and (full or rest < (floor := _kth(scores[found], k))):
                if full:
                    found, _ = _best(found, scores[found], POOL * k)
                else:
                    found = found[scores[found] >= floor - rest]
                return self._finish(number + 1, found, scores[found], left, k)
        found = _matched(scores, allowed)
        return _best(found, scores[found], k)

    def _finish(
        self, number: int, rows: Rows, scores: Scores, left: Sequence[float], k: int
    ) -> tuple[Rows, Scores]:
        """Add the groups from ``number`` on for ``rows``, dropping those that fall behind."""
        for place in range(number, len(self._groups)):
            has, values = self._values(self._groups[place], rows)
            scores[has] += values
            if len(rows) > k:
                near = scores >= _kth(scores, k) - sum(left[place + 1 :])
                rows, scores = rows[near], scores[near]
        return _best(rows, scores, k)


def _matched(scores: Scores, allowed: npt.NDArray[np.bool_] | None) -> Rows:
    # Of truth values: ten times as fast as of numbers.
    matched = scores > 0
    return np.flatnonzero(matched if allowed is None else matched & allowed)


def _kth(scores: Scores, k: int) -> float:
    return float(np.partition(scores, len(scores) - k)[len(scores) - k])


def _best(rows: Rows, scores: Scores, k: int) -> tuple[Rows, Scores]:
    if len(rows) > k:
        best = np.argpartition(-scores, k - 1)[:k]
        rows, scores = rows[best], scores[best]
    order = np.lexsort((rows, -scores))
    return rows[order], scores[order]
