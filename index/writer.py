"""Papers one by one -> a snapshot folder: built beside its place, flushed, renamed, published."""

from __future__ import annotations

import hashlib
import os
import shutil
from array import array
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter

from index.checks import RECORDS, write_sums
from index.dense_build import build_dense
from index.lexical_writer import LexicalWriter
from index.record_file import record
from index.records import EncoderInfo, Manifest
from index.store import MANIFEST, publish, sync, tidy
from index.vectors import Floats, VectorFile, pack
from ingest.clean import search_text
from ingest.records import Paper, Passage, Reference
from ingest.report import PaperReport

PASSAGE = TypeAdapter(Passage)
PAPERS = TypeAdapter(tuple[Paper, ...])
REFERENCES = TypeAdapter(tuple[Reference, ...])
REPORT = TypeAdapter(PaperReport | None)
# The codes of a row's language in languages.npy.
LANGUAGES = ("zh", "en")
# What has a file that says where each one ends.
_ENDS = ("paper", "child", "sentence", "passage", "reference", "report")


@dataclass(frozen=True, slots=True)
class LegVectors:
    """One encoder's vectors of a paper: a row per child, a row per sentence, in order."""

    children: npt.NDArray[np.floating]
    sentences: npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class PaperContent:
    """All that a snapshot stores of one paper; ``legs`` in the order of the encoders."""

    paper: Paper
    references: tuple[Reference, ...]
    passages: tuple[Passage, ...]
    legs: Mapping[str, LegVectors]
    report: PaperReport | None = None


class SnapshotWriter:
    """Writes ``library/snapshots/tmp-<id>``; nothing is visible before ``commit``.

    The caller holds the writer lock. Only row numbers are kept in memory: about 80 bytes a
    passage. Leaving the ``with`` block without ``commit`` removes the folder.
    """

    def __init__(
        self,
        library: Path,
        name: str,
        encoders: Sequence[EncoderInfo],
        centres: Mapping[str, Floats] | None = None,
    ) -> None:
        """``centres`` are those of vectors that are copied: no copy then loses precision.

        For other legs the first paper gives the centre.
        """
        self._library = library
        self._name = name
        self._encoders = tuple(encoders)
        snapshots = library / "snapshots"
        snapshots.mkdir(parents=True, exist_ok=True)
        tidy(library)
        self._folder = snapshots / f"tmp-{name}"
        self._folder.mkdir()
        self._files: dict[str, BinaryIO] = {}
        self._papers: list[Paper] = []
        self._centres = dict(centres or {})
        self._ends = {name: array("q", [0]) for name in _ENDS}
        self._children = array("i")
        self._languages = bytearray()
        self._lexical = LexicalWriter(self._folder / "lexical")
        for encoder in self._encoders:
            (self._folder / encoder.leg).mkdir()

    def __enter__(self) -> SnapshotWriter:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            # What is still buffered may not fit on a full disk; the folder goes anyway.
            with suppress(OSError):
                file.close()
        if self._folder.exists():
            shutil.rmtree(self._folder, ignore_errors=True)

    def _append(self, name: str, data: bytes | memoryview) -> None:
        if name not in self._files:
            self._files[name] = open(self._folder / name, "ab")  # noqa: SIM115 - closed on exit
        self._files[name].write(data)

    def _record(self, one: str, many: str, data: bytes) -> None:
        stored = record(data)
        self._append(f"{many}{RECORDS}", stored)
        self._end(one, len(stored))

    def _end(self, name: str, size: int) -> None:
        """Note that what comes next begins ``size`` further on."""
        ends = self._ends[name]
        ends.append(ends[-1] + size)

    def add(self, content: PaperContent) -> None:
        """Append a paper."""
        self._papers.append(content.paper)
        self._record("reference", "references", REFERENCES.dump_json(content.references))
        self._record("report", "reports", REPORT.dump_json(content.report))
        for passage in content.passages:
            self._add_passage(passage)
        self._end("paper", len(content.passages))
        for encoder in self._encoders:
            vectors = content.legs[encoder.leg]
            centre = self._centre(encoder, vectors.children)
            for kind, rows in (("children", vectors.children), ("sentences", vectors.sentences)):
                self._append(f"{encoder.leg}/{kind}.i8", pack(rows, centre).reshape(-1).data)

    def _centre(self, encoder: EncoderInfo, rows: npt.NDArray[np.floating]) -> Floats:
        if encoder.leg not in self._centres and len(rows):
            self._centres[encoder.leg] = rows.mean(axis=0, dtype=np.float32)
        return self._centres.get(encoder.leg, np.zeros(encoder.dimension, np.float32))

    def _add_passage(self, passage: Passage) -> None:
        row = len(self._languages)
        self._record("passage", "passages", PASSAGE.dump_json(passage))
        self._languages.append(LANGUAGES.index(passage.language))
        for child in passage.children:
            self._children.extend((row, child.start, child.end))
        self._end("child", len(passage.children))
        self._end("sentence", len(passage.sentences))
        head = " ".join(passage.section)
        self._lexical.add(search_text(passage.text, passage.marks) + "\n" + head)

    def commit(self, manifest: Manifest) -> Manifest:
        """Finish the folder, flush it to disk, publish it; return the completed manifest."""
        kinds = self._finish()
        files = write_sums(self._folder)
        manifest = replace(
            manifest,
            snapshot=self._name,
            encoders=tuple(
                replace(e, index_type=kind) for e, kind in zip(self._encoders, kinds, strict=True)
            ),
            passages=len(self._languages),
            children=self._ends["child"][-1],
            sentences=self._ends["sentence"][-1],
            files=files,
        )
        data = MANIFEST.dump_json(manifest, indent=1)
        (self._folder / "manifest.json").write_bytes(data)
        for path in self._folder.rglob("*"):
            sync(path)
        sync(self._folder)
        final = self._library / "snapshots" / self._name
        os.replace(self._folder, final)
        sync(final.parent)
        publish(self._library, self._name, hashlib.sha256(data).hexdigest())
        tidy(self._library)
        return manifest

    def _finish(self) -> list[str]:
        """Write what is only known at the end; return each leg's index type."""
        for name in ("passages", "references", "reports"):
            self._append(f"{name}{RECORDS}", b"")
        for encoder in self._encoders:
            for kind in ("children", "sentences"):
                self._append(f"{encoder.leg}/{kind}.i8", b"")
        for file in self._files.values():
            file.close()
        (self._folder / "papers.json").write_bytes(PAPERS.dump_json(tuple(self._papers)))
        children = np.array(self._children, np.int32).reshape(-1, 3)
        np.save(self._folder / "children.npy", children)
        np.save(self._folder / "languages.npy", np.frombuffer(bytes(self._languages), np.uint8))
        for name, ends in self._ends.items():
            np.save(self._folder / f"{name}_ends.npy", np.array(ends, np.int64))
        self._lexical.finish()
        return [self._build_dense(encoder, len(children)) for encoder in self._encoders]

    def _build_dense(self, encoder: EncoderInfo, rows: int) -> str:
        folder = self._folder / encoder.leg
        centre = self._centre(encoder, np.zeros((0, encoder.dimension), np.float32))
        np.save(folder / "centre.npy", centre)
        vectors = VectorFile(folder / "children.i8", rows, centre)
        said = VectorFile(folder / "sentences.i8", self._ends["sentence"][-1], centre)
        return build_dense(vectors, said, folder / "index.faiss")
