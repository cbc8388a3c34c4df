"""Page images: a paper id and a page number in, PNG bytes and the page's size out.

Rendering happens in ingest's worker process; this module only keeps what came back.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

DPI = 150
CACHE_BYTES = 192 * 1024 * 1024  # about 400 pages of text at 150 dpi


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page as PNG; ``width`` and ``height`` are the displayed page's size in points."""

    png: bytes
    width: float
    height: float


Render = Callable[[Path, int], PageImage]
Locate = Callable[[str], Path | None]


class PageImages:
    """Rendered pages, the least recently used dropped first; safe to call from any thread.

    ``locate`` turns a short paper id into the PDF's path (None when it is not in the
    library) and raises when the file is no longer the one that has this id; ``render`` makes
    the image and raises when it cannot; ``end`` ends what renders.
    """

    def __init__(
        self,
        locate: Locate,
        render: Render,
        *,
        cache_bytes: int = CACHE_BYTES,
        end: Callable[[], None] = lambda: None,
    ) -> None:
        self._locate = locate
        self._render = render
        self._end = end
        self._limit = cache_bytes
        self._held = 0
        self._lock = threading.Lock()
        self._images: OrderedDict[tuple[str, int], PageImage] = OrderedDict()
        self._running: dict[tuple[str, int], Future[PageImage]] = {}
        # One renderer process: more threads would only wait for it.
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="page-images")

    def get(self, paper: str, page: int) -> PageImage | None:
        """Return the image, waiting for it to be made; None when the paper is not there."""
        if self._locate(paper) is None:
            return None
        return self._image(paper, page).result()

    def prefetch(self, wanted: Iterable[tuple[str, int]]) -> None:
        """Start making images in the background, in the order given."""
        for paper, page in dict.fromkeys(wanted):
            self._image(paper, page).add_done_callback(_log_failure)

    def close(self) -> None:
        """Stop taking work and end the renderer, also in the middle of a page."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._end()

    def _image(self, paper: str, page: int) -> Future[PageImage]:
        key = (paper, page)
        with self._lock:
            if key in self._images:
                self._images.move_to_end(key)
                ready: Future[PageImage] = Future()
                ready.set_result(self._images[key])
                return ready
            if key not in self._running:
                self._running[key] = self._pool.submit(self._make, key)
            return self._running[key]

    def _make(self, key: tuple[str, int]) -> PageImage:
        paper, page = key
        try:
            path = self._locate(paper)
            if path is None:
                raise FileNotFoundError(paper)
            image = self._render(path, page)
            self._locate(paper)  # a file replaced while it was drawn must not be kept
        except BaseException:
            with self._lock:
                self._running.pop(key, None)
            raise
        with self._lock:
            self._running.pop(key, None)
            self._images[key] = image
            self._held += len(image.png)
            while self._held > self._limit and len(self._images) > 1:
                _, dropped = self._images.popitem(last=False)
                self._held -= len(dropped.png)
        return image


def _log_failure(done: Future[PageImage]) -> None:
    if not done.cancelled() and (error := done.exception()) is not None:
        log.warning("page image not made: %s", type(error).__name__)
