"""Texts -> BM25 postings on disk (npy arrays, memory-mapped); query terms -> scored rows.

Okapi BM25 (Robertson & Zaragoza 2009), k1 = 1.2, b = 0.75. Alternatives of one query term
(translations, synonyms) share one term frequency and one document frequency.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.tokens import terms

K1, B = 1.2, 0.75
Rows = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float32]


class LexicalWriter:
    """Collects texts, row by row, and writes their index into a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._postings: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        self._lengths: list[int] = []

    def add(self, text: str) -> None:
        """Append the text of the next row."""
        counted = Counter(terms(text))
        for term, count in counted.items():
            self._postings[term].append((len(self._lengths), count))
        self._lengths.append(sum(counted.values()))

    def finish(self) -> None:
        """Write the files."""
        folder, postings = self._folder, self._postings
        names = sorted(postings)
        flat = [pair for name in names for pair in postings[name]]
        pairs = np.array(flat, np.int32).reshape(-1, 2)
        offsets = np.cumsum([0, *(len(postings[name]) for name in names)])
        (folder / "terms.json").write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")
        np.save(folder / "offsets.npy", offsets.astype(np.int64))
        np.save(folder / "rows.npy", pairs[:, 0].copy())
        np.save(folder / "counts.npy", pairs[:, 1].copy())
        np.save(folder / "lengths.npy", np.array(self._lengths, np.float32))


class LexicalIndex:
    """An opened lexical index; rows are passage rows."""

    def __init__(self, folder: Path) -> None:
        self._ids = {t: i for i, t in enumerate(json.loads((folder / "terms.json").read_text()))}
        self._offsets = np.load(folder / "offsets.npy", allow_pickle=False)
        self._rows = np.load(folder / "rows.npy", mmap_mode="r", allow_pickle=False)
        self._counts = np.load(folder / "counts.npy", mmap_mode="r", allow_pickle=False)
        self._lengths = np.load(folder / "lengths.npy", allow_pickle=False)
        self.size = len(self._lengths)
        self._mean = float(self._lengths.mean()) if self.size else 1.0

    def _postings(self, group: Sequence[str]) -> tuple[Rows, Scores]:
        rows, counts = [], []
        for term in dict.fromkeys(group):
            if (i := self._ids.get(term)) is not None:
                part = slice(self._offsets[i], self._offsets[i + 1])
                rows.append(np.asarray(self._rows[part], np.int64))
                counts.append(np.asarray(self._counts[part], np.float32))
        if not rows:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        unique, inverse = np.unique(np.concatenate(rows), return_inverse=True)
        return unique, np.bincount(inverse, np.concatenate(counts)).astype(np.float32)

    def idf(self, group: Sequence[str]) -> float:
        """Return the inverse document frequency of a group of alternatives."""
        found = len(self._postings(group)[0])
        return math.log(1 + (self.size - found + 0.5) / (found + 0.5))

    def score(self, groups: Sequence[Sequence[str]]) -> tuple[Scores, Scores]:
        """Return BM25 and coverage (share of IDF mass present, 0-1) for every row."""
        scores = np.zeros(self.size, np.float32)
        covered = np.zeros(self.size, np.float32)
        mass = 0.0
        for group in groups:
            rows, tf = self._postings(group)
            idf = math.log(1 + (self.size - len(rows) + 0.5) / (len(rows) + 0.5))
            mass += idf
            norm = K1 * (1 - B + B * self._lengths[rows] / self._mean)
            scores[rows] += idf * tf * (K1 + 1) / (tf + norm)
            covered[rows] += idf
        return scores, covered / mass if mass else covered
