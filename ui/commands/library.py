"""What is in the library, and what one PDF holds."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.file_names import path_of, shown_name
from ui.commands.common import emit, paper_ids, reason_of, settings_of

if TYPE_CHECKING:
    from index.records import Manifest

COLUMNS = ("文献 / file", "状态 / status", "页 / pages", "段落 / passages", "")


def index(arguments: argparse.Namespace) -> int:
    """Bring the library up to date with its sources."""
    from ui import console
    from ui.indexing import build_json, index_paths

    settings = settings_of(
        arguments, model=arguments.model, ocr=False if arguments.no_ocr else None
    )
    progress = console.Progress()
    try:
        report = index_paths(settings, arguments.paths, full=arguments.full, on_progress=progress)
    finally:
        progress.close()
    value = build_json(report, settings.library)
    if arguments.json:
        emit(value)
    else:
        rows = [
            (paper["file"], paper["status"], paper["pages"], paper["passages"], paper["reason"])
            for paper in value["papers"]
        ]
        print(console.table(COLUMNS, rows))
        print(f"快照 / snapshot: {value['snapshot']}  ({settings.library})")
    usable = [paper for paper in value["papers"] if paper["status"] != "failed"]
    return 0 if usable or not value["papers"] else 1


def status(arguments: argparse.Namespace) -> int:
    """Tell what is in the library."""
    from index.snapshot import Snapshot
    from ui import console

    library = settings_of(arguments).library
    with Snapshot.open(library, dense=False) as snapshot:
        manifest = snapshot.manifest
        titles = {id_: paper.title for id_, paper in snapshot.papers.items()}
    if arguments.json:
        emit(_status_json(library, manifest, titles))
        return 0
    print(f"文献库 / library: {library}")
    print(f"快照 / snapshot: {manifest.snapshot} ({manifest.created})")
    print(f"文献 / papers: {len(manifest.papers)}  段落 / passages: {manifest.passages}")
    for encoder in manifest.encoders:
        print(f"编码器 / encoder: {encoder.model} ({encoder.dimension}, {encoder.index_type})")
    rows = [
        (
            shown_name(path_of(entry.path)),
            entry.status,
            entry.pages,
            entry.passages,
            reason_of(entry.reason_zh, entry.reason_en),
        )
        for entry in manifest.papers
    ]
    print(console.table(COLUMNS, rows))
    return 0


def _status_json(library: Path, manifest: Manifest, titles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "library": str(library),
        "snapshot": manifest.snapshot,
        "created": manifest.created,
        "passages": manifest.passages,
        "children": manifest.children,
        "encoders": [
            {"leg": e.leg, "model": e.model, "dimension": e.dimension, "index": e.index_type}
            for e in manifest.encoders
        ],
        "sources": list(manifest.sources),
        "papers": [
            {
                "file": shown_name(path_of(entry.path)),
                "path": entry.path,
                "id": entry.sha256,
                "title": titles.get(entry.sha256, ""),
                "status": entry.status,
                "reason": reason_of(entry.reason_zh, entry.reason_en),
                "pages": entry.pages,
                "passages": entry.passages,
            }
            for entry in manifest.papers
        ],
    }


def remove(arguments: argparse.Namespace) -> int:
    """Take papers out of the library."""
    from index.upkeep import remove_papers

    settings = settings_of(arguments)
    ids = paper_ids(settings.library, arguments.papers) or frozenset()
    snapshot = remove_papers(settings.library, ids)
    if arguments.json:
        emit({"removed": sorted(ids), "snapshot": snapshot})
    else:
        print(f"已移除 {len(ids)} 篇 / removed {len(ids)} paper(s); snapshot {snapshot}")
    return 0


def rollback(arguments: argparse.Namespace) -> int:
    """Return to the snapshot before."""
    from index.upkeep import rollback

    settings = settings_of(arguments)
    snapshot = rollback(settings.library)
    if arguments.json:
        emit({"snapshot": snapshot})
    else:
        print(f"已回退到快照 {snapshot} / rolled back to snapshot {snapshot}")
    return 0


def check(arguments: argparse.Namespace) -> int:
    """Compare every byte of the snapshot with its checksum."""
    from index.upkeep import check_library

    settings = settings_of(arguments)
    manifest = check_library(settings.library)
    size = sum(entry.bytes for entry in manifest.files)
    if arguments.json:
        emit({"snapshot": manifest.snapshot, "files": len(manifest.files), "bytes": size})
    else:
        print(
            f"快照完好 / snapshot is sound: {manifest.snapshot} "
            f"({len(manifest.files)} files, {size / 1e6:.0f} MB)"
        )
    return 0


def inspect(arguments: argparse.Namespace) -> int:
    """Tell what was read from one PDF; draw it over its pages where asked."""
    from ui.inspection import inspect_json, inspect_text, read_with_progress

    document = read_with_progress(arguments.file, ocr=not arguments.no_ocr)
    if arguments.png is not None:
        from ui.drawing import draw_document

        for picture in draw_document(document, arguments.file, arguments.png):
            print(picture, file=sys.stderr)
    if arguments.json:
        emit(inspect_json(document))
    else:
        print(inspect_text(document))
    return 0
