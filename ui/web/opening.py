"""Settings -> a ``Desk`` on the real library, assistant and page renderer."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import fields
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from index.snapshot import Snapshot, current_id
from ingest.pdf import render_file
from ingest.records import Paper
from rag.settings import ENV_PREFIX, Settings
from ui.web.desk import Desk
from ui.web.engine import Answerer, Engine
from ui.web.evidence import DPI, PageImage, PageImages
from ui.web.jobs import Jobs
from ui.web.library import Catalogue, Heading, Library, Row

RENDER_SECONDS = 30


class Renderer:
    """One worker process for page images: a PDF that kills pdfium must not kill the server."""

    def __init__(self) -> None:
        self._pool = self._start()

    @staticmethod
    def _start() -> ProcessPoolExecutor:
        return ProcessPoolExecutor(1, mp_context=get_context("spawn"))

    def __call__(self, path: Path, page: int) -> PageImage:
        """Render a page; a worker that died is replaced for the next call."""
        try:
            png, width, height = self._pool.submit(render_file, path, page, DPI).result(
                RENDER_SECONDS
            )
        except (BrokenProcessPool, TimeoutError):
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = self._start()
            raise
        return PageImage(png, width, height)


def open_desk(settings: Settings, *, log_questions: bool = False) -> Desk:
    """Join the parts; models load only when the engine is started."""
    folder = settings.library
    folder.mkdir(parents=True, exist_ok=True)
    library = Library(folder, lambda: catalogue(folder))

    def open_assistant() -> Answerer:
        from rag.assistant import Assistant

        return Assistant.open(settings=settings)

    engine = Engine(open_assistant, lambda: current_id(folder) or "")
    engine.on_swap(library.refresh)
    library.refresh()
    jobs = Jobs(folder / "jobs", environment=job_environment(settings), on_end=engine.look_now)
    return Desk(
        settings,
        engine,
        library,
        jobs,
        PageImages(library.locate, Renderer()),
        log_questions=log_questions,
    )


def job_environment(settings: Settings) -> dict[str, str]:
    """Return this process's environment with all settings in it, without the LLM's key."""
    environment = {k: v for k, v in os.environ.items() if k != ENV_PREFIX + "LLM_API_KEY"}
    for field in fields(settings):
        if not field.name.startswith("llm_"):
            environment[ENV_PREFIX + field.name.upper()] = str(getattr(settings, field.name))
    return environment


def catalogue(folder: Path) -> Catalogue:
    """Read the library's papers, their outlines and the PDFs that failed."""
    with Snapshot.open(folder) as snapshot:
        outlines: dict[str, dict[tuple[str, ...], int]] = {}
        for row in range(snapshot.manifest.passages):
            passage = snapshot.passage(row)
            page = passage.spans[0].box.page if passage.spans else 1
            outlines.setdefault(passage.paper_id, {}).setdefault(passage.section, page)
        rows = []
        for entry in snapshot.manifest.papers:
            file = Path(entry.path)
            paper = snapshot.papers.get(entry.sha256) or Paper(
                entry.sha256 or entry.path, file.name, file.stem, page_count=entry.pages
            )
            outline = outlines.get(entry.sha256, {}) if entry.status != "duplicate" else {}
            rows.append(
                Row(
                    paper,
                    file,
                    entry.status,
                    (entry.reason_zh, entry.reason_en),
                    entry.passages,
                    outline=tuple(Heading(section, page) for section, page in outline.items()),
                )
            )
        unique = {row.id: row for row in rows if row.status != "duplicate"}
        return Catalogue(snapshot.id, tuple(unique.values()))


def apply_request(
    settings: Settings, request: dict[str, Any], on_progress: Callable[[dict[str, Any]], None]
) -> list[dict[str, Any]]:
    """Do an indexing request: remove papers, then index paths; return the report's rows."""
    from index.build import remove_papers
    from ui.indexing import build_json, index_paths

    if removed := frozenset(request.get("remove") or ()):
        remove_papers(settings.library, removed)
    paths = [Path(path) for path in request.get("paths") or () if Path(path).exists()]
    report = index_paths(
        settings, paths, full=True if request.get("reread") else None, on_progress=on_progress
    )
    return list(build_json(report)["papers"])
