"""Reading happens in a worker: what it may see, what it may cost, what is said when it dies."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ingest import isolation, processes, worker
from ingest.errors import EncryptedPdf, PdfChanged, PdfTooLarge, UnreadablePdf
from ingest.isolation import PageRenderer, read_isolated, render_isolated
from ingest.reader import read_document
from ingest.workers import Worker, WorkerStopped
from tests.small_pdfs import HELVETICA, make_pdf, one_page

PAGE = one_page("BT /F1 12 Tf 1 0 0 1 100 500 Tm (A short line of text.) Tj ET")


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.pdf"
    path.write_bytes(PAGE)
    return path


def test_a_worker_reads_what_the_reader_reads(samples: tuple[Path, ...]) -> None:
    seen: list[Mapping[str, Any]] = []
    document = read_isolated(samples[0], on_progress=seen.append)
    assert document == read_document(samples[0])
    total = document.paper.page_count
    assert [place["done"] for place in seen] == list(range(total + 1))
    assert {place["stage"] for place in seen} == {"text"}


def test_errors_come_back_as_their_own_class(tmp_path: Path) -> None:
    for name, data, kind, words in (
        ("empty.pdf", b"", UnreadablePdf, ("文件为空", "empty")),
        ("page.html.pdf", b"<!DOCTYPE html><p>log in</p>", UnreadablePdf, ("HTML", "HTML")),
        ("paper.docx.pdf", b"PK\x03\x04" + bytes(200), UnreadablePdf, ("ZIP/Word", "ZIP/Word")),
        ("cut.pdf", PAGE[:60], UnreadablePdf, ("已损坏", "damaged")),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(kind) as caught:
            read_isolated(path)
        assert words[0] in caught.value.zh and words[1] in caught.value.en
        assert caught.value.path == path
    with pytest.raises(UnreadablePdf, match="not found"):
        read_isolated(tmp_path / "absent.pdf")


def test_a_password_is_named_and_the_empty_one_is_tried(tmp_path: Path) -> None:
    import pypdf

    for user, opens in (("", True), ("secret", False)):
        writer = pypdf.PdfWriter()
        writer.append(pypdf.PdfReader(__import__("io").BytesIO(PAGE)))
        writer.encrypt(user, "owner", algorithm="AES-256")
        path = tmp_path / f"locked{user}.pdf"
        writer.write(path)
        if opens:
            assert "A short line" in read_isolated(path).blocks[0].text
        else:
            with pytest.raises(EncryptedPdf, match="password"):
                read_isolated(path)


def test_a_worker_sees_no_secret_and_leads_its_own_session(
    monkeypatch: pytest.MonkeyPatch, page: Path
) -> None:
    for name in ("OPENAI_API_KEY", "YINZHENG_LLM_KEY", "GITHUB_TOKEN", "HOME"):
        monkeypatch.setenv(name, "secret-value")
    with Worker() as worker:
        worker.ask({"do": "render", "path": str(page), "page": 1, "dpi": 20})
        worker.next_line(time.monotonic() + 20)
        environment = Path(f"/proc/{worker.pid}/environ").read_bytes()
        limits = Path(f"/proc/{worker.pid}/limits").read_text()
        assert os.getsid(worker.pid) == worker.pid != os.getsid(0)
    assert b"secret-value" not in environment and b"PATH=" in environment
    memory, core = (
        next(line.split() for line in limits.splitlines() if line.startswith(name))
        for name in ("Max address space", "Max core file size")
    )
    assert memory[3] == str(1536 * 1024 * 1024) and core[4:6] == ["0", "0"]


def test_the_worker_ends_with_the_process_that_asked(page: Path) -> None:
    code = (
        "import sys,time; from ingest.isolation import Worker; w = Worker();"
        "print(w.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and not _gone(pid):
        time.sleep(0.05)
    assert _gone(pid)


def test_a_worker_that_dies_takes_no_other_with_it(page: Path) -> None:
    """Workers are born of one process; one that is killed leaves it and its sisters at work."""
    with Worker() as first, Worker() as second:
        parents = {Path(f"/proc/{w.pid}/stat").read_text().split()[3] for w in (first, second)}
        assert parents == {str(processes._mother._process.pid)}  # type: ignore[union-attr]
        os.kill(first.pid, signal.SIGKILL)
        second.ask({"do": "render", "path": str(page), "page": 1, "dpi": 20})
        assert second.next_line(time.monotonic() + 20).startswith(b'{"image":')
        with pytest.raises(WorkerStopped):
            first.next_line(time.monotonic() + 20)
        assert not first.alive and second.alive
    assert _gone(first.pid) and _gone(second.pid)
    assert "A short line" in read_isolated(page).blocks[0].text


def test_a_worker_that_was_hardly_born_is_ended(page: Path) -> None:
    """Stopped before it leads a session of its own, it is reached by its number."""
    for _ in range(20):
        with Worker() as young:
            os.kill(young.pid, signal.SIGSTOP)
        assert _gone(young.pid)


def test_when_the_mother_of_the_workers_is_killed_another_is_started(page: Path) -> None:
    with Worker() as orphan:
        mother = processes._mother._process
        assert mother is not None
        mother.kill()
        mother.wait()
        orphan.ask({"do": "render", "path": str(page), "page": 1, "dpi": 20})
        assert orphan.next_line(time.monotonic() + 20).startswith(b'{"image":')
        assert "A short line" in read_isolated(page).blocks[0].text
    assert processes._mother._process is not mother
    assert _gone(orphan.pid)


def test_where_none_can_be_forked_a_worker_is_a_fresh_interpreter(
    monkeypatch: pytest.MonkeyPatch, page: Path
) -> None:
    monkeypatch.setattr(processes, "_FORKS", False)
    with Worker() as worker:
        assert Path(f"/proc/{worker.pid}/stat").read_text().split()[3] == str(os.getpid())
    assert "A short line" in read_isolated(page).blocks[0].text


def test_a_worker_is_told_nothing_of_the_one_before(tmp_path: Path, page: Path) -> None:
    """What one PDF leaves in its process is gone with it."""
    other = tmp_path / "other.pdf"
    other.write_bytes(PAGE.replace(b"A short line", b"Another line"))
    pids = set()
    for path in (page, other, page):
        with Worker() as worker:
            pids.add(worker.pid)
            worker.ask({"do": "render", "path": str(path), "page": 1, "dpi": 20})
            worker.next_line(time.monotonic() + 20)
    assert len(pids) == 3


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"
    except OSError:
        return True


def test_a_killed_worker_is_one_clear_message(monkeypatch: pytest.MonkeyPatch, page: Path) -> None:
    started: list[int] = []
    ask = Worker.ask

    def killed(self: Worker, request: Mapping[str, Any]) -> None:
        started.append(self.pid)
        os.kill(self.pid, signal.SIGSTOP)
        ask(self, request)
        os.kill(self.pid, signal.SIGKILL)

    monkeypatch.setattr(Worker, "ask", killed)
    with pytest.raises(UnreadablePdf) as caught:
        read_isolated(page)
    assert "被终止" in caught.value.zh and "was stopped at page 1" in caught.value.en
    assert _gone(started[0])


def test_a_worker_out_of_time_is_killed(monkeypatch: pytest.MonkeyPatch, page: Path) -> None:
    started: list[int] = []
    ask = Worker.ask

    def stopped(self: Worker, request: Mapping[str, Any]) -> None:
        started.append(self.pid)
        ask(self, request)
        os.kill(self.pid, signal.SIGSTOP)

    monkeypatch.setattr(Worker, "ask", stopped)
    monkeypatch.setattr(isolation, "BASE_SECONDS", 0.4)
    start = time.monotonic()
    with pytest.raises(PdfTooLarge) as caught:
        read_isolated(page)
    assert time.monotonic() - start < 2.4
    assert "超时" in caught.value.zh and "ran out of time" in caught.value.en
    assert _gone(started[0])


def test_the_clock_grows_with_the_pages_and_again_with_ocr() -> None:
    deadline = isolation._deadline
    assert deadline(100.0, {"stage": "text", "done": 0, "total": 5}) == 125.0
    assert deadline(100.0, {"stage": "text", "done": 9, "total": 2000}) == 400.0
    now = time.monotonic()
    assert deadline(now, {"stage": "ocr", "done": 3, "total": 9}) >= now + 180
    assert deadline(now - 1e4, {"stage": "ocr", "done": 9, "total": 9}) >= now + 20


def test_a_file_that_changes_while_it_is_read_is_refused(
    monkeypatch: pytest.MonkeyPatch, page: Path
) -> None:
    from ingest import reader

    extract = reader.extract_pages

    def slow(*args: Any, **options: Any) -> Any:
        result = extract(*args, **options)
        page.write_bytes(PAGE + b"\n% changed")
        return result

    monkeypatch.setattr(reader, "extract_pages", slow)
    with pytest.raises(PdfChanged, match="changed while it was read"):
        read_document(page)


def test_pages_are_drawn_by_one_worker_that_is_replaced_when_it_dies(page: Path) -> None:
    draw = PageRenderer()
    try:
        first = draw(page, 1, 36)
        assert first.png.startswith(b"\x89PNG") and (first.width, first.height) == (595, 842)
        worker = draw._worker
        assert worker is not None
        with pytest.raises(UnreadablePdf, match="cannot be drawn"):
            draw(page, 2, 36)
        assert draw._worker is worker
        os.kill(worker.pid, signal.SIGKILL)
        while worker.alive:
            time.sleep(0.01)
        assert draw(page, 1, 36).png == first.png
        assert draw._worker is not worker
    finally:
        draw.close()


def test_huge_pages_are_drawn_smaller(tmp_path: Path) -> None:
    import io

    from PIL import Image

    path = tmp_path / "huge.pdf"
    path.write_bytes(one_page("0 0 100 100 re f", page="/MediaBox [0 0 14000 14000]"))
    image = Image.open(io.BytesIO(render_isolated(path, 1, 300).png))
    assert 3900 <= image.width <= 4000 and image.width * image.height <= 16_000_000


def test_two_threads_read_at_once(samples: tuple[Path, ...], page: Path) -> None:
    found: dict[str, int] = {}

    def read(path: Path) -> None:
        found[path.name] = len(read_isolated(path).pages)

    threads = [threading.Thread(target=read, args=(path,)) for path in (samples[1], page)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {"page.pdf": 1, samples[1].name: 3}


@pytest.mark.slow
def test_a_book_of_800_pages_is_read_whole(tmp_path: Path) -> None:
    words = "".join(
        f"1 0 0 1 50 {790 - 14 * n} Tm (Line {n} of a page of a book, with some words.) Tj "
        for n in range(50)
    )
    kids = " ".join(f"{10 + n} 0 R" for n in range(800))
    leaf = (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 3 0 R"
        " /Resources << /Font << /F1 4 0 R >> >> >>"
    )
    content = f"BT /F1 10 Tf {words} ET".encode()
    path = tmp_path / "book.pdf"
    path.write_bytes(
        make_pdf(
            {
                1: "<< /Type /Catalog /Pages 2 0 R >>",
                2: f"<< /Type /Pages /Kids [{kids}] /Count 800 >>",
                3: (f"<< /Length {len(content)} >>", content),
                4: HELVETICA,
                **{10 + n: leaf for n in range(800)},
            }
        )
    )
    seen: list[Mapping[str, Any]] = []
    document = read_isolated(path, on_progress=seen.append)
    assert len(document.pages) == 800 and not document.failed_pages
    assert [place["done"] for place in seen] == list(range(801))


PARSERS = "('pypdf', 'pypdfium2', 'pypdfium2_raw', 'rapidocr')"


@pytest.mark.parametrize(
    "code",
    [
        "from ui.cli import main; main(['inspect', sys.argv[1], '--json'])",
        "from ui.web.opening import open_desk; from rag.settings import Settings\n"
        "from ui.server import *; from ingest.isolation import PageRenderer\n"
        "PageRenderer()(__import__('pathlib').Path(sys.argv[1]), 1)",
        "from pathlib import Path; import numpy\n"
        "from index.build import build_library\n"
        "class Encoder:\n"
        "    name = fingerprint = 'e'; dimension = 2\n"
        "    def embed_passages(self, texts): return numpy.ones((len(texts), 2), 'float32')\n"
        "path = Path(sys.argv[1])\n"
        "report = build_library(path.parent / 'lib', [path], encoders=lambda: (Encoder(),))\n"
        "assert report.papers[0].status == 'indexed', report",
    ],
    ids=["inspect", "web", "index"],
)
def test_no_parser_is_imported_by_the_main_process(
    tmp_path: Path, samples: tuple[Path, ...], code: str
) -> None:
    paper = Path(shutil.copy(samples[1], tmp_path))
    check = f"\nprint(json.dumps([m for m in {PARSERS} if m in sys.modules]), file=sys.stderr)"
    body = "\n    ".join(code.splitlines())
    script = f"import sys, json\nif True:\n    {body}{check}"
    done = subprocess.run(
        [sys.executable, "-c", script, str(paper)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stderr.strip().splitlines()[-1]) == []


def test_a_worker_that_cannot_be_asked_is_stopped() -> None:
    with Worker() as worker:
        os.kill(worker.pid, signal.SIGKILL)
        while worker.alive:
            time.sleep(0.01)
        with pytest.raises(WorkerStopped):
            worker.ask({"do": "render"})
            worker.next_line(time.monotonic() + 5)


def test_zero_pages_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "none.pdf"
    path.write_bytes(
        make_pdf(
            {1: "<< /Type /Catalog /Pages 2 0 R >>", 2: "<< /Type /Pages /Kids [] /Count 0 >>"}
        )
    )
    with pytest.raises(UnreadablePdf, match="no pages"):
        read_isolated(path)


def test_a_defect_in_a_worker_is_logged_with_its_place_and_no_text(
    page: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(request: Mapping[str, Any], out: Any) -> None:
        raise ValueError("text of a paper")

    monkeypatch.setattr(worker, "_read", broken)
    out = io.StringIO()
    worker._answer({"do": "read"}, out)
    event = json.loads(out.getvalue())
    error = isolation._error(page, event["error"])
    assert isinstance(error, UnreadablePdf) and "ValueError" in error.en
    assert "ValueError at test_ingest_isolation.py:" in caplog.text and " broken" in caplog.text
    assert "text of a paper" not in out.getvalue() + caplog.text
