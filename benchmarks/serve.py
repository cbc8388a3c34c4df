"""The real server under load over HTTP, with the real encoders: ``make bench-serve``.

Prints p50, p95 and throughput for 1, 4, 8 and 16 users, without and with reindexing running,
what happens when more wait than the queue holds, and the server's memory over 20 new
snapshots. Each user asks the next question as soon as the last is answered.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent
USERS = (1, 4, 8, 16)
CROWD = 90  # more than run and wait together
SWAPS = 20
TIMEOUT = 120.0


@dataclass(slots=True)
class Load:
    """What the users of one run saw; times in seconds."""

    times: list[float] = field(default_factory=list)
    busy: int = 0
    errors: list[str] = field(default_factory=list)
    snapshots: set[str] = field(default_factory=set)

    def percentile(self, share: float) -> float:
        """Return the time that ``share`` of the answers took at most."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its address and its process id."""

    address: str
    pid: int

    def memory(self) -> float:
        """Return the resident memory in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) / 1024 if found else 0.0


def command(*arguments: str | Path) -> list[str]:
    """Return the command line of ``yinzheng`` with ``arguments``."""
    return [sys.executable, "-m", "ui.cli", *map(str, arguments)]


@contextmanager
def starting(library: Path) -> Iterator[tuple[str, int]]:
    """Run ``yinzheng ui`` on ``library``; yield its address and process id once it answers."""
    process = subprocess.Popen(
        command("ui", "--library", library, "--port", "0", "--no-browser"),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        if found is None:
            raise SystemExit("the server did not start")
        yield found[0], process.pid
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def serving(library: Path) -> Iterator[Server]:
    """Run the server until its models are loaded, then yield it."""
    with starting(library) as (address, pid):
        server, first = Server(address, pid), Load()
        with client(server) as http:
            ask(http, questions()[0], first)
        if first.errors:
            raise SystemExit(f"the first question failed: {first.errors}")
        yield server


def print_start(library: Path) -> None:
    """Print how long it takes from the start of the process until the page can be used."""
    from playwright.sync_api import sync_playwright

    browser_path = shutil.which("chromium") or shutil.which("chromium-browser")
    started = time.monotonic()
    with starting(library) as (address, _):
        answering = time.monotonic() - started
        if browser_path is None:
            print(f"start: answers after {answering:.1f} s (no Chromium to open the page)\n")
            return
        with sync_playwright() as driver:
            browser = driver.chromium.launch(
                executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"]
            )
            context, seconds = browser.new_context(), []
            for _ in range(2):
                before = time.monotonic()
                page = context.new_page()
                page.goto(address)
                page.wait_for_selector("html[data-ready=true]", state="attached")
                seconds.append(time.monotonic() - before)
            browser.close()
    print(
        f"start: answers after {answering:.1f} s; page usable {seconds[0]:.1f} s later, "
        f"the second time after {seconds[1]:.1f} s\n"
    )


def client(server: Server) -> httpx.Client:
    """Return a client of ``server`` that ignores proxies of the machine."""
    return httpx.Client(base_url=server.address, timeout=TIMEOUT, trust_env=False)


def questions() -> list[str]:
    """Return the answerable and unanswerable questions over the sample papers."""
    lines = (ROOT / "benchmarks" / "data" / "sample_questions.tsv").read_text("utf-8").splitlines()
    place = lines[0].split("\t").index("question")
    return [line.split("\t")[place] for line in lines[1:]]


def ask(http: httpx.Client, question: str, load: Load) -> None:
    """Ask over Gradio's API and read the stream until the answer is there."""
    started = time.perf_counter()
    try:
        joined = http.post("/gradio_api/call/ask", json={"data": [question]})
        if joined.status_code == 503:
            load.busy += 1
            return
        joined.raise_for_status()
        event = joined.json()["event_id"]
        text = http.get(f"/gradio_api/call/ask/{event}").text
    except httpx.HTTPError as error:
        load.errors.append(type(error).__name__)
        return
    if "event: complete" not in text or '"status"' not in text:
        if "queue" in text.lower() and "full" in text.lower():
            load.busy += 1
        else:
            load.errors.append(text[-200:])
        return
    load.times.append(time.perf_counter() - started)
    if found := re.search(r'"snapshot":\s*"([^"]+)"', text):
        load.snapshots.add(found[1])


