"""PDF paths -> a new snapshot of the library, reading and embedding only what changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from index.embedding import Embedder
from index.records import EncoderInfo, Manifest, PaperEntry
from index.snapshot import (
    FORMAT,
    Content,
    Floats,
    PaperRecord,
    Snapshot,
    read_manifest,
    write_snapshot,
    writer_lock,
)
from ingest.clean import search_text
from ingest.errors import IngestError, LibraryMissing, SnapshotMismatch, UnreadablePdf
from ingest.passages import make_passages
from ingest.reader import read_document
from ingest.records import Document, Mark, Passage

# Raised whenever reading changes, so that libraries are rebuilt with it.
EXTRACTOR = "1"
OnProgress = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """One entry per PDF, the snapshot now current, and whether it is new."""

    papers: tuple[PaperEntry, ...]
    snapshot: str
    changed: bool


@dataclass(frozen=True, slots=True)
class _Paper:
    """A paper ready for the snapshot; vectors are None until embedded."""

    record: PaperRecord
    passages: tuple[Passage, ...]
    children: Floats | None = None
    sentences: Floats | None = None


def find_pdfs(paths: Iterable[Path]) -> list[Path]:
    """Return the PDFs under ``paths``, folders searched deep, hidden files left out."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                hidden = any(p.startswith(".") for p in file.relative_to(path).parts)
                if file.suffix.lower() == ".pdf" and file.is_file() and not hidden:
                    found[file.resolve()] = None
        else:
            found[path.resolve()] = None
    return list(found)


def build_library(
    library: Path,
    paths: Sequence[Path],
    *,
    embedder: Callable[[], Embedder],
    model: str = "default",
    full: bool = False,
    parent_chars: int = 400,
    child_chars: int = 120,
    ocr: bool = True,
    on_progress: OnProgress | None = None,
    read: Callable[..., Document] = read_document,
) -> BuildReport:
    """Bring the library up to date with its sources and ``paths``.

    ``embedder`` is called only when something must be embedded. One PDF that cannot be read
    becomes a "failed" entry and stops nothing. Raises SnapshotMismatch when another model or
    setting would need ``full``, LibraryLocked, DiskFull, UnreadablePdf for a named path that
    does not exist.
    """
    for path in paths:
        if not path.exists():
            raise UnreadablePdf(
                path, "找不到该路径；请检查拼写。", "no such file or folder; check it."
            )
    shape = {
        "model": model,
        "parent_chars": str(parent_chars),
        "child_chars": str(child_chars),
        "extractor": EXTRACTOR,
    }
    with writer_lock(library):
        old = _old_manifest(library, shape, full)
        sources = [Path(s) for s in (old.sources if old else ())] + [p.resolve() for p in paths]
        uploads = library / "papers"
        sources = list(
            dict.fromkeys([*sources, *([uploads.resolve()] if uploads.exists() else [])])
        )
        excluded = set(json.loads(old.settings.get("excluded", "[]"))) if old else set()
        excluded -= {str(p.resolve()) for p in paths}
        files = [f for f in find_pdfs(s for s in sources if s.exists()) if str(f) not in excluded]
        known = (
            {e.sha256: e for e in old.papers if e.status in ("indexed", "partial")} if old else {}
        )
        reuse = set() if full else set(known)
        entries, fresh, kept = _read_all(
            files, known, reuse, parent_chars, child_chars, ocr, on_progress, read
        )
        unchanged = old is not None and not full and not fresh
        if (
            unchanged
            and old
            and {_key(e) for e in entries} == {_key(e) for e in old.papers}
            and (list(old.sources) == [str(s) for s in sources])
        ):
            return BuildReport(tuple(entries), old.snapshot, False)
        if not kept and not fresh and not old:
            return BuildReport(tuple(entries), "", False)
        settings = {**shape, "excluded": json.dumps(sorted(excluded), ensure_ascii=False)}
        manifest = _write(
            library, entries, kept, fresh, sources, settings, old, embedder, on_progress
        )
        return BuildReport(tuple(entries), manifest.snapshot, True)


