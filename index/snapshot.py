"""A library folder -> its current snapshot: verified (``index.checks``), opened memory-mapped.

Row numbers: a passage is a row; its children and sentences are ranges of rows in the vector
files; the passages of a paper are a range of rows too.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.checks import Blocks, verify
from index.contents import LANGUAGES, PAPER_LIST, PASSAGE, REFERENCES, REPORT, LegVectors
from index.dense import DenseIndex
from index.lexical import LexicalIndex
from index.record_file import RecordFile
from index.records import Manifest
from index.store import corrupt, pointer, read_manifest
from index.vectors import Floats, VectorFile, load_array
from ingest.errors import LibraryError
from ingest.records import Passage, Reference
from ingest.report import PaperReport

TRIES = 3


class Snapshot:
    """An opened, verified, immutable snapshot. Thread-safe.

    ``legs`` names the encoders' vector sets, the leading one first. ``papers`` maps ids to
    papers in row order. ``children`` is int32 (children, 3): passage row, start, end in its
    text. ``languages`` is uint8 per passage row, an index into ``index.contents.LANGUAGES``.
    """

    def __init__(self, folder: Path, manifest: Manifest, *, dense: bool = True) -> None:
        """Open verified files (see ``open``)."""
        self.folder = folder
        self.manifest = manifest
        self.id = manifest.snapshot
        self.legs = tuple(encoder.leg for encoder in manifest.encoders)
        papers = PAPER_LIST.validate_json((folder / "papers.json").read_bytes())
        self.papers = {paper.id: paper for paper in papers}
        self._places = {paper.id: place for place, paper in enumerate(papers)}
        self.children = self._array("children")
        self.languages: npt.NDArray[np.uint8] = self._array("languages")
        self._paper_ends = self._array("paper_ends")
        self._child_ends = self._array("child_ends")
        self._sentence_ends = self._array("sentence_ends")
        self._text = self._records("passage", "passages")
        self._cited = self._records("reference", "references")
        self._reports = self._records("report", "reports")
        self._check_counts()
        self._vectors = {
            leg: (
                self._vector_file(leg, "children.i8", manifest.children),
                self._vector_file(leg, "sentences.i8", manifest.sentences),
            )
            for leg in self.legs
        }
        self.lexical = LexicalIndex(folder / "lexical")
        sums = {entry.name: entry.sha256 for entry in manifest.files}
        # Opened now: a writer may remove the folder while this snapshot still answers.
        self._dense = {
            leg: DenseIndex(folder / file, self._vectors[leg][0], sums[file])
            for leg, file in ((leg, f"{leg}/index.faiss") for leg in self.legs if dense)
        }

    @classmethod
    def open(cls, library: Path, *, dense: bool = True) -> Snapshot:
        """Verify the files (see ``index.checks``), then open; see the errors in ingest.errors.

        Without ``dense`` the FAISS indexes are not loaded (nothing is searched).
        A writer may publish and remove snapshots meanwhile: when the pointer has moved, the
        new one is tried.
        """
        for attempt in range(TRIES):
            seen = pointer(library)
            try:
                manifest = read_manifest(library)
                folder = library / "snapshots" / manifest.snapshot
                verify(folder, manifest)
                return cls(folder, manifest, dense=dense)
            except (LibraryError, OSError):
                if attempt == TRIES - 1 or pointer(library) == seen:
                    raise
        raise AssertionError("unreachable")

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the text files."""
        self._text.close()
        self._cited.close()
        self._reports.close()

    def _array(self, name: str) -> npt.NDArray[Any]:
        return load_array(self.folder / f"{name}.npy")

    def _records(self, one: str, many: str) -> RecordFile:
        return RecordFile(self.folder / f"{many}.records", self._array(f"{one}_ends"))

    def _vector_file(self, leg: str, name: str, rows: int) -> VectorFile:
        file = self.folder / leg / name
        return VectorFile(file, rows, self.centre(leg), Blocks(file))

    def centre(self, leg: str) -> Floats:
        """Return the vector from which a leg's stored vectors are counted."""
        return np.asarray(self._array(f"{leg}/centre"), np.float32)

    def _check_counts(self) -> None:
        counts, passages = self.manifest, self.manifest.passages
        expected = {
            "languages": len(self.languages) == passages,
            "passage_ends": len(self._text) == passages,
            "child_ends": len(self._child_ends) == passages + 1
            and int(self._child_ends[-1]) == counts.children == len(self.children),
            "sentence_ends": len(self._sentence_ends) == passages + 1
            and int(self._sentence_ends[-1]) == counts.sentences,
            "paper_ends": len(self._paper_ends) == len(self.papers) + 1
            and int(self._paper_ends[-1]) == passages,
            "reference_ends": len(self._cited) == len(self.papers),
            "report_ends": len(self._reports) == len(self.papers),
        }
        for name, good in expected.items():
            if not good:
                raise corrupt(f"{name}.npy")

    def passage(self, row: int) -> Passage:
        """Return the passage of a row."""
        return PASSAGE.validate_json(self._text[row])

    def references(self, paper_id: str) -> tuple[Reference, ...]:
        """Return the parsed reference list of a paper."""
        place = self._places.get(paper_id)
        if place is None:
            return ()
        return REFERENCES.validate_json(self._cited[place])

    def report(self, paper_id: str) -> PaperReport | None:
        """Return how a paper was read; None when that is not known."""
        place = self._places.get(paper_id)
        if place is None:
            return None
        return REPORT.validate_json(self._reports[place])

    def dense_index(self, leg: str) -> DenseIndex:
        """Return the FAISS index of a leg, whose rows are child rows."""
        return self._dense[leg]

    def child_vectors(self, leg: str) -> VectorFile:
        """Return the memory-mapped vectors of all children; indexing gives float32 rows."""
        return self._vectors[leg][0]

    def sentence_vectors(self, leg: str, row: int) -> Floats:
        """Return float32 (sentences of the passage, dimension)."""
        return self._vectors[leg][1][self.sentence_range(row)]

    def all_sentence_vectors(self, leg: str) -> VectorFile:
        """Return the memory-mapped vectors of all sentences; indexing gives float32 rows."""
        return self._vectors[leg][1]

    def child_range(self, row: int) -> slice:
        """Return the child rows of a passage."""
        return slice(int(self._child_ends[row]), int(self._child_ends[row + 1]))

    def child_bounds(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return (2, n): first child row of each passage, and one behind its last."""
        return np.stack([self._child_ends[rows], self._child_ends[rows + 1]])

    def sentence_bounds(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return (2, n): first sentence row of each passage, and one behind its last."""
        return np.stack([self._sentence_ends[rows], self._sentence_ends[rows + 1]])

    def sentence_range(self, row: int) -> slice:
        """Return the sentence rows of a passage."""
        return slice(int(self._sentence_ends[row]), int(self._sentence_ends[row + 1]))

    def language(self, row: int) -> str:
        """Return the language of a passage."""
        return LANGUAGES[self.languages[row]]

    @cached_property
    def paper_rows(self) -> npt.NDArray[np.int32]:
        """The index into ``papers`` of every passage row."""
        lengths = np.diff(self._paper_ends)
        return np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)

    @cached_property
    def years(self) -> npt.NDArray[np.int16]:
        """The year of every paper, in the order of ``papers``; 0 when unknown."""
        return np.array([paper.year or 0 for paper in self.papers.values()], np.int16)

    def range_of(self, paper_id: str) -> slice:
        """Return the passage rows of a paper; KeyError when it is not here."""
        place = self._places[paper_id]
        return slice(int(self._paper_ends[place]), int(self._paper_ends[place + 1]))

    def rows_of(self, papers: frozenset[str]) -> npt.NDArray[np.int64]:
        """Return the passage rows of some papers, ascending; unknown ids have none."""
        places = sorted(self._places[paper] for paper in papers if paper in self._places)
        parts = [
            np.arange(self._paper_ends[p], self._paper_ends[p + 1], dtype=np.int64) for p in places
        ]
        return np.concatenate([np.zeros(0, np.int64), *parts])

    def vectors_of(self, paper_id: str) -> dict[str, LegVectors]:
        """Return the stored vectors of a paper by leg, for copying."""
        rows = self.range_of(paper_id)
        children = slice(int(self._child_ends[rows.start]), int(self._child_ends[rows.stop]))
        sentences = slice(int(self._sentence_ends[rows.start]), int(self._sentence_ends[rows.stop]))
        return {
            leg: LegVectors(own[children], text[sentences])
            for leg, (own, text) in self._vectors.items()
        }