def run_users(server: Server, users: int, seconds: float) -> Load:
    """Let ``users`` ask one question after another for ``seconds``."""
    load, asked = Load(), questions()
    end = time.monotonic() + seconds

    def user(number: int) -> None:
        with client(server) as http:
            turn = number
            while time.monotonic() < end:
                ask(http, asked[turn % len(asked)], load)
                turn += users

    together([lambda n=n: user(n) for n in range(users)])
    return load


def together(tasks: list[Callable[[], None]]) -> None:
    """Run all tasks at once, each in a thread, and wait for them."""
    threads = [threading.Thread(target=task) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextmanager
def reindexing(library: Path, wanted: bool) -> Iterator[None]:
    """Rebuild the library in full, again and again, niced as the page's own indexing is."""
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            subprocess.run(
                command("index", "--full", "--json", "--library", library),
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                preexec_fn=lambda: os.nice(10),
                check=False,
            )

    thread = threading.Thread(target=work)
    if wanted:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        if wanted:
            thread.join()


def swap(server: Server, library: Path) -> list[float]:
    """Make SWAPS new snapshots; return the server's memory after each is taken up."""
    memory = []
    pdfs = sorted((library / "extra").glob("*.pdf"))
    for number in range(SWAPS):
        moved = pdfs[0].with_name(f"copy-{number}.pdf")
        pdfs[0] = pdfs[0].rename(moved)
        subprocess.run(
            command("index", "--json", "--library", library, library / "extra"),
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
        )  # fmt: skip
        current = (library / "CURRENT").read_text().split()[0]
        load = Load()
        with client(server) as http:
            while current not in load.snapshots and not load.errors:
                ask(http, questions()[number], load)
        memory.append(server.memory())
    return memory


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="length of each run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        library = Path(place) / "library"
        (library / "extra").mkdir(parents=True)
        for pdf in (ROOT / "samples").glob("*.pdf"):
            shutil.copy(pdf, library / "extra")
        subprocess.run(
            command("index", "--library", library, library / "extra"), cwd=ROOT, check=True
        )
        with serving(library) as server:
            print(f"\n{os.cpu_count()} cores; load before: {os.getloadavg()[0]:.2f}\n")
            print_start(library)
            print("| users | reindexing | answers | p50 s | p95 s | answers/s | errors | MB |")
            print("|---|---|---|---|---|---|---|---|")
            for rebuilding in (False, True):
                with reindexing(library, rebuilding):
                    for users in USERS:
                        load = run_users(server, users, options.seconds)
                        row = (
                            users, "yes" if rebuilding else "no", len(load.times),
                            f"{load.percentile(0.5):.3f}", f"{load.percentile(0.95):.3f}",
                            f"{len(load.times) / options.seconds:.1f}",
                            len(load.errors) + load.busy, f"{server.memory():.0f}",
                        )  # fmt: skip
                        print("| " + " | ".join(map(str, row)) + " |", flush=True)
            crowd = Load()
            with client(server) as http:
                http.get("/healthz")
            asked = questions()

            def one(number: int) -> None:
                with client(server) as http:
                    ask(http, asked[number % len(asked)], crowd)

            together([lambda n=n: one(n) for n in range(CROWD)])
            print(
                f"\n{CROWD} at once: {len(crowd.times)} answered, {crowd.busy} told that it is "
                f"busy, {len(crowd.errors)} errors"
            )
            memory = swap(server, library)
            early, late = statistics.median(memory[:5]), statistics.median(memory[-5:])
            print(
                f"memory over {SWAPS} new snapshots: {early:.0f} -> {late:.0f} MB "
                f"({100 * (late / early - 1):+.1f} %)"
            )


if __name__ == "__main__":
    main()
