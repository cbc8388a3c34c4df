"""PDF paths -> a new snapshot of the library, reading and embedding only what changed.

Each paper is read, embedded and kept in the work cache on its own, so that memory does not grow
with the library and a kill loses one paper's work; then the snapshot is put together from the
old one and the cache.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from index.assembly import USABLE, contents, write
from index.embedding import LEGS, Embedder
from index.reading import OnProgress, Read, Reader, Reading, embed_passages
from index.records import EncoderInfo, Manifest, PaperEntry
from index.scan import Found, find_pdfs, scan
from index.store import current_id, read_manifest, room, snapshots, tidy, writer_lock
from index.tokens import VERSION as TERMS_VERSION
from index.work import WorkCache
from index.writer import PaperContent
from ingest.errors import LibraryError, LibraryMissing, SnapshotMismatch, UnreadablePdf
from ingest.file_names import path_of, stored_path
from ingest.isolation import read_isolated
from ingest.report import report

# Raised whenever reading changes, so that libraries are rebuilt with it.
EXTRACTOR = "5"
LoadEncoders = Callable[[], Sequence[Embedder]]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """One entry per PDF, the snapshot now current, and whether it is new."""

    papers: tuple[PaperEntry, ...]
    snapshot: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """The settings that shape what a snapshot holds; another value needs a full rebuild."""

    model: str = "default"
    second_model: str = "default"
    parent_chars: int = 400
    child_chars: int = 120

    def settings(self) -> dict[str, str]:
        """Return the settings as the manifest keeps them."""
        return {
            "model": self.model,
            "second_model": self.second_model,
            "parent_chars": str(self.parent_chars),
            "child_chars": str(self.child_chars),
            "extractor": EXTRACTOR,
            "terms": TERMS_VERSION,
        }


def build_library(
    library: Path,
    paths: Sequence[Path],
    *,
    encoders: LoadEncoders,
    shape: Shape = Shape(),
    full: bool = False,
    reread: frozenset[str] = frozenset(),
    ocr: bool = True,
    on_progress: OnProgress | None = None,
    read: Read = read_isolated,
) -> BuildReport:
    """Bring the library up to date with its sources and ``paths``.

    ``encoders`` is called only when something must be embedded. One PDF that cannot be read
    becomes a "failed" entry and stops nothing; a file that failed before is tried again when
    it has changed, is named in ``paths``, or ``full`` is set. ``reread`` names papers (SHA-256)
    to read anew: the old reading stays current until the new one is published. Raises
    SnapshotMismatch when another model or setting would need ``full``, LibraryLocked, DiskFull,
    UnreadablePdf for a named path that does not exist.
    """
    for path in paths:
        if not path.exists():
            raise UnreadablePdf(
                path, "找不到该路径；请检查拼写。", "no such file or folder; check it."
            )
    with writer_lock(library), room():
        tidy(library)
        tell = on_progress or (lambda event: None)
        reader = Reader(
            read,
            ocr=ocr,
            parent_chars=shape.parent_chars,
            child_chars=shape.child_chars,
            on_progress=tell,
        )
        build = _Build(library, shape.settings(), encoders, full, reread, reader, tell)
        return build.run([path.resolve() for path in paths])


def remove_papers(library: Path, ids: frozenset[str]) -> str:
    """Take papers out; their paths are remembered, so a rescan does not bring them back."""
    with writer_lock(library), room():
        old = read_manifest(library)
        gone = [e.path for e in old.papers if e.sha256 in ids]
        entries = [e for e in old.papers if e.sha256 not in ids]
        excluded = sorted({*json.loads(old.settings.get("excluded", "[]")), *gone})
        settings = {**old.settings, "excluded": json.dumps(excluded, ensure_ascii=False)}
        kept = contents(library, entries)
        return write(library, kept, entries, old.sources, settings, old.encoders).snapshot


class _Build:
    """One run of ``build_library``; the writer lock is held."""

    def __init__(
        self,
        library: Path,
        shape: Mapping[str, str],
        load: LoadEncoders,
        full: bool,
        reread: frozenset[str],
        reader: Reader,
        tell: OnProgress,
    ) -> None:
        self._library = library
        self._shape = shape
        self._load = load
        self._full = full
        self._reread = reread
        self._reader = reader
        self._tell = tell
        self._old = _old_manifest(library, shape, full)

    def run(self, named: list[Path]) -> BuildReport:
        """Read what is new, then write a snapshot if anything changed."""
        sources, excluded = _remembered(self._library)
        uploads = (self._library / "papers").resolve()
        own = [stored_path(uploads)] if uploads.exists() else []
        sources = list(dict.fromkeys([*sources, *map(stored_path, named), *own]))
        excluded -= set(map(stored_path, named))
        files = [
            file
            for file in find_pdfs(path for path in map(path_of, sources) if path.exists())
            if stored_path(file) not in excluded
        ]
        known = self._old.papers if self._old else ()
        kept = [] if self._full else [e for e in known if e.sha256 not in self._reread]
        found = scan(files, kept, again=frozenset(named))
        entries = self._read_all(found)
        anew = self._full or any(e.sha256 in self._reread for e in entries)
        if self._old and not anew and _keys(entries) == _keys(known):
            if list(self._old.sources) == sources:
                return BuildReport(tuple(entries), self._old.snapshot, False)
        elif not any(e.status in USABLE for e in entries) and not current_id(self._library):
            return BuildReport(tuple(entries), "", False)
        manifest = self._assemble(found, entries, sources, excluded)
        return BuildReport(tuple(entries), manifest.snapshot, True)

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
        return WorkCache(self._library, self._shape, [info.fingerprint for info in self._infos])

    def _read_all(self, found: list[Found]) -> list[PaperEntry]:
        """Read and embed what is new into the work cache; return the entries of all files."""
        todo = [item for item in found if item.action == "read"]
        if todo and self._old and any(item.action == "keep" for item in found):
            _check_same(self._old.encoders, self._infos)
        finished: dict[Path, PaperEntry] = {}

        def is_done(item: Found) -> bool:
            entry = self._work.entry(item.entry.sha256)
            if entry is not None:
                own = item.entry
                stamp = {"size": own.size, "mtime_ns": own.mtime_ns}
                finished[item.path] = replace(entry, path=own.path, **stamp)  # type: ignore[arg-type]
            return entry is not None

        for item, reading in self._reader.read_all(todo, is_done):
            if reading is not None:
                self._keep(reading)
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

    def _assemble(
        self,
        found: list[Found],
        entries: list[PaperEntry],
        sources: Sequence[str],
        excluded: set[str],
    ) -> Manifest:
        fresh = {
            entry.sha256
            for item, entry in zip(found, entries, strict=True)
            if item.action == "read" and entry.status in USABLE
        }
        infos = self._infos if fresh or not self._old else self._old.encoders
        settings = {**self._shape, "excluded": json.dumps(sorted(excluded), ensure_ascii=False)}

        def from_work(sha256: str) -> PaperContent | None:
            return self._from_work(sha256) if sha256 in fresh else None

        papers = self._told(contents(self._library, entries, from_work), entries)
        return write(self._library, papers, entries, sources, settings, infos)

    def _told(
        self, papers: Iterable[PaperContent], entries: Sequence[PaperEntry]
    ) -> Iterator[PaperContent]:
        total = sum(entry.status in USABLE for entry in entries)
        for done, paper in enumerate(papers):
            event = {"stage": "写入 / writing", "done": done, "total": total}
            self._tell({**event, "file": paper.paper.file})
            yield paper

    def _from_work(self, sha256: str) -> PaperContent:
        stored = self._work.get(sha256)
        if stored is None:
            raise LibraryError(
                "刚写入的缓存无法读回（磁盘故障？）；请检查磁盘后重试。",
                "the work just written cannot be read back (disk fault?); check the disk and "
                "try again.",
            )
        return stored[1]


def _keys(entries: Iterable[PaperEntry]) -> set[tuple[str, str, str]]:
    return {(entry.path, entry.sha256, entry.status) for entry in entries}


def _old_manifest(library: Path, shape: Mapping[str, str], full: bool) -> Manifest | None:
    """Return the manifest to build on, None when there is none or all is made anew."""
    if full:
        return None
    try:
        old = read_manifest(library)
    except LibraryMissing:
        return None
    changed = [k for k, v in shape.items() if old.settings.get(k) != v]
    if changed:
        what = ", ".join(f"{k}: {old.settings.get(k)} -> {shape[k]}" for k in changed)
        raise SnapshotMismatch(
            f"设置已改变（{what}），需要全部重建：yinzheng index --full。",
            f"settings changed ({what}); rebuild with yinzheng index --full.",
        )
    return old


def _remembered(library: Path) -> tuple[list[str], set[str]]:
    """Return the sources and the excluded paths of the library, also of one that is damaged
    or of another format: a full rebuild must not forget where the papers are.
    """
    for name in dict.fromkeys(
        [current_id(library), *reversed([s.name for s in snapshots(library)])]
    ):
        try:
            data = json.loads((library / "snapshots" / str(name) / "manifest.json").read_bytes())
            sources, excluded = data["sources"], json.loads(data["settings"].get("excluded", "[]"))
            return [str(s) for s in sources], {str(e) for e in excluded}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
    return [], set()


def _check_same(old: Sequence[EncoderInfo], new: Sequence[EncoderInfo]) -> None:
    """Raise SnapshotMismatch, naming both, when the encoders are not those of the snapshot."""
    if [e.fingerprint for e in old] == [e.fingerprint for e in new]:
        return
    before, now = (
        " + ".join(f"{e.model} ({e.fingerprint})" for e in infos) for infos in (old, new)
    )
    raise SnapshotMismatch(
        f"索引由 {before} 建立，现在的模型是 {now}；需要全部重建：yinzheng index --full。",
        f"the index was made by {before}, the model is now {now}; rebuild with yinzheng index "
        "--full.",
    )
