"""Papers one by one -> a snapshot folder: built beside its place, flushed, renamed, published."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from pydantic import TypeAdapter

from index.dense_build import build_dense
from index.lexical_writer import LexicalWriter
from index.records import EncoderInfo, FileEntry, Manifest
from index.store import MANIFEST, publish, sha256_file, sync, tidy
from index.vectors import STORED, Halves, VectorFile
from ingest.clean import search_text
from ingest.records import Paper, PaperReport, Passage, Reference

PASSAGE = TypeAdapter(Passage)
PAPERS = TypeAdapter(tuple[Paper, ...])
REFERENCES = TypeAdapter(tuple[Reference, ...])
REPORT = TypeAdapter(PaperReport | None)
# The codes of a row's language in languages.npy.
LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class LegVectors:
    """One encoder's vectors of a paper: a row per child, a row per sentence, in order."""

    children: Halves
    sentences: Halves


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

    The caller holds the writer lock. Only row numbers are kept in memory: about 60 bytes a
    passage. Leaving the ``with`` block without ``commit`` removes the folder.
    """

    def __init__(self, library: Path, name: str, encoders: Sequence[EncoderInfo]) -> None:
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
        self._paper_ends, self._child_ends, self._sentence_ends = [0], [0], [0]
        self._children: list[np.ndarray[tuple[int, ...], np.dtype[np.int32]]] = []
        self._languages = bytearray()
        self._passage_ends, self._reference_ends, self._report_ends = [0], [0], [0]
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

    def _append(self, name: str, data: bytes | memoryview) -> int:
        if name not in self._files:
            self._files[name] = open(self._folder / name, "ab")  # noqa: SIM115 - closed on exit
        self._files[name].write(data)
        return len(data)

    def add(self, content: PaperContent) -> None:
        """Append a paper."""
        self._papers.append(content.paper)
        line = REFERENCES.dump_json(content.references) + b"\n"
        size = self._append("references.jsonl", line)
        self._reference_ends.append(self._reference_ends[-1] + size)
        size = self._append("reports.jsonl", REPORT.dump_json(content.report) + b"\n")
        self._report_ends.append(self._report_ends[-1] + size)
        for passage in content.passages:
            self._add_passage(passage)
        self._paper_ends.append(len(self._languages))
        for encoder in self._encoders:
            vectors = content.legs[encoder.leg]
            for kind, rows in (("children", vectors.children), ("sentences", vectors.sentences)):
                data = np.ascontiguousarray(rows, STORED)
                self._append(f"{encoder.leg}/{kind}.f16", data.reshape(-1).view(np.uint8).data)

    def _add_passage(self, passage: Passage) -> None:
        row = len(self._languages)
        size = self._append("passages.jsonl", PASSAGE.dump_json(passage) + b"\n")
        self._passage_ends.append(self._passage_ends[-1] + size)
        self._languages.append(LANGUAGES.index(passage.language))
        spans = [(row, child.start, child.end) for child in passage.children]
        self._children.append(np.array(spans, np.int32).reshape(-1, 3))
        self._child_ends.append(self._child_ends[-1] + len(spans))
        self._sentence_ends.append(self._sentence_ends[-1] + len(passage.sentences))
        head = " ".join(passage.section)
        self._lexical.add(search_text(passage.text, passage.marks) + "\n" + head)

    def commit(self, manifest: Manifest) -> Manifest:
        """Finish the folder, flush it to disk, publish it; return the completed manifest."""
        kinds = self._finish()
        files = tuple(
            FileEntry(file.relative_to(self._folder).as_posix(), file.stat().st_size,
                      sha256_file(file))
            for file in sorted(self._folder.rglob("*"))
            if file.is_file()
        )  # fmt: skip
        manifest = replace(
            manifest,
            snapshot=self._name,
            encoders=tuple(
                replace(e, index_type=kind) for e, kind in zip(self._encoders, kinds, strict=True)
            ),
            passages=len(self._languages),
            children=self._child_ends[-1],
            sentences=self._sentence_ends[-1],
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
        for name in ("passages.jsonl", "references.jsonl", "reports.jsonl"):
            self._append(name, b"")
        for encoder in self._encoders:
            for kind in ("children", "sentences"):
                self._append(f"{encoder.leg}/{kind}.f16", b"")
        for file in self._files.values():
            file.close()
        (self._folder / "papers.json").write_bytes(PAPERS.dump_json(tuple(self._papers)))
        children = np.concatenate([np.zeros((0, 3), np.int32), *self._children])
        for name, array in (
            ("children", children),
            ("languages", np.frombuffer(bytes(self._languages), np.uint8)),
            ("paper_ends", np.array(self._paper_ends, np.int64)),
            ("child_ends", np.array(self._child_ends, np.int64)),
            ("sentence_ends", np.array(self._sentence_ends, np.int64)),
            ("passage_ends", np.array(self._passage_ends, np.int64)),
            ("reference_ends", np.array(self._reference_ends, np.int64)),
            ("report_ends", np.array(self._report_ends, np.int64)),
        ):
            np.save(self._folder / f"{name}.npy", array)
        self._lexical.finish()
        return [self._build_dense(encoder, len(children)) for encoder in self._encoders]

    def _build_dense(self, encoder: EncoderInfo, rows: int) -> str:
        folder = self._folder / encoder.leg
        vectors = VectorFile(folder / "children.f16", rows, encoder.dimension)
        said = VectorFile(folder / "sentences.f16", self._sentence_ends[-1], encoder.dimension)
        return build_dense(vectors, said, folder / "index.faiss")
