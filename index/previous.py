"""What a library held before a build, and whether the build may go on from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from index.assembly import USABLE
from index.records import EncoderInfo, Manifest, PaperEntry
from index.scan import under
from index.store import current_id, read_manifest, snapshots
from ingest.errors import LibraryError, LibraryMissing, SnapshotMismatch
from ingest.file_names import shown_name


def old_manifest(library: Path, shape: Mapping[str, str], full: bool) -> Manifest | None:
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


def old_entries(library: Path) -> tuple[PaperEntry, ...]:
    """Return the entries of the current snapshot, none where it cannot be read."""
    try:
        return read_manifest(library).papers
    except LibraryError:
        return ()


def remembered(library: Path) -> tuple[list[str], set[str]]:
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


def check_same(old: Sequence[EncoderInfo], new: Sequence[EncoderInfo]) -> None:
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


def check_all_there(lost: Sequence[Path], known: Iterable[PaperEntry]) -> None:
    """Raise LibraryError when papers would be lost because their source is not there."""
    for source in lost:
        count = sum(e.status in USABLE and under(e, [source]) for e in known)
        if count:
            name = shown_name(source)
            raise LibraryError(
                f"来源「{name}」不在，其中 {count} 篇文献无法重建；请接上后再试，或先用"
                " yinzheng remove 移除它们。",
                f"the source {name} is not there and {count} paper(s) of it cannot be rebuilt;"
                " connect it and try again, or take them out by yinzheng remove.",
            )


def told_lost(entry: PaperEntry, lost: Sequence[Path]) -> PaperEntry:
    """Return the entry for the report, with a word on a source that is not there."""
    if entry.status not in USABLE or not under(entry, lost):
        return entry
    zh, en = "来源文件夹不在，已保留其文献", "source folder not found; its papers are kept"
    parts = zip((entry.reason_zh, entry.reason_en), (zh, en), ("；", "; "), strict=True)
    reasons = [mark.join(filter(None, (old, new))) for old, new, mark in parts]
    return replace(entry, reason_zh=reasons[0], reason_en=reasons[1])
