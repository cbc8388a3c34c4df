"""Fault tests of the library on disk: processes killed, disks filled, files damaged.

Each has a negative control, a store without the safeguard, that shows the test can fail
(``make faults``).
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

import pytest

import index.build
import index.store
import index.writer
from index.snapshot import Snapshot
from index.store import current_id, read_manifest
from index.upkeep import rollback
from ingest.errors import DiskFull, LibraryError, LibraryLocked, LibraryMissing, SnapshotCorrupt
from tests.library_driver import build, check, write_papers

pytestmark = pytest.mark.faults
ROOT = Path(__file__).resolve().parent.parent


class Driver:
    """Talks to ``tests.library_driver``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.library_driver"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout.readline() == "ready\n"

    def start(self, **command: object) -> tuple[int, Path]:
        """Begin a command; return its process and the file that its answer will be in."""
        out = self._folder / f"answer{next(self._numbers)}.json"
        named = {key: str(v) if isinstance(v, Path) else v for key, v in command.items()}
        print(json.dumps({**named, "out": str(out)}), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline()), out

    def answer(self, out: Path, timeout: float = 120) -> dict:
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                return json.loads(out.read_text())
            except (OSError, ValueError):
                time.sleep(0.005)
        raise AssertionError("no answer")

    def run(self, **command: object) -> dict:
        return self.answer(self.start(**command)[1])

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(10)


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    driver = Driver(tmp_path_factory.mktemp("answers"))
    yield driver
    driver.close()


def version_of(library: Path) -> int | None:
    """Return the version that a library holds, None for none yet; raises when it is broken."""
    try:
        return check(library)
    except LibraryMissing:
        return None


