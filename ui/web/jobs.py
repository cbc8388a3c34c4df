"""Indexing jobs: requests go in, one separate niced process works, a status file comes out.

The status lives on disk, so that a closed tab, a second tab or a restarted server all see
the same job.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ingest.file_names import stored_path

log = logging.getLogger(__name__)

NICE = 10
COMMAND = (sys.executable, "-m", "ui.web.job_runner")
STALE_SECONDS = 10.0  # a status without a living process for so long has died


class Jobs:
    """At most one indexing process at a time; what is asked meanwhile runs after it.

    ``folder`` holds ``request.json`` (what the process is to do) and ``status.json`` (how
    far it is). ``environment`` is the process's whole environment; ``command`` is run with
    the folder as its argument.
    """

    def __init__(
        self,
        folder: Path,
        *,
        environment: dict[str, str],
        command: Sequence[str] = COMMAND,
    ) -> None:
        self.folder = folder
        self._environment = environment
        self._command = tuple(command)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._wanted: dict[str, list[str]] | None = None

    def request(
        self,
        *,
        paths: Iterable[Path] = (),
        remove: Iterable[str] = (),
        reread: Iterable[str] = (),
    ) -> None:
        """Index ``paths`` and all that is known, after removing and re-reading paper ids."""
        asked = {
            "paths": [stored_path(path) for path in paths],
            "remove": list(remove),
            "reread": list(reread),
        }
        with self._lock:
            if self._wanted is None:
                self._wanted = asked
            else:
                for key, values in asked.items():
                    self._wanted[key] = list(dict.fromkeys([*self._wanted[key], *values]))
            self._start_if_free()

    def status(self) -> dict[str, Any] | None:
        """Return the last known status of the job, None when there never was one."""
        with self._lock:
            self._start_if_free()
            waiting = self._wanted is not None
        status = read_json(self.folder / "status.json")
        if status is None:
            return None
        if status.get("state") == "running" and not self._alive(status):
            status["state"] = "failed"
            status["error"] = [
                "索引进程意外结束；原有索引未受影响，请重试。",
                "the indexing process ended; the old index is unchanged. Try again.",
            ]
        status["waiting"] = waiting
        return status

    def dismiss(self) -> None:
        """Forget a finished job."""
        status = self.status()
        if status is not None and status["state"] != "running":
            (self.folder / "status.json").unlink(missing_ok=True)

    def busy(self) -> bool:
        """Tell whether a job runs or waits."""
        return running(self.status())

    def _alive(self, status: dict[str, Any]) -> bool:
        if self._process is not None:
            return self._process.poll() is None
        # A process of an earlier server: alive while it writes, or while its id is taken.
        if time.time() - float(status.get("updated", 0)) < STALE_SECONDS:
            return True
        try:
            os.kill(int(status["pid"]), 0)
        except (OSError, ValueError, KeyError):
            return False
        return True

    def _start_if_free(self) -> None:
        if self._wanted is None or (self._process is not None and self._process.poll() is None):
            return
        status = read_json(self.folder / "status.json")
        if status is not None and status.get("state") == "running" and self._alive(status):
            return  # a process of an earlier server is still at work
        self.folder.mkdir(parents=True, exist_ok=True)
        write_json(self.folder / "request.json", self._wanted)
        write_json(
            self.folder / "status.json",
            {"state": "running", "stage": "start", "updated": time.time(), "started": time.time()},
        )
        self._wanted = None
        with (self.folder / "log.txt").open("ab") as output:
            self._process = subprocess.Popen(
                [*self._command, str(self.folder)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self._environment,
                start_new_session=True,
            )
        threading.Thread(target=self._go_on, args=(self._process,), daemon=True).start()

    def _go_on(self, process: subprocess.Popen[bytes]) -> None:
        """Start what was asked meanwhile, also when no page is open to look."""
        process.wait()
        with self._lock:
            self._start_if_free()


def running(status: dict[str, Any] | None) -> bool:
    """Tell whether the job of ``status`` runs or another one waits."""
    return status is not None and (status["state"] == "running" or bool(status["waiting"]))


def read_json(file: Path) -> dict[str, Any] | None:
    """Return the JSON object in ``file``; None when it is absent or not one."""
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def write_json(file: Path, value: dict[str, Any]) -> None:
    """Write ``value`` so that a reader sees the old file or the new one, never a part."""
    fresh = file.with_suffix(f".{os.getpid()}.tmp")
    fresh.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    fresh.replace(file)
