"""Papers that were read and embedded but are not in a snapshot yet: kept through a kill.

One file a paper under ``library/work``, named by its content and by everything that shapes it.
A cache, not a store: each part of a file has its CRC, and a damaged or foreign file is made anew.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter, ValidationError

from index.contents import LegVectors, PaperContent
from index.records import PaperEntry
from ingest.records import Paper, Passage, Reference
from ingest.report import PaperReport


@dataclass(frozen=True, slots=True)
class _Record:
    entry: PaperEntry
    paper: Paper
    references: tuple[Reference, ...]
    passages: tuple[Passage, ...]
    report: PaperReport | None


_RECORD = TypeAdapter(_Record)
WORK = "work"


class WorkCache:
    """The finished papers of one unfinished build."""

    def __init__(
        self, library: Path, shape: Mapping[str, str], fingerprints: Sequence[str]
    ) -> None:
        self._folder = library / WORK
        seed = repr((sorted(shape.items()), list(fingerprints)))
        self._key = hashlib.sha256(seed.encode()).hexdigest()[:16]

    def _file(self, sha256: str) -> Path:
        return self._folder / f"{sha256}-{self._key}.npz"

    def entry(self, sha256: str) -> PaperEntry | None:
        """Return how a paper was read, None when it is not here or not whole."""
        found = self.get(sha256)
        return found[0] if found else None

    def get(self, sha256: str) -> tuple[PaperEntry, PaperContent] | None:
        """Return a paper, None when it is not here or not whole."""
        try:
            with np.load(self._file(sha256), allow_pickle=False) as stored:
                record = _RECORD.validate_json(stored["record"].tobytes())
                legs = {
                    str(leg): LegVectors(stored[f"{leg}/children"], stored[f"{leg}/sentences"])
                    for leg in stored["legs"]
                }
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, ValidationError):
            return None
        content = PaperContent(
            record.paper, record.references, record.passages, legs, record.report
        )
        return record.entry, content

    def stamp(self, sha256: str) -> str:
        """Return what tells a paper's file from any other, and from itself written anew."""
        file = self._file(sha256)
        stat = file.stat()
        return f"{file.name} {stat.st_size} {stat.st_mtime_ns}"

    def put(self, entry: PaperEntry, content: PaperContent) -> None:
        """Keep a paper; it is there whole or not at all."""
        self._folder.mkdir(parents=True, exist_ok=True)
        record = _Record(entry, content.paper, content.references, content.passages, content.report)
        arrays: dict[str, npt.NDArray[Any]] = {
            "record": np.frombuffer(_RECORD.dump_json(record), np.uint8)
        }
        for leg, vectors in content.legs.items():
            arrays[f"{leg}/children"] = vectors.children
            arrays[f"{leg}/sentences"] = vectors.sentences
        temporary = self._folder / "tmp.npz"
        arrays["legs"] = np.array(list(content.legs))
        np.savez(temporary, allow_pickle=False, **arrays)
        os.replace(temporary, self._file(entry.sha256))


def clear_work(library: Path) -> None:
    """Remove everything, also what other settings left."""
    shutil.rmtree(library / WORK, ignore_errors=True)
