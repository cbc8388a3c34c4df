"""Indexing jobs: requests go in, one separate niced process works, a status file comes out.

The status lives on disk, so that a closed tab, a second tab or a second server all see the
same job. The process lives as long as its server: it ends when its standard input is closed,
and the next server takes its request up again.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ingest.file_names import path_of, stored_path

log = logging.getLogger(__name__)

NICE = 10
# -P: the folder that the server was started in is no place to import from.
COMMAND = (sys.executable, "-P", "-m", "ui.web.job_runner")
START_SECONDS = 10.0  # a process that has not said its id by then never began
END_SECONDS = 5.0
LOCK = "lock"  # held by the process for as long as it lives, freed by the kernel


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
        self._follows = False  # what is wanted was asked while another job was at work
        self._closed = False

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
            at_work = (read_json(self.folder / "status.json") or {}).get("state") == "running"
            self._follows = at_work or (self._follows and self._wanted is not None)
            self._wanted = _joined(self._wanted or {}, asked)
            self._start_if_free()

    def status(self) -> dict[str, Any] | None:
        """Return the last known status of the job, None when there never was one.

        ``asked`` are two requests: the one at work and the one that waits, {} for none.
        """
        with self._lock:
            self._start_if_free()
            wanted = self._wanted
        status = read_json(self.folder / "status.json")
        if status is None:
            return None
        if status.get("state") == "running" and not self._alive(status):
            status["state"] = "failed"
            status["error"] = [
                "索引进程意外结束；原有索引未受影响，请重试。",
                "the indexing process ended; the old index is unchanged. Try again.",
            ]
        status["waiting"] = wanted is not None
        at_work = read_json(self.folder / "request.json") if status["state"] == "running" else None
        status["asked"] = [at_work or {}, wanted or {}]
        return status

    def dismiss(self) -> None:
        """Forget a finished job."""
        status = self.status()
        if status is not None and status["state"] != "running":
            (self.folder / "status.json").unlink(missing_ok=True)

    def busy(self) -> bool:
        """Tell whether a job runs or waits."""
        return running(self.status())

    def resume(self) -> None:
        """Ask again for what the end of an earlier server broke off."""
        status = self.status()
        asked = read_json(self.folder / "request.json")
        if asked is not None and status is not None and status.get("interrupted"):
            self.request(
                paths=map(path_of, asked.get("paths", ())),
                remove=asked.get("remove", ()),
                reread=asked.get("reread", ()),
            )

    def close(self) -> None:
        """End the process; the work cache keeps what it has done, ``resume`` what was asked."""
        with self._lock:
            self._closed = True
            process = self._process
            if self._wanted is not None:
                running_now = read_json(self.folder / "request.json") or {}
                write_json(self.folder / "request.json", _joined(running_now, self._wanted))
                self._wanted = None
        if process is None or process.poll() is not None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _alive(self, status: dict[str, Any]) -> bool:
        own = self._process
        if own is not None and status.get("pid", own.pid) == own.pid:
            return own.poll() is None
        if "pid" in status:  # of another server; the id may be taken again, the lock may not
            return _is_held(self.folder / LOCK)
        return time.time() - float(status.get("updated", 0)) < START_SECONDS

    def _start_if_free(self) -> None:
        if self._closed or self._wanted is None:
            return
        if self._process is not None and self._process.poll() is None:
            return
        status = read_json(self.folder / "status.json")
        if status is not None and status.get("state") == "running" and self._alive(status):
            return  # a process of another server is at work
        self.folder.mkdir(parents=True, exist_ok=True)
        so_far = status.get("result") if status is not None and self._follows else None
        extra = {"so_far": so_far} if so_far else {}
        write_json(self.folder / "request.json", {**self._wanted, **extra})
        write_json(
            self.folder / "status.json",
            {"state": "running", "stage": "start", "updated": time.time(), "started": time.time()},
        )
        self._wanted, self._follows = None, False
        with (self.folder / "log.txt").open("ab") as output:
            self._process = subprocess.Popen(
                [*self._command, str(self.folder)],
                stdin=subprocess.PIPE,
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


def _joined(first: dict[str, Any], second: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return two requests as one, each thing asked once."""
    return {
        key: list(dict.fromkeys([*first.get(key, ()), *values])) for key, values in second.items()
    }


@contextmanager
def job_lock(folder: Path) -> Iterator[None]:
    """Be the indexing process of ``folder``; waits while another one is."""
    with open(folder / LOCK, "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _is_held(file: Path) -> bool:
    try:
        with file.open("rb") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False


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
