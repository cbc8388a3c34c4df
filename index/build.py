"""PDF paths -> a new snapshot of the library, reading and embedding only what changed.

Each paper is read, embedded and kept in the work cache on its own, so that memory does not grow
with the library and a kill loses one paper's work; then the snapshot is put together from the
old one and the cache.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from index.embedding import LEGS, Embedder
from index.records import EncoderInfo, Manifest, PaperEntry
from index.scan import Found, failed, find_pdfs, scan
from index.snapshot import Snapshot
from index.store import FORMAT, current_id, read_manifest, room, snapshots, writer_lock
from index.vectors import STORED
from index.work import WorkCache
from index.writer import LegVectors, PaperContent, SnapshotWriter
from ingest.clean import search_text
from ingest.errors import (
    IngestError,
    LibraryError,
    LibraryMissing,
    PdfChanged,
    SnapshotMismatch,
    UnreadablePdf,
)
from ingest.isolation import read_isolated
from ingest.passages import make_passages
from ingest.records import Child, Document, Mark, Passage, Sentence
from ingest.report import report

USABLE = ("indexed", "partial")
# Raised whenever reading changes, so that libraries are rebuilt with it.
EXTRACTOR = "1"
OnProgress = Callable[[dict[str, Any]], None]
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
        }


def build_library(
    library: Path,
    paths: Sequence[Path],
    *,
    encoders: LoadEncoders,
    shape: Shape = Shape(),
    full: bool = False,
    ocr: bool = True,
    on_progress: OnProgress | None = None,
    read: Callable[..., Document] = read_isolated,
) -> BuildReport:
    """Bring the library up to date with its sources and ``paths``.

    ``encoders`` is called only when something must be embedded. One PDF that cannot be read
    becomes a "failed" entry and stops nothing; a file that failed before is tried again when
    it has changed, is named in ``paths``, or ``full`` is set. Raises SnapshotMismatch when
    another model or setting would need ``full``, LibraryLocked, DiskFull, UnreadablePdf for a
    named path that does not exist.
    """
    for path in paths:
        if not path.exists():
            raise UnreadablePdf(
                path, "找不到该路径；请检查拼写。", "no such file or folder; check it."
            )
    with writer_lock(library), room():
        build = _Build(library, shape.settings(), encoders, full, ocr, on_progress, read)
        return build.run([path.resolve() for path in paths])


def remove_papers(library: Path, ids: frozenset[str]) -> str:
    """Take papers out; their paths are remembered, so a rescan does not bring them back."""
    with writer_lock(library), room():
        old = read_manifest(library)
        gone = [e.path for e in old.papers if e.sha256 in ids]
        entries = [e for e in old.papers if e.sha256 not in ids]
        excluded = sorted({*json.loads(old.settings.get("excluded", "[]")), *gone})
        settings = {**old.settings, "excluded": json.dumps(excluded, ensure_ascii=False)}
        with Snapshot.open(library, dense=False) as snapshot:
            kept = (_from_snapshot(snapshot, e.sha256) for e in entries if e.status in USABLE)
            return _write(library, kept, entries, old.sources, settings, old.encoders).snapshot


class _Build:
    """One run of ``build_library``; the writer lock is held."""

    def __init__(
        self,
        library: Path,
        shape: Mapping[str, str],
        load: LoadEncoders,
        full: bool,
        ocr: bool,
        on_progress: OnProgress | None,
        read: Callable[..., Document],
    ) -> None:
        self._library = library
        self._shape = shape
        self._load = load
        self._full = full
        self._ocr = ocr
        self._tell = on_progress or (lambda event: None)
        self._read = read
        self._old = _old_manifest(library, shape, full)

    def run(self, named: list[Path]) -> BuildReport:
        """Read what is new, then write a snapshot if anything changed."""
        sources, excluded = _remembered(self._library)
        uploads = (self._library / "papers").resolve()
        own = [str(uploads)] if uploads.exists() else []
        sources = list(dict.fromkeys([*sources, *map(str, named), *own]))
        excluded -= set(map(str, named))
        files = [
            file
            for file in find_pdfs(Path(s) for s in sources if Path(s).exists())
            if str(file) not in excluded
        ]
        known = self._old.papers if self._old else ()
        found = scan(files, known, again=frozenset(named), reread=self._full)
        entries = self._read_all(found)
        if self._old and not self._full and _keys(entries) == _keys(known):
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
        if todo and any(item.action == "keep" for item in found) and self._old:
            _check_same(self._old.encoders, self._infos)
        entries, done = [], 0
        for item in found:
            if item.action != "read":
                entries.append(item.entry)
                continue
            event: dict[str, Any] = {
                "stage": "读取并嵌入 / reading and embedding",
                "total": len(todo),
            }
            event |= {"done": done, "file": item.path.name}
            self._tell(event)
            entries.append(self._finished(item) or self._read_one(item, event))
            done += 1
        return entries

    def _finished(self, item: Found) -> PaperEntry | None:
        """Return the entry of a paper that an earlier, unfinished build has read."""
        entry = self._work.entry(item.entry.sha256)
        own = item.entry
        return entry and replace(entry, path=own.path, size=own.size, mtime_ns=own.mtime_ns)

    def _read_one(self, item: Found, event: Mapping[str, Any]) -> PaperEntry:
        def tell(place: Mapping[str, Any]) -> None:
            self._tell({**event, "reading": place})

        try:
            document = self._read(item.path, ocr=self._ocr, on_progress=tell)
            if document.paper.id != item.entry.sha256:
                raise PdfChanged(
                    item.path,
                    "读取时文件发生了变化；请稍后重新索引。",
                    "changed while it was read; index again.",
                )
            passages = make_passages(
                document,
                parent_chars=int(self._shape["parent_chars"]),
                child_chars=int(self._shape["child_chars"]),
            )
        except IngestError as error:
            return self._failed(item, error.reason_zh, error.reason_en)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            return failed(item.path, f"无法读取：{reason}", f"cannot read: {reason}")
        except Exception as error:
            # One PDF that breaks the reader must not stop the others; the class names the bug.
            kind = type(error).__name__
            return self._failed(
                item, f"读取出错（{kind}），已跳过", f"reading failed ({kind}), skipped"
            )
        if not passages:
            return self._failed(item, "没有可索引的正文", "no text to index was found")
        lost = ", ".join(map(str, document.failed_pages))
        entry = replace(
            item.entry,
            status="partial" if lost else "indexed",
            reason_zh=f"未能读取的页：{lost}" if lost else "",
            reason_en=f"pages not read: {lost}" if lost else "",
            pages=document.paper.page_count,
            passages=len(passages),
        )
        legs = embed_passages(passages, dict(zip(LEGS, self._encoders, strict=False)))
        content = PaperContent(
            document.paper, document.references, passages, legs, report(document)
        )
        self._work.put(entry, content)
        return entry

    @staticmethod
    def _failed(item: Found, zh: str, en: str) -> PaperEntry:
        stamp = {"size": item.entry.size, "mtime_ns": item.entry.mtime_ns}
        return replace(failed(item.path, zh, en), **stamp)  # type: ignore[arg-type]

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
        contents = self._told(self._contents(entries, fresh), entries)
        manifest = _write(self._library, contents, entries, sources, settings, infos)
        if fresh:
            self._work.clear()
        return manifest

    def _told(
        self, contents: Iterable[PaperContent], entries: Sequence[PaperEntry]
    ) -> Iterator[PaperContent]:
        total = sum(entry.status in USABLE for entry in entries)
        for done, content in enumerate(contents):
            event = {"stage": "写入 / writing", "done": done, "total": total}
            self._tell({**event, "file": content.paper.file})
            yield content

    def _contents(self, entries: Iterable[PaperEntry], fresh: set[str]) -> Iterator[PaperContent]:
        """Yield the papers in order, from the work cache or the current snapshot."""
        with ExitStack() as opened:
            snapshot: Snapshot | None = None
            for entry in entries:
                if entry.status not in USABLE:
                    continue
                if entry.sha256 in fresh:
                    yield self._from_work(entry.sha256)
                    continue
                if snapshot is None:
                    snapshot = opened.enter_context(Snapshot.open(self._library, dense=False))
                yield _from_snapshot(snapshot, entry.sha256)

    def _from_work(self, sha256: str) -> PaperContent:
        stored = self._work.get(sha256)
        if stored is None:
            raise LibraryError(
                "刚写入的缓存无法读回（磁盘故障？）；请检查磁盘后重试。",
                "the work just written cannot be read back (disk fault?); check the disk and "
                "try again.",
            )
        return stored[1]


def embed_passages(
    passages: Sequence[Passage], encoders: Mapping[str, Embedder]
) -> dict[str, LegVectors]:
    """Return the vectors of the passages' children and sentences by every encoder.

    A text that is both a child and a sentence is embedded once.
    """
    children = [t for p in passages for t in _pieces(p, p.children)]
    sentences = [t for p in passages for t in _pieces(p, p.sentences)]
    place = {text: i for i, text in enumerate(dict.fromkeys([*children, *sentences]))}
    found = {}
    for leg, encoder in encoders.items():
        vectors = encoder.embed_passages(list(place)).astype(STORED)
        found[leg] = LegVectors(
            vectors[[place[text] for text in children]],
            vectors[[place[text] for text in sentences]],
        )
    return found


def _pieces(passage: Passage, parts: Iterable[Child | Sentence]) -> list[str]:
    return [
        search_text(
            passage.text[part.start : part.end],
            [
                Mark(m.start - part.start, m.end - part.start, m.numbers)
                for m in passage.marks
                if part.start <= m.start and m.end <= part.end
            ],
        )
        for part in parts
    ]


def _from_snapshot(snapshot: Snapshot, paper_id: str) -> PaperContent:
    rows = snapshot.range_of(paper_id)
    return PaperContent(
        snapshot.papers[paper_id],
        snapshot.references(paper_id),
        tuple(snapshot.passage(row) for row in range(rows.start, rows.stop)),
        snapshot.vectors_of(paper_id),
        snapshot.report(paper_id),
    )


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


def _write(
    library: Path,
    contents: Iterable[PaperContent],
    entries: Sequence[PaperEntry],
    sources: Sequence[str],
    settings: dict[str, str],
    encoders: Sequence[EncoderInfo],
) -> Manifest:
    now = datetime.now(UTC)
    name = _next_name(library, now)
    with SnapshotWriter(library, name, encoders) as writer:
        for content in contents:
            writer.add(content)
        return writer.commit(
            Manifest(
                format=FORMAT,
                product="yinzheng",
                snapshot=name,
                created=now.isoformat(timespec="seconds"),
                settings=settings,
                encoders=tuple(encoders),
                sources=tuple(sources),
                papers=tuple(entries),
                passages=0,
                children=0,
                sentences=0,
                files=(),
            )
        )


def _next_name(library: Path, now: datetime) -> str:
    """Return a name after those of all snapshots, also when the clock was set back."""
    pattern = "snap-%Y%m%dT%H%M%S%fZ"
    for folder in reversed(snapshots(library)):
        try:
            last = datetime.strptime(folder.name, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
        return max(now, last + timedelta(microseconds=1)).strftime(pattern)
    return now.strftime(pattern)
