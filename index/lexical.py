"""Query terms -> their postings, in an index that stays on disk (memory-mapped).

Alternatives of one query term (translations, synonyms) form a group that shares one term
frequency and one document frequency (structured queries, Pirkola 1998); a group may give each
alternative a weight, which multiplies its frequency. An alternative is a term, or several parted
by spaces (``index.tokens.phrase``): it is found where all of them are, as often as the rarest.
Scores are in ``index.bm25``.
"""

from __future__ import annotations

import math
import mmap
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.bm25 import K1, B, Postings, Query, Rows, Scores
from index.checks import Blocks
from index.lexical_writer import COUNTS, ROWS, map_array
from index.vectors import load_array

Group = Sequence[str] | Mapping[str, float]
_CACHED_TERMS = 4096


class LexicalIndex:
    """An opened lexical index; rows are passage rows. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._term_ends = load_array(folder / "term_ends.npy")
        self._ends = load_array(folder / "posting_ends.npy")
        self._rows = map_array(folder / ROWS, np.dtype(np.int32))
        self._counts = map_array(folder / COUNTS, np.dtype(np.uint8))
        self._blocks = Blocks(folder / ROWS), Blocks(folder / COUNTS)
        lengths = np.load(folder / "lengths.npy", allow_pickle=False)
        self.size = len(lengths)
        mean = float(lengths.mean()) if self.size else 1.0
        self._norms = np.asarray(K1 * (1 - B + B * lengths / max(mean, 1.0)), np.float32)
        with open(folder / "terms.bin", "rb") as file:
            # An empty file cannot be mapped.
            self._blob = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) if self._count else b""
        self._find = lru_cache(_CACHED_TERMS)(self._search)
        self._follow = lru_cache(_CACHED_TERMS)(self._find_followers)

    @property
    def _count(self) -> int:
        return len(self._term_ends) - 1

    def _term(self, number: int) -> bytes:
        return self._blob[int(self._term_ends[number]) : int(self._term_ends[number + 1])]

    def _place(self, wanted: bytes) -> int:
        """Return how many terms sort before ``wanted``, by binary search."""
        low, high = 0, self._count
        while low < high:
            middle = (low + high) // 2
            if self._term(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def _search(self, term: str) -> int:
        """Return the number of a term, -1 when no row has it."""
        wanted = term.encode()
        place = self._place(wanted)
        return place if place < self._count and self._term(place) == wanted else -1

    def has(self, alternative: str) -> bool:
        """Tell whether some row has a term, or all the terms of a phrase."""
        return self._phrase(alternative.split(" ")) is not None

    def followers(self, char: str) -> frozenset[str]:
        """Return the characters that stand behind a Chinese character somewhere."""
        return self._follow(char)

    def _find_followers(self, char: str) -> frozenset[str]:
        start, end = self._place(char.encode()), self._place((char + "\U0010ffff").encode())
        found = (self._term(number).decode() for number in range(start, end))
        return frozenset(term[1] for term in found if len(term) == 2)

    def query(self, groups: Sequence[Group]) -> Query:
        """Return a query whose postings are looked up once."""
        return Query(self._norms, [self._postings(group) for group in groups])

    def _postings(self, group: Group) -> Postings:
        weights = group if isinstance(group, Mapping) else dict.fromkeys(group, 1.0)
        parts = []
        for alternative, weight in weights.items():
            if found := self._phrase(alternative.split(" ")):
                parts.append((*found, weight))
        rows, tf = self._union(parts)
        return Postings(rows, tf, self._idf(len(rows)))

    def _phrase(self, terms: Sequence[str]) -> tuple[Any, Any] | None:
        """Return the rows that have all of the terms, and the least of their counts."""
        numbers = [self._find(term) for term in terms]
        if min(numbers) < 0:
            return None
        parts = [self._checked(int(self._ends[i]), int(self._ends[i + 1])) for i in numbers]
        parts.sort(key=lambda part: part.stop - part.start)
        rows, counts = self._rows[parts[0]], self._counts[parts[0]]
        for part in parts[1:]:
            # The shorter list is looked up in the longer, which stays on disk.
            others = self._rows[part]
            place = np.minimum(np.searchsorted(others, rows), len(others) - 1)
            has = others[place] == rows
            rows = rows[has]
            counts = np.minimum(counts[has], self._counts[part][place[has]])
        return (rows, counts) if len(rows) else None

    def _checked(self, start: int, end: int) -> slice:
        rows, counts = self._blocks
        rows.check(start * self._rows.itemsize, end * self._rows.itemsize)
        counts.check(start, end)
        return slice(start, end)

    def _union(self, parts: list[tuple[Any, Any, float]]) -> tuple[npt.NDArray[np.int32], Scores]:
        if not parts:
            return np.zeros(0, np.int32), np.zeros(0, np.float32)
        if len(parts) == 1:
            rows, counts, weight = parts[0]
            return np.asarray(rows), np.asarray(counts, np.float32) * np.float32(weight)
        total = sum(len(rows) for rows, _, _ in parts)
        if total * 20 < self.size:
            joined = np.concatenate([rows for rows, _, _ in parts])
            tf = np.concatenate([np.asarray(c, np.float32) * w for _, c, w in parts])
            unique, inverse = np.unique(joined, return_inverse=True)
            return unique, np.bincount(inverse, tf).astype(np.float32)
        sums = np.zeros(self.size, np.float32)
        for rows, counts, weight in parts:
            sums[rows] += np.asarray(counts, np.float32) * np.float32(weight)
        found = np.flatnonzero(sums > 0)
        return found.astype(np.int32), sums[found]

    def _idf(self, found: int) -> float:
        return math.log(1 + (self.size - found + 0.5) / (found + 0.5))

    def idf(self, group: Group) -> float:
        """Return the inverse document frequency of a group of alternatives."""
        return self._postings(group).idf

    def score(self, groups: Sequence[Group]) -> tuple[Scores, Scores]:
        """Return BM25 and coverage (share of IDF mass present, 0-1) for every row."""
        return self.query(groups).all()

    def top(
        self, groups: Sequence[Group], k: int, allowed: npt.NDArray[np.bool_] | None = None
    ) -> tuple[Rows, Scores]:
        """Return the ``k`` best rows and their BM25; see ``Query.top``."""
        return self.query(groups).top(k, allowed)
