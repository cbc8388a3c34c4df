"""The papers of a new snapshot, old and new -> the snapshot, published."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from index.contents import PaperContent
from index.records import EncoderInfo, Manifest, PaperEntry
from index.snapshot import Snapshot
from index.store import FORMAT, current_id, pointer, snapshots
from index.vectors import Floats
from index.work import clear_work
from index.writer import SnapshotWriter
from ingest.errors import LibraryError

# The states of an entry whose paper is in the snapshot.
USABLE = ("indexed", "partial")
WRITING, INDEXING = "写入 / writing", "建立索引 / indexing"
_NAME = "snap-%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True, slots=True)
class Source:
    """A paper to be written: what its contents follow from, and how to get them."""

    key: str
    load: Callable[[], PaperContent]


class Copies:
    """The papers of the current snapshot, which is opened when the first is wanted."""

    def __init__(self, library: Path) -> None:
        self._library = library
        self._snapshot: Snapshot | None = None
        self._digest = pointer(library)[1] if current_id(library) else ""

    def __enter__(self) -> Copies:
        return self

    def __exit__(self, *_: object) -> None:
        if self._snapshot is not None:
            self._snapshot.close()

    def source(self, sha256: str) -> Source:
        """Return a paper that stays as it is."""
        return Source(f"{sha256} in {self._digest}", partial(self._load, sha256))

    def _load(self, sha256: str) -> PaperContent:
        if self._snapshot is None:
            self._snapshot = Snapshot.open(self._library, dense=False)
        return _copied(self._snapshot, sha256)


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
    papers: Sequence[Source],
    entries: Sequence[PaperEntry],
    sources: Sequence[str],
    settings: dict[str, str],
    encoders: Sequence[EncoderInfo],
    tell: Callable[[str, int, int], None] = lambda stage, done, total: None,
) -> Manifest:
    """Write and publish a snapshot of ``papers``; the caller holds the writer lock.

    What a killed writer of the same papers left is gone on with. ``tell`` takes a stage's name
    and how far it is.
    """
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
    keys, centres = [paper.key for paper in papers], _centres(library, encoders)
    with SnapshotWriter(library, name, encoders, keys, centres) as writer:
        for number in range(writer.added, len(papers)):
            tell(WRITING, number, len(papers))
            writer.add(papers[number].load())
        manifest = writer.commit(manifest, partial(tell, INDEXING))
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
