"""What can be wrong with what is indexed or asked: each case is told, and costs nothing else."""

from __future__ import annotations

import errno
import io
import json
import os
from pathlib import Path

import pypdf
import pytest

import index.store
from index.build import build_library
from index.shape import Shape
from index.snapshot import Snapshot
from ingest.errors import DiskFull, SnapshotMismatch, UnreadablePdf
from rag.wiring import check_encoders
from tests.library_driver import FakeEmbedder, read_paper
from tests.small_pdfs import make_pdf, one_page

PAGE = one_page("BT /F1 12 Tf 1 0 0 1 100 500 Tm (A short line of text.) Tj ET")
NO_PAGES = make_pdf(
    {1: "<< /Type /Catalog /Pages 2 0 R >>", 2: "<< /Type /Pages /Kids [] /Count 0 >>"}
)
SCAN = one_page("q 595 0 0 842 0 0 cm /Im1 Do Q")


def locked() -> bytes:
    writer = pypdf.PdfWriter()
    writer.append(pypdf.PdfReader(io.BytesIO(PAGE)))
    writer.encrypt("secret", "owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def build(library: Path, *paths: Path, **options):
    return build_library(
        library,
        paths,
        encoders=lambda: (FakeEmbedder(16),),
        shape=Shape(parent_chars=200, child_chars=60),
        **options,
    )


def test_each_bad_file_is_told_in_both_languages_and_stops_no_other(tmp_path, samples):
    folder = tmp_path / "papers"
    folder.mkdir()
    cases = {
        "empty.pdf": (b"", "文件为空", "the file is empty"),
        "html.pdf": (b"<!doctype html><p>log in", "不是 PDF", "not a PDF"),
        "cut.pdf": (samples[0].read_bytes()[:4000], "已损坏", "damaged or truncated"),
        "locked.pdf": (locked(), "需要密码", "needs a password"),
        "none.pdf": (NO_PAGES, "没有页", "no pages"),
        "scan.pdf": (SCAN, "扫描件", "no text layer (a scan)"),
    }
    for name, (data, _, _) in cases.items():
        (folder / name).write_bytes(data)
    (folder / "good.pdf").write_bytes(samples[1].read_bytes())
    report = build(tmp_path / "library", folder, ocr=False)
    found = {Path(entry.path).name: entry for entry in report.papers}
    assert found.pop("good.pdf").status == "indexed"
    for name, entry in found.items():
        _, zh, en = cases[name]
        assert (entry.status, zh in entry.reason_zh, en in entry.reason_en) == (
            "failed", True, True,
        ), entry  # fmt: skip
    assert len(found) == len(cases)
    read = []
    again = build(tmp_path / "library", ocr=False, read=lambda path, **_: read.append(path))
    assert not again.changed and read == []


@pytest.fixture
def library(tmp_path):
    (tmp_path / "papers").mkdir()
    for number in (1, 2):
        file = tmp_path / "papers" / f"{number}.pdf"
        file.write_text(json.dumps({"version": 1, "number": number}))
        os.utime(file, (1_600_000_000, 1_600_000_000 + number))
    build(tmp_path / "library", tmp_path / "papers", read=read_paper)
    return tmp_path / "library"


def held(library: Path) -> list[str]:
    with Snapshot.open(library) as snapshot:
        return sorted(paper.file for paper in snapshot.papers.values())


def test_a_path_that_is_not_there_changes_nothing(library, tmp_path):
    with pytest.raises(UnreadablePdf, match="no such file or folder"):
        build(library, tmp_path / "nowhere", read=read_paper)
    assert held(library) == ["1.pdf", "2.pdf"]


def test_a_file_that_changes_while_it_is_read_is_tried_again(library, tmp_path):
    file = tmp_path / "papers" / "3.pdf"
    file.write_text(json.dumps({"version": 1, "number": 3}))

    def growing(path, **options):
        path.write_text(path.read_text() + " ")
        return read_paper(path)

    report = build(library, read=growing)
    told = {Path(e.path).name: e for e in report.papers}["3.pdf"]
    assert told.status == "failed" and "changed while it was read" in told.reason_en
    assert held(library) == ["1.pdf", "2.pdf"]
    build(library, read=read_paper)
    assert held(library) == ["1.pdf", "2.pdf", "3.pdf"]


def test_a_full_disk_keeps_the_old_snapshot(library, tmp_path, monkeypatch):
    (tmp_path / "papers" / "3.pdf").write_text(json.dumps({"version": 1, "number": 3}))

    def full(path):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(index.store, "sync", full)
        with pytest.raises(DiskFull, match="Free some space"):
            build(library, read=read_paper)
    assert held(library) == ["1.pdf", "2.pdf"]
    build(library, read=read_paper)
    assert held(library) == ["1.pdf", "2.pdf", "3.pdf"]


def test_an_index_of_another_model_is_not_asked(library):
    other = FakeEmbedder(16)
    other.name, other.fingerprint = "other", "other16"
    with Snapshot.open(library) as snapshot:
        check_encoders(snapshot, {"dense": FakeEmbedder(16)})
        with pytest.raises(SnapshotMismatch, match=r"fake \(fake16\).*other \(other16\).*--full"):
            check_encoders(snapshot, {"dense": other})
