"""The process that workers are born of: the readers imported once, one fork for each PDF.

Started by ``ingest.processes`` as ``python -m ingest.mother FD``, FD a socket to the process that
asks. It opens no PDF, so that no PDF can harm it, and has one thread, so that it can fork. A
message with two descriptors (a worker's standard input and output) is answered with the worker's
number (8 bytes); a message of 8 bytes names a worker that is over, and is answered with the same.
It ends with its socket.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import sys

from ingest import worker

NUMBER = 8


def main() -> None:
    """Answer until the other side is gone."""
    asked = socket.socket(fileno=int(sys.argv[1]))
    _prepare()
    while True:
        message, descriptors, _, _ = socket.recv_fds(asked, NUMBER, 2)
        if not message:
            return
        if descriptors:
            pid = _fork(asked, descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
        else:
            pid = int.from_bytes(message, "little")
            with contextlib.suppress(OSError):  # none of ours
                os.waitpid(pid, 0)
        asked.sendall(pid.to_bytes(NUMBER, "little"))


def _prepare() -> None:
    """Import what reading needs; OCR is left to the workers that need it."""
    import ingest.reader
    import ingest.render  # noqa: F401

    gc.collect()
    gc.freeze()  # a worker's collections leave these pages alone, so that they stay shared


def _fork(asked: socket.socket, descriptors: list[int]) -> int:
    """Start a worker in a session of its own and return its number."""
    pid = os.fork()
    if pid:
        return pid
    try:
        asked.close()
        os.setsid()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        for target, descriptor in enumerate(descriptors):
            os.dup2(descriptor, target)
            os.close(descriptor)
        worker.main()
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
