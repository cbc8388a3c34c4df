"""Texts -> an inverted index on disk, in bounded memory: sorted runs, then one merge.

Files: ``terms.bin`` (all terms as UTF-8, sorted, one after another) with ``term_ends.npy``;
``rows.i32`` and ``counts.u8`` (postings, term by term, rows ascending) with
``posting_ends.npy``; ``lengths.npy`` (terms in each row).
"""

from __future__ import annotations

import heapq
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import count, groupby
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.tokens import terms

# Postings of a run, about 10,000 passages: 0.1 GB while it is sorted, and lost by a kill.
RUN = 2_000_000
# Counts are stored in a byte; more occurrences than that change a score by under 1 %.
MOST = 255
_BUFFER = 1 << 20
ROWS, COUNTS = "rows.i32", "counts.u8"


class LexicalWriter:
    """Collects texts, row by row, as runs on disk, and merges those into an index."""

    def __init__(self, runs: Path, run: int = RUN, *, rows: int = 0) -> None:
        """Write runs of ``run`` postings into ``runs``, after those of the first ``rows`` texts."""
        self._folder = runs
        self._run = run
        self._rows = rows
        self._clear()

    def _clear(self) -> None:
        self._ids: defaultdict[str, int] = defaultdict(count().__next__)
        self._terms, self._counts, self._distinct = array("i"), array("i"), array("i")

    @property
    def full(self) -> bool:
        """Tell whether it is time for ``flush``."""
        return len(self._terms) >= self._run

    def add(self, text: str) -> int:
        """Append the text of the next row; return its number of terms."""
        counted = Counter(terms(text))
        # Without a loop of ours: most of the time of a build is spent here.
        self._terms.extend(map(self._ids.__getitem__, counted))
        self._counts.extend(counted.values())
        self._distinct.append(len(counted))
        return counted.total()

    def flush(self) -> list[Path]:
        """Write what is in memory as a run, an index of its own; return its files."""
        names = sorted((name.encode(), i) for name, i in self._ids.items())
        rank = np.empty(len(names), np.int32)
        rank[[i for _, i in names]] = np.arange(len(names), dtype=np.int32)
        of = rank[np.array(self._terms, np.int32)]
        order = np.argsort(of, kind="stable")
        folder = self._folder / f"run-{self._rows:012d}"
        folder.mkdir(parents=True, exist_ok=True)
        sizes = np.bincount(of, minlength=len(names))
        end = self._rows + len(self._distinct)
        rows = np.arange(self._rows, end, dtype=np.int32)
        rows = np.repeat(rows, np.array(self._distinct, np.int32))
        counts = np.minimum(np.array(self._counts, np.int32), MOST).astype(np.uint8)
        (folder / ROWS).write_bytes(rows[order].data)
        (folder / COUNTS).write_bytes(counts[order].data)
        _save_ends(folder / "posting_ends.npy", sizes)
        _save_ends(folder / "term_ends.npy", np.array([len(name) for name, _ in names], np.int64))
        (folder / "terms.bin").write_bytes(b"".join(name for name, _ in names))
        self._rows = end
        self._clear()
        return sorted(folder.iterdir())


def merge_runs(runs: Path, lengths: npt.NDArray[np.float32], out: Path) -> list[Path]:
    """Write the index of all runs into the folder ``out``; ``lengths`` are the rows' numbers of
    terms. Return its files; the runs are left.
    """
    out.mkdir(parents=True, exist_ok=True)
    np.save(out / "lengths.npy", lengths)
    _merge(sorted(runs.glob("run-*")), out)
    return sorted(out.iterdir())


def _save_ends(file: Path, sizes: npt.NDArray[np.int64]) -> None:
    np.save(file, np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes, dtype=np.int64)]))


def map_array(file: Path, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """Return a plain file of numbers, memory-mapped."""
    # An empty file cannot be mapped.
    empty = not file.stat().st_size
    return np.zeros(0, dtype) if empty else np.asarray(np.memmap(file, dtype, "r"))


class _Run:
    def __init__(self, folder: Path) -> None:
        self.rows = map_array(folder / ROWS, np.dtype(np.int32))
        self.counts = map_array(folder / COUNTS, np.dtype(np.uint8))
        self._ends = np.load(folder / "posting_ends.npy", mmap_mode="r", allow_pickle=False)
        self._term_ends = np.load(folder / "term_ends.npy", mmap_mode="r", allow_pickle=False)
        self._blob = map_array(folder / "terms.bin", np.dtype(np.uint8))

    def entries(self, number: int) -> Iterator[tuple[bytes, int, int, int]]:
        """Yield (term, this run's number, first posting, end) in order of terms."""
        step = 1 << 14
        for base in range(0, len(self._term_ends) - 1, step):
            ends = self._term_ends[base : base + step + 1].tolist()
            postings = self._ends[base : base + step + 1].tolist()
            text = bytes(self._blob[ends[0] : ends[-1]])
            for i in range(len(ends) - 1):
                name = text[ends[i] - ends[0] : ends[i + 1] - ends[0]]
                yield name, number, postings[i], postings[i + 1]


def _merge(folders: list[Path], out: Path) -> None:
    """Merge runs; later runs hold later rows, so that a term's rows stay ascending."""
    runs = [_Run(folder) for folder in folders]
    ends, term_sizes = array("q", [0]), array("q")
    at = 0
    merged = heapq.merge(*(run.entries(number) for number, run in enumerate(runs)))
    with (
        open(out / "terms.bin", "wb", buffering=_BUFFER) as blob,
        open(out / ROWS, "wb", buffering=_BUFFER) as rows,
        open(out / COUNTS, "wb", buffering=_BUFFER) as counts,
    ):
        for name, parts in groupby(merged, key=lambda entry: entry[0]):
            blob.write(name)
            term_sizes.append(len(name))
            for _, number, start, end in parts:
                rows.write(runs[number].rows[start:end].data)
                counts.write(runs[number].counts[start:end].data)
                at += end - start
            ends.append(at)
    np.save(out / "posting_ends.npy", np.array(ends, np.int64))
    _save_ends(out / "term_ends.npy", np.array(term_sizes, np.int64))
