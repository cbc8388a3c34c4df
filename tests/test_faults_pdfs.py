"""No PDF, however made, hangs or kills the process that reads the library."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from index.build import build_library
from ingest import isolation
from ingest.errors import IngestError, PdfTooLarge, UnreadablePdf
from ingest.isolation import read_isolated, render_isolated
from ingest.workers import Worker
from tests.hostile_pdfs import HOSTILE, form_recursion, many_pages
from tests.small_pdfs import one_page

# Refused at once by what they are; the others may be read, refused or stopped.
REFUSED = {
    "many-pages": "pages",
    "own-pages": "pages",
    "password": "password",
    "zero-pages": "no pages",
    "empty": "empty",
    "header-only": "damaged",
    "html": "HTML",
    "zip": "ZIP",
    "zeros": "not a PDF",
}
# What of these must be read in spite of all: the page says "hello".
READ = ("form-of-itself", "count-negative", "box-turned-round", "user-unit")
# One of each kind, to stand beside good papers in a folder.
BESIDE = ("form-recursion", "flate-bomb-double", "many-pages", "deep-arrays", "password", "html")
BESIDE += ("empty", "zero-pages", "truncated", "junk", "huge-box")
SPARE = 2.0


class Encoder:
    """A stand-in: what is tested here is reading."""

    name = fingerprint = "stand-in"
    dimension = 2

    def embed_passages(self, texts: list[str]) -> np.ndarray:
        return np.ones((len(texts), 2), np.float32)


def workers() -> set[str]:
    """Return the worker processes that are at work for this process."""
    found = subprocess.run(["ps", "-eo", "pid=,ppid=,stat=,args="], capture_output=True, text=True)
    rows = [line.split(None, 3) for line in found.stdout.splitlines()]
    mothers = {
        pid
        for pid, parent, _, args in rows
        if parent == str(os.getpid()) and "ingest.mother" in args
    }
    fresh = {
        pid
        for pid, parent, _, args in rows
        if parent == str(os.getpid()) and "ingest.worker" in args
    }
    return fresh | {pid for pid, parent, _, _ in rows if parent in mothers}


def limit(pages: int) -> float:
    return min(isolation.MAX_SECONDS, isolation.BASE_SECONDS + pages) + SPARE


@pytest.mark.faults
@pytest.mark.parametrize("name", list(HOSTILE))
def test_a_hostile_pdf_is_read_refused_or_stopped_in_time(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.pdf"
    path.write_bytes(HOSTILE[name]())
    start, pages, text = time.monotonic(), 1, ""
    try:
        document = read_isolated(path, ocr=False, on_progress=lambda place: None)
        pages = len(document.pages)
        text = " ".join(block.text for block in document.blocks)
    except IngestError as error:
        assert error.reason_zh and error.reason_en
        assert name not in READ, error
        assert REFUSED.get(name, "") in error.reason_en
    else:
        assert name not in REFUSED
        assert name not in READ or "hello" in text
    assert time.monotonic() - start < limit(pages)
    assert not workers()


@pytest.mark.faults
@pytest.mark.parametrize(
    "name", ["form-recursion", "flate-bomb-double", "huge-box", "huge-image", "path-flood"]
)
def test_a_hostile_page_is_drawn_or_refused_in_time(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.pdf"
    path.write_bytes(HOSTILE[name]())
    start = time.monotonic()
    try:
        assert render_isolated(path, 1).png.startswith(b"\x89PNG")
    except IngestError as error:
        assert error.reason_zh and error.reason_en
    assert time.monotonic() - start < isolation.RENDER_SECONDS + SPARE
    assert not workers()


@pytest.mark.faults
def test_good_papers_beside_hostile_ones_are_indexed(
    tmp_path: Path, samples: tuple[Path, ...]
) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    for number, name in enumerate(BESIDE):
        (folder / f"{number:02d}-{name}.pdf").write_bytes(HOSTILE[name]())
    good = []
    for number, sample in zip((0, 99), samples[:2], strict=True):
        good.append(f"{number:02d}-good.pdf")
        (folder / good[-1]).write_bytes(sample.read_bytes())
    report = build_library(tmp_path / "library", [folder], encoders=lambda: (Encoder(),), ocr=False)
    rows = {Path(entry.path).name: entry for entry in report.papers}
    assert len(rows) == len(BESIDE) + len(good)
    assert all(rows[name].status == "indexed" for name in good)
    for name, entry in rows.items():
        assert entry.status in ("indexed", "partial", "failed", "duplicate")
        assert entry.status != "failed" or (entry.reason_zh and entry.reason_en), name
    assert not workers()


def test_a_page_that_explodes_is_stopped_by_the_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "explodes.pdf"
    path.write_bytes(form_recursion())
    monkeypatch.setattr(isolation, "BASE_SECONDS", 1.5)
    monkeypatch.setattr(isolation, "PAGE_SECONDS", 0.0)
    start = time.monotonic()
    with pytest.raises((PdfTooLarge, UnreadablePdf), match="stopped"):
        read_isolated(path)
    assert time.monotonic() - start < 1.5 + SPARE
    assert not workers()


def test_a_bomb_ends_in_a_message_and_memory_stays_bounded(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pdf"
    path.write_bytes(HOSTILE["flate-bomb-double"]())
    assert path.stat().st_size < 50_000
    with pytest.raises(IngestError) as caught:
        read_isolated(path, ocr=False)
    assert caught.value.reason_zh
    assert not workers()


@pytest.mark.parametrize("name", ["page-tree-loop", "deep-arrays", "box-no-number", "junk"])
def test_broken_structure_is_an_ordinary_answer(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.pdf"
    path.write_bytes(HOSTILE[name]())
    try:
        read_isolated(path, ocr=False)
    except IngestError as error:
        assert "stopped" not in error.reason_en


def test_too_many_pages_and_bytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "pages.pdf"
    path.write_bytes(many_pages(2001))
    with pytest.raises(PdfTooLarge, match="over 2000 pages"):
        read_isolated(path)
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.truncate(100_000_001)
    with pytest.raises(PdfTooLarge, match="over 100 MB"):
        read_isolated(large)


def test_the_negative_control_a_worker_without_limits_uses_more(tmp_path: Path) -> None:
    """The limits, not the parser's good manners, are what holds."""
    path = tmp_path / "page.pdf"
    path.write_bytes(one_page("BT /F1 12 Tf 1 0 0 1 9 9 Tm (x) Tj ET"))
    with Worker() as worker:
        worker.ask({"do": "render", "path": str(path), "page": 1, "dpi": 30})
        worker.next_line(time.monotonic() + 20)
        held = Path(f"/proc/{worker.pid}/limits").read_text()
    own = Path("/proc/self/limits").read_text()
    assert "Max address space         1610612736" in held
    assert "Max address space         1610612736" not in own