def _key(entry: PaperEntry) -> tuple[str, str, str]:
    return entry.path, entry.sha256, entry.status


def _old_manifest(library: Path, shape: dict[str, str], full: bool) -> Manifest | None:
    try:
        old = read_manifest(library)
    except LibraryMissing:
        return None
    except SnapshotMismatch:
        if full:
            return None
        raise
    changed = [k for k, v in shape.items() if old.settings.get(k) != v]
    if changed and not full:
        what = ", ".join(f"{k}: {old.settings.get(k)} -> {shape[k]}" for k in changed)
        raise SnapshotMismatch(
            f"设置已改变（{what}），需要全部重建：yinzheng index --full。",
            f"settings changed ({what}); rebuild with yinzheng index --full.",
        )
    return old


def _read_all(
    files: list[Path],
    known: dict[str, PaperEntry],
    reuse: set[str],
    parent_chars: int,
    child_chars: int,
    ocr: bool,
    on_progress: OnProgress | None,
    read: Callable[..., Document],
) -> tuple[list[PaperEntry], list[_Paper], list[str]]:
    entries: list[PaperEntry] = []
    fresh: list[_Paper] = []
    kept: list[str] = []
    seen: dict[str, Path] = {}
    for number, file in enumerate(files):
        if on_progress:
            event = {"stage": "读取 / reading", "done": number, "total": len(files)}
            on_progress({**event, "file": file.name})
        try:
            with open(file, "rb") as handle:
                digest = hashlib.file_digest(handle, "sha256").hexdigest()
            if digest in seen:
                first = seen[digest].name
                entries.append(
                    PaperEntry(
                        str(file),
                        digest,
                        "duplicate",
                        f"与 {first} 内容相同，已跳过",
                        f"same content as {first}, skipped",
                    )
                )
                continue
            seen[digest] = file
            if digest in reuse:
                entries.append(replace(known[digest], path=str(file)))
                kept.append(digest)
                continue
            document = read(file, ocr=ocr)
            passages = make_passages(document, parent_chars=parent_chars, child_chars=child_chars)
        except IngestError as error:
            entries.append(_failed(file, error.reason_zh, error.reason_en))
            continue
        except OSError as error:
            entries.append(
                _failed(file, f"无法读取：{error.strerror}", f"cannot read: {error.strerror}")
            )
            continue
        except Exception as error:
            # One PDF that breaks the reader must not stop the others; the class names the bug.
            kind = type(error).__name__
            entries.append(
                _failed(file, f"读取出错（{kind}），已跳过", f"reading failed ({kind}), skipped")
            )
            continue
        if not passages:
            entries.append(_failed(file, "没有可索引的正文", "no text to index was found"))
            continue
        lost = document.failed_pages
        entries.append(
            PaperEntry(
                path=str(file),
                sha256=document.paper.id,
                status="partial" if lost else "indexed",
                reason_zh=f"未能读取的页：{', '.join(map(str, lost))}" if lost else "",
                reason_en=f"pages not read: {', '.join(map(str, lost))}" if lost else "",
                pages=document.paper.page_count,
                passages=len(passages),
            )
        )
        fresh.append(_Paper(PaperRecord(document.paper, document.references), passages))
    return entries, fresh, kept


def _failed(file: Path, zh: str, en: str) -> PaperEntry:
    return PaperEntry(str(file), "", "failed", zh, en)


def _own(marks: tuple[Mark, ...], start: int, end: int) -> list[Mark]:
    return [
        Mark(m.start - start, m.end - start, m.numbers)
        for m in marks
        if start <= m.start and m.end <= end
    ]


def _pieces(passage: Passage, ranges: Iterable[tuple[int, int]]) -> list[str]:
    return [search_text(passage.text[a:b], _own(passage.marks, a, b)) for a, b in ranges]


