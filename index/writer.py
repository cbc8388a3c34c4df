"""Papers one by one -> a snapshot folder: built beside its place, flushed, renamed, published."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.checks import RECORDS, write_sums
from index.contents import LANGUAGES, PAPER, PAPER_LIST, PASSAGE, REFERENCES, REPORT, PaperContent
from index.dense_build import build_dense
from index.lexical_writer import LexicalWriter, merge_runs
from index.record_file import record
from index.records import EncoderInfo, Manifest
from index.staging import PAPERS, Staging
from index.store import FORMAT, MANIFEST, STAGED, publish, sync, tidy
from index.tokens import VERSION as TERMS_VERSION
from index.vectors import Floats, VectorFile, pack
from ingest.clean import search_text
from ingest.records import Passage

OnStep = Callable[[int, int], None]
# Kept while a snapshot is being written, for what is only known at its end.
_RUNS = f"{STAGED}/runs"
_PAPERS, _LANGUAGES, _CHILDREN, _LENGTHS = (
    f"{STAGED}/{name}" for name in ("papers.jsonl", "languages.u8", "children.i32", "lengths.f32")
)
# What has a file that says where each one ends.
_ENDS = ("paper", "child", "sentence", "passage", "reference", "report")


class SnapshotWriter:
    """Writes ``library/snapshots/tmp-<id>``; nothing is visible before ``commit``.

    The caller holds the writer lock. Nothing that grows with the library is kept in memory but
    the words of the last papers. Every ``RUN`` postings (``index.lexical_writer``), and after
    each step of ``commit``, what is there outlives a kill (``index.staging``). Leaving the
    ``with`` block by an error removes the folder; being stopped (Ctrl-C) does not.
    """

    def __init__(
        self,
        library: Path,
        name: str,
        encoders: Sequence[EncoderInfo],
        keys: Sequence[str],
        centres: Mapping[str, Floats] | None = None,
    ) -> None:
        """``keys`` say of each paper, in order, what its contents follow from.

        ``centres`` are those of vectors that are copied: no copy then loses precision. For other
        legs the first paper gives the centre.
        """
        self._library = library
        self._name = name
        self._encoders = tuple(encoders)
        given = dict(centres or {})
        shape = _shape(self._encoders, given)
        self._staging = Staging.take_up(library, name, shape, keys)
        self._folder = self._staging.folder
        self.added = self._staging.done
        self._rows = len(self._staged(_LANGUAGES, np.uint8))
        self._lexical = LexicalWriter(self._folder / _RUNS, rows=self._rows)
        self._centres: dict[str, Floats] = {}
        for encoder in self._encoders:
            (self._folder / encoder.leg).mkdir(exist_ok=True)
            file = self._folder / encoder.leg / "centre.npy"
            if self._staging.has(file):
                self._centres[encoder.leg] = np.load(file, allow_pickle=False)
            elif encoder.leg in given:
                self._set_centre(encoder.leg, given[encoder.leg])

    def __enter__(self) -> SnapshotWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._staging.close()
        if kind is None or issubclass(kind, Exception):
            self._staging.remove()

    def _append(self, name: str, data: bytes | memoryview) -> None:
        self._staging.append(PAPERS, name, data)

    def _record(self, one: str, many: str, data: bytes) -> None:
        stored = record(data)
        self._append(f"{many}{RECORDS}", stored)
        self._size(one, len(stored))

    def _size(self, name: str, size: int) -> None:
        """Note how much there is of something, for ``<name>_ends.npy``."""
        self._append(_sizes(name), size.to_bytes(8, "little"))

    def add(self, content: PaperContent) -> None:
        """Append the next paper, the first after the ``added`` that are there."""
        self._append(_PAPERS, PAPER.dump_json(content.paper) + b"\n")
        self._record("reference", "references", REFERENCES.dump_json(content.references))
        self._record("report", "reports", REPORT.dump_json(content.report))
        for passage in content.passages:
            self._add_passage(passage)
        self._size("paper", len(content.passages))
        for encoder in self._encoders:
            vectors = content.legs[encoder.leg]
            if encoder.leg not in self._centres and len(vectors.children):
                self._set_centre(encoder.leg, vectors.children.mean(axis=0, dtype=np.float32))
            centre = self._centre(encoder)
            for kind, rows in (("children", vectors.children), ("sentences", vectors.sentences)):
                self._append(f"{encoder.leg}/{kind}.i8", pack(rows, centre).reshape(-1).data)
        self.added += 1
        if self._lexical.full:
            self._save()

    def _save(self) -> None:
        """Make all papers that were added outlive a kill."""
        self._staging.keep(PAPERS, self._lexical.flush())
        self._staging.save(self.added)

    def _set_centre(self, leg: str, centre: Floats) -> None:
        self._centres[leg] = centre
        file = self._folder / leg / "centre.npy"
        np.save(file, centre)
        self._staging.keep(PAPERS, [file])

    def _centre(self, encoder: EncoderInfo) -> Floats:
        return self._centres.get(encoder.leg, np.zeros(encoder.dimension, np.float32))

    def _add_passage(self, passage: Passage) -> None:
        self._record("passage", "passages", PASSAGE.dump_json(passage))
        self._append(_LANGUAGES, bytes([LANGUAGES.index(passage.language)]))
        spans = [(self._rows, child.start, child.end) for child in passage.children]
        self._append(_CHILDREN, np.array(spans, np.int32).tobytes())
        self._size("child", len(passage.children))
        self._size("sentence", len(passage.sentences))
        head = " ".join(passage.section)
        terms = self._lexical.add(search_text(passage.text, passage.marks) + "\n" + head)
        self._append(_LENGTHS, np.float32(terms).tobytes())
        self._rows += 1

    def commit(self, manifest: Manifest, tell: OnStep = lambda done, total: None) -> Manifest:
        """Finish the folder, flush it to disk, publish it; return the completed manifest.

        ``tell`` is called before each of the steps and after the last.
        """
        kinds = self._finish(tell)
        steps = len(self._encoders) + 2
        tell(steps - 1, steps)
        manifest = replace(
            manifest,
            snapshot=self._name,
            encoders=tuple(
                replace(e, index_type=kind) for e, kind in zip(self._encoders, kinds, strict=True)
            ),
            passages=self._rows,
            children=self._total("child"),
            sentences=self._total("sentence"),
            files=write_sums(self._folder),
        )
        data = MANIFEST.dump_json(manifest, indent=1)
        (self._folder / "manifest.json").write_bytes(data)
        for path in self._folder.rglob("*"):
            sync(path)
        sync(self._folder)
        final = self._library / "snapshots" / self._name
        self._staging.close()
        os.replace(self._folder, final)
        sync(final.parent)
        publish(self._library, self._name, hashlib.sha256(data).hexdigest())
        tidy(self._library)
        tell(steps, steps)
        return manifest

    def _finish(self, tell: OnStep) -> list[str]:
        """Write what is only known at the end; return each leg's index type."""
        self._write_arrays()
        steps = len(self._encoders) + 2
        tell(0, steps)
        self._step(
            "lexical",
            lambda folder: merge_runs(self._folder / _RUNS, self._staged(_LENGTHS, "<f4"), folder),
        )
        kinds = []
        for number, encoder in enumerate(self._encoders):
            tell(1 + number, steps)
            kinds.append(self._dense(encoder))
        return kinds

    def _write_arrays(self) -> None:
        """Write the arrays that say where everything lies; quick, so never taken up."""
        for name in ("passages", "references", "reports"):
            self._append(f"{name}{RECORDS}", b"")
        for encoder in self._encoders:
            if encoder.leg not in self._centres:
                np.save(self._folder / encoder.leg / "centre.npy", self._centre(encoder))
            for kind in ("children", "sentences"):
                self._append(f"{encoder.leg}/{kind}.i8", b"")
        if self._staging.done < self.added or not self.added:
            self._save()
        papers = [PAPER.validate_json(line) for line in self._staging.read(_PAPERS).splitlines()]
        (self._folder / "papers.json").write_bytes(PAPER_LIST.dump_json(tuple(papers)))
        np.save(self._folder / "children.npy", self._staged(_CHILDREN, "<i4").reshape(-1, 3))
        np.save(self._folder / "languages.npy", self._staged(_LANGUAGES, np.uint8))
        for name in _ENDS:
            sizes = self._staged(_sizes(name), "<i8")
            ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes, dtype=np.int64)])
            np.save(self._folder / f"{name}_ends.npy", ends)

    def _staged(self, name: str, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        return np.frombuffer(self._staging.read(name), dtype)

    def _total(self, name: str) -> int:
        return int(self._staged(_sizes(name), "<i8").sum())

    def _step(self, name: str, make: Callable[[Path], list[Path]], result: str = "") -> None:
        """Make the files of a folder, unless a killed writer already did."""
        if self._staging.result(name) is None:
            self._staging.keep(name, make(self._folder / name), result)
            self._staging.save(self.added)

    def _dense(self, encoder: EncoderInfo) -> str:
        """Build a leg's index, unless a killed writer already did; return its type."""
        folder, centre = self._folder / encoder.leg, self._centre(encoder)
        kind = self._staging.result(encoder.leg)
        if kind is None:
            vectors = VectorFile(folder / "children.i8", self._total("child"), centre)
            said = VectorFile(folder / "sentences.i8", self._total("sentence"), centre)
            file = folder / "index.faiss"
            kind = build_dense(vectors, said, file, self._staging)
            self._staging.keep(encoder.leg, [file], kind)
            self._staging.save(self.added)
        return kind


def _sizes(name: str) -> str:
    return f"{STAGED}/{name}.sizes"


def _shape(encoders: Sequence[EncoderInfo], centres: Mapping[str, Floats]) -> str:
    """Return a hash of all that shapes the files beside the papers' own contents."""
    seen = hashlib.sha256(repr((FORMAT, TERMS_VERSION)).encode())
    for encoder in encoders:
        seen.update(repr((encoder.leg, encoder.fingerprint, encoder.dimension)).encode())
        seen.update(np.asarray(centres.get(encoder.leg, ()), "<f4").tobytes())
    return seen.hexdigest()
