"""Files whose names are no UTF-8: read, kept and shown like any other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from index.build import build_library
from index.shape import Shape
from index.snapshot import Snapshot
from ingest.errors import UnreadablePdf
from ingest.file_names import path_of, shown_name, stored_path
from tests.library_driver import FakeEmbedder

GBK = os.fsdecode("肺癌肝转移.pdf".encode("gb18030"))
NOISE = os.fsdecode(b"\xff\xfe\x81.pdf")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("肺癌.pdf", "肺癌.pdf"),
        ("paper α.pdf", "paper α.pdf"),
        (GBK, "肺癌肝转移.pdf"),
        (NOISE, r"\xff\xfe\x81.pdf"),
    ],
)
def test_names_are_printable_and_paths_reversible(name: str, shown: str) -> None:
    path = Path("/data") / name
    assert shown_name(path) == shown
    stored = stored_path(path)
    stored.encode("utf-8")
    assert path_of(stored) == path
    assert path_of(stored_path(Path("/data/a%41 file:x.pdf"))) == Path("/data/a%41 file:x.pdf")
    UnreadablePdf(path, "坏", "bad").en.encode("utf-8")


@pytest.fixture
def folder(tmp_path: Path, samples: tuple[Path, ...]) -> Path:
    """Two papers, one with a GBK name, and a file with a stray name that is no PDF."""
    folder = tmp_path / os.fsdecode("文献".encode("gb18030"))
    folder.mkdir()
    data = samples[1].read_bytes()
    (folder / "good.pdf").write_bytes(data)
    (folder / GBK).write_bytes(data + b"\n% another\n")
    (folder / NOISE).write_bytes(b"no PDF")
    return folder


def test_a_gbk_name_is_indexed_like_any_other(folder: Path, tmp_path: Path) -> None:
    library = tmp_path / "library"
    told = []

    def build(full: bool = False):
        return build_library(
            library,
            [folder],
            encoders=lambda: (FakeEmbedder(16),),
            shape=Shape(),
            full=full,
            on_progress=told.append,
        )

    report = build()
    status = {shown_name(path_of(e.path)): e.status for e in report.papers}
    assert status == {"good.pdf": "indexed", "肺癌肝转移.pdf": "indexed", r"\xff\xfe\x81.pdf": "failed"}  # fmt: skip
    assert {path_of(e.path) for e in report.papers} == set(folder.iterdir())
    json.dumps(told, ensure_ascii=False).encode("utf-8")
    with Snapshot.open(library, dense=False) as snapshot:
        assert {p.file for p in snapshot.papers.values()} == {"good.pdf", "肺癌肝转移.pdf"}
        assert path_of(snapshot.manifest.sources[0]) == folder
    assert not build().changed


def test_the_command_line_names_it(folder: Path, samples: tuple[Path, ...]) -> None:
    def inspect(path: Path) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "ui.cli", "inspect", "--json", "--no-ocr", path],
            capture_output=True,
            env=os.environ | {"PYTHONIOENCODING": "utf-8:strict", "PYTHONUTF8": "0"},
            timeout=120,
        )

    done = inspect(folder / GBK)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["paper"]["file"] == "肺癌肝转移.pdf"
    done = inspect(folder / os.fsdecode(b"\xb7\xff.pdf"))
    assert done.returncode == 1 and b"Traceback" not in done.stderr
    assert "not found" in json.loads(done.stdout)["error"]["en"]


def test_what_an_output_cannot_encode_is_escaped(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ui.cli", "status", "--json", "--library", tmp_path / GBK],
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii:strict", "PYTHONUTF8": "0"},
        timeout=60,
    )
    assert done.returncode == 1 and b"Traceback" not in done.stderr
    assert json.loads(done.stdout)["error"]["type"] == "LibraryMissing"