def _embed(paper: _Paper, embedder: Embedder) -> _Paper:
    children = [
        text for p in paper.passages for text in _pieces(p, ((c.start, c.end) for c in p.children))
    ]
    sentences = [
        text for p in paper.passages for text in _pieces(p, ((s.start, s.end) for s in p.sentences))
    ]
    unique = list(dict.fromkeys([*children, *sentences]))
    vectors = embedder.embed_passages(unique)
    row = {text: i for i, text in enumerate(unique)}
    return replace(
        paper,
        children=vectors[[row[t] for t in children]],
        sentences=vectors[[row[t] for t in sentences]],
    )


def _kept_papers(library: Path, wanted: list[str]) -> list[_Paper]:
    """Copy passages and vectors of unchanged papers from the current snapshot."""
    if not wanted:
        return []
    with Snapshot.open(library) as snapshot:
        rows: dict[str, list[int]] = {}
        for row, paper_id in enumerate(snapshot.paper_ids):
            rows.setdefault(paper_id, []).append(row)
        vectors, parents = snapshot.child_vectors(), np.asarray(snapshot.children[:, 0])
        return [
            _Paper(
                PaperRecord(snapshot.papers[i], snapshot.references(i)),
                tuple(snapshot.passage(r) for r in rows[i]),
                vectors[np.isin(parents, rows[i])],
                np.concatenate([snapshot.sentence_vectors(r) for r in rows[i]]),
            )
            for i in wanted
        ]


def _write(
    library: Path,
    entries: list[PaperEntry],
    kept: list[str],
    fresh: list[_Paper],
    sources: list[Path],
    settings: dict[str, str],
    old: Manifest | None,
    embedder: Callable[[], Embedder],
    on_progress: OnProgress | None,
) -> Manifest:
    papers = _kept_papers(library, kept)
    encoders = old.encoders if old else ()
    if fresh or not encoders:
        model = embedder()
        info = EncoderInfo("dense", model.name, model.fingerprint, model.dimension, "")
        if papers and old and old.encoders[0].fingerprint != model.fingerprint:
            raise SnapshotMismatch(
                "嵌入模型的权重已改变，需要全部重建：yinzheng index --full。",
                "the embedding model's weights changed; rebuild with yinzheng index --full.",
            )
        encoders = (info,)
        for number, paper in enumerate(fresh):
            if on_progress:
                event = {"stage": "嵌入 / embedding", "done": number, "total": len(fresh)}
                on_progress({**event, "file": paper.record.paper.file})
            papers.append(_embed(paper, model))
    dimension = encoders[0].dimension
    empty = np.zeros((0, dimension), np.float32)
    now = datetime.now(UTC)
    return write_snapshot(
        library,
        Content(
            tuple(p.record for p in papers),
            tuple(passage for p in papers for passage in p.passages),
            np.concatenate([empty, *(p.children for p in papers if p.children is not None)]),
            np.concatenate([empty, *(p.sentences for p in papers if p.sentences is not None)]),
            tuple(
                search_text(passage.text, passage.marks) + "\n" + " ".join(passage.section)
                for p in papers
                for passage in p.passages
            ),
        ),
        Manifest(
            format=FORMAT,
            product="yinzheng",
            snapshot=now.strftime("snap-%Y%m%dT%H%M%S%fZ"),
            created=now.isoformat(timespec="seconds"),
            settings=settings,
            encoders=encoders,
            sources=tuple(str(s) for s in sources),
            papers=tuple(entries),
            passages=0,
            children=0,
            sentences=0,
            files=(),
        ),
    )


def remove_papers(library: Path, ids: frozenset[str]) -> str:
    """Take papers out; their paths are remembered, so a rescan does not bring them back."""
    with writer_lock(library):
        old = read_manifest(library)
        gone = [e.path for e in old.papers if e.sha256 in ids]
        entries = [e for e in old.papers if e.sha256 not in ids]
        kept = [e.sha256 for e in entries if e.status in ("indexed", "partial")]
        excluded = sorted({*json.loads(old.settings.get("excluded", "[]")), *gone})
        settings = {**old.settings, "excluded": json.dumps(excluded, ensure_ascii=False)}

        def never() -> Embedder:
            raise AssertionError("nothing is embedded when papers are removed")

        sources = [Path(s) for s in old.sources]
        return _write(library, entries, kept, [], sources, settings, old, never, None).snapshot
