"""Indexing jobs: real processes, a status on disk, and what becomes of a killed one."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from rag.settings import Settings
from ui.web.job_request import apply_request
from ui.web.job_runner import _result
from ui.web.jobs import Jobs, job_lock, read_json, write_json
from ui.web.opening import job_environment

# Stands for the indexing process: notes its request and niceness, then works until told.
WORKER = """
import fcntl, json, os, pathlib, sys, time
folder = pathlib.Path(sys.argv[1])
lock = open(folder / "lock", "a")
fcntl.flock(lock, fcntl.LOCK_EX)
request = json.loads((folder / "request.json").read_text())
with (folder / "seen.jsonl").open("a") as out:
    out.write(json.dumps({"request": request, "session": os.getsid(0) == os.getpid()}) + "\\n")
def status(**value):
    part = folder / "part"
    part.write_text(json.dumps({"pid": os.getpid(), "updated": time.time(), **value}))
    part.replace(folder / "status.json")
status(state="running", stage="embedding", done=1, total=2)
while not (folder / "go").exists():
    time.sleep(0.01)
status(state="done", papers=1, result={"indexed": 1, "failed": 0})
"""

# The real process, with work that takes for ever.
STALLED = """
import pathlib, sys, time
import ui.web.job_request, ui.web.job_runner
ui.web.job_request.apply_request = lambda *given: time.sleep(60)
sys.exit(ui.web.job_runner.run(pathlib.Path(sys.argv[1])))
"""


@pytest.fixture
def jobs(tmp_path: Path):
    made = Jobs(tmp_path, environment=dict(os.environ), command=(sys.executable, "-c", WORKER))
    yield made
    (tmp_path / "go").touch()
    wait(lambda: not made.busy())


def wait(condition, seconds: float = 10.0):
    limit = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < limit, "timed out"
        time.sleep(0.01)
    return found


def seen(folder: Path) -> list[dict]:
    import json

    file = folder / "seen.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def test_requests_meanwhile_are_gathered_into_one_next_job(jobs, tmp_path):
    assert jobs.status() is None and not jobs.busy()
    jobs.request(paths=[Path("/a.pdf")])
    wait(lambda: (jobs.status() or {}).get("done") == 1)
    jobs.request(paths=[Path("/b.pdf")])
    jobs.request(paths=[Path("/c.pdf"), Path("/b.pdf")], remove=["x"])
    assert jobs.status()["waiting"] and len(seen(tmp_path)) == 1
    at_work, waits = jobs.status()["asked"]
    assert at_work["paths"] == ["/a.pdf"] and waits["paths"] == ["/b.pdf", "/c.pdf"]
    (tmp_path / "go").touch()
    # Nobody looks at the status here: the next one starts all the same.
    wait(lambda: len(seen(tmp_path)) == 2)
    first, second = seen(tmp_path)
    assert first["request"]["paths"] == ["/a.pdf"] and first["session"]
    assert second["request"] == {
        "paths": ["/b.pdf", "/c.pdf"],
        "remove": ["x"],
        "reread": [],
        "so_far": {"indexed": 1, "failed": 0},
    }
    wait(lambda: not jobs.busy())
    jobs.dismiss()
    assert jobs.status() is None


def test_the_report_of_a_job_counts_those_just_before_it(jobs, tmp_path):
    (tmp_path / "go").touch()
    jobs.request(paths=[Path("/a.pdf")])
    wait(lambda: not jobs.busy())
    jobs.request(paths=[Path("/b.pdf")])  # asked after the end: a report of its own
    wait(lambda: not jobs.busy())
    assert "so_far" not in seen(tmp_path)[1]["request"]
    rows = [
        {"path": "/b.pdf", "id": "1", "status": "indexed"},
        {"path": "/c.pdf", "id": "2", "status": "failed"},
        {"path": "/old.pdf", "id": "3", "status": "indexed"},
        {"path": "/d.pdf", "id": "4", "status": "partial"},
    ]
    request = {"paths": ["/b.pdf", "/c.pdf"], "reread": ["4"]}
    assert _result(request, rows) == {"indexed": 2, "failed": 1}
    so_far = {"so_far": {"indexed": 2, "failed": 1}}
    assert _result({"paths": ["/b.pdf"], **so_far}, rows) == {"indexed": 3, "failed": 1}


def test_another_server_sees_the_job_and_a_killed_one_is_reported(jobs, tmp_path):
    jobs.request(paths=[Path("/a.pdf")])
    status = wait(lambda: s if (s := jobs.status()) and s.get("pid") else None)
    other = Jobs(tmp_path, environment={}, command=(sys.executable, "-c", "raise SystemExit"))
    assert other.status()["state"] == "running" and other.busy()
    other.dismiss()  # a running job is not put away
    assert other.status() is not None
    os.kill(status["pid"], signal.SIGKILL)
    failed = wait(lambda: s if (s := jobs.status())["state"] == "failed" else None)
    assert "未受影响" in failed["error"][0]
    assert "unchanged" in failed["error"][1]


def test_a_process_id_taken_by_another_program_blocks_nothing(tmp_path):
    write_json(
        tmp_path / "status.json",
        {"state": "running", "pid": os.getpid(), "updated": time.time() - 60},
    )
    jobs = Jobs(tmp_path, environment=dict(os.environ), command=(sys.executable, "-c", WORKER))
    assert jobs.status()["state"] == "failed"
    (tmp_path / "go").touch()
    jobs.request(paths=[Path("/a.pdf")])
    wait(lambda: not jobs.busy())
    assert len(seen(tmp_path)) == 1
    with job_lock(tmp_path):
        write_json(tmp_path / "status.json", {"state": "running", "pid": 1, "updated": 0})
        assert jobs.busy()
    assert not jobs.busy()


def test_closing_ends_the_process_and_starts_no_other(jobs, tmp_path, monkeypatch):
    monkeypatch.setattr("ui.web.jobs.END_SECONDS", 0.2)  # this worker does not listen
    jobs.request(paths=[Path("/a.pdf")])
    pid = wait(lambda: (jobs.status() or {}).get("pid"))
    jobs.request(paths=[Path("/b.pdf")])
    jobs.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    time.sleep(0.1)
    assert len(seen(tmp_path)) == 1
    assert read_json(tmp_path / "request.json")["paths"] == ["/a.pdf", "/b.pdf"]  # for the next


def test_the_indexing_process_ends_with_its_server_and_goes_on_with_the_next(tmp_path):
    """The real process at long work, and its server closed."""
    folder = tmp_path / "library" / "jobs"
    folder.mkdir(parents=True)
    settings = Settings(library=tmp_path / "library")
    waiting = (sys.executable, "-P", "-c", STALLED)
    jobs = Jobs(folder, environment=job_environment(settings), command=waiting)
    jobs.request(paths=[tmp_path / "gone.pdf"])
    pid = wait(lambda: (jobs.status() or {}).get("pid"))
    started = time.monotonic()
    jobs.close()
    assert time.monotonic() - started < 4  # by itself, not by the signal
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    found = read_json(folder / "status.json")
    assert found["state"] == "failed" and found["interrupted"]
    following = Jobs(folder, environment=dict(os.environ), command=(sys.executable, "-c", WORKER))
    following.resume()
    request = wait(lambda: seen(folder))[0]["request"]
    assert request["paths"] == [str(tmp_path / "gone.pdf")]
    (folder / "go").touch()
    wait(lambda: not following.busy())
    following.resume()  # what is done is not done again
    assert len(seen(folder)) == 1


def test_a_folder_with_modules_of_its_own_is_not_imported_from(tmp_path, monkeypatch):
    """The user may start the page anywhere, also beside a ``ui`` or ``numpy.py`` of theirs."""
    here = tmp_path / "here"
    (here / "ui").mkdir(parents=True)
    for name in ("ui/__init__.py", "numpy.py", "json.py"):
        (here / name).write_text("raise SystemExit(9)")
    monkeypatch.chdir(here)
    settings = Settings(library=tmp_path / "library")
    jobs = Jobs(settings.library / "jobs", environment=job_environment(settings))
    jobs.request(remove=["0" * 64])
    wait(lambda: not jobs.busy(), 60)
    assert jobs.status()["state"] == "done"


def test_status_files_are_whole_or_old(tmp_path: Path):
    file = tmp_path / "status.json"
    assert read_json(file) is None
    file.write_text("[1]")
    assert read_json(file) is None
    write_json(file, {"zh": "好"})
    assert read_json(file) == {"zh": "好"} and list(tmp_path.iterdir()) == [file]


def test_the_process_gets_our_settings_and_no_secret(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("YINZHENG_LLM_API_KEY", "sk-secret")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    settings = Settings.load(library=tmp_path, parent_chars=300)
    environment = job_environment(settings)
    assert "sk-secret" not in str(environment) and "sk-other" not in str(environment)
    assert environment["YINZHENG_PARENT_CHARS"] == "300"
    assert environment["YINZHENG_LIBRARY"] == str(tmp_path)


def test_a_request_of_files_that_vanished_does_no_harm(tmp_path: Path):
    events: list = []
    request = {"paths": [str(tmp_path / "gone.pdf")], "remove": ["0" * 64], "reread": ["1" * 64]}
    assert apply_request(Settings(library=tmp_path / "library"), request, events.append) == []
