"""A worker process for one PDF: how it is asked, heard and ended.

A worker is in a session of its own, with limits on memory and processor time, an environment
of a few named variables, and a clock in this process; it answers in JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from ingest.limits import MAX_ANSWER
from ingest.processes import new_process


class WorkerStopped(Exception):
    """The worker ended without an answer: by the clock (``late``), or by itself."""

    def __init__(self, *, late: bool) -> None:
        super().__init__("out of time" if late else "stopped")
        self.late = late


class Worker:
    """One worker process and the line to it; a context manager that ends it."""

    def __init__(self, *, fresh: bool = False) -> None:
        """Start it; ``fresh`` makes it a new interpreter."""
        self._process = new_process(fresh)
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
        return not self._process.is_over()

    def _listen(self) -> None:
        with contextlib.suppress(ValueError):  # closed meanwhile
            while line := self._process.heard.readline(MAX_ANSWER):
                self._lines.put(line)
        self._lines.put(None)

    def ask(self, request: Mapping[str, Any]) -> None:
        """Send one request; WorkerStopped when nobody is there to take it."""
        try:
            self._process.asked.write(json.dumps(request).encode("utf-8") + b"\n")
            self._process.asked.flush()
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
        if not self.alive:
            return
        if hasattr(os, "killpg"):
            with contextlib.suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):  # also one so young that it has no session yet
            os.kill(self._process.pid, getattr(signal, "SIGKILL", signal.SIGTERM))

    def close(self) -> None:
        """End the process and give back what it held."""
        self.kill()
        self._process.wait()
        for stream in (self._process.asked, self._process.heard):
            with contextlib.suppress(OSError):
                stream.close()
