"""The papers of a new snapshot, old and new -> the snapshot, published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from index.records import EncoderInfo, Manifest, PaperEntry
from index.snapshot import Snapshot
from index.store import FORMAT, current_id, snapshots
from index.vectors import Floats
from index.work import clear_work
from index.writer import PaperContent, SnapshotWriter
from ingest.errors import LibraryError

# The states of an entry whose paper is in the snapshot.
USABLE = ("indexed", "partial")
_NAME = "snap-%Y%m%dT%H%M%S%fZ"


def contents(
    library: Path,
    entries: Iterable[PaperEntry],
    fresh: Callable[[str], PaperContent | None] = lambda sha256: None,
) -> Iterator[PaperContent]:
    """Yield the papers of ``entries`` in order: fresh ones, others from the current snapshot."""
    with ExitStack() as opened:
        snapshot: Snapshot | None = None
        for entry in entries:
            if entry.status not in USABLE:
                continue
            content = fresh(entry.sha256)
            if content is None:
                if snapshot is None:
                    snapshot = opened.enter_context(Snapshot.open(library, dense=False))
                content = _copied(snapshot, entry.sha256)
            yield content


def _copied(snapshot: Snapshot, paper_id: str) -> PaperContent:
    rows = snapshot.range_of(paper_id)
    return PaperContent(
        snapshot.papers[paper_id],
        snapshot.references(paper_id),
        tuple(snapshot.passage(row) for row in range(rows.start, rows.stop)),
        snapshot.vectors_of(paper_id),
        snapshot.report(paper_id),
    )


def write(
    library: Path,
    papers: Iterable[PaperContent],
    entries: Sequence[PaperEntry],
    sources: Sequence[str],
    settings: dict[str, str],
    encoders: Sequence[EncoderInfo],
) -> Manifest:
    """Write and publish a snapshot of ``papers``; the caller holds the writer lock."""
    now = datetime.now(UTC)
    name = _next_name(library, now)
    manifest = Manifest(
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
        parent=current_id(library) or "",
    )
    with SnapshotWriter(library, name, encoders, _centres(library, encoders)) as writer:
        for paper in papers:
            writer.add(paper)
        manifest = writer.commit(manifest)
    clear_work(library)
    return manifest


def _centres(library: Path, encoders: Sequence[EncoderInfo]) -> dict[str, Floats]:
    """Return the centres of the current snapshot's vectors that the same encoders made."""
    try:
        with Snapshot.open(library, dense=False) as old:
            made = {encoder.leg: encoder.fingerprint for encoder in old.manifest.encoders}
            return {
                encoder.leg: old.centre(encoder.leg)
                for encoder in encoders
                if made.get(encoder.leg) == encoder.fingerprint
            }
    except (LibraryError, OSError):
        return {}


def _next_name(library: Path, now: datetime) -> str:
    """Return a name after those of all snapshots, also when the clock was set back."""
    for folder in reversed(snapshots(library)):
        try:
            last = datetime.strptime(folder.name, _NAME).replace(tzinfo=UTC)
        except ValueError:
            continue
        return max(now, last + timedelta(microseconds=1)).strftime(_NAME)
    return now.strftime(_NAME)
