"""Scanned pages are read by RapidOCR where it is installed, and refused with the remedy where not."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ingest import ocr, pdf
from ingest.clean import is_han
from ingest.errors import NoTextLayer
from ingest.extras import ocr_installed
from ingest.isolation import read_isolated
from ingest.ocr import ScanReader
from ingest.ocr_engine import Reading
from ingest.page_text import PageText
from ingest.pdf import extract_pages
from ingest.reader import read_document
from ingest.records import BlockKind
from ingest.render import render_page
from tests.small_pdfs import GREY_IMAGE, one_page

needs_ocr = pytest.mark.skipif(not ocr_installed(), reason="needs the extra yinzheng[ocr]")


def scan_of(images: list[Image.Image], dpi: int = 100) -> bytes:
    out = io.BytesIO()
    images[0].save(out, "PDF", resolution=dpi, save_all=True, append_images=images[1:])
    return out.getvalue()


def blank() -> Image.Image:
    image = Image.new("L", (600, 800), 255)
    ImageDraw.Draw(image).rectangle((100, 100, 400, 130), fill=0)
    return image


def text_of(page: PageText) -> str:
    return "".join(char.text for char in page.chars)


class Engine:
    """Stands in for RapidOCR: counts the pages it is shown and finds one line."""

    calls = 0

    def find(self, image: Any) -> Any:
        Engine.calls += 1
        return np.array([[[200, 200], [800, 200], [800, 260], [200, 260]]], dtype=np.float32)

    def cut(self, image: Any, corners: Any) -> Any:
        return image

    def read(self, line: Any) -> Reading:
        return Reading("肝转移的机制", 0.97, tuple((n + 0.5) / 6 for n in range(6)))


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> type[Engine]:
    Engine.calls = 0
    monkeypatch.setattr(ocr, "_load_engine", Engine)
    monkeypatch.setattr(pdf, "ocr_installed", lambda: True)
    return Engine


def test_only_pages_without_usable_text_are_read_and_once(
    tmp_path: Path, samples: tuple[Path, ...], engine: type[Engine]
) -> None:
    import pypdf

    writer = pypdf.PdfWriter()
    writer.append(samples[1])
    writer.append(io.BytesIO(scan_of([blank()])))
    out = io.BytesIO()
    writer.write(out)
    seen: list[Any] = []
    extraction = extract_pages(
        out.getvalue(), Path("a.pdf"), ocr=True, cache_dir=tmp_path, on_progress=seen.append
    )
    *text, scan = extraction.pages
    assert {page.engine for page in text} == {"pdfium"}
    assert (scan.engine, scan.confidence, text_of(scan)) == ("ocr", 0.97, "肝转移的机制")
    assert scan.chars[0].font == "OCR" and not scan.images  # the scan itself is no figure
    assert extraction.scans == (scan.number,) and not extraction.failed_pages
    assert [(p.stage, p.done, p.total) for p in seen[-2:]] == [("ocr", 0, 1), ("ocr", 1, 1)]
    again = extract_pages(out.getvalue(), Path("a.pdf"), ocr=True, cache_dir=tmp_path)
    assert again.pages == extraction.pages and engine.calls == 1


def test_a_damaged_cache_is_read_anew(tmp_path: Path, engine: type[Engine]) -> None:
    data = scan_of([blank()])
    first = extract_pages(data, Path("a.pdf"), ocr=True, cache_dir=tmp_path)
    (kept,) = tmp_path.rglob("*.json")
    assert json.loads(kept.read_text("utf-8"))["lines"][0]["text"] == "肝转移的机制"
    for damage in ("", "[[1]]", "{", '{"turn":0,"lines":[["a"]],"rules":[],"pictures":[]}'):
        kept.write_text(damage)
        assert extract_pages(data, Path("a.pdf"), ocr=True, cache_dir=tmp_path) == first
    assert engine.calls == 5


def test_an_ellipsis_has_six_dots_and_every_character_its_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, engine: type[Engine]
) -> None:
    def read(self: Engine, line: Any) -> Reading:
        return Reading("静………a…", 0.99, (0.1, 0.2, 0.3, 0.4, 0.6, 0.8))

    monkeypatch.setattr(Engine, "read", read)
    (page,) = extract_pages(scan_of([blank()]), Path("a.pdf"), ocr=True, cache_dir=tmp_path).pages
    assert text_of(page) == "静……a…"
    middles = [(char.x0 + char.x1) / 2 for char in page.chars]
    assert middles == sorted(middles) and page.engine == "ocr"


def test_the_strips_of_a_scan_are_no_figures(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, engine: type[Engine]
) -> None:
    """Small letters on an image would be its lettering."""

    def find(self: Engine, image: Any) -> Any:
        lines = [(200, 200, 1200, 260), (200, 280, 1200, 340), (200, 360, 800, 400)]
        corners = [[[x0, y0], [x1, y0], [x1, y1], [x0, y1]] for x0, y0, x1, y1 in lines]
        return np.array(corners, dtype=np.float32)

    def read(self: Engine, line: Any) -> Reading:
        return Reading(
            "演示的方法怎样作用于某个对象，", 0.97, tuple((n + 0.5) / 15 for n in range(15))
        )

    monkeypatch.setattr(Engine, "find", find)
    monkeypatch.setattr(Engine, "read", read)
    white = (GREY_IMAGE[0], b"\xff")
    strips = " ".join(f"q 595 0 0 421 0 {y} cm /Im1 Do Q" for y in (0, 421))
    path = tmp_path / "scan.pdf"
    path.write_bytes(one_page(strips, extra={6: white}))
    document = read_document(path, cache_dir=tmp_path)
    assert len({span.box.top for block in document.blocks for span in block.spans}) == 3
    assert {block.kind for block in document.blocks} == {BlockKind.PARAGRAPH}


def test_an_ocr_failure_costs_its_page_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, engine: type[Engine]
) -> None:
    read = ScanReader.__call__

    def fails(self: ScanReader, page: PageText) -> PageText:
        if page.number == 1:
            raise RuntimeError("no room for the image")
        return read(self, page)

    monkeypatch.setattr(ScanReader, "__call__", fails)
    other = blank()
    other.paste(0, (0, 700, 50, 750))
    extraction = extract_pages(
        scan_of([blank(), other]), Path("a.pdf"), ocr=True, cache_dir=tmp_path
    )
    assert [page.engine for page in extraction.pages] == ["pdfium", "ocr"]
    assert extraction.failed_pages == (1,) and "未识别" in extraction.pages[0].warnings[0]


def test_a_scan_that_cannot_be_read_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(scan_of([blank()]))
    with pytest.raises(NoTextLayer, match="--no-ocr"):
        read_document(path, ocr=False)
    monkeypatch.setattr(pdf, "ocr_installed", lambda: False)
    with pytest.raises(NoTextLayer) as caught:
        read_document(path)
    for text in (caught.value.zh, caught.value.en):
        assert 'pip install "yinzheng[ocr]"' in text


@needs_ocr
@pytest.mark.slow
def test_a_scanned_page_in_a_worker(tmp_path: Path, samples: tuple[Path, ...]) -> None:
    """Chinese characters of a clean 200 dpi scan, against its text layer."""
    source = samples[0].read_bytes()
    image = Image.open(io.BytesIO(render_page(source, 2, 200))).convert("L")
    path = tmp_path / "scan.pdf"
    path.write_bytes(scan_of([image], 200))
    seen: list[Mapping[str, Any]] = []
    document = read_isolated(path, cache_dir=tmp_path / "cache", on_progress=seen.append)
    (page,) = document.pages
    assert page.engine == "ocr" and page.confidence is not None and page.confidence > 0.95
    assert seen[-1]["stage"] == "ocr" and seen[-1]["seconds_left"] == 0.0
    truth = extract_pages(source, samples[0]).pages[1]
    wanted = Counter(filter(is_han, text_of(truth)))
    found = Counter(c for block in document.blocks for c in block.text if is_han(c))
    wrong = max((wanted - found).total(), (found - wanted).total())
    assert wrong <= 0.005 * wanted.total()
