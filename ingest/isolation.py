"""PDFs are read and drawn in worker processes: a file that kills its parser kills nothing else.

A worker is a fresh interpreter (never a fork) in a session of its own, with limits on memory
and processor time, an environment of a few named variables, and a clock in this process; it
answers in JSON. This module and its callers import neither pypdf nor pdfium.
"""

from __future__ import annotations

import base64
import contextlib
import json
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import ingest
from ingest import errors
from ingest.errors import IngestError, PdfTooLarge, UnreadablePdf
from ingest.file_names import stored_path
from ingest.folders import cache_folder
from ingest.limits import (
    BASE_SECONDS,
    MAX_ANSWER,
    MAX_SECONDS,
    OCR_PAGE_SECONDS,
    PAGE_SECONDS,
    RENDER_SECONDS,
)
from ingest.records import Document

# All that a worker sees of our environment: no key, token or setting is among it.
ENVIRONMENT = (
    "PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    "LD_LIBRARY_PATH",
    "PYTHONDONTWRITEBYTECODE",
    "OMP_NUM_THREADS",
)

log = logging.getLogger(__name__)
OnProgress = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """A page as PNG, with its displayed size in points."""

    png: bytes
    width: float
    height: float


class WorkerStopped(Exception):
    """The worker ended without an answer: by the clock (``late``), or by itself."""

    def __init__(self, *, late: bool) -> None:
        super().__init__("out of time" if late else "stopped")
        self.late = late


def import_path() -> str:
    """Return PYTHONPATH for a process of ours started with -P: it finds what this one found.

    The folder that a command happens to be run in is not on it: a ``numpy.py`` there is not ours.
    """
    root = str(Path(ingest.__file__).resolve().parent.parent)
    return os.pathsep.join([root, *filter(None, sys.path)])


class Worker:
    """One worker process and the line to it; a context manager that ends it."""

    def __init__(self) -> None:
        environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
        environment["OPENBLAS_NUM_THREADS"] = "1"  # no thread pool for a few small matrices
        environment["PYTHONPATH"] = import_path()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "ingest.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """Return the process id of the worker."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Tell whether the process still runs."""
        return self._process.poll() is None

    def _listen(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        with contextlib.suppress(ValueError):  # closed meanwhile
            while line := stream.readline(MAX_ANSWER):
                self._lines.put(line)
        self._lines.put(None)

    def ask(self, request: Mapping[str, Any]) -> None:
        """Send one request; WorkerStopped when nobody is there to take it."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request).encode("utf-8") + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise WorkerStopped(late=False) from error

    def next_line(self, deadline: float) -> bytes:
        """Return the next event; WorkerStopped at ``deadline`` (monotonic) or at its end."""
        try:
            line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise WorkerStopped(late=True) from None
        if line is None or not line.endswith(b"\n"):
            raise WorkerStopped(late=False)
        return line

    def kill(self) -> None:
        """End the process and all that it started; who waits for it gets WorkerStopped."""
        if self.alive:
            with contextlib.suppress(OSError):
                if hasattr(os, "killpg"):
                    os.killpg(self._process.pid, signal.SIGKILL)
                else:
                    self._process.kill()

    def close(self) -> None:
        """End the process and give back what it held."""
        self.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


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
    """Page images from one worker that is kept; a worker that dies is replaced at the next call."""

    def __init__(self) -> None:
        self._worker: Worker | None = None
        self._lock = threading.Lock()

    def __call__(self, path: Path, page: int, dpi: int = 150) -> RenderedPage:
        """Return page ``page`` (from 1); raises an IngestError when it cannot be drawn."""
        request = {"do": "render", "path": stored_path(path.resolve()), "page": page, "dpi": dpi}
        with self._lock:
            if self._worker is None or not self._worker.alive:
                self.close()
                self._worker = Worker()
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
