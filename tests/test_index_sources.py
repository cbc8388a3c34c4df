"""Builds again: drives that are unplugged, OCR that comes later, failed files, rollbacks."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

import index.build
from index.build import build_library
from index.shape import Shape
from index.snapshot import Snapshot
from index.store import current_id, read_manifest
from index.upkeep import remove_papers, rollback
from ingest.errors import LibraryError, LibraryMissing, OcrNeeded, UnreadablePdf
from ingest.workers import Worker
from tests.library_driver import FakeEmbedder, read_paper

OLD = 1_600_000_000_000_000_000


class Shelf:
    """A library of two folders; scans are files with "scan" in their name."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.library, self.drive, self.home = (folder / n for n in ("library", "drive", "home"))
        self.read: list[str] = []
        self.ocr = True
        monkeypatch.setattr(index.build, "ocr_installed", lambda: self.installed)
        self.installed = True
        self.put(self.drive / "a.pdf", 1)
        self.put(self.drive / "b.pdf", 2)
        self.put(self.home / "c.pdf", 3)

    def put(self, path: Path, number: int, *, old: bool = True) -> Path:
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"version": 1, "number": number}))
        if old:
            os.utime(path, ns=(OLD + number, OLD + number))
        return path

    def reader(self, path: Path, *, ocr: bool = True, on_progress=None):
        self.read.append(path.name)
        seen = ocr and self.installed
        if "bad" in path.name:
            raise UnreadablePdf(path, "坏", "bad")
        if "scan" in path.name and not seen:
            raise OcrNeeded(path, "扫描件", "a scan")
        document = read_paper(path)
        if "mixed" not in path.name:
            return document
        if seen:
            return document
        return replace(document, blocks=document.blocks[:6], failed_pages=(2,), unread=(2,))

    def build(self, *paths: Path, full: bool = False, ocr: bool = True, model: int = 16):
        self.read = []
        return build_library(
            self.library,
            paths,
            encoders=lambda: (FakeEmbedder(model),),
            shape=Shape(parent_chars=200, child_chars=60),
            full=full,
            ocr=ocr,
            read=self.reader,
        )

    def held(self) -> set[str]:
        with Snapshot.open(self.library) as snapshot:
            assert snapshot.manifest.passages == sum(e.passages for e in snapshot.manifest.papers if e.status != "duplicate")  # fmt: skip
            return {paper.file for paper in snapshot.papers.values()}


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    return Shelf(tmp_path, monkeypatch)


def entries(report):
    return {Path(e.path).name: e for e in report.papers}


def test_an_unplugged_drive_keeps_its_papers(shelf):
    shelf.build(shelf.drive, shelf.home)
    shelf.drive.rename(shelf.drive.with_name("elsewhere"))
    new = shelf.put(shelf.home / "d.pdf", 4)
    (shelf.home / "c.pdf").unlink()
    report = shelf.build()
    assert shelf.held() == {"a.pdf", "b.pdf", "d.pdf"} and shelf.read == [new.name]
    told = entries(report)
    assert "source folder not found; its papers are kept" in told["a.pdf"].reason_en
    assert "已保留" in told["b.pdf"].reason_zh and told["d.pdf"].reason_en == ""
    assert not shelf.build().changed
    # Plugged in again, nothing is read anew and nothing is said.
    shelf.drive.with_name("elsewhere").rename(shelf.drive)
    report = shelf.build()
    assert not report.changed and shelf.read == []
    assert all(entry.reason_en == "" for entry in report.papers)


def test_a_full_rebuild_waits_for_the_drive_or_for_remove(shelf):
    shelf.build(shelf.drive, shelf.home)
    shutil.rmtree(shelf.drive)
    with pytest.raises(LibraryError, match=r"drive .* 2 paper\(s\).*yinzheng remove"):
        shelf.build(full=True)
    assert len(shelf.held()) == 3
    gone = {e.sha256 for e in read_manifest(shelf.library).papers if "drive" in e.path}
    remove_papers(shelf.library, frozenset(gone))
    shelf.build(full=True)
    assert shelf.held() == {"c.pdf"}


def test_a_copy_found_elsewhere_takes_the_place_of_a_kept_paper(shelf):
    shelf.build(shelf.drive, shelf.home)
    shutil.copy(shelf.drive / "a.pdf", shelf.home / "copy.pdf")
    shutil.rmtree(shelf.drive)
    found = {name: e.status for name, e in entries(shelf.build()).items()}
    assert found == {
        "a.pdf": "duplicate", "b.pdf": "indexed", "c.pdf": "indexed", "copy.pdf": "indexed",
    }  # fmt: skip
    assert len(shelf.held()) == 3


def test_a_named_file_that_was_deleted_leaves(shelf):
    shelf.build(shelf.drive / "a.pdf", shelf.home)
    (shelf.drive / "a.pdf").unlink()
    shelf.build()
    assert shelf.held() == {"c.pdf"}


@pytest.mark.parametrize("missing", ["switched off", "not installed"])
def test_scans_are_read_when_ocr_comes(shelf, missing):
    shelf.put(shelf.home / "scan.pdf", 5)
    shelf.put(shelf.home / "mixed.pdf", 6)
    off = missing == "switched off"
    shelf.installed = off
    first = entries(shelf.build(shelf.home, ocr=not off))
    assert (first["scan.pdf"].status, first["mixed.pdf"].status) == ("failed", "partial")
    again = shelf.build(ocr=not off)
    assert not again.changed and shelf.read == []
    shelf.installed = True
    report = shelf.build()
    now = entries(report)
    assert sorted(shelf.read) == ["mixed.pdf", "scan.pdf"] and report.changed
    assert (now["scan.pdf"].status, now["mixed.pdf"].status) == ("indexed", "indexed")
    assert now["mixed.pdf"].passages > first["mixed.pdf"].passages
    assert shelf.held() == {"c.pdf", "scan.pdf", "mixed.pdf"}
    assert not shelf.build().changed and shelf.read == []
    # What OCR read stays when OCR is off again.
    assert not shelf.build(ocr=False).changed


