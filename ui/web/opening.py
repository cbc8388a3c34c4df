"""Settings -> the desk with its real parts: assistant, catalogue, renderer, indexing process."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ingest.errors import LibraryMissing
from ingest.isolation import PageRenderer
from ingest.processes import import_path
from rag.settings import ENV_PREFIX, Settings
from ui.web.desk import Desk
from ui.web.engine import Answerer, Engine
from ui.web.evidence import DPI, PageImage, PageImages
from ui.web.jobs import Jobs
from ui.web.library import Library
from ui.web.rows import Catalogue

if TYPE_CHECKING:
    from rag.assistant import Assistant

JOBS = "jobs"


def _page_images(library: Library) -> PageImages:
    """Return images drawn in a worker process: a PDF that kills pdfium kills no server."""
    draw = PageRenderer()

    def render(path: Path, page: int) -> PageImage:
        drawn = draw(path, page, DPI)
        return PageImage(drawn.png, drawn.width, drawn.height)

    return PageImages(library.locate, render, end=draw.close)


def open_desk(settings: Settings, *, log_questions: bool = False) -> Desk:
    """Return a desk for ``settings.library``; nothing heavy is loaded before it is started."""
    folder = settings.library
    folder.mkdir(parents=True, exist_ok=True)
    library = Library(folder, lambda: _catalogue(folder))
    engine = Engine(lambda old: _assistant(settings, old), lambda: current_snapshot(folder))
    engine.on_change(library.refresh)
    jobs = Jobs(folder / JOBS, environment=job_environment(settings))
    images = _page_images(library)
    # The renderer's process starts with the first image asked for: not with a person waiting.
    engine.on_change(lambda _: images.prefetch((row["id"], 1) for row in library.rows()[:1]))
    return Desk(settings, engine, library, jobs, images, log_questions=log_questions)


def current_snapshot(folder: Path) -> str:
    """Return what the pointer file holds; "" while there is none. Cheap: called often."""
    try:
        return (folder / "CURRENT").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _catalogue(folder: Path) -> Catalogue:
    from ui.web.catalogue import load_catalogue

    return load_catalogue(folder)


def _assistant(settings: Settings, old: Answerer | None) -> Answerer:
    """Open the assistant, or let the old one take up the new snapshot with its models kept."""
    if old is None:
        from rag.assistant import Assistant

        return Assistant.open(settings=settings)
    assistant = cast("Assistant", old)
    assistant.refresh()
    if not assistant.papers:
        raise LibraryMissing("文献库是空的。", "the library is empty.")
    return assistant


def job_environment(settings: Settings) -> dict[str, str]:
    """Return the environment of the indexing process: our settings, and no secret."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(ENV_PREFIX)
    }
    environment.pop("OPENAI_API_KEY", None)
    if cache := os.environ.get("YINZHENG_CACHE"):
        environment["YINZHENG_CACHE"] = cache
    for field in fields(settings):
        if not field.name.startswith("llm_"):
            environment[ENV_PREFIX + field.name.upper()] = str(getattr(settings, field.name))
    environment["PYTHONPATH"] = import_path()
    # One thread leaves the other core to questions; a niced process takes what is idle.
    environment.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 2) - 1)))
    return environment