def is_gone(pid: int) -> bool:
    """True once a process and all its threads have ended, so that its lock is free."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        return state == "Z" and len(os.listdir(f"/proc/{pid}/task")) <= 1
    except OSError:
        return True


def kill_one(driver, library, papers, version, seconds, generator, **options):
    """Start a reindex, kill it at a random moment; return (before the commit, what broke)."""
    before = version - 1 if (library / "CURRENT").exists() else None
    write_papers(papers, version)
    pid, _ = driver.start(do="build", library=library, folder=papers, **options)
    time.sleep(generator.uniform(0, seconds))
    os.kill(pid, signal.SIGKILL)
    while not is_gone(pid):
        time.sleep(0.001)
    try:
        now = version_of(library)
    except Exception as error:
        return True, f"{type(error).__name__}: {error}"
    if now not in (before, version):
        return True, f"version {now} after {before} -> {version}"
    return now == before, ""


def seconds_of_a_build(driver, library, papers, version):
    write_papers(papers, version)
    started = time.monotonic()
    answer = driver.run(do="build", library=library, folder=papers)
    assert "snapshot" in answer, answer
    return time.monotonic() - started


def test_forty_kills_while_reindexing(driver, tmp_path, capsys):
    library, papers = tmp_path / "library", tmp_path / "papers"
    generator = random.Random(11)
    seconds_of_a_build(driver, library, papers, 1)
    early, version = 0, 1
    for kill in range(40):
        version += 1
        if kill % 10 == 0:  # how fast the machine is now
            seconds = seconds_of_a_build(driver, library, papers, version)
            version += 1
        before, broken = kill_one(driver, library, papers, version, seconds * 1.6, generator)
        assert not broken
        early += before
        if before:
            # The work of the killed build is taken up, and its leftovers are gone.
            told = driver.run(do="build", library=library, folder=papers)
            assert "snapshot" in told, told
            assert check(library) == version
            assert not list(library.glob("snapshots/tmp-*")) and not (library / "work").exists()
    with capsys.disabled():
        print(f"\n40 kills in {seconds:.2f} s builds, {early} before the commit: 0 lost")
    driver.run(do="build", library=library, folder=papers)
    assert 5 <= early <= 39
    assert len(list(library.glob("snapshots/snap-*"))) <= 3


def test_ten_kills_in_the_very_first_index(driver, tmp_path, capsys):
    generator = random.Random(12)
    seconds = seconds_of_a_build(driver, tmp_path / "warm", tmp_path / "papers", 1)
    early = 0
    for number in range(10):
        library, papers = tmp_path / f"library{number}", tmp_path / f"papers{number}"
        before, broken = kill_one(driver, library, papers, 1, seconds * 1.15, generator)
        assert not broken
        early += before
        assert "snapshot" in (told := driver.run(do="build", library=library, folder=papers)), told
        assert check(library) == 1
    with capsys.disabled():
        print(f"\n10 kills in the first index, {early} before the commit: 0 lost")
    assert early >= 3


def test_kills_break_a_store_that_writes_in_place(driver, tmp_path, capsys):
    library, papers = tmp_path / "library", tmp_path / "papers"
    generator = random.Random(13)
    seconds = seconds_of_a_build(driver, library, papers, 1)
    broken = 0
    for version in range(2, 17):
        _, text = kill_one(driver, library, papers, version, seconds, generator, in_place=True)
        broken += bool(text)
        shutil.rmtree(library)
        write_papers(papers, version)
        driver.run(do="build", library=library, folder=papers, in_place=True)
    with capsys.disabled():
        print(f"\nnegative control, in place: {broken} of 15 kills left a broken library")
    assert broken >= 2


def read_while_reindexing(driver, tmp_path, rounds, **options):
    library, papers = tmp_path / "library", tmp_path / "papers"
    write_papers(papers, 1)
    driver.run(do="build", library=library, folder=papers, **options)
    stop = tmp_path / "stop"
    readers = [
        driver.start(do="read", library=library, folder=papers, stop=stop)[1] for _ in range(3)
    ]
    try:
        told = driver.run(
            do="rounds", library=library, folder=papers, first=2, rounds=rounds, **options
        )
    finally:
        stop.touch()
    assert told == {"rounds": rounds}
    answers = [driver.answer(out) for out in readers]
    errors = [text for answer in answers for text in answer["errors"]]
    return sum(answer["good"] for answer in answers), errors


def test_three_readers_during_twenty_reindexes(driver, tmp_path, capsys):
    good, errors = read_while_reindexing(driver, tmp_path, 20)
    with capsys.disabled():
        print(f"\n20 reindexes, 3 readers: {good} reads, {len(errors)} torn or failed")
    assert not errors and good >= 20


def test_readers_find_a_store_that_writes_in_place_torn(driver, tmp_path, capsys):
    good, errors = read_while_reindexing(driver, tmp_path, 5, in_place=True)
    with capsys.disabled():
        print(f"\nnegative control, in place: {good} reads good, {len(errors)} torn or failed")
    assert errors


@pytest.fixture(scope="module")
def fake_library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fake")
    for version in (1, 2):
        write_papers(folder / "papers", version)
        build(folder / "library", folder / "papers")
    return folder / "library"


@pytest.fixture
def library(fake_library, tmp_path):
    shutil.copytree(fake_library, tmp_path / "library")
    return tmp_path / "library"


def files_of(library: Path) -> list[Path]:
    folder = library / "snapshots" / str(current_id(library))
    return sorted(file for file in folder.rglob("*") if file.is_file())


def flipped(data: bytes, generator: random.Random) -> bytes:
    changed = bytearray(data)
    changed[generator.randrange(len(data))] ^= 1 << generator.randrange(8)
    return bytes(changed)


def refused(library: Path) -> bool:
    try:
        Snapshot.open(library).close()
    except LibraryError:
        return True
    return False


def damaged_opens(library: Path, flips: int, cuts: int, opened_damaged) -> list[str]:
    """Damage file after file; return those that ``opened_damaged`` says were taken."""
    generator, taken = random.Random(7), []
    files = [*files_of(library), library / "CURRENT"]
    for number in range(flips + cuts):
        file = files[number % len(files)]
        good = file.read_bytes()
        cut = number >= flips
        file.write_bytes(
            good[: generator.randrange(len(good))] if cut else flipped(good, generator)
        )
        if opened_damaged(library):
            taken.append(f"{file.name} {'cut' if cut else 'flipped'}")
        file.write_bytes(good)
    return taken


def test_every_bit_flip_and_truncation_is_refused(library):
    kinds = {file.name for file in files_of(library)}
    assert {"index.faiss", "children.i8", "rows.i32", "passages.records", "manifest.json"} <= kinds
    assert damaged_opens(library, 200, 44, lambda path: not refused(path)) == []
    assert check(library) == 2


def test_damage_goes_unseen_without_checksums(library):
    def opens(path: Path) -> bool:
        try:
            manifest = read_manifest(path)
            Snapshot(path / "snapshots" / manifest.snapshot, manifest, dense=False).close()
        except Exception:
            return False
        return True

    assert len(damaged_opens(library, 60, 0, opens)) >= 10


def test_the_snapshot_before_is_offered_and_whole(library):
    file = next(file for file in files_of(library) if file.name == "index.faiss")
    file.write_bytes(flipped(file.read_bytes(), random.Random(1)))
    with pytest.raises(SnapshotCorrupt, match="rollback"):
        Snapshot.open(library)
    rollback(library)
    assert check(library) == 1


def test_rollback_passes_over_a_damaged_snapshot(tmp_path):
    library, papers = tmp_path / "library", tmp_path / "papers"
    for version in (1, 2, 3):
        write_papers(papers, version)
        build(library, papers)
    middle = sorted(library.glob("snapshots/snap-*"))[1] / "passages.records"
    middle.write_bytes(flipped(middle.read_bytes(), random.Random(2)))
    rollback(library)
    assert check(library) == 1


def test_a_full_disk_keeps_the_old_index(driver, tmp_path):
    library, papers = tmp_path / "library", tmp_path / "papers"
    write_papers(papers, 1)
    build(library, papers)
    sizes = sorted(file.stat().st_size for file in files_of(library))
    write_papers(papers, 2)
    seen = set()
    for limit in (64, 300, sizes[-1] // 4, sizes[-2] - 1, sizes[-1] - 1):
        told = driver.run(do="build", library=library, folder=papers, file_limit=limit)
        seen.add(told.get("error"))
        assert check(library) == 1, told
        assert not list(library.glob("snapshots/tmp-*"))
    assert seen == {"DiskFull"}
    assert "free" in str(told["text"]).lower()
    build(library, papers)
    assert check(library) == 2


@pytest.mark.parametrize("number", range(0, 24, 3))
def test_a_disk_that_fills_while_flushing_is_named(number, tmp_path, monkeypatch):
    library, papers = tmp_path / "library", tmp_path / "papers"
    write_papers(papers, 1)
    build(library, papers)
    write_papers(papers, 2)
    calls = count()

    def full(path: Path) -> None:
        if next(calls) == number:
            raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(index.writer, "sync", full)
    with pytest.raises(DiskFull):
        build(library, papers)
    monkeypatch.undo()
    assert check(library) == 1 and not list(library.glob("snapshots/tmp-*"))


def test_a_full_disk_breaks_a_store_that_writes_in_place(driver, tmp_path):
    library, papers = tmp_path / "library", tmp_path / "papers"
    write_papers(papers, 1)
    driver.run(do="build", library=library, folder=papers, in_place=True)
    sizes = sorted(file.stat().st_size for file in files_of(library))
    write_papers(papers, 2)
    driver.run(do="build", library=library, folder=papers, in_place=True, file_limit=sizes[-1] - 1)
    with pytest.raises((LibraryError, AssertionError)):
        check(library)


def three_writers(driver, tmp_path, **options) -> list[dict]:
    library, papers = tmp_path / "library", tmp_path / "papers"
    write_papers(papers, 1)
    build(library, papers)
    write_papers(papers, 2)
    outs = [
        driver.start(do="build", library=library, folder=papers, **options)[1] for _ in range(3)
    ]
    return [driver.answer(out) for out in outs]


def test_one_of_three_writers_works_and_the_others_are_told(driver, tmp_path):
    told = three_writers(driver, tmp_path)
    assert check(tmp_path / "library") == 2
    errors = [answer for answer in told if "error" in answer]
    assert {answer["error"] for answer in errors} == {"LibraryLocked"} and len(errors) == 2
    assert all("another process (" in answer["text"] for answer in errors)


def test_without_the_lock_three_writers_collide(driver, tmp_path):
    told = three_writers(driver, tmp_path, unlocked=True)
    assert [answer.get("error") for answer in told].count("LibraryLocked") == 0
    broken = [answer for answer in told if "error" in answer]
    try:
        check(tmp_path / "library")
    except Exception as error:
        broken.append({"error": str(error)})
    assert broken, "three writers without a lock should have hurt each other"


def test_the_lock_of_a_dead_process_is_free(driver, tmp_path):
    library, papers = tmp_path / "library", tmp_path / "papers"
    write_papers(papers, 1)
    pid, _ = driver.start(do="build", library=library, folder=papers)
    deadline = time.monotonic() + 20
    while not (library / "LOCK").exists() and time.monotonic() < deadline:
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    while not is_gone(pid):
        time.sleep(0.001)
    build(library, papers)
    assert check(library) == 1
    with index.store.writer_lock(library), pytest.raises(LibraryLocked, match=str(os.getpid())):
        build(library, papers)


class Recorder:
    """Records flushes and renames in order, with the size that a file had when flushed."""

    def __init__(self, monkeypatch, library: Path, *, flush: bool = True) -> None:
        self.calls: list[tuple[str, str, int]] = []
        self._library = library
        self._flush = flush
        self._fsync, self._replace = os.fsync, os.replace
        monkeypatch.setattr(os, "fsync", self.fsync)
        monkeypatch.setattr(os, "replace", self.replace)

    def fsync(self, descriptor: int) -> None:
        if self._flush:
            path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
            size = 0 if path.is_dir() else path.stat().st_size
            self.calls.append(("fsync", str(path.relative_to(self._library)), size))
            self._fsync(descriptor)

    def replace(self, source, target) -> None:
        name = str(Path(source).relative_to(self._library))
        self.calls.append(("rename", name, 0))
        self._replace(source, target)


def order_faults(calls: list[tuple[str, str, int]], library: Path) -> list[str]:
    """Return what is wrong with the order in which a snapshot was made durable."""
    name = current_id(library)
    renames = [i for i, (kind, path, _) in enumerate(calls) if kind == "rename"]
    moved = next(i for i in renames if calls[i][1] == f"snapshots/tmp-{name}")
    swapped = next(i for i in renames if calls[i][1] == "CURRENT.tmp")
    faults = []

    def flushed(path: str, start: int, end: int, size: int | None = None) -> None:
        hits = [c for c in calls[start:end] if c[0] == "fsync" and c[1] == path]
        if not hits or (size is not None and hits[-1][2] != size):
            faults.append(path)

    folder = library / "snapshots" / str(name)
    for path in folder.rglob("*"):
        inside = f"snapshots/tmp-{name}/{path.relative_to(folder)}"
        flushed(inside, 0, moved, None if path.is_dir() else path.stat().st_size)
    flushed(f"snapshots/tmp-{name}", 0, moved)
    flushed("snapshots", moved, swapped)
    flushed("CURRENT.tmp", moved, swapped, (library / "CURRENT").stat().st_size)
    flushed(".", swapped, len(calls))
    if not moved < swapped or renames[-1] != swapped:
        faults.append("CURRENT is not replaced last")
    return faults


def test_all_is_flushed_before_it_is_named(tmp_path, monkeypatch):
    library, papers = tmp_path / "library", tmp_path / "papers"
    write_papers(papers, 1)
    recorder = Recorder(monkeypatch, library)
    build(library, papers)
    assert order_faults(recorder.calls, library) == []
    assert sum(kind == "fsync" for kind, _, _ in recorder.calls) > 20


def test_missing_flushes_are_seen(tmp_path, monkeypatch):
    library, papers = tmp_path / "library", tmp_path / "papers"
    write_papers(papers, 1)
    recorder = Recorder(monkeypatch, library, flush=False)
    build(library, papers)
    assert len(order_faults(recorder.calls, library)) > 20
