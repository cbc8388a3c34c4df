"""Uploads: safe names, checks, and nothing left behind by a refused file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ui.web import uploads


async def stream(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def save(folder: Path, name: str, *chunks: bytes, admit=lambda digest: "") -> Path:
    return asyncio.run(uploads.save(folder, name, stream(*chunks), admit))


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("论文.pdf", "论文.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\a\\文.PDF", "文.pdf"),
        ("a\x00b\nc<img>.pdf", "a_b_c_img_.pdf"),
        ("...", "paper.pdf"),
        ("", "paper.pdf"),
        ("\u202efdp.exe", "_fdp.exe.pdf"),
    ],
)
def test_names_are_made_safe(name, safe):
    assert uploads.safe_name(name) == safe


def test_long_names_fit_the_file_system():
    assert len(uploads.safe_name("长" * 400 + ".pdf").encode()) <= 200


def test_a_pdf_is_kept_and_names_do_not_collide(tmp_path: Path):
    first = save(tmp_path, "a.pdf", b"%PDF-1.7 ", b"one")
    again = save(tmp_path, "a.pdf", b"%PDF-1.7 one")
    other = save(tmp_path, "a.pdf", b"%PDF-1.7 two")
    assert first == again and other.name == "a (2).pdf"
    assert other.read_bytes() == b"%PDF-1.7 two"


@pytest.mark.parametrize(
    ("chunks", "reason"),
    [
        ((b"<html>not a pdf</html>",), "not_pdf"),
        ((b"",), "not_pdf"),
        ((b"%PDF-", b"x" * 600, b"x" * 600), "too_big"),
    ],
)
def test_what_is_refused_leaves_nothing(tmp_path: Path, monkeypatch, chunks, reason):
    monkeypatch.setattr(uploads, "MAX_FILE", 1000)
    with pytest.raises(uploads.Rejected) as caught:
        save(tmp_path, "a.pdf", *chunks)
    assert caught.value.reason == reason
    assert list(tmp_path.iterdir()) == []


def test_known_content_and_a_full_disk_are_refused(tmp_path: Path, monkeypatch):
    def refuse(digest: str) -> str:
        return "duplicate_file" if len(digest) == 64 else ""

    with pytest.raises(uploads.Rejected, match="duplicate_file"):
        save(tmp_path, "a.pdf", b"%PDF-1.7", admit=refuse)
    monkeypatch.setattr(uploads, "MIN_FREE", 1 << 62)
    with pytest.raises(uploads.Rejected, match="disk_full"):
        save(tmp_path, "a.pdf", b"%PDF-1.7")
    assert list(tmp_path.iterdir()) == []


def test_what_is_taken_is_what_reading_takes():
    from ingest.limits import MAX_BYTES

    assert uploads.MAX_FILE == MAX_BYTES
