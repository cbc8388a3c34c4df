"""Settings and paths -> the library brought up to date; its report as JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from index.build import BuildReport, build_library
from index.reading import OnProgress
from index.shape import Shape
from index.snapshot import Snapshot
from ingest.errors import SnapshotMismatch
from ingest.file_names import path_of, shown_name
from rag.settings import Settings


def demo_library() -> Path:
    """Return the library folder of the demonstration."""
    return user_data_path("yinzheng", appauthor=False) / "demo-library"


def index_paths(
    settings: Settings,
    paths: Sequence[Path],
    *,
    full: bool | None = False,
    reread: frozenset[str] = frozenset(),
    on_progress: OnProgress | None = None,
) -> BuildReport:
    """Index ``paths`` with the settings; ``full`` None means: in full if it must be.

    ``reread`` names papers (SHA-256) to read again; see ``index.build.build_library``.
    """
    from index.embedding import Embedder, load_encoders

    def encoders() -> tuple[Embedder, ...]:
        return load_encoders(
            settings.model,
            settings.second_model,
            backend=settings.backend,
            threads=settings.threads,
        )

    shape = Shape(
        settings.model, settings.second_model, settings.parent_chars, settings.child_chars
    )

    def build(whole: bool) -> BuildReport:
        return build_library(
            settings.library,
            paths,
            encoders=encoders,
            shape=shape,
            full=whole,
            reread=reread,
            ocr=settings.ocr,
            on_progress=on_progress,
        )

    try:
        return build(bool(full))
    except SnapshotMismatch:
        if full is None:
            return build(True)
        raise


def build_json(report: BuildReport, library: Path) -> dict[str, Any]:
    """Return the report as described in docs/json.md, with each paper's report card."""
    cards = _report_cards(library, report)
    return {
        "papers": [
            {
                "file": shown_name(path_of(e.path)),
                "path": e.path,
                "id": e.sha256,
                "status": e.status,
                "reason": " / ".join(r for r in (e.reason_zh, e.reason_en) if r),
                "pages": e.pages,
                "passages": e.passages,
                "report": cards.get(e.sha256),
            }
            for e in report.papers
        ],
        "snapshot": report.snapshot,
        "changed": report.changed,
    }


def _report_cards(library: Path, report: BuildReport) -> dict[str, dict[str, Any]]:
    if not report.snapshot:
        return {}
    with Snapshot.open(library, dense=False) as snapshot:
        found = {e.sha256: snapshot.report(e.sha256) for e in report.papers}
    return {id_: dataclasses.asdict(card) for id_, card in found.items() if card is not None}
