"""PDFs are read and drawn in worker processes: a file that kills its parser kills nothing else.

This module and its callers import neither pypdf nor pdfium; see ``ingest.workers``.
"""

from __future__ import annotations

import base64
import contextlib
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest import errors
from ingest.errors import IngestError, PdfTooLarge, UnreadablePdf
from ingest.file_names import stored_path
from ingest.folders import cache_folder
from ingest.limits import (
    BASE_SECONDS,
    MAX_SECONDS,
    OCR_PAGE_SECONDS,
    PAGE_SECONDS,
    RENDER_SECONDS,
)
from ingest.records import Document
from ingest.workers import Worker, WorkerStopped

log = logging.getLogger(__name__)
OnProgress = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """A page as PNG, with its displayed size in points."""

    png: bytes
    width: float
    height: float


class Workers:
    """Reads by workers that ``stop`` ends all at once, from another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._live: set[Worker] = set()
        self._stopped = False

    @contextlib.contextmanager
    def worker(self) -> Iterator[Worker]:
        """Give a worker for a ``with`` block; WorkerStopped after ``stop``."""
        with self._lock:
            if self._stopped:
                raise WorkerStopped(late=False)
            worker = Worker()
            self._live.add(worker)
        try:
            yield worker
        finally:
            with self._lock:
                self._live.discard(worker)
            worker.close()

    def read(
        self, path: Path, *, ocr: bool = True, on_progress: OnProgress | None = None
    ) -> Document:
        """Read one PDF; see ``read_isolated``."""
        return read_isolated(path, ocr=ocr, on_progress=on_progress, start=self.worker)

    def stop(self) -> None:
        """End all workers; further reads fail at once."""
        with self._lock:
            self._stopped = True
            for worker in self._live:
                worker.kill()


def read_isolated(
    path: Path,
    *,
    ocr: bool = True,
    cache_dir: Path | None = None,
    on_progress: OnProgress | None = None,
    start: Callable[[], contextlib.AbstractContextManager[Worker]] | None = None,
) -> Document:
    """Read one PDF in a worker of its own (see ``ingest.reader.read_document``).

    ``on_progress`` gets ``{"stage": "text" | "ocr", "done", "total", "seconds_left"}``, pages
    counted. ``start`` gives the worker. Raises an IngestError, also when the worker was
    stopped by a limit.
    """
    request = {
        "do": "read",
        "path": stored_path(path.resolve()),
        "ocr": ocr,
        "cache_dir": stored_path((cache_dir or cache_folder() / "ocr").resolve()),
    }
    began = time.monotonic()
    deadline = began + BASE_SECONDS
    place: Mapping[str, Any] = {}
    try:
        with (start or Worker)() as worker:
            worker.ask(request)
            while True:
                line = worker.next_line(deadline)
                if line.startswith(b'{"document":'):
                    return _document(line)
                event = json.loads(line)
                if "error" in event:
                    raise _error(path, event["error"])
                place = event["progress"]
                deadline = _deadline(began, place)
                if on_progress:
                    on_progress(place)
    except WorkerStopped as stopped:
        raise _stopped(path, stopped, place) from stopped


def _deadline(start: float, place: Mapping[str, Any]) -> float:
    """Return until when the worker may go on without another word."""
    now, total = time.monotonic(), float(place["total"])
    if place["stage"] == "ocr" and place["done"] < total:
        return now + OCR_PAGE_SECONDS
    allowed = start + min(MAX_SECONDS, BASE_SECONDS + PAGE_SECONDS * total)
    # Pages read by OCR took time of their own; what follows them is quick.
    return max(allowed, now + BASE_SECONDS) if place["stage"] == "ocr" else allowed


def _document(line: bytes) -> Document:
    from pydantic import TypeAdapter

    body = line[len(b'{"document":') : line.rindex(b"}")]
    return TypeAdapter(Document).validate_json(body)


def _error(path: Path, found: Mapping[str, Any]) -> Exception:
    """Return the error that the worker reported, as its own class."""
    kind = getattr(errors, found["kind"], None) if found["kind"] else None
    if isinstance(kind, type) and issubclass(kind, IngestError):
        return kind(path, found["zh"], found["en"])
    log.error("reading failed: %s at %s", found["en"], " < ".join(reversed(found["frames"])))
    return UnreadablePdf(
        path,
        f"读取出错（{found['zh']}），已跳过；请报告此问题。",
        f"reading failed ({found['en']}), skipped; please report it.",
    )


def _stopped(path: Path, stopped: WorkerStopped, place: Mapping[str, Any]) -> IngestError:
    """Say which limit ended the worker, and how far it had come."""
    at = place.get("done", 0) + 1
    if stopped.late:
        return PdfTooLarge(
            path,
            f"读取超时（停在第 {at} 页），已终止；请拆分或重新生成该文件。",
            f"reading ran out of time (at page {at}) and was stopped; split the file or make it"
            " anew.",
        )
    return UnreadablePdf(
        path,
        f"解析程序在第 {at} 页被终止（内存超限或文件损坏）；请重新下载或重新生成该文件。",
        f"the PDF parser was stopped at page {at} (out of memory, or a damaged file); download"
        " or make the file anew.",
    )


class PageRenderer:
    """Page images from one worker that is kept; a worker that dies is replaced at the next call.

    The worker is a fresh interpreter: drawing needs less than a process for reading imports.
    """

    def __init__(self) -> None:
        self._worker: Worker | None = None
        self._lock = threading.Lock()

    def __call__(self, path: Path, page: int, dpi: int = 150) -> RenderedPage:
        """Return page ``page`` (from 1); raises an IngestError when it cannot be drawn."""
        request = {"do": "render", "path": stored_path(path.resolve()), "page": page, "dpi": dpi}
        with self._lock:
            if self._worker is None or not self._worker.alive:
                self.close()
                self._worker = Worker(fresh=True)
            try:
                self._worker.ask(request)
                event = json.loads(self._worker.next_line(time.monotonic() + RENDER_SECONDS))
            except WorkerStopped as stopped:
                self.close()
                raise _stopped(path, stopped, {"done": page - 1}) from stopped
            except BaseException:
                self.close()  # an answer may still come: it must not meet the next request
                raise
        if "error" in event:
            raise _error(path, event["error"])
        image = event["image"]
        return RenderedPage(base64.b64decode(image["png"]), image["width"], image["height"])

    def close(self) -> None:
        """End the worker; the next call starts another."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None


def render_isolated(path: Path, page: int, dpi: int = 150) -> RenderedPage:
    """Return one page image from a worker of its own; see ``PageRenderer``."""
    renderer = PageRenderer()
    try:
        return renderer(path, page, dpi)
    finally:
        renderer.close()
