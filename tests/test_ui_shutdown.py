"""The real server as a process of its own: what it started ends with it, however it ends."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from ui.web.opening import current_snapshot

# Prints its address, so that the test needs no port of its own choosing.
SERVER = """
import sys
from pathlib import Path
from rag.settings import Settings
from ui.server import serve
serve(Settings(library=Path(sys.argv[1])), port=0, on_ready=lambda url: print(url, flush=True))
"""


def descendants(pid: int) -> set[int]:
    """All processes that ``pid`` started, and what those started."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int(
                folder.joinpath("stat").read_text().rsplit(")", 1)[1].split()[1]
            )
        except (OSError, IndexError):
            continue
    found, grown = {pid}, True
    while grown:
        more = {child for child, parent in parents.items() if parent in found} - found
        found |= more
        grown = bool(more)
    return found - {pid}


def runs(pid: int) -> bool:
    """Tell whether ``pid`` is at work; one that only waits to be collected is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait(condition, seconds: float):
    limit = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < limit, "timed out"
        time.sleep(0.02)
    return found


@pytest.mark.faults
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.parametrize("way", [signal.SIGTERM, signal.SIGKILL])
def test_no_child_is_left_when_the_server_is_stopped(way, sample_library, samples, tmp_path):
    library = tmp_path / "library"
    shutil.copytree(sample_library, library)
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(library)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    try:
        url = server.stdout.readline().strip()
        with httpx.Client(base_url=url, timeout=60, trust_env=False) as http:
            from ui.web.catalogue import load_catalogue

            assert current_snapshot(library)
            row = load_catalogue(library).rows[0]
            image = wait(
                lambda: r if (r := http.get(f"/evidence/{row.id}/1.png")).is_success else None, 60
            )
            assert image.content[:4] == b"\x89PNG"
            # An upload of a paper starts the indexing process, which then has much to do.
            mine = {"x-yinzheng": "upload"}
            paper = samples[0].read_bytes() + b"\n% another file"
            taken = http.post("/library/files?name=a.pdf", content=paper, headers=mine)
            assert taken.is_success
            children = wait(lambda: c if len(c := descendants(server.pid)) >= 2 else None, 20)
        server.send_signal(way)
        server.wait(20)
        wait(lambda: not any(map(runs, children)), 10)
    finally:
        server.kill()
        server.wait()
        server.stdout.close()
