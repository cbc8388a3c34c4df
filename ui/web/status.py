"""What the page must know about engine, library and jobs, as one JSON value with a version."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from rag.documents import pdf_installed
from ui.web.desk import Desk
from ui.web.jobs import running
from ui.web.removals import UNDO_SECONDS
from ui.web.uploads import MAX_FILE


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
        "job": _job_json(job),
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


def _job_json(job: dict[str, Any] | None) -> dict[str, Any] | None:
    if job is None:
        return None
    place = ("state", "stage", "file", "done", "total", "reading")
    rest = ("error", "waiting", "papers", "started")
    return {key: job.get(key) for key in (*place, *rest)}
