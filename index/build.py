"""PDF paths -> a new snapshot of the library, reading and embedding only what changed.

Each paper is read, embedded and kept in the work cache on its own, so that memory does not grow
with the library and a kill loses one paper's work; then the snapshot is put together from the
old one and the cache, going on where a killed build left it (``index.staging``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

from index.assembly import USABLE, Copies, Source, write
from index.contents import PaperContent
from index.embedding import LEGS, Embedder
from index.previous import (
    check_all_there,
    check_same,
    old_entries,
    old_manifest,
    remembered,
    told_lost,
)
from index.reading import OnProgress, Read, Reader, Reading, embed_passages
from index.records import EncoderInfo, Manifest, PaperEntry
from index.scan import Found, absent, find_pdfs, lost_sources, scan
from index.shape import DEFAULT, Shape
from index.store import current_id, room, tidy, writer_lock
from index.work import WorkCache
from ingest.errors import LibraryError, UnreadablePdf
from ingest.extras import ocr_installed
from ingest.file_names import path_of, stored_path
from ingest.isolation import Workers
from ingest.report import report

LoadEncoders = Callable[[], Sequence[Embedder]]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """One entry per PDF, the snapshot now current, and whether it is new."""

    papers: tuple[PaperEntry, ...]
    snapshot: str
    changed: bool


def build_library(
    library: Path,
    paths: Sequence[Path],
    *,
    encoders: LoadEncoders,
    shape: Shape = DEFAULT,
    full: bool = False,
    reread: frozenset[str] = frozenset(),
    ocr: bool = True,
    on_progress: OnProgress | None = None,
    read: Read | None = None,
) -> BuildReport:
    """Bring the library up to date with its sources and ``paths``.

    ``encoders`` is called only when something must be embedded. One PDF that cannot be read
    becomes a "failed" entry and stops nothing; a file that failed before is tried again when
    it has changed, is named in ``paths``, or ``full`` is set. ``reread`` names papers (SHA-256)
    to read anew: the old reading stays current until the new one is published. Raises
    SnapshotMismatch when another model or setting would need ``full``, LibraryLocked, DiskFull,
    UnreadablePdf for a named path that does not exist. What was read from a
    source that is not there now, such as an unplugged drive, is kept and told; ``full`` cannot
    read it anew and raises LibraryError. ``read`` takes the place of the reader (tests).
    """
    for path in paths:
        if not path.exists():
            raise UnreadablePdf(
                path, "找不到该路径；请检查拼写。", "no such file or folder; check it."
            )
    with writer_lock(library), room():
        tell = on_progress or (lambda event: None)
        workers = Workers()
        reader = Reader(
            read or workers.read,
            ocr=ocr,
            parent_chars=shape.parent_chars,
            child_chars=shape.child_chars,
            on_progress=tell,
            stop=workers.stop,
        )
        build = _Build(
            library, shape.settings(), encoders, full, reread, ocr and ocr_installed(), reader, tell
        )
        return build.run([path.resolve() for path in paths])


class _Build:
    """One run of ``build_library``; the writer lock is held."""

    def __init__(
        self,
        library: Path,
        shape: Mapping[str, str],
        load: LoadEncoders,
        full: bool,
        reread: frozenset[str],
        ocr: bool,
        reader: Reader,
        tell: OnProgress,
    ) -> None:
        self._library = library
        self._shape = shape
        self._load = load
        self._full = full
        self._reread = reread
        self._ocr = ocr
        self._fresh: set[str] = set()
        self._reader = reader
        self._tell = tell
        self._old = old_manifest(library, shape, full)

    def run(self, named: list[Path]) -> BuildReport:
        """Read what is new, then write a snapshot if anything changed."""
        sources, excluded = remembered(self._library)
        uploads = (self._library / "papers").resolve()
        own = [stored_path(uploads)] if uploads.exists() else []
        sources = list(dict.fromkeys([*sources, *map(stored_path, named), *own]))
        excluded -= set(map(stored_path, named))
        files = [
            file
            for file in find_pdfs(path for path in map(path_of, sources) if path.exists())
            if stored_path(file) not in excluded
        ]
        known = self._old.papers if self._old else old_entries(self._library)
        lost = lost_sources(sources, known)
        if self._full:
            check_all_there(lost, known)
        kept = [] if self._full else [e for e in known if e.sha256 not in self._reread]
        found = scan(files, kept, again=frozenset(named), ocr=self._ocr)
        found += absent(lost, known, found)
        entries = self._read_all(found)
        papers = tuple(told_lost(entry, lost) for entry in entries)
        if self._old and not self._fresh and _keys(entries) == _keys(known):
            if list(self._old.sources) == sources:
                tidy(self._library)
                return BuildReport(papers, self._old.snapshot, False)
        elif not any(e.status in USABLE for e in entries) and not current_id(self._library):
            return BuildReport(papers, "", False)
        manifest = self._assemble(entries, sources, excluded)
        return BuildReport(papers, manifest.snapshot, True)

    @cached_property
    def _encoders(self) -> tuple[Embedder, ...]:
        return tuple(self._load())

    @cached_property
    def _infos(self) -> tuple[EncoderInfo, ...]:
        """The encoders of the new snapshot; the models are loaded only when they are needed."""
        return tuple(
            EncoderInfo(leg, e.name, e.fingerprint, e.dimension, "")
            for leg, e in zip(LEGS, self._encoders, strict=False)
        )

    @cached_property
    def _work(self) -> WorkCache:
        # What was read without OCR is not what is wanted with it.
        shape = {**self._shape, "ocr": str(self._ocr)}
        return WorkCache(self._library, shape, [info.fingerprint for info in self._infos])

    def _read_all(self, found: list[Found]) -> list[PaperEntry]:
        """Read and embed what is new into the work cache; return the entries of all files."""
        todo = [item for item in found if item.action == "read"]
        if todo and self._old and any(item.action == "keep" for item in found):
            check_same(self._old.encoders, self._infos)
        finished: dict[Path, PaperEntry] = {}

        def is_done(item: Found) -> bool:
            entry = self._work.entry(item.entry.sha256)
            if entry is not None:
                own = item.entry
                stamp = {"size": own.size, "mtime_ns": own.mtime_ns}
                finished[item.path] = replace(entry, path=own.path, **stamp)  # type: ignore[arg-type]
                self._fresh.add(entry.sha256)
            return entry is not None

        with closing(self._reader.read_all(todo, is_done)) as readings:
            for item, reading in readings:
                if reading is None:
                    continue
                self._keep(reading)
                if reading.document is None and item.before is not None:
                    # Better a paper without its scanned pages than none.
                    tried = bool(reading.entry.sha256)
                    finished[item.path] = replace(item.before, unread=not tried)
                else:
                    finished[item.path] = reading.entry
        return [finished.get(item.path, item.entry) for item in found]

    def _keep(self, reading: Reading) -> None:
        document = reading.document
        if document is None:
            return
        legs = embed_passages(reading.passages, dict(zip(LEGS, self._encoders, strict=False)))
        self._work.put(
            reading.entry,
            PaperContent(
                document.paper, document.references, reading.passages, legs, report(document)
            ),
        )
        self._fresh.add(reading.entry.sha256)

    def _assemble(
        self, entries: list[PaperEntry], sources: Sequence[str], excluded: set[str]
    ) -> Manifest:
        fresh = self._fresh
        infos = self._infos if fresh or not self._old else self._old.encoders
        settings = {**self._shape, "excluded": json.dumps(sorted(excluded), ensure_ascii=False)}

        with Copies(self._library) as copies:
            papers = [
                self._source(e.sha256) if e.sha256 in fresh else copies.source(e.sha256)
                for e in entries
                if e.status in USABLE
            ]
            return write(self._library, papers, entries, sources, settings, infos, self._tell_stage)

    def _source(self, sha256: str) -> Source:
        return Source(self._work.stamp(sha256), partial(self._from_work, sha256))

    def _tell_stage(self, stage: str, done: int, total: int) -> None:
        self._tell({"stage": stage, "done": done, "total": total})

    def _from_work(self, sha256: str) -> PaperContent:
        stored = self._work.get(sha256)
        if stored is None:
            raise LibraryError(
                "刚写入的缓存无法读回（磁盘故障？）；请检查磁盘后重试。",
                "the work just written cannot be read back (disk fault?); check the disk and "
                "try again.",
            )
        return stored[1]


def _keys(entries: Iterable[PaperEntry]) -> set[tuple[str, str, str, bool]]:
    return {(entry.path, entry.sha256, entry.status, entry.unread) for entry in entries}
