"""The indexing process: ``request.json`` in, the index and ``status.json`` out.

Run as ``python -P -m ui.web.job_runner FOLDER`` by ``ui.web.jobs``; settings come from the
environment. It ends when its standard input is closed, whatever it is doing: it never outlives
its server, however that ends.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ingest.errors import YinzhengError
from ui.web.jobs import NICE, job_lock, read_json, write_json

WRITE_SECONDS = 0.2
STOPPED = 75


class Status:
    """Writes the status file, at most five times a second."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "status.json"
        self._written = 0.0
        self._lock = threading.Lock()
        self.value: dict[str, Any] = {
            "state": "running",
            "stage": "start",
            "pid": os.getpid(),
            "started": time.time(),
            "read": [],
        }

    def progress(self, event: Mapping[str, Any]) -> None:
        """Take a progress event of the build; a file is read when another one is at hand."""
        before = self.value.get("file")
        if before and "reading" in self.value["stage"] and before != event.get("file"):
            self.value["read"].append(before)
        for key in ("stage", "file", "done", "total", "reading"):
            self.value[key] = event.get(key)
        self.write()

    def write(self, *, now: bool = False) -> None:
        """Write the file, unless it was just written."""
        if now or time.monotonic() - self._written >= WRITE_SECONDS:
            self._written = time.monotonic()
            with self._lock:
                write_json(self._file, {**self.value, "updated": time.time()})

    def end(self) -> None:
        """Say that the server ended, and end this process at once: nothing is written after."""
        with self._lock:
            stopped = {
                "state": "failed",
                "interrupted": True,
                "error": [
                    "服务已停止，索引中断；重新启动后会继续。",
                    "the server was stopped while indexing; it goes on when started again.",
                ],
            }
            if self.value["state"] == "running":
                write_json(self._file, {**self.value, **stopped, "updated": time.time()})
            os._exit(STOPPED)


def run(folder: Path) -> int:
    """Do what the request in ``folder`` says; return 0 when it was done."""
    if hasattr(os, "nice"):
        os.nice(NICE)
    status = Status(folder)
    threading.Thread(target=_end_with_server, args=(status,), daemon=True).start()
    with job_lock(folder):
        return _work(folder, status)


def _end_with_server(status: Status) -> None:
    while os.read(0, 1):
        pass
    status.end()


def _work(folder: Path, status: Status) -> int:
    from rag.settings import Settings
    from ui.web.job_request import apply_request

    status.write(now=True)
    try:
        request = read_json(folder / "request.json") or {}
        rows = apply_request(Settings.load(), request, status.progress)
    except YinzhengError as error:
        status.value.update(state="failed", error=[error.zh, error.en])
    except Exception as error:
        name = type(error).__name__
        status.value.update(
            state="failed",
            error=[
                f"索引未完成（{name}）；详情见日志。",
                f"indexing failed ({name}); see the log.",
            ],
        )
        status.write(now=True)
        raise
    else:
        status.value.update(state="done", papers=len(rows), result=_result(request, rows))
    status.write(now=True)
    return 0 if status.value["state"] == "done" else 1


def _result(request: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Count what became of the files and papers asked for, here and in the jobs just before."""
    asked = {*request.get("paths", ()), *request.get("reread", ())}
    found = [row["status"] for row in rows if {row["path"], row["id"]} & asked]
    refused = found.count("failed")
    here = {"indexed": len(found) - refused - found.count("duplicate"), "failed": refused}
    before = request.get("so_far", {})
    return {name: count + before.get(name, 0) for name, count in here.items()}


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1])))
