"""The worker process: requests in on standard input, events out, one JSON object a line.

Forked from ``ingest.mother`` or started as ``python -m ingest.worker``. Limits are set before a
PDF is opened. A request is ``{"do": "read" | "render", ...}``; an event is one of
``{"progress": {...}}``, ``{"document": ...}``, ``{"image": ...}``, ``{"error": {...}}``. The
worker ends when its standard input is closed, whatever it is doing: it never outlives the
process that asked.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import traceback
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from ingest.file_names import path_of
from ingest.limits import CPU_SECONDS, MEMORY, OCR_MEMORY

if TYPE_CHECKING:
    from ingest.pdf import ReadProgress

GONE = 70
LOGGED_FRAMES = 12


def main() -> None:
    """Answer requests until standard input is closed."""
    out = _private_output()
    set_limits()
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    while True:
        request = json.loads(requests.get())
        try:
            _answer(request, out)
        except MemoryError:
            os._exit(GONE)  # the parent says that memory ran out; nothing more can be trusted


def _listen(requests: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        requests.put(line)
    os._exit(0)


def _private_output() -> TextIO:
    """Keep standard output for events: what libraries print goes to standard error."""
    own = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(own, "w", encoding="utf-8")


def set_limits() -> None:
    """Bound memory and processor time and write no core file; nothing where that is unknown.

    The hard limit leaves OCR its larger share: ``allow_ocr`` moves the soft one up to it.
    """
    try:
        import resource
    except ImportError:  # Windows: only the time limit of the parent holds
        return
    _set(resource.RLIMIT_AS, MEMORY, OCR_MEMORY)
    _set(resource.RLIMIT_CORE, 0, 0)
    _set(resource.RLIMIT_CPU, CPU_SECONDS, None)


def allow_ocr() -> None:
    """Let this process use what OCR needs; the parent's clock bounds its time."""
    import resource

    _set(resource.RLIMIT_AS, OCR_MEMORY, OCR_MEMORY)
    _set(resource.RLIMIT_CPU, None, None)


def _set(kind: int, soft: int | None, hard: int | None) -> None:
    import resource

    now = resource.getrlimit(kind)[1]
    unlimited = resource.RLIM_INFINITY
    high = now if hard is None else (hard if now == unlimited else min(hard, now))
    low = high if soft is None else (soft if high == unlimited else min(soft, high))
    try:
        resource.setrlimit(kind, (low, high))
    except (ValueError, OSError):  # a system without this limit
        return


def _answer(request: Mapping[str, Any], out: TextIO) -> None:
    from ingest.errors import IngestError

    try:
        if request["do"] == "read":
            _read(request, out)
        else:
            _render(request, out)
    except IngestError as error:
        kind = type(error).__name__
        _emit(out, {"error": {"kind": kind, "zh": error.reason_zh, "en": error.reason_en}})
    except MemoryError:
        raise
    except Exception as error:  # a defect of ours: the parent names the class and logs the place
        kind = type(error).__name__
        _emit(out, {"error": {"kind": "", "zh": kind, "en": kind, "frames": _frames(error)}})


def _frames(error: BaseException) -> list[str]:
    """Return where an error was raised, outermost first; nothing of what was read is in it."""
    return [
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__, limit=-LOGGED_FRAMES)
    ]


def _emit(out: TextIO, event: Mapping[str, Any]) -> None:
    out.write(json.dumps(event, ensure_ascii=False, default=_fields) + "\n")
    out.flush()


def _fields(record: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a record as a mapping; what has no fields raises TypeError."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _read(request: Mapping[str, Any], out: TextIO) -> None:
    from ingest.reader import read_document

    stage = ""

    def tell(progress: ReadProgress) -> None:
        nonlocal stage
        if progress.stage == "ocr" and stage != "ocr":
            allow_ocr()
        stage = progress.stage
        _emit(out, {"progress": progress})

    document = read_document(
        path_of(request["path"]),
        ocr=request["ocr"],
        cache_dir=path_of(request["cache_dir"]),
        on_progress=tell,
    )
    _emit(out, {"document": document})


def _render(request: Mapping[str, Any], out: TextIO) -> None:
    import base64

    from ingest.engines import read_bytes
    from ingest.render import render_sized

    path = path_of(request["path"])
    png, width, height = render_sized(read_bytes(path), request["page"], request["dpi"], path=path)
    image = {"png": base64.b64encode(png).decode("ascii"), "width": width, "height": height}
    _emit(out, {"image": image})


if __name__ == "__main__":
    main()