def test_work_without_ocr_is_not_taken_up_with_it(shelf):
    shelf.put(shelf.home / "a-mixed.pdf", 6)
    plain, calls = shelf.reader, []

    def reader(path, **options):
        calls.append(path)
        if path.name == "c.pdf":
            raise KeyboardInterrupt
        return plain(path, **options)

    shelf.reader = reader
    with pytest.raises(KeyboardInterrupt):
        shelf.build(shelf.home, ocr=False)
    assert list((shelf.library / "work").glob("*.npz"))
    shelf.reader = plain
    assert entries(shelf.build(shelf.home))["a-mixed.pdf"].status == "indexed"


def test_a_partial_paper_survives_an_ocr_that_fails(shelf):
    shelf.put(shelf.home / "mixed.pdf", 6)
    shelf.build(shelf.home, ocr=False)
    plain = shelf.reader

    def reader(path, **options):
        plain(path, **options)
        raise UnreadablePdf(path, "坏", "bad")

    shelf.reader = reader
    assert entries(shelf.build())["mixed.pdf"].status == "partial"
    assert "mixed.pdf" in shelf.held()
    assert not shelf.build().changed and shelf.read == []


def test_failed_files_are_read_once(shelf):
    bad = shelf.put(shelf.home / "bad.pdf", 7, old=False)  # just written
    shutil.copy(bad, shelf.home / "bad2.pdf")
    assert entries(shelf.build(shelf.home))["bad.pdf"].status == "failed"
    for stamp in (None, OLD, OLD + 5):
        if stamp:
            os.utime(bad, ns=(stamp, stamp))
        assert not shelf.build().changed and shelf.read == []
    shelf.build(bad)
    assert shelf.read == ["bad.pdf"]
    shelf.put(bad, 8)
    shelf.build()
    assert shelf.read == ["bad.pdf"]


def test_a_rollback_follows_what_a_snapshot_was_made_from(shelf):
    good = shelf.build(shelf.home).snapshot
    bad = shelf.build(shelf.drive).snapshot
    assert rollback(shelf.library) == good
    shelf.put(shelf.home / "d.pdf", 4)
    third = shelf.build().snapshot
    assert bad < third and rollback(shelf.library) == good
    with pytest.raises(LibraryMissing):
        rollback(shelf.library)
    assert shelf.held() == {"c.pdf"}


def test_what_rollback_can_reach_is_kept(shelf):
    good = shelf.build(shelf.home).snapshot
    for number in range(10, 15):  # as many bad ones, each rolled back from
        shelf.put(shelf.home / "d.pdf", number)
        shelf.build()
        assert rollback(shelf.library) == good
    shelf.put(shelf.home / "d.pdf", 20)
    last = shelf.build().snapshot
    assert [f.name for f in sorted(shelf.library.glob("snapshots/*"))] == [good, last]
    assert rollback(shelf.library) == good and current_id(shelf.library) == good


SLOW = """
import os, signal, sys
from pathlib import Path
from ingest.workers import Worker
from index.build import build_library
from index.shape import Shape
from ui import cli, commands

# A shell's background job is started with the signal ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
ask = Worker.ask
def slow(self, request):
    os.kill(self.pid, signal.SIGSTOP)
    ask(self, request)
    print(self.pid, flush=True)
Worker.ask = slow

def run(arguments):
    build_library(Path(sys.argv[1]), [Path(sys.argv[2])], encoders=lambda: ())
    return 0
commands.COMMANDS["status"] = run
sys.exit(cli.main(["status"]))
"""


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def wait_for(condition, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not (done := condition()) and time.monotonic() < end:
        time.sleep(0.02)
    return done


def test_ctrl_c_ends_the_reads_that_run(tmp_path, samples):
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, tmp_path / "library", samples[0].parent],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 1 and "Interrupted" in said and "Traceback" not in said
    assert wait_for(lambda: gone(pid), 5)


def test_an_error_in_a_build_ends_the_reads_that_run(tmp_path, samples, monkeypatch):
    for number, name in enumerate(("1.pdf", "2.pdf", "3.pdf")):
        folder = tmp_path / "papers"
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(samples[1].read_bytes() + b"\n%" + bytes([48 + number]))
    stopped: list[int] = []
    ask = Worker.ask

    def slow(self, request):
        if not request["path"].endswith("1.pdf"):
            os.kill(self.pid, signal.SIGSTOP)
            stopped.append(self.pid)
        ask(self, request)

    def broken():
        assert wait_for(lambda: stopped, 20)
        raise RuntimeError("no model")

    monkeypatch.setattr(Worker, "ask", slow)
    with pytest.raises(RuntimeError, match="no model"):
        build_library(tmp_path / "library", [folder], encoders=lazily(broken))
    assert stopped and wait_for(lambda: all(map(gone, stopped)), 5)
    assert wait_for(
        lambda: not [t for t in threading.enumerate() if t.name.startswith("reader")], 5
    )


def lazily(broken):
    """Return encoders that fail when they are first used, while other papers are read."""

    class Late(FakeEmbedder):
        def embed_passages(self, texts, on_progress=None):
            broken()

    return lambda: (Late(16),)
