"""Processes for workers: forked from one that has the readers imported, or fresh interpreters.

The process that workers are forked from never opens a PDF (``ingest.mother``), so that each
worker is as clean as a fresh one, without the third of a second that importing takes. This
process, which has threads and secrets, is never forked.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import select
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Protocol

import ingest

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
# What the mother of the workers needs of a system, and how long she may take to start.
_FORKS = all(hasattr(os, name) for name in ("fork", "pidfd_open", "killpg"))
_MOTHER_SECONDS = 60.0
_NUMBER = 8

log = logging.getLogger(__name__)


def import_path() -> str:
    """Return PYTHONPATH for a process of ours started with -P: it finds what this one found.

    The folder that a command happens to be run in is not on it: a ``numpy.py`` there is not ours.
    """
    root = str(Path(ingest.__file__).resolve().parent.parent)
    return os.pathsep.join([root, *filter(None, sys.path)])


def _environment() -> dict[str, str]:
    environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    environment["OPENBLAS_NUM_THREADS"] = "1"  # no thread pool for a few small matrices
    environment["PYTHONPATH"] = import_path()
    return environment


class Process(Protocol):
    """A running worker: ``asked`` and ``heard`` are its standard input and output."""

    pid: int
    asked: IO[bytes]
    heard: IO[bytes]

    def is_over(self) -> bool:
        """Tell whether it has ended."""

    def wait(self) -> None:
        """Wait for its end and let its number go."""


class _Fresh:
    """A worker that is a new interpreter."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "ingest.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self.pid, self.asked, self.heard = (
            self._process.pid,
            self._process.stdin,
            self._process.stdout,
        )

    def is_over(self) -> bool:
        return self._process.poll() is not None

    def wait(self) -> None:
        self._process.wait()


class _Forked:
    """A worker born of the mother process; its number stays its own until ``wait``."""

    def __init__(self, mother: _Mother) -> None:
        self._mother = mother
        read_end, asked = os.pipe()
        heard, write_end = os.pipe()
        try:
            self.pid = mother.bear(read_end, write_end)
            self._watch = os.pidfd_open(self.pid)
        except BaseException:
            os.close(asked)
            os.close(heard)
            raise
        finally:
            os.close(read_end)
            os.close(write_end)
        self.asked: IO[bytes] = os.fdopen(asked, "wb")
        self.heard: IO[bytes] = os.fdopen(heard, "rb")
        self._over = False

    def is_over(self) -> bool:
        # Once over it stays so: the descriptor may be closed by then.
        self._over = self._over or bool(select.select([self._watch], [], [], 0)[0])
        return self._over

    def wait(self) -> None:
        if self._watch < 0:
            return
        select.select([self._watch], [], [])
        self._over = True
        os.close(self._watch)
        self._watch = -1
        self._mother.bury(self.pid)


class _Mother:
    """The process that workers are forked from: one, started for the first of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def bear(self, read_end: int, write_end: int) -> int:
        """Return the number of a new worker with these ends of pipes; OSError if none comes."""
        with self._lock:
            try:
                if self._process is None or self._process.poll() is not None:
                    self._start()
                assert self._socket is not None
                socket.send_fds(self._socket, [b"+"], [read_end, write_end])
                return self._number()
            except OSError:
                self._end()
                raise

    def bury(self, pid: int) -> None:
        """Let the number of a worker that is over go."""
        with self._lock, contextlib.suppress(OSError):
            if self._socket is not None:
                self._socket.sendall(pid.to_bytes(_NUMBER, "little"))
                self._number()

    def close(self) -> None:
        """End the process; the next worker starts another."""
        with self._lock:
            self._end()

    def _start(self) -> None:
        self._end()
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "ingest.mother", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        ours.settimeout(_MOTHER_SECONDS)
        self._socket = ours

    def _number(self) -> int:
        assert self._socket is not None
        found = self._socket.recv(_NUMBER, socket.MSG_WAITALL)
        if len(found) < _NUMBER:
            raise OSError("the process that starts workers is gone")
        return int.from_bytes(found, "little")

    def _end(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
            self._process = None


_mother = _Mother()
atexit.register(_mother.close)


def new_process(fresh: bool) -> Process:
    """Start a worker; ``fresh``, or where none can be forked, as a new interpreter."""
    if _FORKS and not fresh:
        try:
            return _Forked(_mother)
        except OSError as error:
            log.info("a worker could not be forked: %s", type(error).__name__)
    return _Fresh()
