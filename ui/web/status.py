"""What the page must know about engine, library and jobs, as one JSON value with a version."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from ingest.file_names import path_of, shown_name
from rag.documents import pdf_installed
from ui.web.desk import Desk
from ui.web.jobs import running
from ui.web.removals import UNDO_SECONDS
from ui.web.rendering import ID_LENGTH
from ui.web.uploads import MAX_FILE

MOST_FILES = 50  # of a running job; all of them would travel twice a second


def library_status(desk: Desk) -> dict[str, Any]:
    """Return the value of the library panel; ``version`` changes when anything in it does.

    Also hands over to the indexing process what is due: removals past their undo time.
    """
    job = _hand_over_removals(desk)
    state = desk.engine.state
    value: dict[str, Any] = {
        "kind": "library",
        "engine": {"name": state.name, "message": list(state.message)},
        "papers": desk.library.rows(),
        "examples": desk.library.examples(),
        "job": _job_json(desk, job),
        "llm": desk.llm(),
        "pdf": pdf_installed(),
        "undo_seconds": UNDO_SECONDS,
        "max_mb": MAX_FILE // 1_000_000,
    }
    value["busy"] = state.name in ("starting", "loading", "updating") or running(job)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    value["version"] = hashlib.sha256(text.encode()).hexdigest()[:16]
    return value


def _hand_over_removals(desk: Desk) -> dict[str, Any] | None:
    """Ask for the removals that are due, unless a job is at work; return the job's status."""
    with desk.handing_over:
        job = desk.jobs.status()
        if running(job):
            return job
        if job is None or job["state"] != "done":
            desk.library.removals_ended()
        due = desk.library.hand_over()
        if not due:
            return job
        desk.jobs.request(remove=due)
        return desk.jobs.status()


def _job_json(desk: Desk, job: dict[str, Any] | None) -> dict[str, Any] | None:
    if job is None:
        return None
    files = _files(desk, job)
    place = ("state", "stage", "file", "done", "total", "reading")
    rest = ("error", "waiting", "papers", "started", "result")
    told = {key: job.get(key) for key in (*place, *rest)}
    return {**told, "files": files[:MOST_FILES], "more": max(0, len(files) - MOST_FILES)}


def _files(desk: Desk, job: dict[str, Any]) -> list[dict[str, str]]:
    """Return the files asked for with their state: first the one at hand, then those to come."""
    read = set(job.get("read") or ())
    found: dict[str, str] = {}
    for at_work, request in zip((True, False), job.get("asked", ()), strict=False):
        again = [desk.library.row(paper[:ID_LENGTH]) for paper in request.get("reread", ())]
        paths = [*map(path_of, request.get("paths", ())), *(row.path for row in again if row)]
        for name in map(shown_name, paths):
            state = "waiting"
            if at_work:
                state = "reading" if name == job.get("file") else "read" if name in read else state
            found.setdefault(name, state)
    order = ("reading", "waiting", "read")
    named = [{"name": name, "state": state} for name, state in found.items()]
    return sorted(named, key=lambda file: order.index(file["state"]))
